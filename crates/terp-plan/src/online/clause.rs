//! Where an ALGORITHM and LOCK clause goes in a statement.

use terp_sql::ast::{AlterActionKind, Statement, StatementKind};

/// The text of `statement` with a clause such as `ALGORITHM=INPLACE, LOCK=NONE` in its place. An ALGORITHM or LOCK that is already
/// written stays as it is. MariaDB's DROP INDEX takes no clause: it becomes the ALTER TABLE that says the same.
pub fn with_clause(source: &str, statement: &Statement, clause: &str) -> String {
    let text = whole(source, statement);
    match &statement.kind {
        StatementKind::AlterTable(alter) => {
            let written = alter
                .actions
                .iter()
                .any(|a| matches!(a.kind, AlterActionKind::Algorithm(_) | AlterActionKind::Lock(_)));
            let Some(first) = alter.actions.first().filter(|_| !written) else { return text.to_owned() };
            let at = (first.span.start - statement.span.start) as usize;
            // The servers' grammars want no comma before what partitions a table, and one before all else.
            let scheme =
                matches!(first.kind, AlterActionKind::PartitionBy(_) | AlterActionKind::RemovePartitioning);
            let separator = if scheme { " " } else { ", " };
            match (text.get(..at), text.get(at..)) {
                (Some(head), Some(rest)) => format!("{head}{clause}{separator}{rest}"),
                _ => text.to_owned(),
            }
        }
        StatementKind::CreateIndex(create) if create.algorithm.is_none() && create.lock.is_none() => {
            format!("{text} {}", clause.replace(", ", " "))
        }
        StatementKind::DropIndex(drop) if drop.algorithm.is_none() && drop.lock.is_none() => {
            let (table, name) = (drop.table.span().text(source), drop.name.span.text(source));
            let if_exists = if drop.if_exists { "IF EXISTS " } else { "" };
            format!("ALTER TABLE {table} {clause}, DROP INDEX {if_exists}{name}")
        }
        _ => text.to_owned(),
    }
}

/// The statement's text. Where its last word stands in a version comment, the end of that belongs to it.
fn whole<'s>(source: &'s str, statement: &Statement) -> &'s str {
    let text = statement.span.text(source);
    let (start, end) = (statement.span.start as usize, statement.span.end as usize);
    let rest = source.get(end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start().len();
    if rest.trim_start().starts_with("*/") {
        source.get(start..end + blanks + 2).unwrap_or(text)
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use terp_schema_model::Flavor;
    use terp_sql::{ParseOptions, Span, SqlMode, parse_statement};

    use super::with_clause;

    #[test]
    fn a_version_comment_stays_whole() {
        let options = ParseOptions { flavor: Flavor::MYSQL_9_7, sql_mode: SqlMode::default() };
        let cases = [
            (
                "ALTER TABLE t ADD a int /*!80023 INVISIBLE */",
                "ALTER TABLE t ALGORITHM=INSTANT, ADD a int /*!80023 INVISIBLE */",
            ),
            ("ALTER TABLE t ADD a int", "ALTER TABLE t ALGORITHM=INSTANT, ADD a int"),
        ];
        for (sql, expected) in cases {
            let statement = parse_statement(sql, Span::of(sql), &options).unwrap();
            assert_eq!(with_clause(sql, &statement, "ALGORITHM=INSTANT"), expected);
        }
    }
}
