//! How the server makes a step: the clause that asks for it by name, so that a server that would do it otherwise refuses instead.

use terp_schema_model::Table;
use terp_sql::ast::Statement;

use super::Planner;
use crate::clauses::{Clause, alter_table};
use crate::online::{Algorithm, Facts, Outlook, Prediction, predict, referenced_columns};
use crate::plan::Method;
use crate::working::Working;

/// What is known of how a step is made.
pub(super) enum Made {
    /// With that clause.
    By(Prediction),
    /// The statement takes no clause.
    Unclaused,
    /// It is not known: why.
    Unknown(String),
}

impl Made {
    pub(super) fn method(&self) -> Option<Method> {
        let Self::By(prediction) = self else { return None };
        // What the clause does not name the server must not be told.
        let lock = prediction.clause().contains("LOCK=").then(|| prediction.lock.as_sql().to_owned());
        Some(Method {
            algorithm: prediction.algorithm.as_sql().to_owned(),
            lock,
            rebuilds: prediction.rebuilds,
            reason: prediction.reason.clone(),
        })
    }

    /// The statement with the clause in its place.
    pub(super) fn sql(&self, sql: &str, statement: &Statement) -> String {
        match self {
            Self::By(prediction) => prediction.apply(sql, statement),
            _ => sql.to_owned(),
        }
    }
}

impl Planner<'_> {
    /// How the server makes a statement that was executed here already.
    pub(super) fn made(&self, statement: &Statement, before: Option<&Table>, after: Option<&Table>) -> Made {
        let children = before.map_or_else(Vec::new, |table| {
            let names = self.working.children(&table.name);
            names.iter().filter_map(|name| self.working.table(name).cloned()).collect()
        });
        let referenced = before.map_or_else(Vec::new, |table| referenced_columns(&children, table));
        let facts = Facts { referenced_columns: &referenced, ..Facts::new(self.options.flavor) };
        match predict(statement, before, after, &facts) {
            Ok(Outlook::Alters(prediction)) => Made::By(prediction),
            Ok(Outlook::Unclaused(_)) => Made::Unclaused,
            Err(unpredicted) => Made::Unknown(unpredicted.construct),
        }
    }

    /// One statement, or several where together they would write the table anew and apart none does.
    pub(super) fn grouped(&self, from: &Table, clauses: Vec<Clause>) -> Vec<Vec<Clause>> {
        if clauses.len() < 2 {
            return vec![clauses];
        }
        let Some(alone) = self.alone(from) else { return vec![clauses] };
        let prediction = |clauses: &[Clause]| Some(self.preview(&alone, from, clauses)?.0);
        if prediction(&clauses).is_none_or(|together| !together.rebuilds) {
            return vec![clauses];
        }
        let mut instant = Vec::new();
        let mut others = Vec::new();
        for clause in &clauses {
            match prediction(std::slice::from_ref(clause)) {
                Some(prediction) if !prediction.rebuilds => {
                    let is_instant = prediction.algorithm == Algorithm::Instant;
                    if is_instant { &mut instant } else { &mut others }.push(clause.clone());
                }
                _ => return vec![clauses],
            }
        }
        let groups: Vec<Vec<Clause>> =
            [instant, others].into_iter().filter(|group| !group.is_empty()).collect();
        // Of one clause alone it is known already.
        let stays = |group: &Vec<Clause>| group.len() == 1 || prediction(group).is_some_and(|p| !p.rebuilds);
        if groups.iter().all(stays) { groups } else { vec![clauses] }
    }

    /// Whether MySQL refuses the change because it copies the table and a column of a foreign key loses its NULLs (1832, 1833; in place it would not).
    pub(super) fn copy_offends_foreign_key(&self, from: &Table, clauses: &[Clause]) -> bool {
        let is_parent = || !self.working.children(&from.name).is_empty();
        if !self.options.flavor.is_mysql() || from.foreign_keys.is_empty() && !is_parent() {
            return false;
        }
        let redefines =
            |clause: &Clause| clause.sql.starts_with("MODIFY") || clause.sql.starts_with("CHANGE");
        if !clauses.iter().any(redefines) {
            return false;
        }
        let preview = self.alone(from).and_then(|alone| self.preview(&alone, from, clauses));
        let Some((prediction, after)) = preview else { return false };
        if prediction.algorithm != Algorithm::Copy {
            return false;
        }
        let loses_nulls = |name: &String| match (from.column(name), after.column(name)) {
            (Some(before), Some(after)) => before.nullable && !after.nullable,
            _ => false,
        };
        let own = from.foreign_keys.iter().any(|key| key.columns.iter().any(loses_nulls));
        let of_children = || {
            let children = self.working.children(&from.name);
            let mut keys = children
                .iter()
                .filter_map(|child| self.working.table(child))
                .flat_map(|child| &child.foreign_keys);
            keys.any(|key| {
                self.working.refers(key, &from.name) && key.referenced_columns.iter().any(loses_nulls)
            })
        };
        own || of_children()
    }

    /// A database with nothing but the table.
    fn alone(&self, table: &Table) -> Option<Working> {
        Working::of_table(table, self.options.flavor, &self.options.session).ok()
    }

    /// How the server would make those changes, if that is known, and what they make of the table.
    fn preview(&self, alone: &Working, from: &Table, clauses: &[Clause]) -> Option<(Prediction, Table)> {
        let mut alone = alone.clone();
        let statement = alone.parse(&alter_table(&from.name, clauses)).ok()?;
        alone.execute(&statement).ok()?;
        let after = alone.table(&from.name)?;
        match self.made(&statement, Some(from), Some(after)) {
            Made::By(prediction) => Some((prediction, after.clone())),
            _ => None,
        }
    }
}
