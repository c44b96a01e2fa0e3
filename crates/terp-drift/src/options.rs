//! What a comparison leaves out.

/// What a comparison leaves out. By default everything is compared except the AUTO_INCREMENT counter, which moves
/// with the data and says nothing about the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DiffOptions {
    /// Leave out the next AUTO_INCREMENT value of tables.
    pub ignore_auto_increment: bool,
    /// Leave out comments of tables, columns, indexes, partitions, routines and events.
    pub ignore_comments: bool,
    /// Leave out the order of columns.
    pub ignore_column_order: bool,
    /// Leave out who defined views and stored programs, and in which session.
    pub ignore_definers: bool,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            ignore_auto_increment: true,
            ignore_comments: false,
            ignore_column_order: false,
            ignore_definers: false,
        }
    }
}
