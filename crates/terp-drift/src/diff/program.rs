//! Views and stored programs: bodies by token, and what is unknown on one side is not compared.

use std::collections::HashMap;

use terp_schema_model::{CreationContext, Event, Routine, RoutineKind, Schema, Trigger, View};

use super::order::moved;
use super::{Changes, paired};
use crate::change::{ChangeClass, ChangeKind, ChangeValue, ObjectKind, ObjectPath, Side};
use crate::normalise::{
    normalise_event, normalise_routine, normalise_trigger, normalise_view, without_starts,
};
use crate::options::DiffOptions;
use crate::sql;

/// The three kinds of change that a kind of program has.
struct Kinds {
    missing: ChangeKind,
    extra: ChangeKind,
    definition: ChangeKind,
}

/// Reports one object: missing, extra, or different as `differs` says.
fn one<T>(
    (left, right): (Option<&T>, Option<&T>),
    kinds: &Kinds,
    path: impl Fn(&T) -> ObjectPath,
    side: impl Fn(&T) -> Side,
    differs: impl Fn(&T, &T) -> bool,
    out: &mut Changes,
) {
    match (left, right) {
        (Some(left), None) => out.missing(kinds.missing, path(left), side(left)),
        (None, Some(right)) => out.extra(kinds.extra, path(right), side(right)),
        (Some(left), Some(right)) if differs(left, right) => {
            out.changed(kinds.definition, ChangeClass::Substance, path(left), side(left), side(right));
        }
        _ => {}
    }
}

pub(super) fn views(left: &Schema, right: &Schema, options: &DiffOptions, out: &mut Changes) {
    let kinds = Kinds {
        missing: ChangeKind::MissingView,
        extra: ChangeKind::ExtraView,
        definition: ChangeKind::ViewDefinition,
    };
    let flavor = out.flavor;
    for pair in paired(&left.views, &right.views, |view: &View| view.name.as_str()) {
        one(
            pair,
            &kinds,
            |view| ObjectPath::program(ObjectKind::View, &view.name),
            |view| Side { value: ChangeValue::View(Box::new(view.clone())), sql: sql::view(view, flavor) },
            |left, right| {
                let [mut left, mut right] = [left, right].map(|view| normalise_view(view, options));
                forget_unknown(
                    [&mut left.definer, &mut right.definer],
                    [&mut left.context, &mut right.context],
                );
                left != right
            },
            out,
        );
    }
}

pub(super) fn triggers(left: &Schema, right: &Schema, options: &DiffOptions, out: &mut Changes) {
    let kinds = Kinds {
        missing: ChangeKind::MissingTrigger,
        extra: ChangeKind::ExtraTrigger,
        definition: ChangeKind::TriggerDefinition,
    };
    for pair in paired(&left.triggers, &right.triggers, |trigger: &Trigger| trigger.name.as_str()) {
        one(
            pair,
            &kinds,
            |trigger| ObjectPath::part(ObjectKind::Trigger, &trigger.table, &trigger.name),
            |trigger| Side {
                value: ChangeValue::Trigger(Box::new(trigger.clone())),
                sql: sql::trigger(trigger),
            },
            |left, right| {
                let [mut left, mut right] = [left, right].map(|trigger| normalise_trigger(trigger, options));
                forget_unknown(
                    [&mut left.definer, &mut right.definer],
                    [&mut left.context, &mut right.context],
                );
                left != right
            },
            out,
        );
    }
    trigger_order(left, right, out);
}

