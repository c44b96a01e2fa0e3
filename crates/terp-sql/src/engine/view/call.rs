//! Subqueries, aggregate and window functions, as each server prints them.

use super::clause::{Clause, ClauseScope};
use super::scope::{Outcome, refused, unsupported};
use super::{Role, query};
use crate::Span;
use crate::ast::{
    AggregateCall, BinaryOp, Expr, ExprKind, Frame, FrameBound, Ident, OrderItem, Over, Query, QueryExpr,
    UnaryOp, Window,
};
use crate::expr::{ColumnResolver, QueryText, bare, walk};
use terp_schema_model::ColumnType;

/// The text of what only a query may hold.
pub(super) fn query_text(
    at: &ClauseScope<'_>,
    expr: &QueryExpr,
    negated: bool,
    span: Span,
) -> Outcome<QueryText> {
    let mysql = at.env.mysql();
    Ok(match expr {
        QueryExpr::Scalar(query) => {
            let (text, columns) = subquery(at, query, Role::Value)?;
            if columns != 1 {
                if !mysql {
                    return unsupported("a subquery of several columns", span);
                }
                return refused(1241, "Operand should contain 1 column(s)", span);
            }
            QueryText { text: format!("({text})"), truth: false, operator: false }
        }
        QueryExpr::Exists(query) => {
            let (text, _) = subquery(at, query, Role::Exists)?;
            let text = match (negated, mysql) {
                (false, _) => format!("exists({text})"),
                (true, true) => format!("(not exists({text}))"),
                (true, false) => format!("!exists({text})"),
            };
            QueryText { text, truth: true, operator: negated && !mysql }
        }
        QueryExpr::In { expr, query, not, condition } => {
            membership(at, expr, query, *not != negated, *condition, span)?
        }
        QueryExpr::Quantified { expr, op, all, query } => {
            let (op, all) = match (negated, opposite(*op)) {
                (false, _) => (*op, *all),
                (true, Some(op)) => (op, !*all),
                (true, None) => return unsupported("NOT before a comparison with a subquery", span),
            };
            match (op, all) {
                (BinaryOp::Eq, false) => return membership(at, expr, query, false, false, span),
                (BinaryOp::Ne, true) => return membership(at, expr, query, true, true, span),
                _ => {}
            }
            let (text, columns) = subquery(at, query, Role::Value)?;
            if columns != width(expr) {
                return unsupported("a subquery of several columns", span);
            }
            let sign = match op {
                BinaryOp::Eq => "=",
                BinaryOp::Ne => "<>",
                BinaryOp::Lt => "<",
                BinaryOp::Le => "<=",
                BinaryOp::Gt => ">",
                BinaryOp::Ge => ">=",
                _ => return unsupported("<=> with a subquery", span),
            };
            let word = if all { "all" } else { "any" };
            let text = format!("{} {sign} {word} ({text})", at.operand(expr)?);
            QueryText { text, truth: true, operator: true }
        }
        QueryExpr::Aggregate(call) => {
            QueryText { text: aggregate(at, call, span)?, truth: false, operator: false }
        }
        QueryExpr::Grouping(args) => {
            let texts = args.iter().map(|arg| at.value(arg)).collect::<Outcome<Vec<_>>>()?;
            QueryText { text: format!("grouping({})", texts.join(",")), truth: false, operator: false }
        }
    })
}

fn width(expr: &Expr) -> usize {
    match &bare(expr).kind {
        ExprKind::Row(items) => items.len(),
        _ => 1,
    }
}

fn membership(
    at: &ClauseScope<'_>,
    expr: &Expr,
    query: &Query,
    not: bool,
    condition: bool,
    span: Span,
) -> Outcome<QueryText> {
    if query.limit.is_some() {
        let server = if at.env.mysql() { "MySQL" } else { "MariaDB" };
        let message =
            format!("This version of {server} doesn't yet support 'LIMIT & IN/ALL/ANY/SOME subquery'");
        return refused(1235, message, span);
    }
    let operand = at.operand(expr)?;
    let (text, columns) = subquery(at, query, Role::Value)?;
    if columns != width(expr) {
        return unsupported("a subquery of several columns", span);
    }
    let found = format!("{operand} in ({text})");
    Ok(match (not, at.env.mysql()) {
        (false, _) => QueryText { text: found, truth: true, operator: true },
        (true, true) if condition => {
            QueryText { text: format!("{found} is false"), truth: true, operator: true }
        }
        (true, true) if at.clause != Clause::Select => {
            return unsupported("NOT IN with a subquery inside an expression", span);
        }
        (true, true) => QueryText { text: format!("{operand} not in ({text})"), truth: true, operator: true },
        // MariaDB prints the operator as a function that is negated.
        (true, false) => QueryText { text: format!("!({found})"), truth: true, operator: false },
    })
}

