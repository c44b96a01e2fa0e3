//! One SELECT.

use terp_schema_model::quote::identifier as quote;

use super::clause::{Clause, ClauseScope, Item};
use super::scope::{Commons, Env, Outcome, Place, Scope, refused, unsupported};
use super::{Role, call, from, names, typed};
use crate::Span;
use crate::ast::{Expr, ExprKind, Ident, Literal, OrderItem, Query, QueryExpr, Select, SelectItem, UnaryOp};
use crate::engine::value::Value;
use crate::expr::{bare, walk};

/// A SELECT's text, and the names of its columns.
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) columns: Vec<String>,
    /// The columns' values, where they are asked for.
    pub(super) values: Vec<Value>,
}

/// What prints one SELECT.
pub(super) struct Printer<'a> {
    pub(super) env: &'a Env<'a>,
    pub(super) commons: Option<&'a Commons<'a>>,
    pub(super) role: Role,
    /// Names that replace those of the SELECT.
    pub(super) rename: Option<&'a [Ident]>,
    /// MySQL: whether names in front of the query make those of the SELECT unimportant.
    pub(super) renamed: bool,
}

impl Printer<'_> {
    /// The SELECT with the ORDER BY, LIMIT and lock of the query, where it is all of it.
    pub(super) fn print(
        &self,
        select: &Select,
        whole: Option<&Query>,
        parent: Option<&Scope<'_>>,
    ) -> Outcome<Printed> {
        let env = self.env;
        let mysql = env.mysql();
        let order_by = whole.map(|query| query.order_by.as_slice()).unwrap_or_default();
        let mut scope = Scope::new(parent);
        scope.aliases = select.items.iter().filter_map(alias_of).collect();
        let from_text = from::from(env, &mut scope, self.commons, &select.from, &select.windows)?;
        let scope = &scope;
        let at = |clause, items, groups| ClauseScope {
            env,
            scope,
            commons: self.commons,
            clause,
            items,
            groups,
            windows: &select.windows,
            in_aggregate: false,
        };
        let mut items = self.items(select, &at(Clause::Select, &[], &[]))?;
        self.name(&mut items, select)?;
        let facts = Facts::of(select, order_by);
        if env.typed {
            typed::items(&at(Clause::Select, &[], &[]), select, facts.aggregate, &mut items)?;
        }

        let mut tail = String::new();
        if let Some(condition) = &select.condition {
            let text = at(Clause::Where, &[], &[]).condition(condition)?;
            let dual = if from_text.is_empty() { " from DUAL " } else { "" };
            tail.push_str(&format!("{dual} where {text}"));
        }
        let mut groups = Vec::new();
        let mut group_texts = Vec::new();
        let mut grouped_by_selected = true;
        for item in &select.group_by {
            let here = at(Clause::GroupBy, &items, &[]);
            let (text, selected) = group_item(&here, item, &mut groups)?;
            grouped_by_selected &= selected || items.iter().any(|item| item.value == text);
            group_texts.push(format!("{text}{}", if item.descending { " desc" } else { "" }));
        }
        if !group_texts.is_empty() {
            if from_text.is_empty() {
                return unsupported("GROUP BY without a table", select.span);
            }
            tail.push_str(&format!(" group by {}", group_texts.join(",")));
            tail.push_str(if select.rollup { " with rollup" } else { "" });
        }
        if let Some(having) = &select.having {
            let text = at(Clause::Having, &items, &groups).condition(having)?;
            tail.push_str(&format!(" having {text}"));
        }
        if mysql && !select.windows.is_empty() {
            let here = at(Clause::OrderBy, &items, &groups);
            let mut windows = Vec::new();
            for (name, window) in &select.windows {
                windows.push(format!("{} AS {}", quote(&name.value), call::mysql_window(&here, window)?));
            }
            tail.push_str(&format!(" window {}", windows.join(", ")));
        }
        if !order_by.is_empty() {
            let here = at(Clause::OrderBy, &items, &groups);
            let mut texts = Vec::new();
            for item in order_by {
                let text = order_item(&here, item, facts.is_plain(select))?;
                texts.push(format!("{text}{}", if item.descending { " desc" } else { "" }));
            }
            tail.push_str(&format!(" order by {}", texts.join(",")));
        }
        if let Some(query) = whole {
            tail.push_str(&super::query::limit(query, self.role, env)?);
        }

        let single_group = !select.group_by.is_empty() || facts.aggregate;
        let distinct = select.distinct
            && !(mysql && single_group && grouped_by_selected && !facts.window && !select.rollup);
        let mut text = String::from("select ");
        for (word, shown) in [("straight_join", true), ("high_priority", true)] {
            push_option(&mut text, select, word, shown);
        }
        if distinct {
            text.push_str("distinct ");
        }
        let hidden = !mysql;
        for (word, shown) in [
            ("sql_small_result", true),
            ("sql_big_result", true),
            ("sql_buffer_result", true),
            ("sql_no_cache", hidden),
            ("sql_calc_found_rows", hidden),
        ] {
            push_option(&mut text, select, word, shown);
        }
        text.push_str(&self.item_list(&items));
        if !from_text.is_empty() {
            text.push_str(&format!(" from {from_text}"));
        }
        text.push_str(&tail);
        if env.typed {
            typed::check_grouped(env, select, facts.aggregate, &groups, &group_texts, &items)?;
        }
        let values = items.iter_mut().filter_map(|item| item.typed.take()).collect();
        Ok(Printed { text, columns: items.into_iter().map(|item| item.name).collect(), values })
    }

    fn items(&self, select: &Select, at: &ClauseScope<'_>) -> Outcome<Vec<Item>> {
        let mut items = Vec::new();
        for item in &select.items {
            match item {
                SelectItem::Wildcard { qualifier, span } => {
                    if select.from.is_empty() {
                        return refused(1096, "No tables used", *span);
                    }
                    if self.role == Role::Exists {
                        items.push(self.any_row(select, *span)?);
                        continue;
                    }
                    for place in wildcard(at.scope, qualifier) {
                        let Some((_, column)) = at.scope.column(place) else { continue };
                        items.push(Item {
                            value: at.scope.text(place, at.env),
                            name: column.name.clone(),
                            explicit: false,
                            column: Some(place),
                            aggregate: false,
                            integer: false,
                            truth: false,
                            typed: None,
                        });
                    }
                    if let Some(table) = qualifier.last()
                        && !at.scope.sources.iter().any(|source| source.alias == table.value)
                    {
                        let message = format!("Unknown table '{}'", super::clause::written(qualifier));
                        return refused(1051, message, *span);
                    }
                }
                SelectItem::Expr { expr, text, alias } => {
                    let column = match &bare(expr).kind {
                        ExprKind::Name(parts) => at.own_column(parts, expr.span)?,
                        _ => None,
                    };
                    let name = match alias {
                        Some(alias) => {
                            if !matches!(self.role, Role::Value | Role::Exists | Role::Table) {
                                names::check_written(&alias.value, alias.span)?;
                            }
                            alias.value.clone()
                        }
                        None if matches!(self.role, Role::Value | Role::Exists) => String::new(),
                        None => names::automatic(expr, text.as_deref(), at.env.flavor)?,
                    };
                    items.push(Item {
                        value: at.value(expr)?,
                        name,
                        explicit: alias.is_some(),
                        column,
                        aggregate: Facts::of_expr(expr).aggregate,
                        integer: matches!(bare(expr).kind, ExprKind::Literal(Literal::Integer(_))),
                        truth: is_truth(expr),
                        typed: None,
                    });
                }
            }
        }
        // Inside a subquery a column can be named by itself only.
        if matches!(self.role, Role::Value | Role::Exists) {
            for item in &mut items {
                if let Some((_, column)) = item.column.and_then(|place| at.scope.column(place))
                    && !item.explicit
                {
                    item.name.clone_from(&column.name);
                }
            }
        }
        Ok(items)
    }

    /// What EXISTS selects does not matter: a star is one constant.
    fn any_row(&self, select: &Select, span: Span) -> Outcome<Item> {
        if self.env.mysql() && select.having.is_some() {
            return unsupported("* in EXISTS with HAVING", span);
        }
        Ok(Item {
            value: "1".to_owned(),
            name: String::new(),
            explicit: false,
            column: None,
            aggregate: false,
            integer: true,
            truth: false,
            typed: None,
        })
    }

    fn name(&self, items: &mut [Item], select: &Select) -> Outcome<()> {
        if let Some(rename) = self.rename {
            if rename.len() != items.len() {
                let message = "View's SELECT and view's field list have different column counts";
                return refused(1353, message, select.span);
            }
            for (item, name) in items.iter_mut().zip(rename) {
                item.name.clone_from(&name.value);
                item.explicit = true;
            }
        }
        match self.role {
            Role::View if self.renamed => Ok(()),
            Role::View => names::make_unique(items, self.env.flavor, select.span),
            Role::Derived => names::check_unique(items, select.span),
            Role::Table => names::check_created(items, select.span),
            Role::Later | Role::Value | Role::Exists => Ok(()),
        }
    }

    fn item_list(&self, items: &[Item]) -> String {
        let named = !matches!(self.role, Role::Value | Role::Exists);
        let texts = items.iter().map(|item| {
            if named || item.explicit {
                format!("{} AS {}", item.value, quote(&item.name))
            } else {
                item.value.clone()
            }
        });
        texts.collect::<Vec<_>>().join(",")
    }
}

