//! What is told while a run goes on: lines on stderr for people, events as lines of JSON on stdout for machines.

use serde::Serialize;
use terp_cli::{Format, print, say};
use terp_migrate::{Event, Holder};

/// One event, as machines read it.
#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl Line<'_> {
    const fn new(event: &'static str) -> Self {
        Self { event, run: None, step: None, steps: None, done: None, sql: None, seconds: None, text: None }
    }
}

fn holders(holders: &[Holder]) -> String {
    if holders.is_empty() {
        return "who uses it can't be seen".to_owned();
    }
    holders.iter().map(Holder::to_string).collect::<Vec<_>>().join("; ")
}

/// Tells an event.
pub(crate) fn tell(format: Format, event: &Event<'_>) {
    match format {
        Format::Text => {
            if let Some(text) = text(event) {
                say(&text);
            }
        }
        Format::Json => {
            if let Ok(mut text) = serde_json::to_string(&line(event)) {
                text.push('\n');
                // A reader that is gone does not end a run.
                let _ = print(&text);
            }
        }
    }
}

fn text(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::Run { run, steps, done: 0 } => format!("run {run}: {steps} steps"),
        Event::Run { run, steps, done } => format!("run {run}: {steps} steps, {done} of them done"),
        Event::Orphan(holder) => format!("waiting for another run to end: {holder}"),
        Event::Begun(step) => format!("step {}: {}", step.number, terp_cli::one_line_of(&step.sql)),
        Event::Waiting { step, holders: list, attempt } => {
            format!("step {}: the table is in use (try {attempt}); {}", step.number, holders(list))
        }
        Event::Done { step, took } => format!("step {}: done in {:.3} s", step.number, took.as_secs_f64()),
        Event::Found(step) => format!("step {}: was done already", step.number),
        Event::Reconnecting(why) => format!("connecting again: {why}"),
        Event::Finished { run } => format!("run {run}: done, and the database is what the plan says"),
        _ => return None,
    })
}

fn line<'a>(event: &'a Event<'_>) -> Line<'a> {
    match event {
        Event::Run { run, steps, done } => {
            Line { run: Some(*run), steps: Some(*steps), done: Some(*done), ..Line::new("run") }
        }
        Event::Orphan(holder) => Line { text: Some(holder.to_string()), ..Line::new("orphan") },
        Event::Begun(step) => {
            Line { step: Some(step.number), sql: Some(&step.sql), ..Line::new("step-begun") }
        }
        Event::Waiting { step, holders: list, .. } => {
            Line { step: Some(step.number), text: Some(holders(list)), ..Line::new("step-waiting") }
        }
        Event::Done { step, took } => {
            Line { step: Some(step.number), seconds: Some(took.as_secs_f64()), ..Line::new("step-done") }
        }
        Event::Found(step) => Line { step: Some(step.number), ..Line::new("step-found") },
        Event::Reconnecting(why) => Line { text: Some((*why).to_owned()), ..Line::new("reconnecting") },
        Event::Finished { run } => Line { run: Some(*run), ..Line::new("finished") },
        _ => Line::new("other"),
    }
}
