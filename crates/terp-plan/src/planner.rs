//! From two schemas to a plan.
//!
//! Every stage looks at what still differs and takes what belongs to it. Each step is executed by the engine before the next is thought of,
//! and what the engine refuses in one stage waits for a later one, where what it needs may have come.

mod foreign_keys;
mod method;
mod programs;
mod step;
mod tables;

use std::collections::BTreeSet;

use terp_drift::{Change, ChangeClass, ChangeKind, ObjectKind, diff};
use terp_schema_model::{Schema, Table, quote};

use crate::classify::Stage;
use crate::error::PlanError;
use crate::fingerprint::{Fingerprints, ObjectKey, fingerprint_of_all, fingerprints};
use crate::options::{PlanOptions, Rename};
use crate::plan::{PLAN_FORMAT, Plan, Step};
use crate::working::Working;
use step::Draft;
pub(crate) use step::refused;

/// Plans the way from one schema to another.
///
/// # Errors
/// [`PlanError`], where something that is there is not understood, or no way is known that a server would go.
pub fn plan(current: &Schema, desired: &Schema, options: &PlanOptions) -> Result<Plan, PlanError> {
    let working = Working::new(current, options.flavor, &options.session)?;
    // A name of its own would only make foreign keys look like ones to another database.
    let desired = Schema { name: Some(working.database().to_owned()), ..desired.clone() };
    let mut planner = Planner::new(working, current, &desired, options);
    let before = fingerprint_of_all(&planner.prints);
    planner.schema_defaults()?;
    for stage in Stage::ALL {
        planner.stage(stage)?;
    }
    planner.verify_reached()?;
    let after = fingerprint_of_all(&planner.prints);
    planner.verify_inverses(current)?;
    Ok(Plan {
        format: PLAN_FORMAT.to_owned(),
        flavor: options.flavor,
        database: current.name.clone(),
        before,
        after,
        steps: planner.steps,
    })
}

struct Planner<'a> {
    options: &'a PlanOptions,
    desired: &'a Schema,
    working: Working,
    /// Of every object as it is now.
    prints: Fingerprints,
    steps: Vec<Step>,
    /// Foreign keys that were dropped to let a change through: they come back at the end of the stage.
    lifted: BTreeSet<(String, String)>,
    /// Foreign keys of new tables that could not be made with them.
    pending: BTreeSet<(String, String)>,
}

impl<'a> Planner<'a> {
    fn new(working: Working, current: &Schema, desired: &'a Schema, options: &'a PlanOptions) -> Self {
        Self {
            options,
            desired,
            working,
            prints: fingerprints(current, options.flavor),
            steps: Vec::new(),
            lifted: BTreeSet::new(),
            pending: BTreeSet::new(),
        }
    }

    /// The database's own character set.
    fn schema_defaults(&mut self) -> Result<(), PlanError> {
        let now = self.working.schema();
        let changes = self.differences(&now);
        if changes.iter().any(|change| change.kind == ChangeKind::SchemaCharacterSet) {
            let alter = |set: &terp_schema_model::CharacterSet| {
                format!("ALTER DATABASE CHARACTER SET {} COLLATE {}", set.charset, set.collation)
            };
            let mut draft =
                Draft::new(Stage::Expand, ObjectKey::schema(), alter(&self.desired.character_set));
            draft.inverse = Some(alter(&now.character_set));
            draft.changes = vec!["the database's default character set".to_owned()];
            self.push(draft)?;
        }
        Ok(())
    }

