//! Columns: types, defaults, generation.

use serde::{Deserialize, Serialize};

use crate::table::{Check, is_default};

/// A character set and one of its collations, both by the server's own lower-case name (`utf8mb3`, never `utf8`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CharacterSet {
    /// Name of the character set, such as `utf8mb4`.
    pub charset: String,
    /// Name of the collation, such as `utf8mb4_0900_ai_ci`.
    pub collation: String,
}

impl CharacterSet {
    /// A pair from its two names.
    pub fn new(charset: impl Into<String>, collation: impl Into<String>) -> Self {
        Self { charset: charset.into(), collation: collation.into() }
    }
}

/// The character set of a string column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ColumnCharacterSet {
    /// What it is, resolved: inherited values are filled in.
    #[serde(flatten)]
    pub set: CharacterSet,
    /// Whether the column's definition named it. MySQL 8 and later keep this and show it; MariaDB does not.
    #[serde(default, skip_serializing_if = "is_default")]
    pub explicit: bool,
}

/// The five integer sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IntegerSize {
    /// 1 byte.
    TinyInt,
    /// 2 bytes.
    SmallInt,
    /// 3 bytes.
    MediumInt,
    /// 4 bytes.
    Int,
    /// 8 bytes.
    BigInt,
}

impl IntegerSize {
    /// The display width that a server fills in where none is written: as many characters as the longest value takes.
    pub const fn default_width(self, unsigned: bool) -> u16 {
        match (self, unsigned) {
            (Self::TinyInt, false) => 4,
            (Self::TinyInt, true) => 3,
            (Self::SmallInt, false) => 6,
            (Self::SmallInt, true) => 5,
            (Self::MediumInt, false) => 9,
            (Self::MediumInt, true) => 8,
            (Self::Int, false) => 11,
            (Self::Int, true) => 10,
            (Self::BigInt, _) => 20,
        }
    }
}

/// The four sizes of TEXT and BLOB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LobSize {
    /// Up to 255 bytes.
    Tiny,
    /// Up to 65,535 bytes: TEXT and BLOB themselves.
    Regular,
    /// Up to 16 MiB.
    Medium,
    /// Up to 4 GiB.
    Long,
}

/// The kinds of geometry column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeometryKind {
    /// GEOMETRY, any kind.
    Geometry,
    /// POINT.
    Point,
    /// LINESTRING.
    LineString,
    /// POLYGON.
    Polygon,
    /// MULTIPOINT.
    MultiPoint,
    /// MULTILINESTRING.
    MultiLineString,
    /// MULTIPOLYGON.
    MultiPolygon,
    /// GEOMETRYCOLLECTION (`geomcollection` on MySQL 8 and later).
    GeometryCollection,
}

