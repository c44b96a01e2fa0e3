//! Partitions: the servers' generate_partition_syntax().

use super::Style;
use crate::partition::{
    Partition, PartitionBound, PartitionListing, PartitionMethod, PartitionOptions, PartitionValues,
    Partitioning, Subpartition,
};
use crate::quote;

/// The clause, on MySQL within the comment that its method asks for; MariaDB puts a blank ahead of it.
pub(super) fn push_clause(out: &mut String, partitioning: &Partitioning, style: Style) {
    let mysql = style.flavor.is_mysql();
    let comment = opening_comment(partitioning);
    out.push_str(if mysql { comment } else { " " });
    out.push_str("PARTITION BY ");
    push_method(out, &partitioning.method, comment, style);
    if partitioning.listing == PartitionListing::Counted {
        out.push_str(&format!("\nPARTITIONS {}", partitioning.partitions.len()));
    }
    if let Some(sub) = &partitioning.subpartitioning {
        out.push_str("\nSUBPARTITION BY ");
        push_method(out, &sub.method, comment, style);
        if sub.listing == PartitionListing::Counted {
            out.push_str(&format!("\nSUBPARTITIONS {}", sub.count));
        }
    }
    if partitioning.listing == PartitionListing::Listed {
        out.push_str("\n(");
        for (i, partition) in partitioning.partitions.iter().enumerate() {
            if i > 0 {
                out.push_str(",\n ");
            }
            push_partition(out, partition, partitioning, style);
        }
        out.push(')');
    }
    if mysql {
        out.push_str(" */");
    }
}

/// MySQL's comment by the version that brought the method, or the function in it.
fn opening_comment(partitioning: &Partitioning) -> &'static str {
    let is_newer = |method: &PartitionMethod| match method {
        PartitionMethod::RangeColumns { .. } | PartitionMethod::ListColumns { .. } => true,
        PartitionMethod::Range { expression }
        | PartitionMethod::List { expression }
        | PartitionMethod::Hash { expression, .. } => expression.contains("to_seconds("),
        PartitionMethod::Key { .. } | PartitionMethod::SystemTime { .. } => false,
    };
    let sub = partitioning.subpartitioning.as_ref().map(|s| &s.method);
    if std::iter::once(&partitioning.method).chain(sub).any(is_newer) { "/*!50500 " } else { "/*!50100 " }
}

fn push_method(out: &mut String, method: &PartitionMethod, comment: &str, style: Style) {
    match method {
        PartitionMethod::Range { expression } => push_by_expression(out, "RANGE", expression, style),
        PartitionMethod::List { expression } => push_by_expression(out, "LIST", expression, style),
        PartitionMethod::Hash { expression, linear } => {
            push_by_expression(out, if *linear { "LINEAR HASH" } else { "HASH" }, expression, style);
        }
        // Two blanks, as both servers print it.
        PartitionMethod::RangeColumns { columns } => push_by_columns(out, "RANGE  COLUMNS", columns, style),
        PartitionMethod::ListColumns { columns } => push_by_columns(out, "LIST  COLUMNS", columns, style),
        PartitionMethod::Key { columns, linear, algorithm } => {
            out.push_str(if *linear { "LINEAR KEY " } else { "KEY " });
            if *algorithm == Some(1) {
                // Only the old algorithm is shown; MySQL interrupts the comment for it.
                if style.flavor.is_mysql() {
                    out.push_str("*/ /*!50611 ALGORITHM = 1 */ ");
                    out.push_str(comment);
                } else {
                    out.push_str("ALGORITHM = 1 ");
                }
            }
            push_columns(out, columns, style);
        }
        PartitionMethod::SystemTime { rest } => {
            out.push_str("SYSTEM_TIME ");
            out.push_str(rest);
        }
    }
}

fn push_by_expression(out: &mut String, method: &str, expression: &str, style: Style) {
    out.push_str(method);
    out.push_str(" (");
    out.push_str(&style.expression(expression));
    out.push(')');
}

