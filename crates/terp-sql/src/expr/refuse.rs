//! What the servers refuse in an expression, with their errno and wording.

use terp_schema_model::{ColumnType, LobSize};

use super::functions::{Function, Lookup, lookup};
use super::text_kind::{TextKind, text_kind};
use super::{ExprContext, ExprError, ExprPlace, QueryScope, bare, quote, walk};
use crate::Span;
use crate::ast::{BinaryOp, CastTarget, Expr, ExprKind, Ident, Literal, TypeKeyword, UnaryOp};

/// MariaDB's one message for whatever has no place in an expression.
pub(super) fn mariadb_expression(what: &str, span: Span, cx: &ExprContext<'_>) -> ExprError {
    let clause = match cx.place {
        ExprPlace::Generated { .. } => "GENERATED ALWAYS AS",
        ExprPlace::Check => "CHECK",
        _ => "DEFAULT",
    };
    let message = format!(
        "Function or expression '{what}' cannot be used in the {clause} clause of {}",
        quote(cx.object)
    );
    ExprError::refused(1901, message, span)
}

pub(super) fn unknown_column(name: &str, span: Span, cx: &ExprContext<'_>) -> ExprError {
    let mysql = cx.flavor.is_mysql();
    let place = match cx.place {
        ExprPlace::Check if mysql => {
            let message = format!("Check constraint '{}' refers to non-existing column '{name}'.", cx.object);
            return ExprError::refused(3820, message, span);
        }
        ExprPlace::Generated { .. } if mysql => "generated column function",
        ExprPlace::Default if mysql => "default value expression",
        ExprPlace::IndexPart if mysql => "functional index",
        ExprPlace::Partition | ExprPlace::PartitionBound if mysql => "partition function",
        ExprPlace::Generated { .. } => "GENERATED ALWAYS AS",
        ExprPlace::Check => "CHECK",
        ExprPlace::Default | ExprPlace::IndexPart => "DEFAULT",
        ExprPlace::Partition | ExprPlace::PartitionBound => "PARTITION BY",
        ExprPlace::View | ExprPlace::Query => "field list",
    };
    ExprError::refused(1054, format!("Unknown column '{name}' in '{place}'"), span)
}

/// MySQL: a function that this place doesn't take.
pub(super) fn disallowed(function: &str, span: Span, cx: &ExprContext<'_>) -> ExprError {
    let object = cx.object;
    let (errno, message) = match cx.place {
        ExprPlace::Generated { .. } => (
            3763,
            format!("Expression of generated column '{object}' contains a disallowed function: {function}."),
        ),
        ExprPlace::Check => (
            3814,
            format!(
                "An expression of a check constraint '{object}' contains disallowed function: {function}."
            ),
        ),
        ExprPlace::Default => (
            3770,
            format!(
                "Default value expression of column '{object}' contains a disallowed function: {function}."
            ),
        ),
        ExprPlace::IndexPart => {
            (3758, format!("Expression of functional index '{object}' contains a disallowed function."))
        }
        ExprPlace::Partition | ExprPlace::PartitionBound => {
            (1564, "This partition function is not allowed".into())
        }
        ExprPlace::View | ExprPlace::Query => {
            return ExprError::unsupported(format!("{function} in a query"), span);
        }
    };
    ExprError::refused(errno, message, span)
}

/// A stored function, or one that doesn't exist: no place takes either.
pub(super) fn stored_function(
    schema: Option<&Ident>,
    name: &Ident,
    span: Span,
    cx: &ExprContext<'_>,
) -> ExprError {
    if cx.place.in_query() {
        return ExprError::unsupported(format!("the function {}", name.value), span);
    }
    let schema = schema.map(|s| format!("{}.", quote(&s.value))).unwrap_or_default();
    let written = format!("{schema}{}", quote(&name.value));
    if matches!(cx.place, ExprPlace::Partition | ExprPlace::PartitionBound) {
        return partition_syntax(span);
    }
    if cx.flavor.is_mysql() {
        disallowed(&written, span, cx)
    } else {
        mariadb_expression(&format!("{written}()"), span, cx)
    }
}

