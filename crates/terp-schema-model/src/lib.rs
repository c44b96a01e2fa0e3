//! A typed model of a MySQL or MariaDB schema.
//!
//! Plain data with public fields, no IO, no async. What the model cannot hold is never dropped in silence:
//! whoever builds a model says so beside it.

mod capabilities;
mod charset;
mod column;
mod flavor;
mod format;
mod index;
mod partition;
mod program;
pub mod quote;
pub mod render;
mod schema;
mod table;

pub use capabilities::Capabilities;
pub use charset::{CharsetInfo, CollationInfo};
pub use column::{
    CharacterSet, Column, ColumnCharacterSet, ColumnType, DefaultValue, Generated, GeometryKind, IntegerSize,
    LobSize,
};
pub use flavor::{Flavor, FlavorError, Vendor, Version};
pub use format::{FormatError, FormatErrorKind, SchemaFile, Syntax};
pub use index::{Index, IndexAlgorithm, IndexKind, IndexPart, IndexPartKind};
pub use partition::{
    Partition, PartitionBound, PartitionListing, PartitionMethod, PartitionOptions, PartitionValues,
    Partitioning, Subpartition, Subpartitioning,
};
pub use program::{CreationContext, Event, Routine, RoutineKind, SqlSecurity, Trigger, View};
pub use schema::Schema;
pub use table::{Check, ForeignKey, Period, ReferentialAction, Table, TableOptions, same_name};
