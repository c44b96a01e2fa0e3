//! Walking over expressions.

use crate::ast::{BinaryOp, Expr, ExprKind, Ident, JsonOn, Literal, QueryExpr};

/// Calls a function with the expression and every expression in it, the outer before the inner.
pub fn walk<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    children(expr, &mut |child| walk(child, visit));
}

/// The names of the columns that an expression refers to, in the order of the text, each as often as it stands
/// there. Of a qualified name it is the last part.
pub fn referenced_columns(expr: &Expr) -> Vec<&Ident> {
    let mut names = Vec::new();
    walk(expr, &mut |e| match &e.kind {
        ExprKind::Name(parts) => names.extend(parts.last()),
        ExprKind::DefaultOf(column) => names.push(column),
        _ => {}
    });
    names
}

/// Calls a function with each operand.
pub(crate) fn children<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        ExprKind::Literal(_)
        | ExprKind::Name(_)
        | ExprKind::DefaultOf(_)
        | ExprKind::NextValue(_)
        | ExprKind::Variable(_)
        | ExprKind::Subquery
        | ExprKind::Aggregate(_)
        | ExprKind::Window(_)
        | ExprKind::Unsupported(_) => {}
        // What a subquery itself is made of is no operand.
        ExprKind::Query(query) => match &**query {
            QueryExpr::In { expr, .. } | QueryExpr::Quantified { expr, .. } => visit(expr),
            QueryExpr::Aggregate(call) => call.args.iter().for_each(visit),
            QueryExpr::Grouping(args) => args.iter().for_each(visit),
            QueryExpr::Scalar(_) | QueryExpr::Exists(_) => {}
        },
        ExprKind::Paren(expr)
        | ExprKind::Unary { expr, .. }
        | ExprKind::Is { expr, .. }
        | ExprKind::Collate { expr, .. }
        | ExprKind::Cast { expr, .. }
        | ExprKind::ConvertUsing { expr, .. }
        | ExprKind::Extract { expr, .. } => visit(expr),
        ExprKind::Row(items) => items.iter().for_each(visit),
        ExprKind::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::Between { expr, low, high, .. } => {
            visit(expr);
            visit(low);
            visit(high);
        }
        ExprKind::In { expr, list, .. } => {
            visit(expr);
            list.iter().for_each(visit);
        }
        ExprKind::Like { expr, pattern, escape, .. } => {
            visit(expr);
            visit(pattern);
            escape.as_deref().into_iter().for_each(visit);
        }
        ExprKind::Regexp { expr, pattern, .. } => {
            visit(expr);
            visit(pattern);
        }
        ExprKind::Function { args, .. }
        | ExprKind::CharFunction { args, .. }
        | ExprKind::KeywordFunction { args, .. } => args.iter().for_each(visit),
        ExprKind::Case { operand, whens, otherwise } => {
            operand.as_deref().into_iter().for_each(&mut *visit);
            for (when, then) in whens {
                visit(when);
                visit(then);
            }
            otherwise.as_deref().into_iter().for_each(visit);
        }
        ExprKind::IntervalAdd { expr, value, .. } => {
            visit(expr);
            visit(value);
        }
        ExprKind::Trim { remove, expr, .. } => {
            remove.as_deref().into_iter().for_each(&mut *visit);
            visit(expr);
        }
        ExprKind::Position { needle, haystack } => {
            visit(needle);
            visit(haystack);
        }
        ExprKind::JsonValue { doc, path, on_empty, on_error, .. } => {
            visit(doc);
            visit(path);
            for on in [on_empty, on_error].into_iter().flatten() {
                if let JsonOn::Default(value) = on {
                    visit(value);
                }
            }
        }
    }
}

/// Functions that give NULL for NULL alone.
const STRICT: [&str; 3] = ["abs", "length", "char_length"];

/// Functions whose text MySQL takes to be NULL at times in a strict session.
const TEXTS: [&str; 7] = ["concat", "hex", "lower", "lcase", "upper", "ucase", "reverse"];

/// Whether MySQL holds that an expression can give NULL, in a session that is strict or not; where its form does not
/// tell, it can.
pub(crate) fn can_be_null(expr: &Expr, nullable: &dyn Fn(&str) -> bool, strict: bool) -> bool {
    let can_be_null = |e: &Expr| can_be_null(e, nullable, strict);
    let any = |operands: &[Expr]| operands.iter().any(can_be_null);
    match &expr.kind {
        ExprKind::Paren(inner) => can_be_null(inner),
        ExprKind::Literal(literal) => matches!(literal, Literal::Null),
        ExprKind::Name(parts) => parts.last().is_none_or(|name| nullable(&name.value)),
        ExprKind::Is { .. } => false,
        ExprKind::Binary { op: BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply, left, right } => {
            can_be_null(left) || can_be_null(right)
        }
        ExprKind::Function { schema: None, name, args, .. } => {
            let lower = name.value.to_ascii_lowercase();
            match (lower.as_str(), args.as_slice()) {
                ("coalesce" | "ifnull", args) => args.iter().all(can_be_null),
                ("if", [_, then, otherwise]) => can_be_null(then) || can_be_null(otherwise),
                (name, args) if STRICT.contains(&name) => any(args),
                (name, args) if TEXTS.contains(&name) => strict || any(args),
                _ => true,
            }
        }
        _ => true,
    }
}
