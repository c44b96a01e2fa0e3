//! Views and stored programs in the form that is compared: bodies by token.

use terp_schema_model::{CreationContext, Event, Routine, Trigger, View};

use super::text::by_token;
use crate::options::DiffOptions;

pub(crate) fn normalise_view(view: &View, options: &DiffOptions) -> View {
    let mut out = view.clone();
    out.body = by_token(&view.body);
    if out.algorithm == "UNDEFINED" {
        out.algorithm.clear();
    }
    definition(&mut out.definer, &mut out.context, options);
    out
}

pub(crate) fn normalise_trigger(trigger: &Trigger, options: &DiffOptions) -> Trigger {
    let mut out = trigger.clone();
    out.body = by_token(&trigger.body);
    // MariaDB's text of what the other fields say.
    out.written.clear();
    out.timing.make_ascii_uppercase();
    out.event.make_ascii_uppercase();
    definition(&mut out.definer, &mut out.context, options);
    out
}

pub(crate) fn normalise_routine(routine: &Routine, options: &DiffOptions) -> Routine {
    let mut out = routine.clone();
    out.body = by_token(&routine.body);
    out.parameters = by_token(&routine.parameters);
    out.returns = by_token(&routine.returns);
    if out.data_access == "CONTAINS SQL" {
        out.data_access.clear();
    }
    if options.ignore_comments {
        out.comment.clear();
    }
    definition(&mut out.definer, &mut out.context, options);
    out
}

pub(crate) fn normalise_event(event: &Event, options: &DiffOptions) -> Event {
    let mut out = event.clone();
    out.body = by_token(&event.body);
    out.schedule = by_token(&event.schedule);
    if out.status == "ENABLE" {
        out.status.clear();
    }
    if options.ignore_comments {
        out.comment.clear();
    }
    definition(&mut out.definer, &mut out.context, options);
    out
}

/// The schedule without the STARTS that a server fills in with the time of creation; `None` when it has none.
pub(crate) fn without_starts(schedule: &str) -> Option<String> {
    let (before, starts) = schedule.split_once("STARTS")?;
    let ends = starts.find("ENDS").map_or("", |at| &starts[at..]);
    Some(format!("{} {ends}", before.trim_end()).trim_end().to_owned())
}

fn definition(definer: &mut String, context: &mut CreationContext, options: &DiffOptions) {
    if options.ignore_definers {
        definer.clear();
        *context = CreationContext::default();
        return;
    }
    // Combinations stand beside what they consist of.
    let is_combination = |mode: &&str| matches!(*mode, "ANSI" | "TRADITIONAL");
    let mut modes: Vec<&str> =
        context.sql_mode.split(',').map(str::trim).filter(|mode| !is_combination(mode)).collect();
    modes.sort_unstable();
    context.sql_mode = modes.join(",");
    for collation in [&mut context.collation_connection, &mut context.database_collation] {
        if let Some(rest) = collation.strip_prefix("utf8_") {
            *collation = format!("utf8mb3_{rest}");
        }
    }
    if context.character_set_client == "utf8" {
        context.character_set_client.push_str("mb3");
    }
}
