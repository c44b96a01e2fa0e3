//! The engine: executes DDL on a catalog in memory as the server would, or refuses it with the server's error.
//!
//! [`Catalog::execute`] has three outcomes that are never confused: done, refused with an errno, and
//! [`Unsupported`]. A statement that is not done leaves the catalog as it was.

mod alter;
mod alter_checks;
mod alter_columns;
mod alter_expressions;
mod alter_foreign_keys;
mod alter_keys;
mod alter_requests;
mod build;
mod catalog;
mod check;
mod column;
mod column_expressions;
mod context;
mod create;
mod create_select;
mod default;
mod error;
mod foreign_key;
mod foreign_key_type;
mod in_place;
mod index;
mod key_order;
mod key_part;
mod limits;
mod merge;
mod number;
mod online;
mod options;
mod partition;
mod partition_alter;
mod primary_key;
mod program;
mod reading;
mod session;
mod settings;
mod stored_base;
mod system_tables;
mod table_ops;
mod temporal;
mod types;
mod unstable;
mod value;
mod versioning;
mod view;

pub use catalog::{Catalog, Effect, TableRef};
pub use error::{EngineError, ExecuteError, Unsupported};
pub use session::Session;
pub use settings::AssumedSetting;

use context::Context;