    /// Renames come before anything else of the second stage: those who use the old name fail from then on. What else becomes of such tables
    /// waits for it.
    fn rename(&mut self) -> Result<(), PlanError> {
        for rename in &self.options.renames {
            match rename {
                Rename::Table { from, to } => {
                    self.check_rename(
                        from,
                        to,
                        self.working.table(from).is_some(),
                        self.working.table(to).is_some(),
                    )?;
                    let sql = |from: &str, to: &str| {
                        format!("RENAME TABLE {} TO {}", quote::identifier(from), quote::identifier(to))
                    };
                    let mut draft = Draft::new(Stage::Constrain, ObjectKey::table(to), sql(from, to));
                    draft.inverse = Some(sql(to, from));
                    draft.changes = vec![format!("table {from} is called {to}")];
                    draft.risks.push(format!("what uses the name {from} fails from then on"));
                    self.push(draft)?;
                }
                Rename::Column { table, from, to } => {
                    let found =
                        |name: &str| self.working.table(table).is_some_and(|t| t.column(name).is_some());
                    let names = [format!("{table}.{from}"), format!("{table}.{to}")];
                    self.check_rename(&names[0], &names[1], found(from), found(to))?;
                    let sql = |from: &str, to: &str| {
                        let [table, from, to] = [table.as_str(), from, to].map(quote::identifier);
                        format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}")
                    };
                    let mut draft = Draft::new(Stage::Constrain, ObjectKey::table(table), sql(from, to));
                    draft.inverse = Some(sql(to, from));
                    draft.changes = vec![format!("column {table}.{from} is called {to}")];
                    draft.risks.push(format!("what uses the name {from} fails from then on"));
                    self.push(draft)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a table is one that a rename is still to come for.
    fn is_renamed(&self, name: &str) -> bool {
        self.options.renames.iter().any(|rename| match rename {
            Rename::Table { to, .. } => to == name,
            Rename::Column { table, .. } => table == name,
        })
    }

    fn check_rename(&self, from: &str, to: &str, has_from: bool, has_to: bool) -> Result<(), PlanError> {
        let reason = match (has_from, has_to) {
            (false, _) => "there is nothing of the old name",
            (_, true) => "the new name is taken",
            _ => return Ok(()),
        };
        Err(PlanError::Rename { from: from.to_owned(), to: to.to_owned(), reason })
    }

    fn stage(&mut self, stage: Stage) -> Result<(), PlanError> {
        match stage {
            Stage::Expand => {
                self.create_tables()?;
                self.alter_tables(stage)?;
                self.add_foreign_keys(stage)
            }
            Stage::Constrain => {
                self.rename()?;
                self.drop_foreign_keys(stage)?;
                self.alter_tables(stage)?;
                self.add_foreign_keys(stage)?;
                self.make_programs()
            }
            Stage::Contract => {
                self.drop_programs()?;
                self.drop_foreign_keys(stage)?;
                self.alter_tables(stage)?;
                self.drop_tables()?;
                self.add_foreign_keys(stage)
            }
        }
    }

    /// What is still to be changed: the desired schema is the left one, so "missing" is what has to come.
    fn differences(&self, now: &Schema) -> Vec<Change> {
        let mut changes = diff(self.desired, now, self.options.flavor, &self.options.diff());
        changes.retain(|change| change.class != ChangeClass::Cosmetic);
        changes
    }

    /// What differs between two forms of one table.
    fn table_differences(&self, wanted: &Table, now: &Table) -> Vec<Change> {
        let alone = |table: &Table| {
            let mut schema = Schema::new(table.character_set.clone());
            schema.name = Some(self.working.database().to_owned());
            schema.tables.push(Table { name: now.name.clone(), ..table.clone() });
            schema
        };
        let mut changes = diff(&alone(wanted), &alone(now), self.options.flavor, &self.options.diff());
        changes.retain(|change| {
            change.class != ChangeClass::Cosmetic && change.path.object != ObjectKind::Schema
        });
        changes
    }

    fn verify_reached(&self) -> Result<(), PlanError> {
        let left: Vec<String> = self
            .differences(&self.working.schema())
            .iter()
            .map(|change| format!("{} ({})", change.path, change.kind))
            .collect();
        if left.is_empty() { Ok(()) } else { Err(PlanError::NotReached { left }) }
    }
}
