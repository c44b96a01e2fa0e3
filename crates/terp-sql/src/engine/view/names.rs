//! The names of a view's columns where none were written.

use terp_schema_model::{Flavor, same_name};

use super::clause::Item;
use super::scope::{Outcome, refused, unsupported};
use crate::Span;
use crate::ast::{Expr, ExprKind, Literal};
use crate::expr::bare;
use crate::lexer::{LexOptions, TokenKind, lex_span};

/// The most characters of a column's name.
const LONGEST: usize = 64;

/// The name that a server gives to what is selected. `text` is how it was written.
pub(super) fn automatic(expr: &Expr, text: Option<&str>, flavor: Flavor) -> Outcome<String> {
    let inner = bare(expr);
    let as_written = |literal: bool| match text {
        // A literal is called as it stands, without the parentheses and signs around it.
        Some(text) if literal => {
            Ok(text.trim_matches(|c: char| matches!(c, '(' | ')' | '+') || c.is_whitespace()))
        }
        Some(text) => Ok(text),
        None => unsupported("a name that is made from a text with comments", expr.span),
    };
    Ok(match &inner.kind {
        ExprKind::Name(parts) => parts.last().map(|name| name.value.clone()).unwrap_or_default(),
        ExprKind::Literal(Literal::String { value, .. }) => {
            let pieces = text.map_or(2, strings_in);
            if pieces > 1 && flavor.is_mysql() {
                return unsupported("the name of strings side by side", expr.span);
            }
            let name = value.trim_start_matches(' ');
            if name.starts_with(char::is_whitespace) || name.starts_with(char::is_control) {
                return unsupported("the name of a string that begins with a blank", expr.span);
            }
            name.to_owned()
        }
        ExprKind::Literal(Literal::Null) => "NULL".to_owned(),
        ExprKind::Literal(Literal::Bool(value)) if flavor.is_mariadb() => {
            if *value { "TRUE" } else { "FALSE" }.to_owned()
        }
        ExprKind::Literal(_) => as_written(true)?.to_owned(),
        // The sign before it is forgotten with its text.
        _ if inner.span != expr.span => match text {
            Some(text) if text.starts_with('+') => {
                return unsupported("a name that is made from a text with a sign", expr.span);
            }
            _ => as_written(false)?.to_owned(),
        },
        _ => as_written(false)?.to_owned(),
    })
}

fn strings_in(text: &str) -> usize {
    let options = LexOptions::new(Flavor::MYSQL_9_7);
    let tokens = lex_span(text, Span::of(text), &options).tokens;
    tokens.iter().filter(|t| matches!(t.kind, TokenKind::String | TokenKind::NationalString)).count()
}

fn is_valid(name: &str) -> bool {
    !name.is_empty() && !name.ends_with(char::is_whitespace) && name.chars().count() <= LONGEST
}

/// Refuses a name that somebody gave.
pub(super) fn check_written(name: &str, span: Span) -> Outcome<()> {
    if name.chars().count() > LONGEST {
        return unsupported("a column's name of more than 64 characters", span);
    }
    if is_valid(name) { Ok(()) } else { refused(1166, format!("Incorrect column name '{name}'"), span) }
}

/// Makes the names of a view's columns valid and different from each other, as far as they are the server's own.
pub(super) fn make_unique(items: &mut [Item], flavor: Flavor, span: Span) -> Outcome<()> {
    for (number, item) in items.iter_mut().enumerate() {
        if !item.explicit && !is_valid(&item.name) {
            item.name = format!("Name_exp_{}", number + 1);
        }
    }
    for number in 0..items.len() {
        for earlier in 0..number {
            let (Some(this), Some(that)) = (items.get(number), items.get(earlier)) else { continue };
            if !same_name(&this.name, &that.name) {
                continue;
            }
            // A name that was written, or that a column has, stays.
            let given = |item: &Item| item.explicit || item.column.is_some();
            let renamed = match (given(this), given(that)) {
                (false, _) => number,
                (true, false) => earlier,
                (true, true) => {
                    return refused(1060, format!("Duplicate column name '{}'", this.name), span);
                }
            };
            let name = free_name(items, renamed, flavor);
            if !is_valid(&name) {
                return unsupported("a name that gets too long", span);
            }
            if let Some(item) = items.get_mut(renamed) {
                item.name = name;
            }
        }
    }
    Ok(())
}

fn free_name(items: &[Item], number: usize, flavor: Flavor) -> String {
    let prefix = if flavor.is_mysql() { "Name_exp_" } else { "My_exp_" };
    let name = items.get(number).map(|item| item.name.as_str()).unwrap_or_default();
    let mut attempt = 0;
    loop {
        let candidate =
            if attempt == 0 { format!("{prefix}{name}") } else { format!("{prefix}{attempt}_{name}") };
        if !items.iter().any(|item| same_name(&item.name, &candidate)) {
            return candidate;
        }
        attempt += 1;
    }
}

/// Refuses what cannot be a column of a new table. Two of one name are found beside those that are defined.
pub(super) fn check_created(items: &[Item], span: Span) -> Outcome<()> {
    match items.iter().find(|item| !is_valid(&item.name)) {
        Some(item) if item.name.chars().count() > LONGEST && item.explicit => {
            unsupported("a column's name of more than 64 characters", span)
        }
        Some(item) => refused(1166, format!("Incorrect column name '{}'", item.name), span),
        None => Ok(()),
    }
}

/// Refuses two columns of one name, where a server makes no names.
pub(super) fn check_unique(items: &[Item], span: Span) -> Outcome<()> {
    for (number, item) in items.iter().enumerate() {
        if items.iter().take(number).any(|other| same_name(&other.name, &item.name)) {
            return refused(1060, format!("Duplicate column name '{}'", item.name), span);
        }
        if !is_valid(&item.name) {
            return unsupported("the name of a column that is long or empty", span);
        }
    }
    Ok(())
}
