//! CREATE TABLE, CREATE INDEX and what they are made of.

use terp_schema_model::{GeometryKind, IndexAlgorithm, IndexKind, ReferentialAction};

use super::{Expr, Ident, ObjectName, PartitionClause, Query, Text, Unsupported};
use crate::Span;

/// `CREATE [OR REPLACE] [TEMPORARY] TABLE [IF NOT EXISTS] name ...`
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// OR REPLACE; MariaDB.
    pub or_replace: bool,
    /// TEMPORARY.
    pub temporary: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The new table.
    pub name: ObjectName,
    /// What it is made of.
    pub body: CreateTableBody,
}

/// What a new table is made of.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a statement has one, and nearly always the large one")]
pub enum CreateTableBody {
    /// `LIKE other`.
    Like(ObjectName),
    /// Columns, keys and options.
    Definition(TableDefinition),
}

/// `(elements) options partitioning [SELECT ...]`
#[derive(Debug, Clone, PartialEq)]
pub struct TableDefinition {
    /// Columns, keys and constraints, in order.
    pub elements: Vec<TableElement>,
    /// Table options, in order.
    pub options: Vec<TableOption>,
    /// PARTITION BY.
    pub partitioning: Option<PartitionClause>,
    /// The query of `CREATE TABLE ... SELECT`.
    pub select: Option<CreateSelect>,
}

/// `[IGNORE|REPLACE] [AS] query` of CREATE TABLE.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSelect {
    /// IGNORE or REPLACE: no row is refused because of another.
    pub duplicates: bool,
    /// The query, or what of it is not read here.
    pub query: Result<Box<Query>, Unsupported>,
    /// Where it stands.
    pub span: Span,
}

/// One element between the parentheses of CREATE TABLE, or after ADD.
#[derive(Debug, Clone, PartialEq)]
pub enum TableElement {
    /// A column.
    Column(ColumnDef),
    /// A key of any kind.
    Index(IndexDef),
    /// A foreign key.
    ForeignKey(ForeignKeyDef),
    /// A CHECK constraint.
    Check(CheckDef),
    /// MariaDB's `PERIOD FOR name (start, end)`.
    Period(PeriodDef),
}

/// A column's definition.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type, as written. MariaDB lets a generated or versioning column go without one.
    pub ty: TypeName,
    /// Its attributes, in order.
    pub attributes: Vec<ColumnAttribute>,
    /// From the name to the last attribute.
    pub span: Span,
}

/// A type's keyword, synonyms folded (`INTEGER` and `INT4` are [`TypeKeyword::Int`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TypeKeyword {
    /// TINYINT, INT1.
    TinyInt,
    /// SMALLINT, INT2.
    SmallInt,
    /// MEDIUMINT, INT3, MIDDLEINT.
    MediumInt,
    /// INT, INTEGER, INT4.
    Int,
    /// BIGINT, INT8.
    BigInt,
    /// BOOL, BOOLEAN.
    Bool,
    /// SERIAL.
    Serial,
    /// DECIMAL, DEC, NUMERIC, FIXED (and NUMBER in MariaDB's Oracle mode).
    Decimal,
    /// FLOAT, FLOAT4.
    Float,
    /// `DOUBLE [PRECISION]`, FLOAT8.
    Double,
    /// REAL: DOUBLE, or FLOAT under REAL_AS_FLOAT.
    Real,
    /// BIT.
    Bit,
    /// CHAR, CHARACTER.
    Char,
    /// VARCHAR, CHAR VARYING, VARCHARACTER.
    Varchar,
    /// NCHAR, NATIONAL CHAR.
    NChar,
    /// NVARCHAR, NATIONAL VARCHAR, NCHAR VARYING.
    NVarchar,
    /// BINARY (and CHAR BYTE).
    Binary,
    /// VARBINARY.
    Varbinary,
    /// TINYTEXT.
    TinyText,
    /// TEXT.
    Text,
    /// MEDIUMTEXT, LONG, LONG VARCHAR.
    MediumText,
    /// LONGTEXT.
    LongText,
    /// TINYBLOB.
    TinyBlob,
    /// BLOB.
    Blob,
    /// MEDIUMBLOB, LONG VARBINARY.
    MediumBlob,
    /// LONGBLOB.
    LongBlob,
    /// ENUM.
    Enum,
    /// SET.
    Set,
    /// DATE.
    Date,
    /// TIME.
    Time,
    /// DATETIME.
    DateTime,
    /// TIMESTAMP.
    Timestamp,
    /// YEAR.
    Year,
    /// JSON.
    Json,
    /// A geometry.
    Geometry(GeometryKind),
    /// VECTOR.
    Vector,
    /// INET4; MariaDB.
    Inet4,
    /// INET6; MariaDB.
    Inet6,
    /// UUID; MariaDB.
    Uuid,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    /// The keyword.
    pub keyword: TypeKeyword,
    /// The numbers in parentheses; a number too large for u64 is `u64::MAX`.
    pub args: Vec<u64>,
    /// The members of ENUM or SET.
    pub values: Vec<Text>,
    /// UNSIGNED.
    pub unsigned: bool,
    /// ZEROFILL.
    pub zerofill: bool,
    /// `CHARACTER SET name`; ASCII is `latin1`, UNICODE is `ucs2`, BYTE is `binary`.
    pub charset: Option<Ident>,
    /// BINARY: the character set's `_bin` collation.
    pub binary: bool,
    /// MariaDB's `COMPRESSED[=method]`: the method, or an empty text.
    pub compressed: Option<Text>,
    /// Where it stands.
    pub span: Span,
}

