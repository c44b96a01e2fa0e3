//! How the server makes a step: the clause that asks for it by name, so that a server that would do it otherwise refuses instead.

use terp_schema_model::Table;
use terp_sql::ast::Statement;

use super::Planner;
use crate::clauses::{Clause, alter_table};
use crate::online::{Facts, Outlook, Prediction, predict, referenced_columns};
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
        if clauses.len() < 2 || !self.rebuilds(from, &clauses).unwrap_or(false) {
            return vec![clauses];
        }
        let mut instant = Vec::new();
        let mut others = Vec::new();
        for clause in &clauses {
            match self.prediction(from, std::slice::from_ref(clause)) {
                Some(prediction) if !prediction.rebuilds => {
                    let is_instant = prediction.algorithm == crate::online::Algorithm::Instant;
                    if is_instant { &mut instant } else { &mut others }.push(clause.clone());
                }
                _ => return vec![clauses],
            }
        }
        let groups: Vec<Vec<Clause>> =
            [instant, others].into_iter().filter(|group| !group.is_empty()).collect();
        let apart = groups.iter().all(|group| self.rebuilds(from, group) == Some(false));
        if apart { groups } else { vec![clauses] }
    }

    fn rebuilds(&self, from: &Table, clauses: &[Clause]) -> Option<bool> {
        self.prediction(from, clauses).map(|prediction| prediction.rebuilds)
    }

    /// How the server would make those changes, if that is known; tried on a database with nothing but the table.
    fn prediction(&self, from: &Table, clauses: &[Clause]) -> Option<Prediction> {
        let mut alone = Working::of_table(from, self.options.flavor, &self.options.session).ok()?;
        let statement = alone.parse(&alter_table(&from.name, clauses)).ok()?;
        alone.execute(&statement).ok()?;
        match self.made(&statement, Some(from), alone.table(&from.name)) {
            Made::By(prediction) => Some(prediction),
            _ => None,
        }
    }
}
