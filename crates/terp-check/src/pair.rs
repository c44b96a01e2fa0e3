//! Any two sources against each other.

use terp_drift::{Conventions, DiffOptions, Report, RuleLevels, Sources, summarise, versions_differ};
use terp_schema_model::Flavor;

use crate::compare::{Pair, compare_pairs};
use crate::load::LoadedSource;

/// Why two schemas can't be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PairError {
    /// The texts of defaults, checks and generated columns are each server's own, so everything would differ.
    #[error(
        "{left_name} is a schema of {left}, and {right_name} one of {right}: they can't be compared, since each server \
        prints expressions and types in its own way"
    )]
    Vendors {
        /// The left source.
        left_name: String,
        /// Its server.
        left: Flavor,
        /// The right source.
        right_name: String,
        /// Its server.
        right: Flavor,
    },
}

/// Compares two sources; the left one is the one that is believed. Gives the report, and the texts that its findings point into.
/// What could not be read of either is among its findings and left out of the comparison by name.
///
/// # Errors
/// [`PairError`].
pub fn compare_sources(
    left: LoadedSource,
    right: LoadedSource,
    options: &DiffOptions,
    levels: &RuleLevels,
) -> Result<(Report, Sources), PairError> {
    if left.flavor.vendor != right.flavor.vendor {
        return Err(PairError::Vendors {
            left_name: left.name,
            left: left.flavor,
            right_name: right.name,
            right: right.flavor,
        });
    }
    // A server that is newer prints as the older one does or in its own way; the believed one decides how it is read.
    let flavor = left.flavor;
    let name = format!("{} -> {}", left.name, right.name);
    let summary = summarise(&left.schema, None, 0, &Conventions::default());
    let mut findings = left.findings.clone();
    findings.extend(versions_differ([(&left.name, left.flavor), (&right.name, right.flavor)]));
    // One that both have (a server that hides tables) is said once.
    findings.extend(right.findings.iter().filter(|finding| !left.findings.contains(finding)).cloned());
    let mut texts = left.texts.clone();
    texts.extend(right.texts.clone());
    let (left, right) = (left.into_view(), right.into_view());
    let pair = Pair { left: &left, right: &right };
    let (comparisons, drift) = compare_pairs(&[pair], flavor, options);
    findings.extend(drift);
    let report = Report::new_with_levels(name, flavor, summary, None, comparisons, findings, levels);
    Ok((report, texts))
}