fn push_by_columns(out: &mut String, method: &str, columns: &[String], style: Style) {
    out.push_str(method);
    push_columns(out, columns, style);
}

fn push_columns(out: &mut String, columns: &[String], style: Style) {
    out.push('(');
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        quote::push_partition_identifier(out, &style.text(column), style.flavor);
    }
    out.push(')');
}

pub(super) fn push_partition(
    out: &mut String,
    partition: &Partition,
    partitioning: &Partitioning,
    style: Style,
) {
    out.push_str("PARTITION ");
    quote::push_partition_identifier(out, &style.text(&partition.name), style.flavor);
    push_values(out, &partition.values, &partitioning.method);
    // Where the subpartitions are listed, they carry the options instead.
    let listed = partitioning.subpartitioning.as_ref().is_some_and(|s| s.listing == PartitionListing::Listed);
    if !listed || partition.subpartitions.is_empty() {
        push_options(out, &partition.options, style);
        return;
    }
    out.push_str("\n (");
    for (i, subpartition) in partition.subpartitions.iter().enumerate() {
        if i > 0 {
            out.push_str(",\n  ");
        }
        push_subpartition(out, subpartition, style);
    }
    out.push(')');
}

pub(super) fn push_subpartition(out: &mut String, subpartition: &Subpartition, style: Style) {
    out.push_str("SUBPARTITION ");
    quote::push_partition_identifier(out, &style.text(&subpartition.name), style.flavor);
    push_options(out, &subpartition.options, style);
}

fn push_values(out: &mut String, values: &PartitionValues, method: &PartitionMethod) {
    let by_columns =
        matches!(method, PartitionMethod::RangeColumns { .. } | PartitionMethod::ListColumns { .. });
    match values {
        PartitionValues::None => {}
        PartitionValues::LessThan(bounds) => {
            out.push_str(" VALUES LESS THAN ");
            if !by_columns && bounds.as_slice() == [PartitionBound::MaxValue] {
                out.push_str("MAXVALUE");
            } else {
                push_bounds(out, bounds, true);
            }
        }
        PartitionValues::In(tuples) => {
            out.push_str(" VALUES IN (");
            let several = matches!(method, PartitionMethod::ListColumns { columns } if columns.len() > 1);
            for (i, tuple) in tuples.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                push_bounds(out, tuple, several);
            }
            out.push(')');
        }
        PartitionValues::Default => out.push_str(" DEFAULT"),
        PartitionValues::History => out.push_str(" HISTORY"),
        PartitionValues::Current => out.push_str(" CURRENT"),
    }
}

fn push_bounds(out: &mut String, bounds: &[PartitionBound], parentheses: bool) {
    out.push_str(if parentheses { "(" } else { "" });
    for (i, bound) in bounds.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match bound {
            PartitionBound::MaxValue => out.push_str("MAXVALUE"),
            PartitionBound::Value(value) => out.push_str(value),
        }
    }
    out.push_str(if parentheses { ")" } else { "" });
}

fn push_options(out: &mut String, options: &PartitionOptions, style: Style) {
    if let Some(tablespace) = &options.tablespace {
        out.push_str(" TABLESPACE = ");
        style.push_identifier(out, tablespace);
    }
    let numbers =
        [("NODEGROUP", options.nodegroup), ("MAX_ROWS", options.max_rows), ("MIN_ROWS", options.min_rows)];
    for (name, number) in numbers {
        if let Some(number) = number {
            out.push_str(&format!(" {name} = {number}"));
        }
    }
    let comment = Some(&options.comment).filter(|comment| !comment.is_empty());
    let texts = [
        ("DATA DIRECTORY", options.data_directory.as_ref()),
        ("INDEX DIRECTORY", options.index_directory.as_ref()),
        ("COMMENT", comment),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            out.push_str(&format!(" {name} = "));
            quote::push_partition_string(out, &style.text(text), style.flavor);
        }
    }
    if !options.engine.is_empty() {
        out.push_str(" ENGINE = ");
        out.push_str(&options.engine);
    }
}