fn alias_of(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::Expr { alias: Some(alias), .. } => Some(alias.value.clone()),
        _ => None,
    }
}

fn push_option(text: &mut String, select: &Select, word: &str, shown: bool) {
    if shown && select.options.iter().any(|option| option == word) {
        text.push_str(word);
        text.push(' ');
    }
}

/// The columns that a star stands for.
pub(super) fn wildcard(scope: &Scope<'_>, qualifier: &[Ident]) -> Vec<Place> {
    let Some(table) = qualifier.last() else {
        let visible = |place: &&Place| scope.column(**place).is_some_and(|(_, column)| column.visible);
        return scope.columns.iter().filter(visible).copied().collect();
    };
    let mut places = Vec::new();
    for (number, source) in scope.sources.iter().enumerate() {
        if source.alias != table.value {
            continue;
        }
        let visible = source.columns.iter().enumerate().filter(|(_, column)| column.visible);
        places.extend(visible.map(|(position, _)| (number, position)));
    }
    places
}

fn is_truth(expr: &Expr) -> bool {
    match &bare(expr).kind {
        ExprKind::Literal(literal) => matches!(literal, Literal::Bool(_)),
        ExprKind::Unary { op, .. } => matches!(op, UnaryOp::Not | UnaryOp::Bang),
        ExprKind::Binary { op, .. } => {
            use crate::ast::BinaryOp::{
                And, Eq, Ge, Gt, Le, Lt, MemberOf, Ne, NullSafeEq, Or, SoundsLike, Xor,
            };
            matches!(op, And | Or | Xor | Eq | Ne | NullSafeEq | Lt | Le | Gt | Ge | SoundsLike | MemberOf)
        }
        ExprKind::Is { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::Like { .. }
        | ExprKind::Regexp { .. } => true,
        // Of some functions it is not asked here.
        ExprKind::Function { name, .. } => {
            let name = name.value.to_ascii_lowercase();
            name.starts_with("json_")
                || name.starts_with("st_")
                || name.starts_with("mbr")
                || name.starts_with("is")
                || name.starts_with("regexp_like")
        }
        ExprKind::Query(query) => query.is_condition(),
        _ => false,
    }
}

/// What aggregates and windows are in a SELECT.
pub(super) struct Facts {
    pub(super) aggregate: bool,
    window: bool,
}

impl Facts {
    pub(super) fn of_expr(expr: &Expr) -> Self {
        let mut facts = Self { aggregate: false, window: false };
        walk(expr, &mut |e| {
            if let ExprKind::Query(query) = &e.kind
                && let QueryExpr::Aggregate(call) = &**query
            {
                facts.window |= call.over.is_some();
                facts.aggregate |= call.over.is_none();
            }
        });
        facts
    }

    fn of(select: &Select, order_by: &[OrderItem]) -> Self {
        let mut facts = Self { aggregate: false, window: !select.windows.is_empty() };
        let selected = select.items.iter().filter_map(|item| match item {
            SelectItem::Expr { expr, .. } => Some(&**expr),
            SelectItem::Wildcard { .. } => None,
        });
        for expr in selected.chain(&select.having).chain(order_by.iter().map(|item| &item.expr)) {
            let of = Self::of_expr(expr);
            facts.aggregate |= of.aggregate;
            facts.window |= of.window;
        }
        facts
    }

    /// MySQL: whether ORDER BY prints what a name means rather than the name.
    fn is_plain(&self, select: &Select) -> bool {
        !(self.aggregate || self.window || select.distinct)
            && select.group_by.is_empty()
            && select.having.is_none()
    }
}

/// The position that an item of ORDER BY or GROUP BY is.
fn position(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::Integer(digits)) => Some(digits),
        _ => None,
    }
}

