//! CREATE and ALTER EVENT.

use terp_schema_model::Event;

use super::body::{self, Place};
use super::{check_head, check_name, creation_context, definer, no_event};
use crate::ast::{CreateEvent, Expr, ExprKind, Literal, Schedule};
use crate::engine::catalog::{Catalog, Effect};
use crate::engine::error::{Result, Unsupported, messages, refuse, unsupported};
use crate::engine::temporal;

/// The largest interval, and one more.
const TOO_BIG: u64 = 1_000_000_000;

/// Executes CREATE and ALTER EVENT.
pub(in crate::engine) fn create_or_alter(catalog: &mut Catalog, statement: &CreateEvent) -> Result<Effect> {
    check_head(catalog, &statement.head)?;
    if let Some(body) = &statement.body {
        body::check(body, Place::Event)?;
    }
    check_name(catalog, &statement.name)?;
    let at = catalog.resolve(&statement.name)?;
    let schedule = statement.schedule.as_ref().map(|s| shown_schedule(catalog, s)).transpose()?;
    let known = catalog.has_database(&at.schema);
    let existing = catalog.programs(&at.schema).and_then(|programs| programs.event(&at.name)).cloned();
    let mut event = match (statement.head.alter, existing) {
        (true, None) if !known && catalog.flavor().is_mariadb() => {
            return Err(messages::unknown_database(&at.schema).at(statement.name.span()));
        }
        (true, None) => return Err(no_event(&at.name).at(statement.name.span())),
        (true, Some(event)) => event,
        (false, _) if !known => {
            return Err(messages::unknown_database(&at.schema).at(statement.name.span()));
        }
        (false, Some(_)) if statement.head.if_not_exists => return Ok(Effect::default()),
        (false, Some(_)) if !statement.head.or_replace => {
            return Err(refuse(1537, format!("Event '{}' already exists", at.name)).at(statement.name.span()));
        }
        (false, _) => Event {
            name: at.name.clone(),
            context: creation_context(catalog, &at.schema)?,
            time_zone: time_zone(catalog)?,
            ..Event::default()
        },
    };
    let mut target = at.clone();
    if let Some(new) = &statement.rename_to {
        target = catalog.resolve(new)?;
        check_name(catalog, new)?;
        if target.schema == at.schema && target.name.to_lowercase() == at.name.to_lowercase() {
            return Err(refuse(1551, "Same old and new event name").at(new.span()));
        }
        if !catalog.has_database(&target.schema) {
            return Err(messages::unknown_database(&target.schema).at(new.span()));
        }
        if catalog.programs(&target.schema).is_some_and(|p| p.event(&target.name).is_some()) {
            return Err(refuse(1537, format!("Event '{}' already exists", target.name)).at(new.span()));
        }
        event.name.clone_from(&target.name);
    }
    // Who alters an event becomes its definer.
    event.definer = definer(&statement.head)?;
    let mut unchecked = None;
    if let Some(shown) = schedule {
        event.schedule = shown.text;
        unchecked = shown.unchecked;
    }
    if let Some(preserve) = statement.preserve {
        event.preserve = preserve;
    }
    if let Some(status) = &statement.status {
        event.status = shown_status(status, catalog.flavor().is_mysql());
    }
    if let Some(comment) = &statement.comment {
        event.comment.clone_from(&comment.value);
    }
    if let Some(body) = &statement.body {
        event.body.clone_from(&body.text);
        event.context = creation_context(catalog, &target.schema)?;
    }
    let same_session = event.context == creation_context(catalog, &target.schema)?;
    if statement.head.alter && !(same_session && event.time_zone == time_zone(catalog)?) {
        return Err(unsupported("ALTER EVENT in a session of other settings than the event's"));
    }
    if let Some(programs) = catalog.programs_mut(&at.schema) {
        programs.events.remove(&at.name.to_lowercase());
    }
    if let Some(programs) = catalog.programs_mut(&target.schema) {
        programs.events.insert(target.name.to_lowercase(), event);
    }
    Ok(Effect { unchecked, ..Effect::default() })
}

/// The session's time zone as an event has it, where `SYSTEM` is left out.
fn time_zone(catalog: &Catalog) -> Result<String> {
    match &catalog.session().time_zone {
        Some(zone) if zone.eq_ignore_ascii_case("SYSTEM") => Ok(String::new()),
        Some(zone) => Ok(zone.clone()),
        None => Err(unsupported("an event in a session whose time zone is not known")),
    }
}

fn shown_status(status: &str, mysql: bool) -> String {
    match status {
        "ENABLE" => String::new(),
        "DISABLE" => "DISABLE".to_owned(),
        _ if mysql => "DISABLE ON REPLICA".to_owned(),
        _ => "DISABLE ON SLAVE".to_owned(),
    }
}

struct Shown {
    text: String,
    unchecked: Option<Unsupported>,
}