fn opposite(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::Lt => BinaryOp::Ge,
        BinaryOp::Le => BinaryOp::Gt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Ge => BinaryOp::Lt,
        _ => return None,
    })
}

/// A subquery's text, and how many columns it has.
fn subquery(at: &ClauseScope<'_>, query: &Query, role: Role) -> Outcome<(String, usize)> {
    let printed = query::print(at.env, query, Some(at.scope), at.commons, role, None)?;
    if at.env.typed {
        at.env.subqueries.borrow_mut().insert(query.span, printed.values);
    }
    Ok((printed.text, printed.columns.len()))
}

/// MySQL: a condition in which NOT IN with a subquery is not asked whether it is false or unknown. NOT is carried to
/// the operands of AND and OR, as the server does.
pub(super) fn without_unknown(expr: &Expr, negate: bool) -> Expr {
    let mut found = false;
    walk(expr, &mut |e| {
        found |= matches!(&e.kind, ExprKind::Query(q) if matches!(**q, QueryExpr::In { .. } | QueryExpr::Quantified { .. }));
    });
    if !found {
        return if negate { negation(expr.clone()) } else { expr.clone() };
    }
    let span = expr.span;
    match &bare(expr).kind {
        ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr } => without_unknown(expr, !negate),
        ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right } => {
            let op = match (op, negate) {
                (op, false) => *op,
                (BinaryOp::And, true) => BinaryOp::Or,
                (_, true) => BinaryOp::And,
            };
            let (left, right) = (without_unknown(left, negate), without_unknown(right, negate));
            Expr { kind: ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span }
        }
        ExprKind::Query(query) => {
            let QueryExpr::In { expr: operand, query, not, .. } = &**query else {
                return if negate { negation(expr.clone()) } else { expr.clone() };
            };
            let kind = QueryExpr::In {
                expr: operand.clone(),
                query: query.clone(),
                not: *not != negate,
                condition: true,
            };
            Expr { kind: ExprKind::Query(Box::new(kind)), span }
        }
        _ if negate => negation(expr.clone()),
        _ => expr.clone(),
    }
}

fn negation(expr: Expr) -> Expr {
    let span = expr.span;
    Expr { kind: ExprKind::Unary { op: UnaryOp::Not, expr: Box::new(expr) }, span }
}

/// Functions that are nothing but window functions.
fn is_window_only(name: &str) -> bool {
    matches!(
        name,
        "row_number"
            | "rank"
            | "dense_rank"
            | "percent_rank"
            | "cume_dist"
            | "ntile"
            | "lag"
            | "lead"
            | "first_value"
            | "last_value"
            | "nth_value"
    )
}

fn aggregate(at: &ClauseScope<'_>, call: &AggregateCall, span: Span) -> Outcome<String> {
    let mysql = at.env.mysql();
    let window = call.over.is_some();
    if at.in_aggregate {
        return if at.scope.parent.is_none() && !window {
            refused(1111, "Invalid use of group function", span)
        } else {
            unsupported("an aggregate function in another", span)
        };
    }
    if matches!(at.clause, Clause::Where | Clause::On | Clause::GroupBy) {
        return if at.scope.parent.is_none() && !window {
            refused(1111, "Invalid use of group function", span)
        } else {
            unsupported("an aggregate function in this clause", span)
        };
    }
    if window && at.clause == Clause::Having {
        return unsupported("a window function in this clause", span);
    }
    // What stands inside a window function may be aggregated itself.
    let inner = if window { *at } else { at.aggregated() };
    let text = arguments(&inner, call, mysql, span)?;
    let Some(over) = &call.over else { return Ok(text) };
    if mysql && (call.distinct || call.name == "group_concat") {
        return unsupported("this function as a window function", span);
    }
    let over = match (over, mysql) {
        (Over::Named(name), true) => {
            window_of(at, name, span)?;
            return Ok(format!("{text} OVER {}", terp_schema_model::quote::identifier(&name.value)));
        }
        (Over::Named(name), false) => merged(at, window_of(at, name, span)?, span)?,
        (Over::Inline(window), true) => {
            if let Some(base) = &window.base {
                window_of(at, base, span)?;
            }
            return Ok(format!("{text} OVER {}", mysql_window(at, window)?));
        }
        (Over::Inline(window), false) => merged(at, window, span)?,
    };
    Ok(format!("{text} over {}", mariadb_window(at, &over)?))
}

