//! How a server will make a change: by which algorithm, under which lock, and whether it writes the table anew.
