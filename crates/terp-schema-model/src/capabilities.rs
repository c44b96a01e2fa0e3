//! What a server can do and how much of it.
//!
//! First versions are from the vendors' manuals and release notes; "seen" means tried on MySQL 9.7.4,
//! MariaDB 10.11.18 or MariaDB 11.8.9. The limits on columns, indexes, index parts, key bytes, comments, partitions,
//! SET members, decimals and vectors were tried on all three: the limit is accepted, one more refused.

use crate::flavor::Flavor;

/// What a server can do, and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Index parts may be expressions: MySQL 8.0.13 (manual, CREATE INDEX). MariaDB: no (seen).
    pub functional_indexes: bool,
    /// Columns may be INVISIBLE: MySQL 8.0.23 (manual, Invisible Columns), MariaDB 10.3.
    pub invisible_columns: bool,
    /// Indexes may be INVISIBLE (MySQL 8.0) or IGNORED (MariaDB 10.6, Ignored Indexes).
    pub invisible_indexes: bool,
    /// An index's DESC is kept rather than parsed and dropped: MySQL 8.0, MariaDB 10.8 (CREATE INDEX).
    pub descending_indexes: bool,
    /// CHECK is enforced: MySQL 8.0.16 (manual, CHECK Constraints), MariaDB 10.2.
    pub check_constraints: bool,
    /// A column's own CHECK stays with the column: MariaDB (seen). MySQL makes it one of the table's.
    pub check_in_column: bool,
    /// CHECK may be NOT ENFORCED: MySQL 8.0.16.
    pub check_not_enforced: bool,
    /// REFERENCES in a column's definition makes a foreign key: MySQL 9.0 (release notes), MariaDB 10.5.
    pub enforces_inline_references: bool,
    /// JSON is LONGTEXT with a check: MariaDB (JSON data type).
    pub json_is_alias: bool,
    /// The VECTOR type: MySQL 9.0, MariaDB 11.7.
    pub vector: bool,
    /// VECTOR indexes: MariaDB 11.7.
    pub vector_indexes: bool,
    /// INET6: MariaDB 10.5.
    pub inet6: bool,
    /// INET4: MariaDB 10.10.
    pub inet4: bool,
    /// UUID as a type: MariaDB 10.7.
    pub uuid: bool,
    /// A spatial column keeps its SRID: MySQL 8.0.3 (manual, Spatial Type SRID).
    pub column_srid: bool,
    /// DEFAULT takes any expression: MySQL 8.0.13 (manual, Data Type Default Values), MariaDB 10.2.
    pub expression_defaults: bool,
    /// TEXT and BLOB may have a literal default: MariaDB 10.2. MySQL refuses with 1101 (seen).
    pub lob_defaults: bool,
    /// Integer types show a display width: MariaDB; MySQL before 8.0.19.
    pub display_width: bool,
    /// ALTER TABLE ... RENAME COLUMN: MySQL 8.0.3, MariaDB 10.5.2.
    pub rename_column: bool,
    /// ALTER TABLE ... RENAME INDEX: MySQL 5.7, MariaDB 10.5.2.
    pub rename_index: bool,
    /// ALGORITHM=INSTANT adds a column at the end: MySQL 8.0.12, MariaDB 10.3.
    pub instant_add_column_last: bool,
    /// ALGORITHM=INSTANT adds a column anywhere: MySQL 8.0.29, MariaDB 10.4.
    pub instant_add_column_anywhere: bool,
    /// ALGORITHM=INSTANT drops a column: MySQL 8.0.29, MariaDB 10.4.
    pub instant_drop_column: bool,
    /// A failed DDL statement leaves nothing behind, also in a crash: MySQL 8.0 (Atomic DDL), MariaDB 10.6 for most.
    pub atomic_ddl: bool,
    /// SEQUENCE objects: MariaDB 10.3.
    pub sequences: bool,
    /// System versioning and periods: MariaDB 10.3 and 10.4.
    pub system_versioning: bool,
    /// Tables with COMPRESSED columns: MariaDB 10.3.
    pub compressed_columns: bool,
    /// `IF [NOT] EXISTS` on ALTER TABLE's clauses and on indexes: MariaDB.
    pub if_exists_in_alter: bool,
    /// CREATE OR REPLACE TABLE: MariaDB.
    pub or_replace_table: bool,
    /// A foreign key must refer to a whole unique key: MySQL 8.4 (restrict_fk_on_non_standard_key, errno 6125 seen).
    pub foreign_keys_need_unique_parent: bool,
    /// A collation may be written without its character set: MariaDB 10.10.
    pub short_collations: bool,

    /// Longest name of a table, column, index, constraint and so on, in characters (manual, Identifier Length
    /// Limits).
    pub max_identifier_length: usize,
    /// Longest alias, in characters.
    pub max_alias_length: usize,
    /// Most columns of any table.
    pub max_columns: usize,
    /// Most columns of an InnoDB table, virtual ones included (manual, InnoDB Limits).
    pub max_innodb_columns: usize,
    /// Most indexes of a table (MySQL and MariaDB as built by default: 64).
    pub max_indexes: usize,
    /// Most parts of an index: 16 on MySQL, 32 on MariaDB.
    pub max_index_parts: usize,
    /// Most bytes of an InnoDB index with ROW_FORMAT DYNAMIC or COMPRESSED and 16 KiB pages.
    pub max_key_bytes: usize,
    /// Most bytes of an InnoDB index part with ROW_FORMAT REDUNDANT or COMPACT.
    pub max_key_part_bytes_compact: usize,
    /// Most bytes of a row, lobs aside (manual, Limits on Table Column Count and Row Size).
    pub max_row_bytes: usize,
    /// Longest comment of a column, in characters.
    pub max_column_comment: usize,
    /// Longest comment of an index, in characters.
    pub max_index_comment: usize,
    /// Longest comment of a table, in characters.
    pub max_table_comment: usize,
    /// Most partitions and subpartitions of a table.
    pub max_partitions: usize,
    /// Most members of an ENUM.
    pub max_enum_members: usize,
    /// Most members of a SET.
    pub max_set_members: usize,
    /// Most digits of a DECIMAL.
    pub max_decimal_precision: u8,
    /// Most digits after a DECIMAL's point: 30 on MySQL, 38 on MariaDB.
    pub max_decimal_scale: u8,
    /// Most dimensions of a VECTOR; 0 without the type.
    pub max_vector_dimensions: u32,
}

