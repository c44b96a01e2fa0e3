//! Real throwaway MySQL and MariaDB servers, for tests and demos; no container, no root, no configuration.
//!
//! ```no_run
//! use terp_schema_model::Flavor;
//!
//! let server = terp_testserver::shared(Flavor::MYSQL_9_7).unwrap();
//! let mut database = server.create_database().unwrap(); // dropped when the test ends
//! database.execute("CREATE TABLE t (id INT PRIMARY KEY)").unwrap();
//! assert!(database.show_create_table("t").unwrap().starts_with("CREATE TABLE `t` ("));
//! ```
//!
//! - [`find`] looks for installed servers, [`fetch()`] downloads one into the user's cache folder.
//! - [`Server::start`] starts one of its own on a copy of a prepared data directory; it dies with its owner, even when that is killed.
//! - [`shared`] is what most tests want: the server that `cargo xtask test` has started for all of them, or else one of their own.
//!
//! Read from the environment: `TERP_MYSQLD` and `TERP_MARIADBD` (command lines of servers to prefer), `TERP_CACHE` (the cache folder),
//! [`SERVERS_VARIABLE`], and what apt, the temporary folder and the user's cache folder are usually controlled by.

mod apt;
mod cache;
mod connection;
mod error;
mod fetch;
mod installation;
mod program;
mod proxy;
mod server;
mod shared;
mod template;

pub use cache::cache_folder;
pub use connection::{Connection, Rows, ServerError, Warning};
pub use error::{Error, Result};
pub use fetch::{KNOWN, fetch, find_or_fetch, is_required};
pub use installation::{Installation, Origin, find, find_flavor};
pub use program::fetch_program;
pub use proxy::{Proxy, Wire};
pub use server::{Options, Server};
pub use shared::{
    Endpoint, SERVERS_VARIABLE, SharedServer, TestDatabase, servers_variable, shared, shared_all,
};