/// Triggers of one table, time and event fire in the order in which the schema lists them.
fn trigger_order(left: &Schema, right: &Schema, out: &mut Changes) {
    type Slot<'a> = (&'a str, String, String);
    fn slots(schema: &Schema) -> HashMap<Slot<'_>, Vec<&str>> {
        let mut slots: HashMap<Slot<'_>, Vec<&str>> = HashMap::new();
        for trigger in &schema.triggers {
            let slot = (
                trigger.table.as_str(),
                trigger.timing.to_ascii_uppercase(),
                trigger.event.to_ascii_uppercase(),
            );
            slots.entry(slot).or_default().push(&trigger.name);
        }
        slots
    }
    let right = slots(right);
    let mut left: Vec<_> = slots(left).into_iter().filter(|(_, names)| names.len() > 1).collect();
    left.sort_unstable();
    for (slot, names) in left {
        let Some(others) = right.get(&slot) else { continue };
        let there: HashMap<&str, usize> = others.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let positions: Vec<usize> = names.iter().filter_map(|name| there.get(name).copied()).collect();
        if moved(&positions).contains(&true) {
            let [before, after] = [&names, others].map(|names| {
                let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
                Side {
                    sql: format!("{} {}: {}", slot.1, slot.2, sql::identifiers(&names)),
                    value: ChangeValue::Names(names),
                }
            });
            let path = ObjectPath::table(slot.0);
            out.changed(ChangeKind::TriggerOrder, ChangeClass::Substance, path, before, after);
        }
    }
}

pub(super) fn routines(left: &Schema, right: &Schema, options: &DiffOptions, out: &mut Changes) {
    let kinds = Kinds {
        missing: ChangeKind::MissingRoutine,
        extra: ChangeKind::ExtraRoutine,
        definition: ChangeKind::RoutineDefinition,
    };
    for kind in [RoutineKind::Procedure, RoutineKind::Function] {
        let of_kind = |schema: &Schema| -> Vec<Routine> {
            schema.routines.iter().filter(|routine| routine.kind == kind).cloned().collect()
        };
        let (left, right) = (of_kind(left), of_kind(right));
        let object = match kind {
            RoutineKind::Procedure => ObjectKind::Procedure,
            RoutineKind::Function => ObjectKind::Function,
        };
        for pair in paired(&left, &right, |routine: &Routine| routine.name.as_str()) {
            one(
                pair,
                &kinds,
                |routine| ObjectPath::program(object, &routine.name),
                |routine| Side {
                    value: ChangeValue::Routine(Box::new(routine.clone())),
                    sql: sql::routine(routine),
                },
                |left, right| {
                    let [mut left, mut right] =
                        [left, right].map(|routine| normalise_routine(routine, options));
                    forget_unknown(
                        [&mut left.definer, &mut right.definer],
                        [&mut left.context, &mut right.context],
                    );
                    left != right
                },
                out,
            );
        }
    }
}

pub(super) fn events(left: &Schema, right: &Schema, options: &DiffOptions, out: &mut Changes) {
    let kinds = Kinds {
        missing: ChangeKind::MissingEvent,
        extra: ChangeKind::ExtraEvent,
        definition: ChangeKind::EventDefinition,
    };
    for pair in paired(&left.events, &right.events, |event: &Event| event.name.as_str()) {
        one(
            pair,
            &kinds,
            |event| ObjectPath::program(ObjectKind::Event, &event.name),
            |event| Side { value: ChangeValue::Event(Box::new(event.clone())), sql: sql::event(event) },
            |left, right| {
                let [mut left, mut right] = [left, right].map(|event| normalise_event(event, options));
                forget_unknown(
                    [&mut left.definer, &mut right.definer],
                    [&mut left.context, &mut right.context],
                );
                match (without_starts(&left.schedule), without_starts(&right.schedule)) {
                    (Some(without), None) => left.schedule = without,
                    (None, Some(without)) => right.schedule = without,
                    _ => {}
                }
                left != right
            },
            out,
        );
    }
}

/// Who created a program, and in which session, is compared where both sides know it.
fn forget_unknown(definers: [&mut String; 2], sessions: [&mut CreationContext; 2]) {
    if definers.iter().any(|definer| definer.is_empty()) {
        definers.into_iter().for_each(String::clear);
    }
    if sessions.iter().any(|session| **session == CreationContext::default()) {
        sessions.into_iter().for_each(|session| *session = CreationContext::default());
    }
}