/// A column's type, as the server keeps it: aliases resolved, omitted lengths filled in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ColumnType {
    /// TINYINT to BIGINT.
    Integer {
        /// Which of the five.
        size: IntegerSize,
        /// The display width where the server shows one: always on MariaDB; on MySQL 8.0.19 and later only with
        /// ZEROFILL and for a signed `tinyint(1)`.
        #[serde(default, skip_serializing_if = "is_default")]
        width: Option<u16>,
        /// UNSIGNED.
        #[serde(default, skip_serializing_if = "is_default")]
        unsigned: bool,
        /// ZEROFILL (which makes the column UNSIGNED too).
        #[serde(default, skip_serializing_if = "is_default")]
        zerofill: bool,
    },
    /// DECIMAL(precision, scale).
    Decimal {
        /// Digits in all, 1 to 65.
        precision: u8,
        /// Digits after the point, 0 to 30 (38 on MariaDB).
        scale: u8,
        /// UNSIGNED.
        #[serde(default, skip_serializing_if = "is_default")]
        unsigned: bool,
        /// ZEROFILL.
        #[serde(default, skip_serializing_if = "is_default")]
        zerofill: bool,
    },
    /// FLOAT or DOUBLE.
    Float {
        /// Whether it is DOUBLE.
        double: bool,
        /// The non-standard (M,D).
        #[serde(default, skip_serializing_if = "is_default")]
        digits: Option<(u8, u8)>,
        /// UNSIGNED.
        #[serde(default, skip_serializing_if = "is_default")]
        unsigned: bool,
        /// ZEROFILL.
        #[serde(default, skip_serializing_if = "is_default")]
        zerofill: bool,
    },
    /// BIT(width).
    Bit {
        /// 1 to 64.
        width: u8,
    },
    /// CHAR(length).
    Char {
        /// In characters, 0 to 255.
        length: u32,
    },
    /// VARCHAR(length).
    Varchar {
        /// In characters.
        length: u32,
    },
    /// BINARY(length).
    Binary {
        /// In bytes, 0 to 255.
        length: u32,
    },
    /// VARBINARY(length).
    Varbinary {
        /// In bytes.
        length: u32,
    },
    /// TINYTEXT to LONGTEXT.
    Text {
        /// Which of the four.
        size: LobSize,
    },
    /// TINYBLOB to LONGBLOB.
    Blob {
        /// Which of the four.
        size: LobSize,
    },
    /// ENUM.
    Enum {
        /// The members, in order, unquoted.
        values: Vec<String>,
    },
    /// SET.
    Set {
        /// The members, in order, unquoted.
        values: Vec<String>,
    },
    /// DATE.
    Date,
    /// TIME(fsp).
    Time {
        /// Fractional digits of a second, 0 to 6.
        #[serde(default, skip_serializing_if = "is_default")]
        fsp: u8,
    },
    /// DATETIME(fsp).
    DateTime {
        /// Fractional digits of a second, 0 to 6.
        #[serde(default, skip_serializing_if = "is_default")]
        fsp: u8,
    },
    /// TIMESTAMP(fsp).
    Timestamp {
        /// Fractional digits of a second, 0 to 6.
        #[serde(default, skip_serializing_if = "is_default")]
        fsp: u8,
    },
    /// YEAR (shown as `year(4)` by MariaDB).
    Year,
    /// MySQL's JSON. MariaDB's JSON is a `longtext` with a check, and is modelled as that.
    Json,
    /// A geometry.
    Geometry {
        /// Which kind.
        kind: GeometryKind,
        /// The column's SRID; MySQL only.
        #[serde(default, skip_serializing_if = "is_default")]
        srid: Option<u32>,
    },
    /// VECTOR(dimensions): MySQL 9.0 and later, MariaDB 11.7 and later.
    Vector {
        /// Number of dimensions.
        dimensions: u32,
    },
    /// MariaDB's INET4.
    Inet4,
    /// MariaDB's INET6.
    Inet6,
    /// MariaDB's UUID.
    Uuid,
}

impl ColumnType {
    /// CHAR, VARCHAR, the TEXTs, ENUM and SET: the types that have a character set.
    pub const fn has_character_set(&self) -> bool {
        matches!(
            self,
            Self::Char { .. }
                | Self::Varchar { .. }
                | Self::Text { .. }
                | Self::Enum { .. }
                | Self::Set { .. }
        )
    }

    /// The TEXTs and BLOBs, JSON and the geometries: the types that an index takes only by prefix, or not at all.
    pub const fn is_lob(&self) -> bool {
        matches!(
            self,
            Self::Text { .. } | Self::Blob { .. } | Self::Json | Self::Geometry { .. } | Self::Vector { .. }
        )
    }

    /// Integers, DECIMAL, FLOAT and DOUBLE.
    pub const fn is_numeric(&self) -> bool {
        matches!(self, Self::Integer { .. } | Self::Decimal { .. } | Self::Float { .. })
    }

    /// TIME, DATETIME and TIMESTAMP carry fractional seconds: their number of digits.
    pub const fn fsp(&self) -> Option<u8> {
        match self {
            Self::Time { fsp } | Self::DateTime { fsp } | Self::Timestamp { fsp } => Some(*fsp),
            _ => None,
        }
    }
}

