//! Views, triggers, routines and events.

use terp_drift::{Change, ChangeKind, ChangeValue, ObjectKind, Side};
use terp_schema_model::{CreationContext, Trigger, quote, render};

use super::Planner;
use super::step::{Draft, refused};
use crate::classify::Stage;
use crate::error::PlanError;
use crate::fingerprint::ObjectKey;

/// A program's definition.
struct Definition {
    key: ObjectKey,
    sql: String,
    context: CreationContext,
}

impl Planner<'_> {
    /// Those that are new, or another by now. What they use has come in the steps before.
    pub(super) fn make_programs(&mut self) -> Result<(), PlanError> {
        let now = self.working.schema();
        let changes = self.differences(&now);
        let mut wanted: Vec<(Definition, Option<Definition>)> = Vec::new();
        for change in &changes {
            if let Some(definition) = self.definition(change.before.as_ref()).filter(|_| !is_order(change)) {
                wanted.push((definition, self.definition(change.after.as_ref())));
            }
        }
        self.reordered_triggers(&changes, &mut wanted)?;
        // A view or a routine may need another that is not there yet.
        while !wanted.is_empty() {
            let mut waiting = Vec::new();
            let mut first = None;
            let count = wanted.len();
            for (definition, old) in wanted {
                match self.make(&definition, old.as_ref()) {
                    Ok(()) => {}
                    Err(error) => {
                        first.get_or_insert(error);
                        waiting.push((definition, old));
                    }
                }
            }
            if let Some(error) = first.filter(|_| waiting.len() == count) {
                return Err(error);
            }
            wanted = waiting;
        }
        Ok(())
    }

    fn make(&mut self, definition: &Definition, old: Option<&Definition>) -> Result<(), PlanError> {
        let key = &definition.key;
        let name = quote::identifier(&key.name);
        let word = key.kind.as_str().to_uppercase();
        let replaceable = key.kind == ObjectKind::View || self.options.flavor.is_mariadb();
        let or_replace = |sql: &str| sql.replacen("CREATE ", "CREATE OR REPLACE ", 1);
        let is_there = self.prints.contains_key(key);
        let changes = vec![format!("{key} ({})", if is_there { "another definition" } else { "missing" })];
        if let Some(old) = old.filter(|_| replaceable && is_there) {
            let mut draft = Draft::new(Stage::Constrain, key.clone(), or_replace(&definition.sql));
            draft.context = Some(definition.context.clone());
            draft.inverse = Some(or_replace(&old.sql));
            draft.inverse_context = Some(old.context.clone());
            draft.changes = changes;
            return self.push(draft);
        }
        if let Some(old) = old.filter(|_| is_there) {
            let mut draft = Draft::new(Stage::Constrain, key.clone(), format!("DROP {word} {name}"));
            draft.inverse = Some(old.sql.clone());
            draft.inverse_context = Some(old.context.clone());
            draft.changes = vec![format!("{key} (dropped, to be made anew)")];
            draft.risks = vec![format!("{key} is not there until the next step is done")];
            self.push(draft)?;
        }
        let mut draft = Draft::new(Stage::Constrain, key.clone(), definition.sql.clone());
        draft.context = Some(definition.context.clone());
        draft.inverse = Some(format!("DROP {word} {name}"));
        draft.changes = changes;
        let sql = draft.sql.clone();
        self.attempt(draft).map_err(|error| refused(key.clone(), sql, error))
    }

    /// Triggers of one table, time and event fire in the order in which they were made: all from the first that is out of place are made anew.
    fn reordered_triggers(
        &mut self,
        changes: &[Change],
        wanted: &mut Vec<(Definition, Option<Definition>)>,
    ) -> Result<(), PlanError> {
        let group =
            |trigger: &Trigger| (trigger.table.clone(), trigger.timing.clone(), trigger.event.clone());
        let out_of_place = |change: &&Change| {
            let more = |key: &(String, String, String)| {
                self.desired.triggers.iter().filter(|other| group(other) == *key).count() > 1
            };
            let of = change.path.name.as_deref().and_then(|name| {
                self.desired.triggers.iter().find(|trigger| trigger.name == name).map(group)
            });
            change.path.object == ObjectKind::Trigger && of.is_some_and(|key| more(&key)) || is_order(change)
        };
        let mut groups: Vec<_> = changes
            .iter()
            .filter(out_of_place)
            .filter_map(|change| {
                let named = change.path.name.as_deref();
                let names = match change.before.as_ref().map(|side| &side.value) {
                    Some(ChangeValue::Names(names)) => names.first().map(String::as_str),
                    _ => named,
                };
                let trigger =
                    self.desired.triggers.iter().find(|trigger| Some(trigger.name.as_str()) == names)?;
                Some(group(trigger))
            })
            .collect();
        groups.sort();
        groups.dedup();
        let now = self.working.schema();
        for key in groups {
            let order: Vec<&Trigger> =
                self.desired.triggers.iter().filter(|trigger| group(trigger) == key).collect();
            wanted.retain(|(definition, _)| {
                !order.iter().any(|trigger| of_trigger(trigger).key == definition.key)
            });
            let mut present: Vec<&Trigger> =
                now.triggers.iter().filter(|trigger| group(trigger) == key).collect();
            present.retain(|trigger| order.iter().any(|other| other.name == trigger.name));
            for trigger in present.iter().rev() {
                let old = of_trigger(trigger);
                let sql = format!("DROP TRIGGER {}", quote::identifier(&trigger.name));
                let mut draft = Draft::new(Stage::Constrain, old.key.clone(), sql);
                draft.inverse = Some(old.sql);
                draft.inverse_context = Some(old.context);
                draft.changes = vec![format!("{} (dropped, to be made anew in its order)", old.key)];
                draft.risks = vec![format!("{} is not there until it is made anew", old.key)];
                self.push(draft)?;
            }
            wanted.extend(order.into_iter().map(|trigger| (of_trigger(trigger), None)));
        }
        Ok(())
    }

    /// Those that are no longer wanted.
    pub(super) fn drop_programs(&mut self) -> Result<(), PlanError> {
        let now = self.working.schema();
        let mut extra: Vec<Definition> = self
            .differences(&now)
            .iter()
            .filter(|change| change.before.is_none())
            .filter_map(|change| self.definition(change.after.as_ref()))
            .collect();
        // What uses others goes before what may be used.
        extra.sort_by_key(|definition| match definition.key.kind {
            ObjectKind::Event => 0,
            ObjectKind::Trigger => 1,
            ObjectKind::View => 2,
            _ => 3,
        });
        for definition in extra {
            let word = definition.key.kind.as_str().to_uppercase();
            let sql = format!("DROP {word} {}", quote::identifier(&definition.key.name));
            let mut draft = Draft::new(Stage::Contract, definition.key.clone(), sql);
            draft.changes = vec![format!("{} (extra)", definition.key)];
            draft.inverse = Some(definition.sql);
            draft.inverse_context = Some(definition.context);
            self.push(draft)?;
        }
        Ok(())
    }

    fn definition(&self, side: Option<&Side>) -> Option<Definition> {
        let new = |kind, name: &str, sql: String, context: &CreationContext| Definition {
            key: ObjectKey::new(kind, name),
            sql,
            context: context.clone(),
        };
        Some(match &side?.value {
            ChangeValue::View(view) => {
                let sql = render::create_view(view, self.options.flavor);
                new(ObjectKind::View, &view.name, sql, &view.context)
            }
            ChangeValue::Trigger(trigger) => of_trigger(trigger),
            ChangeValue::Routine(routine) => {
                let kind = crate::working::routine_kind(routine.kind);
                new(kind, &routine.name, render::create_routine(routine), &routine.context)
            }
            ChangeValue::Event(event) => {
                new(ObjectKind::Event, &event.name, render::create_event(event), &event.context)
            }
            _ => return None,
        })
    }
}

fn of_trigger(trigger: &Trigger) -> Definition {
    Definition {
        key: ObjectKey::new(ObjectKind::Trigger, &trigger.name),
        sql: render::create_trigger(trigger),
        context: trigger.context.clone(),
    }
}

fn is_order(change: &Change) -> bool {
    change.kind == ChangeKind::TriggerOrder
}