/// One attribute of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnAttribute {
    /// What it says.
    pub kind: ColumnAttributeKind,
    /// Where it stands.
    pub span: Span,
}

/// What an attribute of a column says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ColumnAttributeKind {
    /// NULL.
    Null,
    /// NOT NULL.
    NotNull,
    /// DEFAULT.
    Default(DefaultClause),
    /// `ON UPDATE CURRENT_TIMESTAMP[(fsp)]`.
    OnUpdateNow {
        /// The digits in parentheses.
        fsp: Option<u64>,
    },
    /// AUTO_INCREMENT.
    AutoIncrement,
    /// SERIAL DEFAULT VALUE.
    SerialDefaultValue,
    /// `[PRIMARY] KEY`.
    PrimaryKey,
    /// `UNIQUE [KEY]`.
    Unique,
    /// COMMENT.
    Comment(Text),
    /// COLLATE.
    Collate(Ident),
    /// `[GENERATED ALWAYS] AS (expression) [VIRTUAL|STORED|PERSISTENT]`.
    Generated {
        /// The expression.
        expr: Expr,
        /// Whether STORED (or PERSISTENT) or VIRTUAL was written.
        stored: Option<bool>,
    },
    /// MariaDB: `GENERATED ALWAYS AS ROW START`.
    RowStart,
    /// MariaDB: `GENERATED ALWAYS AS ROW END`.
    RowEnd,
    /// CHECK.
    Check(CheckDef),
    /// REFERENCES.
    References(References),
    /// VISIBLE (false) or INVISIBLE (true).
    Invisible(bool),
    /// SRID.
    Srid(u64),
    /// COLUMN_FORMAT, its word in upper case.
    ColumnFormat(String),
    /// STORAGE, its word in upper case.
    Storage(String),
    /// ENGINE_ATTRIBUTE.
    EngineAttribute(Text),
    /// SECONDARY_ENGINE_ATTRIBUTE.
    SecondaryEngineAttribute(Text),
    /// NOT SECONDARY.
    NotSecondary,
    /// MariaDB: WITH (true) or WITHOUT (false) SYSTEM VERSIONING.
    SystemVersioning(bool),
    /// MariaDB: an engine-defined attribute, `name = value`.
    Attribute(Attribute),
}

/// DEFAULT and what follows.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultClause {
    /// A literal, a NOW function, or an expression.
    pub expr: Expr,
    /// Whether the value stood in parentheses of its own, which makes it an expression default on MySQL.
    pub parenthesised: bool,
}

/// MariaDB's engine-defined attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: Ident,
    /// Its value: a word, number or string, unquoted.
    pub value: String,
    /// Whether the value was a quoted string.
    pub quoted: bool,
}

