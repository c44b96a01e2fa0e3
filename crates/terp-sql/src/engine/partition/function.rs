//! What a table is partitioned by: which expressions and columns the servers allow.

use terp_schema_model::{Column, ColumnType, IndexKind, PartitionMethod, Partitioning, Table, same_name};

use super::super::Context;
use super::super::error::{ExecuteError, Result, refuse, unsupported};
use super::kind::{Kind, column_kind, is_stable, kind};
use crate::ast::{BinaryOp, Expr, ExprKind, Ident, Literal, UnaryOp};
use crate::expr::{referenced_columns, walk};
use crate::{ParseOptions, SqlMode, parse_expression};

pub(super) fn not_allowed() -> ExecuteError {
    refuse(1564, "This partition function is not allowed")
}

fn constant_or_random() -> ExecuteError {
    refuse(
        1486,
        "Constant, random or timezone-dependent expressions in (sub)partitioning function are not allowed",
    )
}

/// Functions whose value the same row need not always give: to the servers' grammar they are no partition function.
const RANDOM: &[&str] = &[
    "benchmark",
    "connection_id",
    "curdate",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "curtime",
    "database",
    "found_rows",
    "get_lock",
    "is_free_lock",
    "is_used_lock",
    "last_insert_id",
    "load_file",
    "localtime",
    "localtimestamp",
    "now",
    "rand",
    "release_lock",
    "row_count",
    "schema",
    "session_user",
    "sleep",
    "sysdate",
    "system_user",
    "user",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "uuid",
    "uuid_short",
];

const ALLOWED: &[&str] = &[
    "abs",
    "ceil",
    "ceiling",
    "datediff",
    "day",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "floor",
    "from_days",
    "hour",
    "microsecond",
    "minute",
    "mod",
    "month",
    "quarter",
    "second",
    "time_to_sec",
    "to_days",
    "to_seconds",
    "unix_timestamp",
    "weekday",
    "year",
    "yearweek",
];

