//! From what differs between two forms of a table to the sub-clauses of the ALTER TABLE that makes one of the other.

mod columns;
mod indexes;
mod options;

pub(crate) use columns::is_made_anew;
pub(crate) use indexes::without_derived_hash;
use terp_drift::{Change, ChangeKind, ChangeValue};
use terp_schema_model::{Flavor, Table, quote, render};

/// One table in two forms, and what differs between them.
#[derive(Clone, Copy)]
pub(crate) struct Alteration<'a> {
    /// As it is.
    pub(crate) from: &'a Table,
    /// As it is to be.
    pub(crate) to: &'a Table,
    pub(crate) flavor: Flavor,
}

/// A difference that no sub-clause is known for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoClause(pub(crate) String);

/// Where a sub-clause stands among the others. What goes makes room for what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rank {
    DropCheck,
    DropIndex,
    DropColumn,
    RenameIndex,
    Column,
    AddIndex,
    AddCheck,
    AlterIndex,
    Option,
    Partition,
}

/// One sub-clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) rank: Rank,
    pub(crate) sql: String,
}

impl Clause {
    fn new(rank: Rank, sql: impl Into<String>) -> Self {
        Self { rank, sql: sql.into() }
    }
}

/// The sub-clauses for those changes, in the order in which they are to be written; changes of foreign keys excepted, which are statements of
/// their own ([`foreign_keys`]).
pub(crate) fn clauses(alteration: Alteration<'_>, changes: &[&Change]) -> Result<Vec<Clause>, NoClause> {
    let mut out = Vec::new();
    columns::clauses(alteration, changes, &mut out);
    indexes::clauses(alteration, changes, &mut out);
    checks(alteration, changes, &mut out);
    options::clauses(alteration, changes, &mut out)?;
    let mut seen = std::collections::HashSet::new();
    out.retain(|clause| seen.insert((clause.rank, clause.sql.clone())));
    // Stable: columns stay in the order in which each finds the one that it goes after.
    out.sort_by_key(|clause| clause.rank);
    Ok(out)
}

/// An ALTER TABLE of sub-clauses.
pub(crate) fn alter_table(table: &str, clauses: &[Clause]) -> String {
    let mut sql = format!("ALTER TABLE {}", quote::identifier(table));
    for (at, clause) in clauses.iter().enumerate() {
        // PARTITION BY and its like follow without a comma.
        sql.push_str(if at == 0 || clause.rank == Rank::Partition { " " } else { ", " });
        sql.push_str(&clause.sql);
    }
    sql
}

/// Which foreign keys are to go and which to come.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ForeignKeys {
    /// By name.
    pub(crate) drop: Vec<String>,
    /// By definition.
    pub(crate) add: Vec<String>,
}

/// The foreign keys that those changes drop and add.
pub(crate) fn foreign_keys(alteration: Alteration<'_>, changes: &[&Change]) -> ForeignKeys {
    use ChangeKind::{
        ExtraForeignKey, ForeignKeyActions, ForeignKeyName, ForeignKeyReference, MissingForeignKey,
    };
    let mut out = ForeignKeys::default();
    for change in changes {
        let add = matches!(
            change.kind,
            MissingForeignKey | ForeignKeyActions | ForeignKeyReference | ForeignKeyName
        );
        let drop =
            matches!(change.kind, ExtraForeignKey | ForeignKeyActions | ForeignKeyReference | ForeignKeyName);
        let name = |side: Option<&terp_drift::Side>| match side.map(|side| &side.value) {
            Some(ChangeValue::ForeignKey(key)) => Some(key.name.clone()),
            Some(ChangeValue::Text(name)) => Some(name.clone()),
            _ => change.path.name.clone(),
        };
        let find = |table: &Table, name: Option<String>| {
            let name = name?;
            table.foreign_keys.iter().find(|key| terp_schema_model::same_name(&key.name, &name)).cloned()
        };
        if drop && let Some(key) = find(alteration.from, name(change.after.as_ref())) {
            push_new(&mut out.drop, key.name);
        }
        if add && let Some(key) = find(alteration.to, name(change.before.as_ref())) {
            push_new(&mut out.add, render::foreign_key_definition(&key, alteration.flavor));
        }
    }
    out
}