/// What a column takes when an INSERT does not name it. A column without any is `None` beside this type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// `DEFAULT NULL`, written or implied.
    Null,
    /// A literal, as the server stores it: text without quotes, numbers in the column's scale (`1.500`).
    Literal(String),
    /// A bit literal's digits: `101` for `b'101'`.
    Bits(String),
    /// A binary literal that is no valid text, in lower-case hexadecimal digits without `0x`.
    Hex(String),
    /// `CURRENT_TIMESTAMP` with the column's own precision.
    Now,
    /// An expression in the flavor's own printing, without the parentheses that SHOW CREATE puts around it.
    Expression(String),
    /// MariaDB's `NEXT VALUE FOR sequence`, as printed.
    NextValue(String),
}

/// How a generated column comes by its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Generated {
    /// `GENERATED ALWAYS AS (expression)`.
    Expression {
        /// In the flavor's own printing, without the outer parentheses.
        expression: String,
        /// STORED rather than VIRTUAL.
        stored: bool,
    },
    /// MariaDB: `GENERATED ALWAYS AS ROW START` of a system-versioned table.
    RowStart,
    /// MariaDB: `GENERATED ALWAYS AS ROW END`.
    RowEnd,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Column {
    /// Its name, unquoted, in the case it was created with.
    pub name: String,
    /// Its type.
    #[serde(flatten)]
    pub ty: ColumnType,
    /// Its character set; `None` for types without one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub character_set: Option<ColumnCharacterSet>,
    /// Whether it accepts NULL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub nullable: bool,
    /// Its default; `None` when there is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub default: Option<DefaultValue>,
    /// `ON UPDATE CURRENT_TIMESTAMP`, with the column's own precision.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_update_now: bool,
    /// AUTO_INCREMENT.
    #[serde(default, skip_serializing_if = "is_default")]
    pub auto_increment: bool,
    /// How it is generated, if it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub generated: Option<Generated>,
    /// INVISIBLE.
    #[serde(default, skip_serializing_if = "is_default")]
    pub invisible: bool,
    /// Its comment; empty for none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub comment: String,
    /// A CHECK that belongs to the column itself: MariaDB keeps it there, MySQL moves it to the table.
    #[serde(default, skip_serializing_if = "is_default")]
    pub check: Option<Check>,
    /// MariaDB's `COMPRESSED[=method]`: the method, or an empty text for the default one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub compressed: Option<String>,
    /// `COLUMN_FORMAT`, in upper case; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub column_format: Option<String>,
    /// `STORAGE`, in upper case; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub storage: Option<String>,
    /// `ENGINE_ATTRIBUTE`; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub engine_attribute: Option<String>,
    /// `SECONDARY_ENGINE_ATTRIBUTE`; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secondary_engine_attribute: Option<String>,
    /// `NOT SECONDARY`; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub not_secondary: bool,
    /// MariaDB's `WITHOUT SYSTEM VERSIONING` (true) or `WITH SYSTEM VERSIONING` (false) on a column.
    #[serde(default, skip_serializing_if = "is_default")]
    pub system_versioning: Option<bool>,
    /// MariaDB's engine-defined attributes, name and value as printed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attributes: Vec<(String, String)>,
}

impl Column {
    /// A nullable column with no other attribute. (The server would show `DEFAULT NULL`; that is the caller's to say.)
    pub fn new(name: impl Into<String>, ty: ColumnType) -> Self {
        Self {
            name: name.into(),
            ty,
            character_set: None,
            nullable: true,
            default: None,
            on_update_now: false,
            auto_increment: false,
            generated: None,
            invisible: false,
            comment: String::new(),
            check: None,
            compressed: None,
            column_format: None,
            storage: None,
            engine_attribute: None,
            secondary_engine_attribute: None,
            not_secondary: false,
            system_versioning: None,
            attributes: Vec::new(),
        }
    }
}