impl Flavor {
    /// What this server can do, and its limits.
    pub const fn capabilities(self) -> Capabilities {
        let mysql = self.is_mysql();
        let mariadb = self.is_mariadb();
        let vector = self.mysql_since(9, 0, 0) || self.mariadb_since(11, 7, 0);
        Capabilities {
            functional_indexes: self.mysql_since(8, 0, 13),
            invisible_columns: mariadb || self.mysql_since(8, 0, 23),
            invisible_indexes: true,
            descending_indexes: mysql || self.mariadb_since(10, 8, 0),
            check_constraints: mariadb || self.mysql_since(8, 0, 16),
            check_in_column: mariadb,
            check_not_enforced: self.mysql_since(8, 0, 16),
            enforces_inline_references: mariadb || self.mysql_since(9, 0, 0),
            json_is_alias: mariadb,
            vector,
            vector_indexes: self.mariadb_since(11, 7, 0),
            inet6: mariadb,
            inet4: self.mariadb_since(10, 10, 0),
            uuid: self.mariadb_since(10, 7, 0),
            column_srid: mysql,
            expression_defaults: mariadb || self.mysql_since(8, 0, 13),
            lob_defaults: mariadb,
            display_width: mariadb || !self.mysql_since(8, 0, 19),
            rename_column: true,
            rename_index: true,
            instant_add_column_last: mariadb || self.mysql_since(8, 0, 12),
            instant_add_column_anywhere: mariadb || self.mysql_since(8, 0, 29),
            instant_drop_column: mariadb || self.mysql_since(8, 0, 29),
            atomic_ddl: true,
            sequences: mariadb,
            system_versioning: mariadb,
            compressed_columns: mariadb,
            if_exists_in_alter: mariadb,
            or_replace_table: mariadb,
            foreign_keys_need_unique_parent: self.mysql_since(8, 4, 0),
            short_collations: self.mariadb_since(10, 10, 1),
            max_identifier_length: 64,
            max_alias_length: 256,
            max_columns: 4096,
            max_innodb_columns: 1017,
            max_indexes: 64,
            max_index_parts: if mysql { 16 } else { 32 },
            max_key_bytes: 3072,
            max_key_part_bytes_compact: 767,
            max_row_bytes: 65_535,
            max_column_comment: 1024,
            max_index_comment: 1024,
            max_table_comment: 2048,
            max_partitions: 8192,
            max_enum_members: 65_535,
            max_set_members: 64,
            max_decimal_precision: 65,
            max_decimal_scale: if mysql { 30 } else { 38 },
            max_vector_dimensions: if vector { 16_383 } else { 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::flavor::Flavor;

    #[test]
    fn vendors_and_versions_differ() {
        let mysql = Flavor::MYSQL_9_7.capabilities();
        let mariadb = Flavor::MARIADB_10_11.capabilities();
        assert!(mysql.functional_indexes && !mariadb.functional_indexes);
        assert!(mysql.vector && !mariadb.vector && Flavor::MARIADB_11_8.capabilities().vector);
        assert_eq!((mysql.max_index_parts, mariadb.max_index_parts), (16, 32));
        assert!(!Flavor::mysql(8, 4, 0).capabilities().enforces_inline_references);
        assert!(!Flavor::mysql(8, 0, 16).capabilities().invisible_columns);
        assert!(Flavor::mysql(8, 0, 18).capabilities().display_width);
        assert!(!Flavor::mysql(8, 0, 0).capabilities().display_width);
    }
}