/// A key of any kind but a foreign one.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexDef {
    /// Its kind.
    pub kind: IndexKind,
    /// The name after CONSTRAINT, if any.
    pub constraint: Option<Ident>,
    /// The name after KEY, if any.
    pub name: Option<Ident>,
    /// MariaDB's IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Its parts.
    pub parts: Vec<IndexPartDef>,
    /// MariaDB's `period WITHOUT OVERLAPS` as last part.
    pub without_overlaps: Option<Ident>,
    /// Its options, in order.
    pub options: Vec<IndexOption>,
    /// Where it stands.
    pub span: Span,
}

/// One part of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexPartDef {
    /// Column or expression.
    pub kind: IndexPartDefKind,
    /// DESC was written.
    pub descending: bool,
    /// ASC or DESC was written.
    pub ordered: bool,
    /// Where it stands.
    pub span: Span,
}

/// What a part of a key is.
#[derive(Debug, Clone, PartialEq)]
pub enum IndexPartDefKind {
    /// A column with an optional prefix length.
    Column {
        /// The column.
        name: Ident,
        /// The number in parentheses.
        length: Option<u64>,
    },
    /// An expression in parentheses.
    Expression(Expr),
}

/// One option of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexOption {
    /// What it says.
    pub kind: IndexOptionKind,
    /// Where it stands.
    pub span: Span,
}

/// What an option of a key says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum IndexOptionKind {
    /// USING or TYPE.
    Using(IndexAlgorithm),
    /// KEY_BLOCK_SIZE.
    KeyBlockSize(u64),
    /// COMMENT.
    Comment(Text),
    /// WITH PARSER.
    Parser(Ident),
    /// VISIBLE or NOT IGNORED (false), INVISIBLE or IGNORED (true).
    Invisible(bool),
    /// ENGINE_ATTRIBUTE.
    EngineAttribute(Text),
    /// SECONDARY_ENGINE_ATTRIBUTE.
    SecondaryEngineAttribute(Text),
    /// MariaDB's CLUSTERING.
    Clustering(bool),
    /// MariaDB's engine-defined attribute.
    Attribute(Attribute),
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKeyDef {
    /// The name after CONSTRAINT, if any.
    pub constraint: Option<Ident>,
    /// The name after FOREIGN KEY, if any: the index's.
    pub index_name: Option<Ident>,
    /// MariaDB's IF NOT EXISTS.
    pub if_not_exists: bool,
    /// This table's columns.
    pub columns: Vec<Ident>,
    /// The parent.
    pub references: References,
    /// Where it stands.
    pub span: Span,
}

/// REFERENCES and what follows.
#[derive(Debug, Clone, PartialEq)]
pub struct References {
    /// The name after CONSTRAINT, where REFERENCES is a column's attribute.
    pub constraint: Option<Ident>,
    /// The parent table.
    pub table: ObjectName,
    /// The parent's columns; empty where none were written.
    pub columns: Vec<Ident>,
    /// MATCH, its word in upper case.
    pub match_kind: Option<String>,
    /// ON DELETE.
    pub on_delete: Option<ReferentialAction>,
    /// ON UPDATE.
    pub on_update: Option<ReferentialAction>,
    /// Where it stands.
    pub span: Span,
}

/// A CHECK constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckDef {
    /// The name after CONSTRAINT, if any.
    pub constraint: Option<Ident>,
    /// MariaDB's IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The expression.
    pub expr: Expr,
    /// ENFORCED or NOT ENFORCED, where written; MySQL.
    pub enforced: Option<bool>,
    /// Where it stands.
    pub span: Span,
}

/// MariaDB's PERIOD FOR.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodDef {
    /// `SYSTEM_TIME` or a name.
    pub name: Ident,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The column that starts it.
    pub start: Ident,
    /// The column that ends it.
    pub end: Ident,
    /// Where it stands.
    pub span: Span,
}

/// One table option.
#[derive(Debug, Clone, PartialEq)]
pub struct TableOption {
    /// What it says.
    pub kind: TableOptionKind,
    /// Where it stands.
    pub span: Span,
}

