//! `explain`: what a rule finds, and why.

use serde::Serialize;
use terp_cli::{Exit, Failure, Format, Outcome, did_you_mean, json, print};
use terp_drift::{RULES, Rule, rule};

/// How wide text is.
const WIDTH: usize = 100;

/// Explain a rule, or list all of them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule's id, as findings have it; without it all rules are listed
    rule: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A rule as programs read it.
#[derive(Serialize)]
struct Explained {
    id: &'static str,
    severity: &'static str,
    summary: &'static str,
    rationale: &'static str,
    fires_on: &'static str,
    does_not_fire_on: &'static str,
}

impl From<&Rule> for Explained {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id,
            severity: rule.severity.as_str(),
            summary: rule.summary,
            rationale: rule.rationale,
            fires_on: rule.bad,
            does_not_fire_on: rule.good,
        }
    }
}

pub(crate) fn run(args: &Args) -> Outcome {
    let text = match (&args.rule, args.format) {
        (None, Format::Text) => list(),
        (None, Format::Json) => json(&RULES.iter().copied().map(Explained::from).collect::<Vec<_>>())?,
        (Some(id), Format::Text) => explain(known(id)?),
        (Some(id), Format::Json) => json(&Explained::from(known(id)?))?,
    };
    print(&text)?;
    Ok(Exit::Clean)
}

fn known(id: &str) -> Result<&'static Rule, Failure> {
    rule(id).ok_or_else(|| {
        let hint = did_you_mean(id, RULES.iter().map(|rule| rule.id));
        let hint = hint.unwrap_or_else(|| "`terp-drift explain` lists all".to_owned());
        Failure::usage(format!("there is no rule {id:?}; {hint}"))
    })
}

fn list() -> String {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let line = |rule: &&Rule| format!("{:width$}  {:7}  {}\n", rule.id, rule.severity.as_str(), rule.summary);
    RULES.iter().map(line).collect()
}

fn explain(rule: &Rule) -> String {
    format!(
        "{} ({})\n\n{}\n\n{}\n\nFires on:\n\n{}\nDoes not fire on:\n\n{}",
        rule.id,
        rule.severity,
        wrapped(rule.summary),
        wrapped(rule.rationale),
        indented(rule.bad),
        indented(rule.good)
    )
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect()
}

/// A text in lines of at most [`WIDTH`] characters, words apart that are longer.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_not_too_long() {
        let long = "x".repeat(WIDTH + 1);
        let text = wrapped(&format!("a {long} {}", "bc ".repeat(50)));
        let widths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(widths, [1, WIDTH + 1, 98, 50]);
        assert_eq!(indented("a\n\nb\n"), "    a\n\n    b\n");
    }
}