/// A schedule as it is shown. A STARTS that is the time of creation is left out: nobody knows it here.
fn shown_schedule(catalog: &Catalog, schedule: &Schedule) -> Result<Shown> {
    match schedule {
        Schedule::At(at) => {
            let text = format!("AT '{}'", time(catalog, at, "AT", 1525)?);
            Ok(Shown { text, unchecked: Some(depends_on_clock(at)) })
        }
        Schedule::Every { interval, unit, starts, ends } => {
            let mut text = format!("EVERY {} {unit}", shown_interval(catalog, interval, unit)?);
            let starts = match starts {
                Some(starts) if !is_clock(starts) => Some(time(catalog, starts, "STARTS", 1525)?),
                _ => None,
            };
            if let Some(starts) = &starts {
                text.push_str(&format!(" STARTS '{starts}'"));
            }
            let mut unchecked = None;
            if let Some(ends) = ends {
                let shown = time(catalog, ends, "ENDS", 1525)?;
                if starts.is_some_and(|starts| starts >= shown) {
                    return Err(refuse(1543, "ENDS is either invalid or before STARTS").at(ends.span));
                }
                text.push_str(&format!(" ENDS '{shown}'"));
                unchecked = Some(depends_on_clock(ends));
            }
            Ok(Shown { text, unchecked })
        }
    }
}

/// What has passed already is refused, or not kept.
fn depends_on_clock(at: &Expr) -> Unsupported {
    Unsupported { construct: "whether this time has passed".to_owned(), span: Some(at.span) }
}

fn is_clock(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => is_clock(inner),
        ExprKind::IntervalAdd { expr, .. } => is_clock(expr),
        ExprKind::Literal(_) => false,
        _ => true,
    }
}

fn time(catalog: &Catalog, expr: &Expr, clause: &str, errno: u16) -> Result<String> {
    let ExprKind::Literal(Literal::String { value, .. }) = &expr.kind else {
        return Err(unsupported(format!("{clause} with a time that is no plain text")).at(expr.span));
    };
    if value.contains('.') {
        return Err(unsupported(format!("{clause} with fractions of a second")).at(expr.span));
    }
    temporal::date_time(value, 0, &catalog.session().sql_mode, true)
        .ok_or_else(|| refuse(errno, format!("Incorrect {clause} value: '{value}'")).at(expr.span))
}

fn shown_interval(catalog: &Catalog, interval: &Expr, unit: &str) -> Result<String> {
    if unit == "MICROSECOND" || unit.ends_with("_MICROSECOND") {
        let vendor = if catalog.flavor().is_mysql() { "MySQL" } else { "MariaDB" };
        let message = format!("This version of {vendor} doesn't yet support 'MICROSECOND'");
        return Err(refuse(1235, message).at(interval.span));
    }
    let text = match &interval.kind {
        ExprKind::Literal(Literal::Integer(digits)) => digits,
        ExprKind::Literal(Literal::String { value, .. }) => value,
        _ => return Err(unsupported("an interval that is no plain constant").at(interval.span)),
    };
    if unit.contains('_') {
        return if is_plain(text, unit) {
            Ok(format!("'{text}'"))
        } else {
            Err(unsupported(format!("this interval of {unit}")).at(interval.span))
        };
    }
    match text.parse::<u64>() {
        Ok(number) if number > 0 && number < TOO_BIG => Ok(number.to_string()),
        Ok(_) => Err(refuse(1542, "INTERVAL is either not positive or too big").at(interval.span)),
        Err(_) => Err(unsupported("an interval that is no plain number").at(interval.span)),
    }
}

/// Whether an interval of several units is written as it is shown: no leading zeros, each part within its unit.
fn is_plain(text: &str, unit: &str) -> bool {
    let (separators, limits): (&[char], &[u32]) = match unit {
        "YEAR_MONTH" => (&['-'], &[12]),
        "DAY_HOUR" => (&[' '], &[24]),
        "DAY_MINUTE" => (&[' ', ':'], &[24, 60]),
        "DAY_SECOND" => (&[' ', ':', ':'], &[24, 60, 60]),
        "HOUR_MINUTE" | "MINUTE_SECOND" => (&[':'], &[60]),
        "HOUR_SECOND" => (&[':', ':'], &[60, 60]),
        _ => return false,
    };
    let plain = |part: &str| part.parse::<u32>().ok().filter(|number| number.to_string() == part);
    let mut rest = text;
    for (at, separator) in separators.iter().enumerate() {
        let Some((part, after)) = rest.split_once(*separator) else { return false };
        let limit = at.checked_sub(1).and_then(|before| limits.get(before)).copied();
        if !plain(part).is_some_and(|number| number > 0 && limit.is_none_or(|limit| number < limit)) {
            return false;
        }
        rest = after;
    }
    plain(rest).is_some_and(|number| number > 0 && limits.last().is_some_and(|limit| number < *limit))
}
