//! Where a database stands on the way of a plan, and the way back.

use std::collections::BTreeMap;

use crate::fingerprint::{Fingerprint, Fingerprints, ObjectKey, fingerprint_of_all};
use crate::plan::{Inverse, PLAN_FORMAT, Plan, Reversibility, Step};

/// What a step makes of a database's fingerprints.
pub fn forward(prints: &mut Fingerprints, step: &Step) {
    step.effect.iter().for_each(|(key, [_, after])| set(prints, key, after.as_ref()));
}

/// What they were before it.
pub fn backward(prints: &mut Fingerprints, step: &Step) {
    step.effect.iter().for_each(|(key, [before, _])| set(prints, key, before.as_ref()));
}

fn set(prints: &mut Fingerprints, key: &ObjectKey, print: Option<&Fingerprint>) {
    match print {
        Some(print) => prints.insert(key.clone(), print.clone()),
        None => prints.remove(key),
    };
}

/// Whether everything that a step changes is as the step leaves it.
pub fn is_done(prints: &Fingerprints, step: &Step) -> bool {
    step.effect.iter().all(|(key, [_, after])| prints.get(key) == after.as_ref())
}

impl Plan {
    /// How many steps of the plan a database with those fingerprints has behind it; `None` if it is on no place of the way.
    pub fn position(&self, prints: &Fingerprints) -> Option<usize> {
        // From the end: a plan that leads back to where it began is done, not to be begun.
        (0..=self.steps.len()).rev().find(|&done| {
            let mut before = prints.clone();
            let steps = self.steps.get(..done).unwrap_or_default();
            let consistent = steps.iter().rev().all(|step| {
                let stands = is_done(&before, step);
                backward(&mut before, step);
                stands
            });
            consistent && fingerprint_of_all(&before) == self.before
        })
    }

    /// The steps that take the given ones back, in order. `prints` is of the database as they left it.
    ///
    /// # Errors
    /// The numbers of the steps that no statement takes back.
    pub fn reversed(&self, steps: &[&Step], prints: &Fingerprints) -> Result<Self, Vec<u32>> {
        let without: Vec<u32> =
            steps.iter().filter(|step| step.inverse.sql.is_none()).map(|step| step.number).collect();
        if !without.is_empty() {
            return Err(without);
        }
        let mut after = prints.clone();
        let mut back = Vec::with_capacity(steps.len());
        for (number, step) in (1..).zip(steps.iter().rev()) {
            backward(&mut after, step);
            back.push(reversed(step, number));
        }
        Ok(Self {
            format: PLAN_FORMAT.to_owned(),
            flavor: self.flavor,
            database: self.database.clone(),
            before: fingerprint_of_all(prints),
            after: fingerprint_of_all(&after),
            steps: back,
        })
    }
}

fn reversed(step: &Step, number: u32) -> Step {
    let effect: BTreeMap<_, _> = step
        .effect
        .iter()
        .map(|(key, [before, after])| (key.clone(), [after.clone(), before.clone()]))
        .collect();
    Step {
        number,
        stage: step.stage,
        object: step.object.clone(),
        sql: step.inverse.sql.clone().unwrap_or_default(),
        session: step.inverse.session.clone(),
        inverse: Inverse {
            sql: Some(step.sql.clone()),
            session: step.session.clone(),
            method: step.method.clone(),
            reversibility: if step.inverse.losses.is_empty() {
                Reversibility::LosslessForExistingRows
            } else {
                Reversibility::Irreversible
            },
            because: if step.inverse.losses.is_empty() {
                "rows written since may not fit".to_owned()
            } else {
                "what is gone does not come back".to_owned()
            },
            losses: step.losses.clone(),
        },
        changes: step.changes.iter().map(|change| format!("taken back: {change}")).collect(),
        losses: step.inverse.losses.clone(),
        risks: Vec::new(),
        method: step.inverse.method.clone(),
        effect,
    }
}