/// The error of a partitioning function that isn't the same every time.
fn partition_syntax(span: Span) -> ExprError {
    let message =
        "Constant, random or timezone-dependent expressions in (sub)partitioning function are not allowed";
    ExprError::refused(1064, message, span)
}

/// Whether the place takes a native function.
pub(super) fn function(
    function: &Function,
    name: &str,
    span: Span,
    cx: &ExprContext<'_>,
) -> Result<(), ExprError> {
    if matches!(cx.place, ExprPlace::Partition | ExprPlace::PartitionBound) {
        if function.uncacheable() {
            return Err(partition_syntax(span));
        }
        if !function.partitions() {
            return Err(ExprError::refused(1564, "This partition function is not allowed", span));
        }
        return Ok(());
    }
    if !function.denied(cx.place) {
        return Ok(());
    }
    let printed = function.printed.unwrap_or(name);
    Err(if cx.flavor.is_mysql() {
        let written = match printed {
            "version" | "icu_version" => format!("{printed}()"),
            _ => printed.to_owned(),
        };
        disallowed(&written, span, cx)
    } else {
        mariadb_expression(&format!("{printed}()"), span, cx)
    })
}

/// MySQL: functions that the place doesn't take; it looks for them before it looks for columns.
pub(super) fn disallowed_functions(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    if matches!(cx.place, ExprPlace::Partition | ExprPlace::PartitionBound | ExprPlace::View) {
        return Ok(());
    }
    let mut found = Ok(());
    walk(expr, &mut |e| {
        if let ExprKind::Function { schema: None, name, args, .. } = &e.kind
            && found.is_ok()
        {
            let lower = name.value.to_ascii_lowercase();
            if let Lookup::Native(known) = lookup(cx.flavor, &lower, args.len()) {
                found = function(known, &lower, e.span, cx);
            }
        }
    });
    found
}

/// For what a partitioning function can't be made of.
pub(super) fn not_in_partition(span: Span, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    match cx.place {
        ExprPlace::Partition | ExprPlace::PartitionBound => {
            Err(ExprError::refused(1564, "This partition function is not allowed", span))
        }
        _ => Ok(()),
    }
}

fn view_variable(span: Span) -> ExprError {
    ExprError::refused(1351, "View's SELECT contains a variable or parameter", span)
}

/// The query around what only a query may hold.
pub(super) fn query<'a>(cx: &ExprContext<'a>, span: Span) -> Result<&'a dyn QueryScope, ExprError> {
    cx.query.ok_or_else(|| ExprError::unsupported("a subquery", span))
}

/// What is no operand of any definition.
pub(super) fn construct(expr: &Expr, cx: &ExprContext<'_>) -> ExprError {
    let span = expr.span;
    let mysql = cx.flavor.is_mysql();
    if matches!(cx.place, ExprPlace::Partition | ExprPlace::PartitionBound) {
        return ExprError::refused(1564, "This partition function is not allowed", span);
    }
    let object = cx.object;
    if cx.place.in_query() {
        return match &expr.kind {
            ExprKind::Variable(_) if cx.place == ExprPlace::View => view_variable(span),
            ExprKind::Variable(_) => ExprError::unsupported("a variable in a query", span),
            ExprKind::Unsupported(what) => ExprError::unsupported(what.clone(), span),
            _ => ExprError::unsupported("this expression", span),
        };
    }
    match &expr.kind {
        ExprKind::Subquery if mysql => {
            let (errno, message) = match cx.place {
                ExprPlace::Generated { .. } => (
                    3102,
                    format!("Expression of generated column '{object}' contains a disallowed function."),
                ),
                ExprPlace::Check => (
                    3815,
                    format!("An expression of a check constraint '{object}' contains disallowed function."),
                ),
                ExprPlace::Default => (
                    3769,
                    format!("Default value expression of column '{object}' contains a disallowed function."),
                ),
                _ => (
                    3758,
                    format!("Expression of functional index '{object}' contains a disallowed function."),
                ),
            };
            ExprError::refused(errno, message, span)
        }
        ExprKind::Subquery if cx.place == ExprPlace::Check => {
            ExprError::refused(1970, "CHECK does not support subqueries or stored functions", span)
        }
        ExprKind::Subquery => mariadb_expression("select ...", span, cx),
        ExprKind::Aggregate(_) if mysql => ExprError::refused(1111, "Invalid use of group function", span),
        ExprKind::Window(name) if mysql => ExprError::refused(
            3593,
            format!("You cannot use the window function '{name}' in this context.'"),
            span,
        ),
        ExprKind::Aggregate(name) | ExprKind::Window(name) => {
            mariadb_expression(&format!("{name}()"), span, cx)
        }
        ExprKind::Variable(_) if mysql && cx.place == ExprPlace::Check => {
            let message = format!(
                "An expression of a check constraint '{object}' cannot refer to a user or system variable."
            );
            ExprError::refused(3816, message, span)
        }
        ExprKind::Variable(_) => {
            let message = format!(
                "Default value expression of column '{object}' cannot refer user or system variables."
            );
            ExprError::refused(3772, message, span)
        }
        ExprKind::Unsupported(what) if what == "MATCH" && mysql => disallowed("match", span, cx),
        ExprKind::Unsupported(what) if what == "MATCH" => mariadb_expression("match ... against()", span, cx),
        ExprKind::Unsupported(what) => ExprError::unsupported(what.clone(), span),
        _ => ExprError::unsupported("this expression", span),
    }
}

