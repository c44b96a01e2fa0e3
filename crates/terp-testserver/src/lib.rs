//! Real throwaway MySQL and MariaDB servers.
