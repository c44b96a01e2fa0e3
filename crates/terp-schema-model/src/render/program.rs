//! Views, triggers, routines and events, as SHOW CREATE prints them.
//!
//! A routine, and a trigger of MariaDB, is shown with the quotes of the sql_mode that it was made under.

use crate::flavor::Flavor;
use crate::program::{CreationContext, Event, Routine, RoutineKind, SqlSecurity, Trigger, View};
use crate::quote;

/// A CREATE VIEW statement.
pub fn create_view(view: &View, flavor: Flavor) -> String {
    let mut out = String::from("CREATE ALGORITHM=");
    out.push_str(if view.algorithm.is_empty() { "UNDEFINED" } else { &view.algorithm });
    push_definer(&mut out, &view.definer);
    out.push_str(match view.security {
        SqlSecurity::Definer => " SQL SECURITY DEFINER",
        SqlSecurity::Invoker => " SQL SECURITY INVOKER",
    });
    out.push_str(" VIEW ");
    quote::push_identifier(&mut out, &view.name);
    // MariaDB writes the names into the SELECT instead; there they are part of the body.
    if !view.columns.is_empty() && flavor.is_mysql() {
        out.push_str(" (");
        quote::push_identifiers(&mut out, view.columns.iter().map(String::as_str), ",");
        out.push(')');
    }
    out.push_str(" AS ");
    out.push_str(&view.body);
    if !view.check_option.is_empty() {
        out.push_str(" WITH ");
        out.push_str(&view.check_option);
        out.push_str(" CHECK OPTION");
    }
    out
}

/// A CREATE TRIGGER statement. MariaDB shows what was written.
pub fn create_trigger(trigger: &Trigger) -> String {
    let mut out = String::from("CREATE");
    if !trigger.written.is_empty() {
        push_own_definer(&mut out, &trigger.definer, &trigger.context);
        out.push(' ');
        out.push_str(&trigger.written);
        out.push_str(&trigger.body);
        return out;
    }
    push_definer(&mut out, &trigger.definer);
    out.push_str(" TRIGGER ");
    quote::push_identifier(&mut out, &trigger.name);
    out.push_str(&format!(" {} {} ON ", trigger.timing, trigger.event));
    quote::push_identifier(&mut out, &trigger.table);
    out.push_str(" FOR EACH ROW ");
    out.push_str(&trigger.body);
    out
}

/// A CREATE PROCEDURE or CREATE FUNCTION statement.
pub fn create_routine(routine: &Routine) -> String {
    let mut out = String::from("CREATE");
    push_own_definer(&mut out, &routine.definer, &routine.context);
    out.push_str(match routine.kind {
        RoutineKind::Procedure => " PROCEDURE ",
        RoutineKind::Function => " FUNCTION ",
    });
    if has_ansi_quotes(&routine.context) {
        out.push_str(&quote::ansi_identifier(&routine.name));
    } else {
        quote::push_identifier(&mut out, &routine.name);
    }
    out.push('(');
    out.push_str(&routine.parameters);
    out.push(')');
    if routine.kind == RoutineKind::Function {
        out.push_str(" RETURNS ");
        out.push_str(&routine.returns);
    }
    let mut characteristics = Vec::new();
    if !matches!(routine.data_access.as_str(), "" | "CONTAINS SQL") {
        characteristics.push(routine.data_access.clone());
    }
    if routine.deterministic {
        characteristics.push("DETERMINISTIC".to_owned());
    }
    if routine.security == SqlSecurity::Invoker {
        characteristics.push("SQL SECURITY INVOKER".to_owned());
    }
    if !routine.comment.is_empty() {
        characteristics.push(format!("COMMENT {}", quote::shown_string(&routine.comment)));
    }
    for characteristic in characteristics {
        out.push_str("\n    ");
        out.push_str(&characteristic);
    }
    out.push('\n');
    out.push_str(&routine.body);
    out
}

/// A CREATE EVENT statement.
pub fn create_event(event: &Event) -> String {
    let mut out = String::from("CREATE");
    push_definer(&mut out, &event.definer);
    out.push_str(" EVENT ");
    quote::push_identifier(&mut out, &event.name);
    out.push_str(" ON SCHEDULE ");
    out.push_str(&event.schedule);
    out.push_str(if event.preserve { " ON COMPLETION PRESERVE " } else { " ON COMPLETION NOT PRESERVE " });
    out.push_str(if event.status.is_empty() { "ENABLE" } else { &event.status });
    if !event.comment.is_empty() {
        out.push_str(" COMMENT ");
        quote::push_shown_string(&mut out, &event.comment);
    }
    out.push_str(" DO ");
    out.push_str(&event.body);
    out
}

fn push_definer(out: &mut String, definer: &str) {
    if !definer.is_empty() {
        out.push_str(" DEFINER=");
        out.push_str(definer);
    }
}

fn has_ansi_quotes(context: &CreationContext) -> bool {
    context.sql_mode.split(',').any(|mode| mode.trim() == "ANSI_QUOTES")
}

/// The definer in the quotes of the program's own session.
fn push_own_definer(out: &mut String, definer: &str, context: &CreationContext) {
    let Some((user, host)) = definer.rsplit_once("@`").filter(|_| has_ansi_quotes(context)) else {
        return push_definer(out, definer);
    };
    let [user, host] = [user, host].map(|part| part.trim_matches('`').replace("``", "`"));
    push_definer(out, &format!("{}@{}", quote::ansi_identifier(&user), quote::ansi_identifier(&host)));
}