/// MariaDB: where a variable can't stand.
pub(super) fn variable(written: &str, span: Span, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    match cx.place {
        ExprPlace::View => Err(view_variable(span)),
        ExprPlace::Generated { stored: true } | ExprPlace::Check => {
            Err(mariadb_expression(written, span, cx))
        }
        ExprPlace::Partition | ExprPlace::PartitionBound => Err(partition_syntax(span)),
        _ => Ok(()),
    }
}

/// MariaDB: a sequence gives values to defaults only.
pub(super) fn next_value(span: Span, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    match cx.place {
        ExprPlace::Default => Ok(()),
        ExprPlace::View | ExprPlace::Query => Err(ExprError::unsupported("a sequence in a query", span)),
        ExprPlace::Check => {
            Err(ExprError::refused(1970, "CHECK does not support subqueries or stored functions", span))
        }
        _ => Err(mariadb_expression("nextval()", span, cx)),
    }
}

/// MySQL: a CHECK must be a truth value. It is asked before names and functions are looked at.
pub(super) fn check_is_boolean<T>(
    expr: &Expr,
    printed: Result<T, ExprError>,
    cx: &ExprContext<'_>,
) -> Result<T, ExprError> {
    if cx.place != ExprPlace::Check || is_truth(expr, cx) {
        return printed;
    }
    match printed {
        Ok(_) | Err(ExprError::Refused { errno: 1054 | 1111 | 3593 | 3814 | 3816 | 3820, .. }) => {
            let message =
                format!("An expression of non-boolean type specified to a check constraint '{}'.", cx.object);
            Err(ExprError::refused(3812, message, expr.span))
        }
        Err(error) => Err(error),
    }
}

