//! What a statement asks for, sub-clause by sub-clause.

use terp_schema_model::same_name;
use terp_sql::Span;
use terp_sql::ast::{
    AlterAction, AlterActionKind, AlterColumn, AlterTable, ColumnAttributeKind, ColumnDef, CreateIndex,
    DropIndex, TableElement, TableOption, TableOptionKind,
};

/// A column that is added.
#[derive(Debug, Clone, Copy)]
pub(super) struct AddedColumn<'a> {
    pub(super) definition: &'a ColumnDef,
    pub(super) if_not_exists: bool,
}

/// What one statement asks for. Names of indexes and constraints that come are found by comparing the tables.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    /// The whole statement.
    pub(super) span: Span,
    /// ALGORITHM as written, but for DEFAULT.
    pub(super) algorithm: Option<&'a str>,
    /// LOCK as written, but for DEFAULT.
    pub(super) lock: Option<&'a str>,
    pub(super) added: Vec<AddedColumn<'a>>,
    /// Old and new names of columns.
    pub(super) renamed: Vec<(&'a str, &'a str)>,
    pub(super) dropped: Vec<&'a str>,
    pub(super) renamed_indexes: Vec<(&'a str, &'a str)>,
    pub(super) dropped_indexes: Vec<&'a str>,
    pub(super) drops_primary: bool,
    pub(super) dropped_constraints: Vec<&'a str>,
    pub(super) switches_visibility: bool,
    /// ALTER COLUMN ... SET VISIBLE or INVISIBLE.
    pub(super) sets_invisible: bool,
    /// A foreign key is asked for, which an engine may not keep.
    pub(super) adds_foreign_key: bool,
    /// ADD of a key, which may be there already.
    pub(super) adds_key: bool,
    /// ALTER COLUMN, of which a default or INVISIBLE is changed.
    pub(super) alters_column: bool,
    /// The definitions after MODIFY and CHANGE.
    pub(super) modified: Vec<&'a ColumnDef>,
    /// A CHECK of the table rather than of a column.
    pub(super) adds_table_check: bool,
    pub(super) options: Vec<&'a TableOption>,
    pub(super) converts: bool,
    pub(super) forces: bool,
    pub(super) order_by: bool,
    pub(super) switches_keys: bool,
    pub(super) renames_table: bool,
    pub(super) adds_versioning: bool,
    pub(super) drops_versioning: bool,
    /// The sub-clause about partitions.
    pub(super) partition: Option<&'a AlterAction>,
    pub(super) ignore: bool,
    /// What is not known here.
    pub(super) unknown: Option<(String, Span)>,
    /// How many sub-clauses there are, ALGORITHM and LOCK aside.
    actions: usize,
}

impl<'a> Request<'a> {
    pub(super) fn of_alter(alter: &'a AlterTable, span: Span) -> Self {
        let mut request = Self { span, ignore: alter.ignore, ..Self::default() };
        for action in &alter.actions {
            request.add(action);
        }
        request
    }

    pub(super) fn of_create_index(create: &'a CreateIndex, span: Span) -> Self {
        let mut request = Self { span, actions: 1, ..Self::default() };
        request.algorithm = create.algorithm.as_deref().filter(|word| *word != "DEFAULT");
        request.lock = create.lock.as_deref().filter(|word| *word != "DEFAULT");
        if let (true, Some(name)) = (create.or_replace, &create.index.name) {
            request.dropped_indexes.push(&name.value);
        }
        request
    }

    pub(super) fn of_drop_index(drop: &'a DropIndex, span: Span) -> Self {
        let mut request = Self { span, actions: 1, ..Self::default() };
        request.algorithm = drop.algorithm.as_deref().filter(|word| *word != "DEFAULT");
        request.lock = drop.lock.as_deref().filter(|word| *word != "DEFAULT");
        request.drops_primary = same_name(&drop.name.value, "PRIMARY");
        request.dropped_indexes.push(&drop.name.value);
        request
    }

    /// Whether nothing but names changes, or nothing but ENABLE and DISABLE KEYS beside it.
    pub(super) const fn changes_names_only(&self) -> bool {
        self.actions > 0
            && self.actions == self.renames_table as usize + self.switches_keys as usize
            && self.partition.is_none()
    }

    /// Whether it asks for nothing but ORDER BY.
    pub(super) const fn only_orders(&self) -> bool {
        self.order_by && self.actions == 1
    }

    /// Whether it is about some of the table's partitions.
    pub(super) fn is_partition_maintenance(&self) -> bool {
        self.partition.is_some_and(|action| {
            !matches!(action.kind, AlterActionKind::PartitionBy(_) | AlterActionKind::RemovePartitioning)
        })
    }

