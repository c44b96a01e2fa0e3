//! The sub-clauses of ALTER TABLE that work on partitions or tablespaces, and stand alone.

use super::partition::ValueColumns;
use super::{PResult, Parser};
use crate::ast::{AlterActionKind as A, Ident, PartitionNames};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// What begins with another word than ADD, DROP and CONVERT.
    pub(super) fn partition_maintenance(&mut self) -> PResult<Option<A>> {
        let second_is_partition = self.nth_kw(1, "PARTITION");
        let kind = match self.upper().as_str() {
            "DISCARD" if self.nth_kw(1, "TABLESPACE") => {
                self.bump();
                self.bumped(A::DiscardTablespace)
            }
            "IMPORT" if self.nth_kw(1, "TABLESPACE") => {
                self.bump();
                self.bumped(A::ImportTablespace)
            }
            "SECONDARY_LOAD" | "SECONDARY_UNLOAD" if self.options.flavor.is_mysql() => {
                self.bumped(A::SecondaryLoad)
            }
            "COALESCE" if second_is_partition => {
                self.start_partition_operation();
                A::CoalescePartition(self.integer("a number of partitions")?)
            }
            "REORGANIZE" if second_is_partition => self.reorganize_partition()?,
            "EXCHANGE" if second_is_partition => self.exchange_partition()?,
            "TRUNCATE" if second_is_partition => {
                self.bump();
                self.bump();
                A::TruncatePartition(self.partition_names()?)
            }
            operation @ ("ANALYZE" | "OPTIMIZE" | "REBUILD" | "REPAIR" | "CHECK") if second_is_partition => {
                let operation = operation.to_owned();
                self.bump();
                self.bump();
                if operation != "CHECK" {
                    self.eat_no_binlog();
                }
                let names = self.partition_names()?;
                self.maintenance_options(&operation)?;
                A::MaintainPartition { operation, names }
            }
            operation @ ("DISCARD" | "IMPORT") if second_is_partition && self.options.flavor.is_mysql() => {
                let operation = operation.to_owned();
                self.bump();
                self.bump();
                let names = self.partition_names()?;
                self.maintenance_options(&operation)?;
                A::MaintainPartition { operation, names }
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    /// Takes the operation's word and PARTITION, and the word about the binary log.
    fn start_partition_operation(&mut self) {
        self.bump();
        self.bump();
        self.eat_no_binlog();
    }

    fn eat_no_binlog(&mut self) {
        if !self.eat_kw("NO_WRITE_TO_BINLOG") {
            self.eat_kw("LOCAL");
        }
    }

    fn maintenance_options(&mut self, operation: &str) -> PResult<()> {
        match operation {
            "DISCARD" | "IMPORT" => self.expect_kw("TABLESPACE"),
            "CHECK" => {
                while self.eat_kws(&["FOR", "UPGRADE"])
                    || ["QUICK", "FAST", "MEDIUM", "EXTENDED", "CHANGED"].iter().any(|word| self.eat_kw(word))
                {
                }
                Ok(())
            }
            "REPAIR" => {
                let force = self.options.flavor.mariadb_since(11, 5, 0);
                while ["QUICK", "EXTENDED", "USE_FRM"].iter().any(|word| self.eat_kw(word))
                    || (force && self.eat_kw("FORCE"))
                {}
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn partition_names(&mut self) -> PResult<PartitionNames> {
        if self.eat_kw("ALL") {
            return Ok(PartitionNames::All);
        }
        self.partition_name_list().map(PartitionNames::Named)
    }

    pub(super) fn partition_name_list(&mut self) -> PResult<Vec<Ident>> {
        self.comma_list(|p| p.ident("a partition's name"))
    }

    fn reorganize_partition(&mut self) -> PResult<A> {
        self.start_partition_operation();
        if self.at_end() {
            return Ok(A::ReorganizePartition { names: Vec::new(), into: Vec::new() });
        }
        let names = self.partition_name_list()?;
        self.expect_kw("INTO")?;
        Ok(A::ReorganizePartition { names, into: self.partition_defs()? })
    }

    fn exchange_partition(&mut self) -> PResult<A> {
        self.bump();
        self.bump();
        let name = self.ident("a partition's name")?;
        self.expect_kw("WITH")?;
        let table = self.table_name_after("TABLE")?;
        self.eat_validation();
        Ok(A::ExchangePartition { name, table })
    }

    fn eat_validation(&mut self) {
        let known = self.options.flavor.is_mysql() || self.options.flavor.mariadb_since(11, 4, 0);
        if !known {
            return;
        }
        if !self.eat_kws(&["WITH", "VALIDATION"]) {
            self.eat_kws(&["WITHOUT", "VALIDATION"]);
        }
    }

    /// At PARTITION, after ADD.
    pub(super) fn add_partition(&mut self) -> PResult<A> {
        self.bump();
        let if_not_exists = self.mariadb_if_not_exists()?;
        self.eat_no_binlog();
        if self.at_kw("PARTITIONS") && self.nth_at(1, TokenKind::Integer) {
            self.bump();
            return Ok(A::AddPartitionCount(self.integer("a number of partitions")?));
        }
        if self.at_end() {
            return Ok(A::AddPartition { if_not_exists, definitions: Vec::new() });
        }
        Ok(A::AddPartition { if_not_exists, definitions: self.partition_defs()? })
    }

    /// `PARTITION name TO TABLE table`, after CONVERT.
    pub(super) fn convert_partition(&mut self) -> PResult<A> {
        self.bump();
        let name = self.ident("a partition's name")?;
        self.expect_kw("TO")?;
        let table = self.table_name_after("TABLE")?;
        self.eat_validation();
        Ok(A::ConvertPartitionToTable { name, table })
    }

    /// `TABLE table TO PARTITION definition`, after CONVERT.
    pub(super) fn convert_table(&mut self) -> PResult<A> {
        let table = self.table_name_after("TABLE")?;
        self.expect_kw("TO")?;
        let definition = Box::new(self.partition_def(ValueColumns::default())?);
        self.eat_validation();
        Ok(A::ConvertTableToPartition { table, definition })
    }
}