/// The item that a position means, as each server prints it.
fn by_position(at: &ClauseScope<'_>, digits: &str, expr: &Expr) -> Outcome<String> {
    let number = digits.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let Some(item) = number.and_then(|number| at.items.get(number)) else {
        let clause = at.clause.name(at.env.mysql());
        return refused(1054, format!("Unknown column '{digits}' in '{clause}'"), expr.span);
    };
    if item.aggregate && at.clause == Clause::GroupBy {
        return cannot_group(item, expr);
    }
    if !at.env.mysql() {
        return Ok(digits.to_owned());
    }
    Ok(if item.integer { "''".to_owned() } else { item.value.clone() })
}

fn cannot_group<T>(item: &Item, expr: &Expr) -> Outcome<T> {
    refused(1056, format!("Can't group on '{}'", item.name), expr.span)
}

/// An item of GROUP BY, and whether it is one of those that are selected.
fn group_item(at: &ClauseScope<'_>, item: &OrderItem, groups: &mut Vec<Place>) -> Outcome<(String, bool)> {
    let expr = &item.expr;
    if let Some(digits) = position(expr) {
        return Ok((by_position(at, digits, expr)?, true));
    }
    if let ExprKind::Name(parts) = &bare(expr).kind {
        // A column of the tables comes before a name that the SELECT gives.
        if let Some(place) = at.own_column(parts, expr.span)? {
            groups.push(place);
            let selected = at.items.iter().any(|item| item.column == Some(place));
            return Ok((at.scope.text(place, at.env), selected));
        }
        if let Some(selected) = at.item_of(parts, expr.span)? {
            if selected.aggregate {
                return cannot_group(selected, expr);
            }
            groups.extend(selected.column);
            return Ok((by_name(at, selected, false), true));
        }
    }
    let text = at.value(expr)?;
    if matches!(bare(expr).kind, ExprKind::Literal(_))
        && !matches!(bare(expr).kind, ExprKind::Literal(Literal::String { .. } | Literal::Null))
    {
        return unsupported("a constant in GROUP BY", expr.span);
    }
    Ok((text, false))
}

/// What a name of the SELECT is printed as.
fn by_name(at: &ClauseScope<'_>, item: &Item, plain: bool) -> String {
    let column = item.column.and_then(|place| at.scope.column(place));
    let own = column.is_some_and(|(_, column)| terp_schema_model::same_name(&column.name, &item.name));
    if at.env.mysql() && !plain && !own && !item.name.is_empty() {
        return quote(&item.name);
    }
    if item.integer { "''".to_owned() } else { item.value.clone() }
}

fn order_item(at: &ClauseScope<'_>, item: &OrderItem, plain: bool) -> Outcome<String> {
    let expr = &item.expr;
    if let Some(digits) = position(expr) {
        return by_position(at, digits, expr);
    }
    if let ExprKind::Name(parts) = &bare(expr).kind
        && let Some(selected) = at.item_of(parts, expr.span)?
    {
        let own = selected.column.is_some() && at.own_column(parts, expr.span)? == selected.column;
        if own {
            return Ok(selected.value.clone());
        }
        return Ok(by_name(at, selected, plain));
    }
    if matches!(bare(expr).kind, ExprKind::Literal(Literal::Integer(_))) {
        return unsupported("a constant in ORDER BY", expr.span);
    }
    at.value(expr)
}