    fn add(&mut self, action: &'a AlterAction) {
        use AlterActionKind as Kind;
        self.actions += 1;
        match &action.kind {
            Kind::AddColumn { if_not_exists, column, .. } => self.add_column(column, *if_not_exists),
            Kind::AddElements { if_not_exists, elements } => {
                for element in elements {
                    match element {
                        TableElement::Column(column) => self.add_column(column, *if_not_exists),
                        TableElement::Check(_) => self.adds_table_check = true,
                        TableElement::Index(index) => self.adds_key |= !index.if_not_exists,
                        TableElement::ForeignKey(_) => self.adds_foreign_key = true,
                        TableElement::Period(period) => self.do_not_know("PERIOD", period.span),
                    }
                }
            }
            Kind::ModifyColumn { column, .. } => self.modified.push(column),
            Kind::ChangeColumn { old, column, .. } => {
                self.renamed.push((&old.value, &column.name.value));
                self.modified.push(column);
            }
            Kind::RenameColumn { old, new, .. } => self.renamed.push((&old.value, &new.value)),
            Kind::DropColumn { name, .. } => self.dropped.push(&name.value),
            Kind::DropIndex { name, .. } => {
                self.drops_primary |= same_name(&name.value, "PRIMARY");
                self.dropped_indexes.push(&name.value);
            }
            Kind::DropPrimaryKey { .. } => self.drops_primary = true,
            Kind::DropForeignKey { name, .. }
            | Kind::DropCheck { name }
            | Kind::DropConstraint { name, .. } => {
                self.drops_primary |= same_name(&name.value, "PRIMARY");
                self.dropped_constraints.push(&name.value);
            }
            Kind::RenameIndex { old, new, .. } => self.renamed_indexes.push((&old.value, &new.value)),
            Kind::AlterIndex { .. } => self.switches_visibility = true,
            Kind::AlterColumn { change, .. } => {
                self.alters_column = true;
                self.sets_invisible |= matches!(change, AlterColumn::SetInvisible(_));
            }
            Kind::AddIndex(index) => self.adds_key |= !index.if_not_exists,
            Kind::AddForeignKey(_) => self.adds_foreign_key = true,
            Kind::AlterCheck { .. } => {}
            Kind::AddCheck(_) => self.adds_table_check = true,
            Kind::AddSystemVersioning => self.adds_versioning = true,
            Kind::DropSystemVersioning => self.drops_versioning = true,
            Kind::RenameTo(_) => self.renames_table = true,
            Kind::OrderBy(_) => self.order_by = true,
            Kind::ConvertTo { .. } => self.converts = true,
            Kind::Option(option) => {
                if matches!(option.kind, TableOptionKind::SystemVersioning) {
                    self.adds_versioning = true;
                }
                self.options.push(option);
            }
            Kind::Force => self.forces = true,
            Kind::DisableKeys | Kind::EnableKeys => self.switches_keys = true,
            Kind::Algorithm(word) => {
                self.actions -= 1;
                self.algorithm = Some(word.as_str()).filter(|word| *word != "DEFAULT");
            }
            Kind::Lock(word) => {
                self.actions -= 1;
                self.lock = Some(word.as_str()).filter(|word| *word != "DEFAULT");
            }
            Kind::Validation(_) | Kind::Wait => self.actions -= 1,
            Kind::PartitionBy(_)
            | Kind::RemovePartitioning
            | Kind::AddPartition { .. }
            | Kind::AddPartitionCount(_)
            | Kind::DropPartition { .. }
            | Kind::CoalescePartition(_)
            | Kind::ReorganizePartition { .. }
            | Kind::ExchangePartition { .. }
            | Kind::ConvertPartitionToTable { .. }
            | Kind::ConvertTableToPartition { .. }
            | Kind::TruncatePartition(_)
            | Kind::MaintainPartition { .. } => self.partition = Some(action),
            Kind::AddPeriod(_) => self.do_not_know("ADD PERIOD", action.span),
            Kind::DropPeriod { .. } => self.do_not_know("DROP PERIOD", action.span),
            Kind::DiscardTablespace => self.do_not_know("DISCARD TABLESPACE", action.span),
            Kind::ImportTablespace => self.do_not_know("IMPORT TABLESPACE", action.span),
            Kind::SecondaryLoad => self.do_not_know("SECONDARY_LOAD", action.span),
            Kind::Unsupported(what) => self.do_not_know(what, action.span),
            _ => self.do_not_know("this sub-clause of ALTER TABLE", action.span),
        }
    }

    fn add_column(&mut self, definition: &'a ColumnDef, if_not_exists: bool) {
        let references =
            |a: &terp_sql::ast::ColumnAttribute| matches!(a.kind, ColumnAttributeKind::References(_));
        self.adds_foreign_key |= definition.attributes.iter().any(references);
        self.added.push(AddedColumn { definition, if_not_exists });
    }

    fn do_not_know(&mut self, what: &str, span: Span) {
        self.unknown.get_or_insert_with(|| (what.to_owned(), span));
    }
}

/// The place of a column's definition, where the statement has one.
pub(super) fn place_of(request: &Request<'_>, column: &str) -> Span {
    let added = request.added.iter().map(|added| added.definition);
    let defined = added.chain(request.modified.iter().copied()).find(|d| same_name(&d.name.value, column));
    defined.map_or(request.span, |definition| definition.span)
}

/// The place of a column's default, where the statement has one.
pub(super) fn default_of<'a>(request: &Request<'a>, column: &str) -> Option<&'a terp_sql::ast::Expr> {
    let added = request.added.iter().map(|added| added.definition);
    let definition =
        added.chain(request.modified.iter().copied()).find(|d| same_name(&d.name.value, column))?;
    definition.attributes.iter().find_map(|attribute| match &attribute.kind {
        ColumnAttributeKind::Default(default) => Some(&default.expr),
        _ => None,
    })
}
