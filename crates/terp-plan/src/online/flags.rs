//! The kinds of change that both servers tell apart.

use std::ops::{BitOr, BitOrAssign, Not};

/// A set of kinds of change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags(u64);

impl Flags {
    /// None at all.
    pub(super) const NONE: Self = Self(0);

    const fn bit(n: u32) -> Self {
        Self(1 << n)
    }

    /// Whether any of those is set.
    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// Whether nothing is set.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is left without those.
    pub(super) const fn without(self, those: Self) -> Self {
        Self(self.0 & !those.0)
    }

    /// Those of both.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl Not for Flags {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0)
    }
}

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: Flags = Flags::bit($bit);)*
    };
}

flags! {
    ADD_VIRTUAL = 0;
    DROP_VIRTUAL = 1;
    /// A virtual column stands elsewhere among all columns.
    VIRTUAL_ORDER = 2;
    /// A column that is neither generated nor, on MySQL, made by an expression.
    ADD_STORED = 3;
    /// A column whose value is computed row by row.
    ADD_COMPUTED = 4;
    DROP_STORED = 5;
    /// A column stands elsewhere among those that are stored.
    STORED_ORDER = 6;
    COLUMN_NAME = 7;
    /// NOT NULL goes.
    NULLABLE = 8;
    /// NOT NULL comes.
    NOT_NULLABLE = 9;
    /// Another type, whose values are stored in another way.
    COLUMN_TYPE = 10;
    /// Another type, whose values are stored in the same way.
    TYPE_BY_ENGINE = 11;
    /// Something of a column that a generated one may be made from.
    COLUMN_VCOL = 12;
    VIRTUAL_EXPRESSION = 13;
    STORED_EXPRESSION = 14;
    ADD_INDEX = 15;
    ADD_UNIQUE = 16;
    ADD_PRIMARY = 17;
    ADD_SPATIAL = 18;
    DROP_INDEX = 19;
    DROP_UNIQUE = 20;
    DROP_PRIMARY = 21;
    RENAME_INDEX = 22;
    INDEX_COMMENT = 23;
    /// MySQL: an index is made VISIBLE or INVISIBLE.
    INDEX_VISIBILITY = 24;
    /// Options that InnoDB keeps without writing the rows again.
    OPTIONS = 25;
    /// Options that decide how rows are stored.
    OPTIONS_REBUILD = 26;
    /// FORCE, or the same storage engine named again.
    RECREATE = 27;
    ADD_FOREIGN_KEY = 28;
    DROP_FOREIGN_KEY = 29;
    /// A CHECK that the rows are held against.
    ADD_CHECK = 30;
    ADD_VERSIONING = 31;
    DROP_VERSIONING = 32;
    /// What InnoDB does not look at, but for virtual columns that come or go beside it: defaults, MODIFY, a CHECK that goes, another name
    /// of the table.
    ASIDE = 33;
    /// The server holds a new column's zero date against the rows.
    NOT_EMPTY = 34;
}
