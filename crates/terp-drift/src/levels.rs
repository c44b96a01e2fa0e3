//! The levels that a project gives to rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Severity};
use crate::rules::{RULES, nearest_rule, rule};

/// What a project makes of a rule's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// They are left out of the report, and counted.
    Off,
    /// Notes.
    Note,
    /// Warnings.
    Warning,
    /// Errors.
    Error,
}

impl Level {
    /// As the configuration has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// A level that can't be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LevelError {
    /// There is no such rule.
    #[error("there is no rule `{id}`{}", did_you_mean(*.nearest))]
    UnknownRule {
        /// The id that was given.
        id: String,
        /// The id that is most like it.
        nearest: Option<&'static str>,
    },
    /// The rule can't be lowered: see [`Rule::fixed`](crate::Rule::fixed).
    #[error(
        "the rule `{rule}` can't be set to {}: the verdict counts what it finds, or could not claim what it does, so \
         it stays at {severity} at least", .level.as_str()
    )]
    Fixed {
        /// The rule.
        rule: &'static str,
        /// The level that was given.
        level: Level,
        /// The rule's own severity.
        severity: Severity,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default()
}

/// The levels that a project gives to rules. A level holds for all findings of its rule, also where the rule itself
/// tells errors and warnings apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Level>")]
pub struct RuleLevels {
    levels: BTreeMap<&'static str, Level>,
}

impl RuleLevels {
    /// Levels by the id of the rule.
    ///
    /// # Errors
    /// There is no rule of an id, or one of them can't be lowered so far.
    pub fn new(levels: BTreeMap<String, Level>) -> Result<Self, LevelError> {
        let mut out = Self::default();
        for (id, level) in levels {
            let Some(rule) = rule(&id) else {
                return Err(LevelError::UnknownRule { nearest: nearest_rule(&id), id });
            };
            // Errors come first in the order of severities.
            let kept = level.severity().is_some_and(|severity| severity <= rule.severity);
            if rule.fixed && !kept {
                return Err(LevelError::Fixed { rule: rule.id, level, severity: rule.severity });
            }
            out.levels.insert(rule.id, level);
        }
        Ok(out)
    }

    /// The level that was given to that rule.
    pub fn level(&self, rule: &str) -> Option<Level> {
        self.levels.get(rule).copied()
    }

    /// The findings at their levels, and how many of each rule were left out.
    pub fn apply(&self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<TurnedOff>) {
        let mut off: BTreeMap<&'static str, usize> = BTreeMap::new();
        let kept = findings.into_iter().filter_map(|mut finding| {
            match self.level(finding.rule).map(Level::severity) {
                None => {}
                Some(Some(severity)) => finding.severity = severity,
                Some(None) => {
                    *off.entry(finding.rule).or_default() += 1;
                    return None;
                }
            }
            Some(finding)
        });
        let kept = kept.collect();
        let off = RULES.iter().filter_map(|rule| {
            off.get(rule.id).map(|findings| TurnedOff { rule: rule.id, findings: *findings })
        });
        (kept, off.collect())
    }
}

impl TryFrom<BTreeMap<String, Level>> for RuleLevels {
    type Error = LevelError;

    fn try_from(levels: BTreeMap<String, Level>) -> Result<Self, LevelError> {
        Self::new(levels)
    }
}

/// Findings that are not in the report, since their rule is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurnedOff {
    /// The rule.
    pub rule: &'static str,
    /// How many findings it had.
    pub findings: usize,
}