fn arguments(at: &ClauseScope<'_>, call: &AggregateCall, mysql: bool, span: Span) -> Outcome<String> {
    let mut args = call.args.iter().map(|arg| at.value(arg)).collect::<Outcome<Vec<_>>>()?;
    let count = args.len();
    let name = call.name.as_str();
    let fits = match name {
        "count" if call.star => true,
        "count" if call.distinct => count > 0,
        "group_concat" => count > 0,
        "json_objectagg" | "nth_value" => count == 2,
        "row_number" | "rank" | "dense_rank" | "percent_rank" | "cume_dist" => count == 0,
        "lag" | "lead" => (1..=if mysql { 3 } else { 2 }).contains(&count),
        _ => count == 1,
    };
    if !fits {
        return unsupported("these arguments of an aggregate function", span);
    }
    if is_window_only(name) {
        if call.distinct {
            return unsupported("DISTINCT in a window function", span);
        }
        if matches!(name, "lag" | "lead") && count == 1 && !mysql {
            args.push("1".to_owned());
        }
        return Ok(format!("{name}({})", args.join(",")));
    }
    let name = match name {
        "stddev" | "stddev_pop" => "std",
        "var_pop" => "variance",
        "median" | "percentile_cont" | "percentile_disc" | "st_collect" => {
            return unsupported("this aggregate function", span);
        }
        name => name,
    };
    if call.star {
        return Ok("count(0)".to_owned());
    }
    // A DISTINCT that changes nothing is forgotten.
    let distinct = call.distinct && !matches!(name, "min" | "max");
    if distinct && !matches!(name, "count" | "sum" | "avg" | "group_concat") {
        return unsupported("DISTINCT in this aggregate function", span);
    }
    let mut text = format!("{name}({}{}", if distinct { "distinct " } else { "" }, args.join(","));
    if name == "group_concat" {
        if !call.order_by.is_empty() {
            let mut order = Vec::new();
            for OrderItem { expr, descending } in &call.order_by {
                let word = if *descending { "DESC" } else { "ASC" };
                order.push(format!("{} {word}", at.value(expr)?));
            }
            text.push_str(&format!(" order by {}", order.join(",")));
        }
        let separator = call.separator.as_deref().unwrap_or(",");
        let plain = |c: char| c >= ' ' && c != '\\' && c != '\'' || c == '\n';
        if !separator.chars().all(plain) && !separator.chars().all(|c| plain(c) || c == '\'') {
            return unsupported("this separator", span);
        }
        let separator = separator.replace('\'', "\\'").replace('\n', "\\n");
        text.push_str(&format!(" separator '{separator}'"));
    }
    text.push(')');
    Ok(text)
}

fn window_of<'a>(at: &ClauseScope<'a>, name: &Ident, span: Span) -> Outcome<&'a Window> {
    let windows: &'a [(Ident, Window)] = at.windows;
    match windows.iter().find(|(other, _)| other.value == name.value) {
        Some((_, window)) => Ok(window),
        None => unsupported("a window that is not defined here", span),
    }
}

/// MariaDB prints a window with what it takes from the one that it begins with.
fn merged(at: &ClauseScope<'_>, window: &Window, span: Span) -> Outcome<Window> {
    let Some(base) = &window.base else { return Ok(window.clone()) };
    let base = window_of(at, base, span)?;
    let clean = base.base.is_none() && window.partition_by.is_empty() && base.frame.is_none();
    if !clean || !(base.order_by.is_empty() || window.order_by.is_empty()) {
        return unsupported("a window that begins with this one", span);
    }
    let order_by = if base.order_by.is_empty() { &window.order_by } else { &base.order_by };
    Ok(Window {
        base: None,
        partition_by: base.partition_by.clone(),
        order_by: order_by.clone(),
        frame: window.frame.clone(),
    })
}

fn order_texts(at: &ClauseScope<'_>, items: &[OrderItem]) -> Outcome<String> {
    let mut texts = Vec::new();
    for OrderItem { expr, descending } in items {
        if matches!(bare(expr).kind, ExprKind::Literal(_)) {
            return unsupported("a constant as an order", expr.span);
        }
        texts.push(format!("{}{}", at.value(expr)?, if *descending { " desc" } else { "" }));
    }
    Ok(texts.join(","))
}