/// The expression inside parentheses.
pub(super) fn bare(mut expr: &Expr) -> &Expr {
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// Whether every function and operator may stand in a partitioning expression or in a bound's value.
pub(super) fn check_allowed(cx: &Context<'_>, expr: &Expr) -> Result<()> {
    let mut random = None;
    let mut refused = None;
    walk(expr, &mut |e| {
        let (is_random, allowed) = match &e.kind {
            ExprKind::Literal(Literal::Bool(_)) => (false, cx.flavor.is_mariadb()),
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Paren(_) | ExprKind::DefaultOf(_) => {
                (false, true)
            }
            ExprKind::Extract { .. } => (false, true),
            ExprKind::Unary { op, .. } => (false, matches!(op, UnaryOp::Minus | UnaryOp::Plus)),
            ExprKind::Binary { op, .. } => {
                use BinaryOp as O;
                (false, matches!(op, O::Add | O::Subtract | O::Multiply | O::IntDivide | O::Modulo))
            }
            ExprKind::Function { schema, name, args, stored, .. } => {
                let name = name.value.to_ascii_lowercase();
                let random = schema.is_some()
                    || *stored
                    || RANDOM.contains(&name.as_str())
                    || name == "unix_timestamp" && args.is_empty();
                (random, ALLOWED.contains(&name.as_str()))
            }
            ExprKind::Variable(_) => (true, false),
            ExprKind::Subquery => (cx.flavor.is_mysql(), false),
            _ => (false, false),
        };
        if is_random {
            random = random.or(Some(e.span));
        } else if !allowed {
            refused = refused.or(Some(e.span));
        }
    });
    if let Some(span) = random {
        return Err(refuse(
            1064,
            "Constant, random or timezone-dependent expressions in (sub)partitioning function are not allowed",
        )
        .at(span));
    }
    refused.map_or(Ok(()), |span| Err(not_allowed().at(span)))
}

/// Checks an expression whose columns exist, and tells whether it is unsigned. `part` is the servers' word,
/// PARTITION or SUBPARTITION.
fn check_expression(
    cx: &Context<'_>,
    table: &Table,
    expr: &Expr,
    part: &str,
    by_values: bool,
) -> Result<bool> {
    let columns: Vec<&Column> =
        referenced_columns(expr).iter().filter_map(|name| table.column(&name.value)).collect();
    if columns.is_empty() {
        return Err(constant_or_random());
    }
    if let Some(vector) = columns.iter().find(|c| is_mysql_vector(cx, &c.ty)) {
        return Err(not_this_type(cx, vector, by_values));
    }
    if columns.iter().any(|c| c.ty.is_lob()) {
        return Err(refuse(1502, "A BLOB field is not allowed in partition function"));
    }
    if let ExprKind::Name(_) = &bare(expr).kind {
        let Kind::Integer { unsigned } = column_kind(cx, &columns[0].ty) else {
            return Err(not_this_type(cx, columns[0], by_values));
        };
        if matches!(columns[0].ty, ColumnType::Enum { .. } | ColumnType::Set { .. }) {
            return Err(not_this_type(cx, columns[0], false));
        }
        return Ok(unsigned);
    }
    if !is_stable(table, expr) {
        return Err(constant_or_random());
    }
    let Kind::Integer { unsigned } = kind(cx, table, expr) else {
        return Err(refuse(1491, format!("The {part} function returns the wrong type")));
    };
    for column in columns {
        let text = matches!(column.ty, ColumnType::Char { .. } | ColumnType::Varchar { .. })
            || cx.flavor.is_mariadb()
                && matches!(column.ty, ColumnType::Enum { .. } | ColumnType::Set { .. });
        let Some(set) = column.character_set.as_ref().filter(|_| text) else { continue };
        if cx.max_bytes(&set.set.charset) > 1 {
            return Err(not_allowed());
        }
        if set.set.charset != "binary" {
            return Err(unsupported("a partition function of text in a character set of one byte"));
        }
    }
    Ok(unsigned)
}

fn is_mysql_vector(cx: &Context<'_>, ty: &ColumnType) -> bool {
    cx.flavor.is_mysql() && matches!(ty, ColumnType::Vector { .. })
}

fn not_this_type(cx: &Context<'_>, column: &Column, by_values: bool) -> ExecuteError {
    if by_values && cx.flavor.is_mariadb() && matches!(column.ty, ColumnType::Decimal { scale: 0, .. }) {
        return unsupported("RANGE or LIST of a DECIMAL column");
    }
    refuse(1659, format!("Field '{}' is of a not allowed type for this type of partitioning", column.name))
}

/// Checks a list of columns. `by_values` is for RANGE COLUMNS and LIST COLUMNS, which allow fewer types than KEY.
fn check_columns(cx: &Context<'_>, table: &Table, columns: &[String], by_values: bool) -> Result<()> {
    for name in columns {
        let Some(column) = table.column(name) else { return Err(field_not_found()) };
        if is_mysql_vector(cx, &column.ty) {
            return Err(not_this_type(cx, column, by_values));
        }
        let other = matches!(column.ty, ColumnType::Json | ColumnType::Geometry { .. });
        if column.ty.is_lob() && !(by_values && other) {
            return Err(refuse(1502, "A BLOB field is not allowed in partition function"));
        }
        let allowed = match column.ty {
            _ if !by_values => true,
            ColumnType::Integer { .. }
            | ColumnType::Char { .. }
            | ColumnType::Varchar { .. }
            | ColumnType::Binary { .. }
            | ColumnType::Varbinary { .. }
            | ColumnType::Date
            | ColumnType::Time { .. }
            | ColumnType::DateTime { .. } => true,
            ColumnType::Inet4 | ColumnType::Inet6 | ColumnType::Uuid => cx.flavor.is_mariadb(),
            _ => false,
        };
        if !allowed {
            return Err(not_this_type(cx, column, false));
        }
    }
    Ok(())
}

fn field_not_found() -> ExecuteError {
    refuse(1488, "Field in list of fields for partition function not found in table")
}

/// A column twice in a list; error 1652.
pub(super) fn check_duplicates(columns: &[Ident]) -> Result<()> {
    for (at, column) in columns.iter().enumerate() {
        if let Some(first) = columns[..at].iter().find(|c| same_name(&c.value, &column.value)) {
            return Err(
                refuse(1652, format!("Duplicate partition field name '{}'", first.value)).at(column.span)
            );
        }
    }
    Ok(())
}

/// A printed expression, read again.
pub(super) fn reread(cx: &Context<'_>, text: &str) -> Result<Expr> {
    let options = ParseOptions { flavor: cx.flavor, sql_mode: SqlMode::default() };
    parse_expression(text, &options)
        .map_err(|e| unsupported(format!("reading the expression {text} again: {e}")))
}

/// The columns of the key that KEY () stands for, those of which only a prefix is in it left out.
fn implied_key(table: &Table) -> Option<Vec<String>> {
    let not_null = |name: &str| table.column(name).is_some_and(|c| !c.nullable);
    let promoted = |index: &&terp_schema_model::Index| {
        index.kind == IndexKind::Unique
            && index.parts.iter().all(|p| p.length.is_none() && p.column_name().is_some_and(not_null))
    };
    let key = table.primary_key().or_else(|| table.indexes.iter().find(promoted))?;
    let whole = key.parts.iter().filter(|p| p.length.is_none());
    Some(whole.filter_map(|p| p.column_name().map(str::to_owned)).collect())
}

/// Checks one method against the table; returns the columns it needs and whether its expression is unsigned.
fn check_method(
    cx: &Context<'_>,
    table: &Table,
    method: &PartitionMethod,
    part: &str,
) -> Result<(Vec<String>, bool)> {
    match method {
        PartitionMethod::Range { expression }
        | PartitionMethod::List { expression }
        | PartitionMethod::Hash { expression, .. } => {
            let expr = reread(cx, expression)?;
            let names = referenced_columns(&expr);
            if let Some(missing) = names.iter().find(|n| table.column(&n.value).is_none()) {
                let place = if cx.flavor.is_mysql() { "partition function" } else { "PARTITION BY" };
                return Err(super::super::error::messages::unknown_column(&missing.value, place));
            }
            let by_values = !matches!(method, PartitionMethod::Hash { .. });
            let unsigned = check_expression(cx, table, &expr, part, by_values)?;
            Ok((names.iter().map(|n| n.value.clone()).collect(), unsigned))
        }
        PartitionMethod::RangeColumns { columns } | PartitionMethod::ListColumns { columns } => {
            check_columns(cx, table, columns, true)?;
            Ok((columns.clone(), false))
        }
        PartitionMethod::Key { columns, .. } if columns.is_empty() => {
            let columns = implied_key(table).ok_or_else(field_not_found)?;
            check_columns(cx, table, &columns, false)?;
            if columns.is_empty() {
                return Err(key_misses(cx, IndexKind::Primary));
            }
            Ok((columns, false))
        }
        PartitionMethod::Key { columns, .. } => {
            check_columns(cx, table, columns, false)?;
            Ok((columns.clone(), false))
        }
        PartitionMethod::SystemTime { .. } => Ok((Vec::new(), false)),
    }
}

fn key_misses(cx: &Context<'_>, kind: IndexKind) -> ExecuteError {
    let key = if kind == IndexKind::Primary { "PRIMARY KEY" } else { "UNIQUE INDEX" };
    let suffix = if cx.flavor.is_mysql() { " (prefixed columns are not considered)." } else { "" };
    refuse(1503, format!("A {key} must include all columns in the table's partitioning function{suffix}"))
}

/// What the methods of a table ask for.
pub(super) struct Needs {
    /// The columns that every unique key must have.
    columns: Vec<String>,
    /// Whether the expression is unsigned: then no bound is negative.
    pub(super) unsigned: bool,
}

/// Checks the methods against the table's columns.
pub(super) fn check_methods(cx: &Context<'_>, table: &Table, partitioning: &Partitioning) -> Result<Needs> {
    let mut columns = Vec::new();
    if let Some(sub) = &partitioning.subpartitioning {
        columns = check_method(cx, table, &sub.method, "SUBPARTITION")?.0;
    }
    let (own, unsigned) = check_method(cx, table, &partitioning.method, "PARTITION")?;
    columns.extend(own);
    Ok(Needs { columns, unsigned })
}

/// Whether every unique key has all columns that the methods need.
pub(super) fn check_keys(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &Partitioning,
    needs: &Needs,
) -> Result<()> {
    for index in table.indexes.iter().filter(|i| i.is_unique()) {
        // MariaDB's hashes are not looked at.
        if cx.flavor.is_mariadb()
            && index.kind == IndexKind::Unique
            && index.using == Some(terp_schema_model::IndexAlgorithm::Hash)
            && table.options.engine != "MEMORY"
        {
            continue;
        }
        let holds = |name: &String| {
            index
                .parts
                .iter()
                .any(|p| p.length.is_none() && p.column_name().is_some_and(|c| same_name(c, name)))
        };
        if !needs.columns.iter().all(holds) {
            return Err(key_misses(cx, index.kind));
        }
    }
    check_lengths(cx, table, needs)?;
    check_prefixes(cx, table, partitioning)
}

/// All fields of the function together are no longer than a key may be.
fn check_lengths(cx: &Context<'_>, table: &Table, needs: &Needs) -> Result<()> {
    let bytes = |column: &Column| match &column.ty {
        ColumnType::Char { length }
        | ColumnType::Varchar { length }
        | ColumnType::Binary { length }
        | ColumnType::Varbinary { length } => {
            let set = column.character_set.as_ref();
            let bytes = u64::from(*length) * set.map_or(1, |c| u64::from(cx.max_bytes(&c.set.charset)));
            let varies = matches!(column.ty, ColumnType::Varchar { .. } | ColumnType::Varbinary { .. });
            bytes + if varies { 2 } else { 0 }
        }
        _ => 8,
    };
    let total: u64 = needs.columns.iter().filter_map(|name| table.column(name)).map(bytes).sum();
    if total > 3072 {
        return Err(refuse(1660, "The total length of the partitioning fields is too large"));
    }
    Ok(())
}

/// MySQL's KEY takes no column of which a key holds a prefix only.
fn check_prefixes(cx: &Context<'_>, table: &Table, partitioning: &Partitioning) -> Result<()> {
    if !cx.flavor.mysql_since(8, 4, 0) {
        return Ok(());
    }
    let sub = partitioning.subpartitioning.as_ref().map(|s| &s.method);
    for method in std::iter::once(&partitioning.method).chain(sub) {
        let PartitionMethod::Key { columns, .. } = method else { continue };
        for index in &table.indexes {
            for part in &index.parts {
                let (Some(length), Some(name)) = (part.length, part.column_name()) else { continue };
                let implied = columns.is_empty() && index.kind == IndexKind::Primary;
                if implied || columns.iter().any(|c| same_name(c, name)) {
                    let (schema, table) = (cx.database, &table.name);
                    return Err(refuse(
                        6123,
                        format!(
                            "Column '{schema}.{table}.{name}' having prefix key part '{name}({length})' in the PARTITION BY KEY() clause is not supported."
                        ),
                    ));
                }
            }
        }
    }
    Ok(())
}