/// The sub-clauses that drop foreign keys.
pub(crate) fn drop_foreign_keys(names: &[String]) -> Vec<Clause> {
    let drop =
        |name: &String| Clause::new(Rank::DropIndex, format!("DROP FOREIGN KEY {}", quote::identifier(name)));
    names.iter().map(drop).collect()
}

/// The sub-clauses that add foreign keys.
pub(crate) fn add_foreign_keys(definitions: &[String]) -> Vec<Clause> {
    definitions.iter().map(|sql| Clause::new(Rank::AddIndex, format!("ADD {sql}"))).collect()
}

fn push_new(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

/// CHECK constraints of the table. Those of a column are written with it (MariaDB).
fn checks(alteration: Alteration<'_>, changes: &[&Change], out: &mut Vec<Clause>) {
    let Alteration { from, to, flavor } = alteration;
    let drop_word = if flavor.is_mysql() { "CHECK" } else { "CONSTRAINT" };
    let of_table = |side: Option<&terp_drift::Side>| match side.map(|side| &side.value) {
        Some(ChangeValue::Check(check, None)) => Some(check.name.clone()),
        _ => None,
    };
    let mut drop = Vec::new();
    let mut add = Vec::new();
    let mut switch = Vec::new();
    for change in changes {
        match change.kind {
            ChangeKind::MissingCheck => add.extend(of_table(change.before.as_ref())),
            ChangeKind::ExtraCheck => drop.extend(of_table(change.after.as_ref())),
            ChangeKind::CheckExpression => {
                add.extend(of_table(change.before.as_ref()));
                drop.extend(of_table(change.after.as_ref()));
            }
            ChangeKind::CheckEnforcement => switch.extend(of_table(change.before.as_ref())),
            ChangeKind::CheckName => {
                if let (Some(ChangeValue::Text(new)), Some(ChangeValue::Text(old))) =
                    (change.before.as_ref().map(|s| &s.value), change.after.as_ref().map(|s| &s.value))
                {
                    add.push(new.clone());
                    drop.push(old.clone());
                }
            }
            _ => {}
        }
    }
    let find = |table: &Table, name: &str| {
        // MySQL's model may have a check that was written with its column there.
        let own =
            table.columns.iter().filter(|_| flavor.is_mysql()).filter_map(|column| column.check.as_ref());
        let mut all = table.checks.iter().chain(own);
        all.find(|check| terp_schema_model::same_name(&check.name, name)).cloned()
    };
    switch.retain(|name| !add.contains(name));
    for name in unique(drop) {
        if find(from, &name).is_some() {
            out.push(Clause::new(Rank::DropCheck, format!("DROP {drop_word} {}", quote::identifier(&name))));
        }
    }
    for name in unique(add) {
        if let Some(check) = find(to, &name) {
            out.push(Clause::new(
                Rank::AddCheck,
                format!("ADD {}", render::check_definition(&check, flavor)),
            ));
        }
    }
    for name in unique(switch) {
        if let Some(check) = find(to, &name) {
            let state = if check.not_enforced { "NOT ENFORCED" } else { "ENFORCED" };
            out.push(Clause::new(
                Rank::AddCheck,
                format!("ALTER CHECK {} {state}", quote::identifier(&name)),
            ));
        }
    }
}

fn unique(names: Vec<String>) -> Vec<String> {
    let mut out = Vec::new();
    names.into_iter().for_each(|name| push_new(&mut out, name));
    out
}

/// A sub-clause that drops an index.
pub(crate) fn drop_index_clause(sql: String) -> Clause {
    Clause::new(Rank::DropIndex, sql)
}
