//! Views: the server's own text, taken apart.
//!
//! What a view selects is kept as the server prints it, names resolved. The engine prints a view's SELECT in the same way, so that one that is
//! declared and one that is read compare as texts. A view is not executed: what it reads need not be there any more.

use terp_schema_model::quote::identifier;
use terp_schema_model::{CreationContext, SqlSecurity, View, render};
use terp_sql::ast::StatementKind;
use terp_sql::{ParseOptions, Span, SqlMode, parse_statement};

use super::build::{Context, first_difference, not_executed};
use super::list::text as field;
use super::object::UnknownReason;
use crate::connection::Row;

/// Whether a column stands with the name of the database that the session is in. MariaDB leaves it out of a view that can be used, and of one
/// whose definer or whose tables are gone it doesn't (tried: 10.11 and 11.8).
fn names_own_database(body: &str, database: &str) -> bool {
    let qualifier = format!("{}.", identifier(database));
    body.match_indices(&qualifier).any(|(at, _)| {
        let after = body.get(at + qualifier.len()..).unwrap_or_default();
        quoted(after).is_some_and(|rest| rest.starts_with(".`"))
    })
}

/// What follows a name in backticks.
fn quoted(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix('`')?;
    loop {
        rest = rest.split_once('`')?.1;
        match rest.strip_prefix('`') {
            Some(doubled) => rest = doubled,
            None => return Some(rest),
        }
    }
}

/// Turns a view's text into a part of the model.
pub(super) fn view(context: &Context, name: &str, row: &Row, shown: &str) -> Result<View, UnknownReason> {
    let options = ParseOptions { flavor: context.flavor(), sql_mode: SqlMode::default() };
    let statement = parse_statement(shown, Span::of(shown), &options)
        .map_err(|error| not_executed(&error.into(), shown))?;
    let StatementKind::CreateView(create) = statement.kind else {
        return Err(UnknownReason::Unsupported { construct: "this text of a view".to_owned(), line: None });
    };
    let algorithm = create.algorithm.filter(|algorithm| algorithm != "UNDEFINED").unwrap_or_default();
    let view = View {
        name: create.name.name.value,
        definer: create.head.definer.map(|definer| definer.value).unwrap_or_default(),
        security: if create.head.invoker == Some(true) { SqlSecurity::Invoker } else { SqlSecurity::Definer },
        algorithm,
        columns: create.columns.into_iter().map(|column| column.value).collect(),
        body: create.body.text(shown).to_owned(),
        check_option: create.check_option.unwrap_or_default(),
        context: CreationContext {
            character_set_client: field(row, 2).unwrap_or_default(),
            collation_connection: field(row, 3).unwrap_or_default(),
            ..CreationContext::default()
        },
    };
    if view.name != name {
        return Err(UnknownReason::Differs { line: 1, server: name.to_owned(), ours: view.name });
    }
    if names_own_database(&view.body, context.database()) {
        return Err(UnknownReason::BrokenView);
    }
    match first_difference(shown, &render::create_view(&view, context.flavor())) {
        None => Ok(view),
        Some(reason) => Err(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_with_its_database_is_told_from_an_alias() {
        assert!(names_own_database("select `b`.`t`.`a` AS `a` from `t`", "b"));
        assert!(names_own_database("select `b`.`t``x`.`a` AS `a` from `t`", "b"));
        assert!(!names_own_database("select `b`.`a` AS `a` from `t` `b`", "b"));
        assert!(!names_own_database("select `c`.`t`.`a` AS `a` from `c`.`t`", "b"));
        assert!(!names_own_database("select `b`.`f`() AS `x`", "b"));
    }
}