/// What a table option says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TableOptionKind {
    /// ENGINE or TYPE.
    Engine(Ident),
    /// AUTO_INCREMENT.
    AutoIncrement(u64),
    /// `[DEFAULT] CHARACTER SET`; `None` for the word DEFAULT.
    CharacterSet(Option<Ident>),
    /// `[DEFAULT] COLLATE`; `None` for the word DEFAULT.
    Collate(Option<Ident>),
    /// COMMENT.
    Comment(Text),
    /// ROW_FORMAT, its word in upper case.
    RowFormat(String),
    /// KEY_BLOCK_SIZE.
    KeyBlockSize(u64),
    /// MIN_ROWS.
    MinRows(u64),
    /// MAX_ROWS.
    MaxRows(u64),
    /// AVG_ROW_LENGTH.
    AvgRowLength(u64),
    /// PACK_KEYS; `None` for DEFAULT.
    PackKeys(Option<bool>),
    /// STATS_PERSISTENT; `None` for DEFAULT.
    StatsPersistent(Option<bool>),
    /// STATS_AUTO_RECALC; `None` for DEFAULT.
    StatsAutoRecalc(Option<bool>),
    /// STATS_SAMPLE_PAGES; `None` for DEFAULT.
    StatsSamplePages(Option<u64>),
    /// CHECKSUM.
    Checksum(bool),
    /// DELAY_KEY_WRITE.
    DelayKeyWrite(bool),
    /// COMPRESSION.
    Compression(Text),
    /// ENCRYPTION as MySQL writes it.
    Encryption(Text),
    /// TABLESPACE.
    Tablespace(Ident),
    /// STORAGE, its word in upper case.
    Storage(String),
    /// AUTOEXTEND_SIZE in bytes.
    AutoextendSize(u64),
    /// ENGINE_ATTRIBUTE.
    EngineAttribute(Text),
    /// SECONDARY_ENGINE_ATTRIBUTE.
    SecondaryEngineAttribute(Text),
    /// SECONDARY_ENGINE; `None` for NULL.
    SecondaryEngine(Option<Ident>),
    /// DATA DIRECTORY.
    DataDirectory(Text),
    /// INDEX DIRECTORY.
    IndexDirectory(Text),
    /// INSERT_METHOD, its word in upper case.
    InsertMethod(String),
    /// UNION.
    Union(Vec<ObjectName>),
    /// CONNECTION.
    Connection(Text),
    /// PASSWORD, which every server ignores.
    Password(Text),
    /// TRANSACTIONAL; `None` for DEFAULT.
    Transactional(Option<bool>),
    /// PAGE_CHECKSUM.
    PageChecksum(bool),
    /// MariaDB's SEQUENCE.
    Sequence(bool),
    /// MariaDB's WITH SYSTEM VERSIONING.
    SystemVersioning,
    /// START TRANSACTION; MySQL.
    StartTransaction,
    /// MariaDB's engine-defined option, `name = value`.
    Attribute(Attribute),
}

/// `CREATE [OR REPLACE] [UNIQUE|FULLTEXT|SPATIAL] INDEX ... ON table (...)`
#[derive(Debug, Clone, PartialEq)]
pub struct CreateIndex {
    /// OR REPLACE; MariaDB.
    pub or_replace: bool,
    /// The index; its name is always there.
    pub index: IndexDef,
    /// The table.
    pub table: ObjectName,
    /// `ALGORITHM =`, its word in upper case.
    pub algorithm: Option<String>,
    /// `LOCK =`, its word in upper case.
    pub lock: Option<String>,
}

/// `DROP INDEX name ON table`
#[derive(Debug, Clone, PartialEq)]
pub struct DropIndex {
    /// IF EXISTS; MariaDB.
    pub if_exists: bool,
    /// The index.
    pub name: Ident,
    /// The table.
    pub table: ObjectName,
    /// `ALGORITHM =`, its word in upper case.
    pub algorithm: Option<String>,
    /// `LOCK =`, its word in upper case.
    pub lock: Option<String>,
}

/// `RENAME TABLE a TO b, ...`
#[derive(Debug, Clone, PartialEq)]
pub struct RenameTable {
    /// IF EXISTS; MariaDB.
    pub if_exists: bool,
    /// Old and new names, in order.
    pub renames: Vec<(ObjectName, ObjectName)>,
}

/// `DROP [TEMPORARY] TABLE [IF EXISTS] a, b`
#[derive(Debug, Clone, PartialEq)]
pub struct DropTable {
    /// TEMPORARY.
    pub temporary: bool,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The tables.
    pub names: Vec<ObjectName>,
}
