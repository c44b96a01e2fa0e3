//! A plan: what would be run, in which order, with what it costs and how it is taken back. It is plain data, and a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use terp_schema_model::Flavor;

use crate::classify::{Loss, Stage};
use crate::fingerprint::{Fingerprint, ObjectKey};

/// The format of plan files.
pub const PLAN_FORMAT: &str = "terp-plan/1";

/// An ordered change of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`PLAN_FORMAT`].
    pub format: String,
    /// The server that it is for.
    pub flavor: Flavor,
    /// The database that it is for, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// What the database has to be before the first step.
    pub before: Fingerprint,
    /// What it is after the last.
    pub after: Fingerprint,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The fingerprint of the plan itself: of its JSON text, which is the same for the same plan.
    pub fn hash(&self) -> Fingerprint {
        Fingerprint::of_text(&serde_json::to_string(self).unwrap_or_default())
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Reads a plan file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    pub fn from_json(text: &str) -> Result<Self, PlanFileError> {
        #[derive(Deserialize)]
        struct Head {
            format: Option<String>,
        }
        let head: Head = serde_json::from_str(text)?;
        match head.format.as_deref() {
            Some(PLAN_FORMAT) => Ok(serde_json::from_str(text)?),
            Some(other) => Err(PlanFileError::Format(other.to_owned())),
            None => Err(PlanFileError::NoFormat),
        }
    }

    /// The text of a plan file.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// Why a file is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanFileError {
    /// It is not the JSON of a plan.
    #[error("not a plan: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of another format, or of a later version.
    #[error("its format is {0:?}; this version reads {PLAN_FORMAT:?}")]
    Format(String),
    /// It does not say what it is.
    #[error("not a plan: it has no \"format\"")]
    NoFormat,
}

/// One statement of a plan, with all that is known of it beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from 1.
    pub number: u32,
    /// When it runs.
    pub stage: Stage,
    /// The object that it is about.
    pub object: ObjectKey,
    /// The statement.
    pub sql: String,
    /// What has to be set in the session for it, beyond what every session of an apply has; `sql_mode` of a stored program.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub session: BTreeMap<String, String>,
    /// How it is taken back.
    pub inverse: Inverse,
    /// What it changes, one line each.
    pub changes: Vec<String>,
    /// What it can destroy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Loss>,
    /// What can go wrong with it, or with those who use the database meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<String>,
    /// How the server makes it; `None` where the statement leaves it no choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// The objects that it changes: what they are before and after. `None` is an object that is not there.
    pub effect: BTreeMap<ObjectKey, [Option<Fingerprint>; 2]>,
}

/// How a step is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inverse {
    /// The statement that does it; `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// What has to be set in the session for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub session: BTreeMap<String, String>,
    /// How the server makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// What it gives back.
    pub reversibility: Reversibility,
    /// Why it is not lossless, in words; empty where it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
    /// What taking the step back destroys: what was written since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Loss>,
}

/// What taking a step back gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reversibility {
    /// Everything, rows written since included.
    Lossless,
    /// Everything that was there before; what was written since may be lost, or may not fit.
    LosslessForExistingRows,
    /// Not the data.
    Irreversible,
}

impl Reversibility {
    /// As people read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lossless => "lossless",
            Self::LosslessForExistingRows => "lossless for rows that existed",
            Self::Irreversible => "irreversible",
        }
    }
}

/// How the server makes a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// ALGORITHM, as the statement has it.
    pub algorithm: String,
    /// LOCK; `None` where the statement must not name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<String>,
    /// Whether the whole table is written anew.
    pub rebuilds: bool,
    /// Why nothing better is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