/// Whether the result is a truth value.
pub(super) fn is_truth(expr: &Expr, cx: &ExprContext<'_>) -> bool {
    match &bare(expr).kind {
        ExprKind::Literal(literal) => matches!(literal, Literal::Bool(_)),
        ExprKind::Unary { op, .. } => matches!(op, UnaryOp::Not | UnaryOp::Bang),
        ExprKind::Binary { op, .. } => is_condition(*op),
        ExprKind::Is { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::Like { .. }
        | ExprKind::Regexp { .. } => true,
        ExprKind::Function { schema: None, name, args, .. } => {
            match lookup(cx.flavor, &name.value.to_ascii_lowercase(), args.len()) {
                Lookup::Native(function) => function.boolean() || name.value.eq_ignore_ascii_case("isnull"),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether it is a comparison of two values.
pub(super) fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Eq | NullSafeEq | Ne | Lt | Le | Gt | Ge)
}

fn is_condition(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Or | Xor | And | Eq | NullSafeEq | Ne | Lt | Le | Gt | Ge | SoundsLike | MemberOf)
}

/// A text that the server prints and then fails to read.
pub(super) fn syntax(span: Span) -> ExprError {
    ExprError::refused(1064, "You have an error in your SQL syntax", span)
}

/// What a partitioning function is made of: its grammar has no conditions (1064), and few functions are allowed (1564).
pub(super) fn partition(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    if cx.place != ExprPlace::Partition {
        return Ok(());
    }
    let conditional = match &expr.kind {
        ExprKind::Unary { op, .. } => *op == UnaryOp::Not,
        ExprKind::Binary { op, .. } => is_condition(*op),
        ExprKind::Is { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::Like { .. }
        | ExprKind::Regexp { .. } => true,
        _ => false,
    };
    if conditional {
        return Err(partition_syntax(expr.span));
    }
    let mut refused = None;
    walk(expr, &mut |e| {
        let allowed = match &e.kind {
            ExprKind::Literal(literal) => !matches!(literal, Literal::Bool(_)) || cx.flavor.is_mariadb(),
            // Functions are told apart when they are printed.
            ExprKind::Name(_) | ExprKind::Paren(_) | ExprKind::Extract { .. } | ExprKind::Function { .. } => {
                true
            }
            ExprKind::Unary { op, .. } => matches!(op, UnaryOp::Minus | UnaryOp::Plus),
            ExprKind::Binary { op, .. } => {
                use BinaryOp::{Add, IntDivide, Modulo, Multiply, Subtract};
                matches!(op, Add | Subtract | Multiply | IntDivide | Modulo)
            }
            _ => false,
        };
        if !allowed && refused.is_none() {
            refused = Some(e.span);
        }
    });
    match refused {
        Some(span) => Err(ExprError::refused(1564, "This partition function is not allowed", span)),
        None => Ok(()),
    }
}

pub(super) fn cast_array(span: Span) -> ExprError {
    let message = "This version of MySQL doesn't yet support 'Use of CAST( .. AS .. ARRAY) outside of functional \
                   index in CREATE(non-SELECT)/ALTER TABLE or in general expressions'";
    ExprError::refused(1235, message, span)
}

/// The result of the whole expression must be one value.
pub(super) fn row_result(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    if !matches!(bare(expr).kind, ExprKind::Row(_)) {
        return Ok(());
    }
    let object = cx.object;
    let (errno, message) = match cx.place {
        ExprPlace::Generated { .. } if cx.flavor.is_mysql() => {
            (3764, format!("Expression of generated column '{object}' cannot refer to a row value."))
        }
        ExprPlace::Default if cx.flavor.is_mysql() => {
            (3771, format!("Default value expression of column '{object}' cannot refer to a row value."))
        }
        ExprPlace::IndexPart => {
            (3800, format!("Expression of functional index '{object}' cannot refer to a row value."))
        }
        ExprPlace::Partition | ExprPlace::PartitionBound => {
            (1564, "This partition function is not allowed".into())
        }
        _ => (1241, "Operand should contain 1 column(s)".into()),
    };
    Err(ExprError::refused(errno, message, expr.span))
}

/// What MySQL can't index: a bare column, and results of some types.
pub(super) fn result_of_index_part(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    if cx.place != ExprPlace::IndexPart {
        return Ok(());
    }
    let (errno, message) = match &bare(expr).kind {
        ExprKind::Function { name, .. }
            if name.value.eq_ignore_ascii_case("time") || name.value.eq_ignore_ascii_case("timestamp") =>
        {
            // The precision is that of the argument, and shown.
            return Err(ExprError::unsupported(format!("an index on {}()", name.value), expr.span));
        }
        ExprKind::Name(_) => {
            (3762, "Functional index on a column is not supported. Consider using a regular index instead.")
        }
        ExprKind::Binary { op: BinaryOp::JsonExtract, .. } => (3753, JSON_INDEX),
        ExprKind::Binary { op: BinaryOp::JsonUnquoteExtract, .. } => (3757, LOB_INDEX),
        ExprKind::Cast { target: CastTarget::Type(ty), array: false, .. }
            if ty.keyword == TypeKeyword::Json =>
        {
            (3753, JSON_INDEX)
        }
        ExprKind::Function { name, args, .. } if gives_long_text(&name.value, args, cx) => (3757, LOB_INDEX),
        ExprKind::Function { name, args, .. } => {
            match lookup(cx.flavor, &name.value.to_ascii_lowercase(), args.len()) {
                Lookup::Native(function) => match function.index_errno() {
                    Some(3753) => (3753, JSON_INDEX),
                    Some(3760) => (3760, "Spatial functional index is not supported."),
                    Some(_) => return Err(ExprError::unsupported("an index on a long text", expr.span)),
                    None => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
        _ => return Ok(()),
    };
    Err(ExprError::refused(errno, message, expr.span))
}

/// Whether a function of a column gives a text that is too long for a VARCHAR.
fn gives_long_text(name: &str, args: &[Expr], cx: &ExprContext<'_>) -> bool {
    let is_one_of = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    let passes_on = is_one_of(&["coalesce", "if", "ifnull"]);
    if !passes_on && !is_one_of(&["concat", "lower", "lcase", "reverse", "ucase", "upper"]) {
        return false;
    }
    // Of IF the condition is no part of the result.
    let results = if name.eq_ignore_ascii_case("if") { args.get(1..).unwrap_or_default() } else { args };
    let columns = || results.iter().filter_map(|arg| super::compare::column_of(arg, cx));
    let lengths = columns().map(|column| match column.ty {
        ColumnType::Char { length }
        | ColumnType::Varchar { length }
        | ColumnType::Binary { length }
        | ColumnType::Varbinary { length } => *length,
        _ => 0,
    });
    // Longer texts become a TEXT or BLOB (`CONVERT_IF_BIGGER_TO_BLOB`).
    let longest = if is_one_of(&["concat"]) {
        let written = results.iter().map(|arg| match &bare(arg).kind {
            ExprKind::Literal(Literal::String { value, .. }) => {
                u32::try_from(value.chars().count()).unwrap_or(u32::MAX)
            }
            _ => 0,
        });
        lengths.chain(written).fold(0, u32::saturating_add)
    } else {
        lengths.max().unwrap_or_default()
    };
    if longest > 512 {
        return true;
    }
    columns().any(|column| match column.ty {
        ColumnType::Text { size } | ColumnType::Blob { size } => passes_on || *size != LobSize::Tiny,
        ColumnType::Geometry { .. } => true,
        _ => false,
    })
}

const JSON_INDEX: &str =
    "Cannot create a functional index on a function that returns a JSON or GEOMETRY value.";
const LOB_INDEX: &str = "Cannot create a functional index on an expression that returns a BLOB or TEXT. Please consider using CAST.";

/// The character set of that name, in the server's own spelling.
pub(super) fn charset(name: &Ident, cx: &ExprContext<'_>) -> Result<&'static str, ExprError> {
    match cx.flavor.charset(&name.value) {
        Some(charset) => Ok(charset.name),
        None => Err(ExprError::refused(1115, format!("Unknown character set: '{}'", name.value), name.span)),
    }
}

/// The collation of that name, which must belong to the operand's character set.
pub(super) fn collation(operand: &Expr, name: &Ident, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    let flavor = cx.flavor;
    let lower = name.value.to_ascii_lowercase();
    let charset = match text_kind(operand, cx) {
        TextKind::Text(charset) => Some(charset),
        TextKind::Literal(introducer) => Some(introducer.unwrap_or_else(|| cx.connection.charset.clone())),
        TextKind::NoText | TextKind::Soft => Some(cx.connection.charset.clone()),
        TextKind::Unsure => None,
    };
    let Some(info) = flavor.collation(&lower) else {
        if flavor.is_short_collation(&lower) {
            return Err(ExprError::unsupported("a collation without its character set", name.span));
        }
        return Err(ExprError::refused(1273, format!("Unknown collation: '{}'", name.value), name.span));
    };
    if charset.is_none() && cx.place.in_query() {
        return Err(ExprError::unsupported(
            "COLLATE of what has a character set that is not known",
            name.span,
        ));
    }
    if let Some(charset) = charset
        && charset != info.charset
    {
        let message = format!("COLLATION '{}' is not valid for CHARACTER SET '{charset}'", info.name);
        return Err(ExprError::refused(1253, message, name.span));
    }
    Ok(info.name.to_owned())
}