fn list(at: &ClauseScope<'_>, exprs: &[Expr]) -> Outcome<String> {
    Ok(exprs.iter().map(|expr| at.value(expr)).collect::<Outcome<Vec<_>>>()?.join(","))
}

/// `(..) `, with the blanks of the server.
pub(super) fn mysql_window(at: &ClauseScope<'_>, window: &Window) -> Outcome<String> {
    let mut text = String::from("(");
    if let Some(base) = &window.base {
        text.push_str(&format!("{} ", terp_schema_model::quote::identifier(&base.value)));
    }
    if !window.partition_by.is_empty() {
        text.push_str(&format!("PARTITION BY {} ", list(at, &window.partition_by)?));
    }
    if !window.order_by.is_empty() {
        text.push_str(&format!("ORDER BY {} ", order_texts(at, &window.order_by)?));
    }
    check_frame(at, window)?;
    if let Some(Frame { range, start, end }) = &window.frame {
        let word = if *range { "RANGE" } else { "ROWS" };
        let bound = |bound: &FrameBound| -> Outcome<String> {
            let side = |following: bool| if following { "FOLLOWING" } else { "PRECEDING" };
            Ok(match bound {
                FrameBound::Current => "CURRENT ROW".to_owned(),
                FrameBound::Unbounded(following) => format!("UNBOUNDED {}", side(*following)),
                FrameBound::Offset(value, None, following) => {
                    format!("{} {}", at.value(value)?, side(*following))
                }
                FrameBound::Offset(value, Some(unit), following) => {
                    let unit = unit.to_ascii_lowercase();
                    format!("INTERVAL {} {unit}  {}", at.value(value)?, side(*following))
                }
            })
        };
        text.push_str(&format!("{word} BETWEEN {} AND {}", bound(start)?, bound(end)?));
    }
    text.push_str(") ");
    Ok(text)
}

/// RANGE with a distance: only over one column of a type that the distance fits.
fn check_frame(at: &ClauseScope<'_>, window: &Window) -> Outcome<()> {
    let Some(Frame { range: true, start, end }) = &window.frame else { return Ok(()) };
    let distances = [start, end].into_iter().filter_map(|bound| match bound {
        FrameBound::Offset(value, unit, _) => Some((value, unit.is_some())),
        _ => None,
    });
    for (value, interval) in distances {
        let fits = match window.order_by.as_slice() {
            [OrderItem { expr, .. }] => match &bare(expr).kind {
                ExprKind::Name(parts) => match parts.last().and_then(|name| at.resolve(&name.value)) {
                    Some(column) if interval => matches!(
                        column.ty,
                        ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Timestamp { .. }
                    ),
                    Some(column) => matches!(
                        column.ty,
                        ColumnType::Integer { .. } | ColumnType::Decimal { .. } | ColumnType::Float { .. }
                    ),
                    None => false,
                },
                _ => false,
            },
            _ => false,
        };
        if !fits {
            return unsupported("RANGE with a distance over this order", value.span);
        }
    }
    Ok(())
}

fn mariadb_window(at: &ClauseScope<'_>, window: &Window) -> Outcome<String> {
    let mut text = String::from("(");
    if !window.partition_by.is_empty() {
        text.push_str(&format!(" partition by {}", list(at, &window.partition_by)?));
    }
    if !window.order_by.is_empty() {
        text.push_str(&format!(" order by {}", order_texts(at, &window.order_by)?));
    }
    check_frame(at, window)?;
    if let Some(Frame { range, start, end }) = &window.frame {
        let word = if *range { "range" } else { "rows" };
        let bound = |bound: &FrameBound| -> Outcome<String> {
            let side = |following: bool| if following { " following " } else { " preceding " };
            Ok(match bound {
                FrameBound::Current => " current row ".to_owned(),
                FrameBound::Unbounded(following) => format!(" unbounded {}", side(*following)),
                FrameBound::Offset(value, None, following) => {
                    format!("{}{}", at.value(value)?, side(*following))
                }
                FrameBound::Offset(value, Some(_), _) => {
                    return unsupported("INTERVAL in a frame", value.span);
                }
            })
        };
        text.push_str(&format!(" {word} between {} and {}", bound(start)?, bound(end)?));
    }
    text.push(')');
    Ok(text)
}
