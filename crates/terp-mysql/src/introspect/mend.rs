//! What a table has that its CREATE TABLE text alone does not bring about.
//!
//! MySQL's text is not always one that makes the same table: after ALTER COLUMN ... DROP DEFAULT a nullable column has no default at all,
//! which no CREATE TABLE can say, and a collation that is shown because the table has another counts as written by whoever executes it.
//! There the text is still right about the table. So each column whose line came out otherwise is tried in the states that a column can be
//! in besides, and the one that prints the server's line is the column's state. Likewise a constant in a CHECK that ALTER TABLE has
//! converted to a time is shown without the character set that whoever executes the text gives it (observed on MySQL 9.7.4), and indexes stand in
//! the order that they had when they were made.

use terp_schema_model::{Column, DefaultValue, Flavor, Index, Table, render};

/// Changes the columns whose lines differ, where that makes the table print as the server does. Says how the table prints in the end.
pub(super) fn mend(table: &mut Table, server: &str, flavor: Flavor) -> String {
    let mut ours = render::show_create_table(table, flavor);
    let mut next = 0;
    // Each round settles a column behind the one before, so there are no more rounds than columns.
    while ours != server {
        let same = common_prefix(&ours, server);
        // The first line is the table's name; a name or text never has a line end that is not escaped, or none of this matches.
        let Some(place) = ours[..same].matches('\n').count().checked_sub(1) else { break };
        if place < next || place >= table.columns.len() {
            break;
        }
        next = place + 1;
        let original = table.columns[place].clone();
        let fits = other_states(&original).into_iter().find_map(|state| {
            table.columns[place] = state;
            let text = render::show_create_table(table, flavor);
            let reached = common_prefix(&text, server);
            let lines = text[..reached].matches('\n').count();
            (lines > place + 1 || text == server).then_some(text)
        });
        match fits {
            Some(text) => ours = text,
            None => {
                table.columns[place] = original;
                break;
            }
        }
    }
    let ours = if ours == server { ours } else { mend_indexes(table, server, flavor, ours) };
    if flavor.is_mysql() { mend_checks(table, server, flavor, ours) } else { ours }
}

/// Lists the indexes as the server does: in its order, and without one that a foreign key would make for whoever executes the text.
///
/// In which order unique keys stand depends on what the session was when they were made, and on MariaDB a foreign key can outlive its key.
fn mend_indexes(table: &mut Table, server: &str, flavor: Flavor, ours: String) -> String {
    let place = |index: &Index| {
        let line = format!("\n  {}", render::index_definition(index, flavor));
        let after = |at: usize| server.get(at + line.len()..).unwrap_or_default();
        let mut found = server.match_indices(&line).map(|(at, _)| at);
        found.find(|&at| after(at).starts_with(",\n") || after(at).starts_with("\n)"))
    };
    let mut placed = Vec::with_capacity(table.indexes.len());
    for index in &table.indexes {
        match place(index) {
            Some(at) => placed.push((at, index.clone())),
            None if index.generated => {}
            None => return ours,
        }
    }
    placed.sort_by_key(|(at, _)| *at);
    let sorted = placed.into_iter().map(|(_, index)| index).collect();
    let original = std::mem::replace(&mut table.indexes, sorted);
    let text = render::show_create_table(table, flavor);
    if common_prefix(&text, server) > common_prefix(&ours, server) {
        return text;
    }
    table.indexes = original;
    ours
}

/// Takes the character set off each constant of the checks where the server shows none.
fn mend_checks(table: &mut Table, server: &str, flavor: Flavor, mut ours: String) -> String {
    const INTRODUCER: &str = "_utf8mb4'";
    for at in 0..table.checks.len() {
        let mut from = 0;
        while ours != server {
            let expression = &table.checks[at].expression;
            let Some(found) = expression[from..].find(INTRODUCER) else { break };
            let place = from + found;
            let quote = place + INTRODUCER.len() - 1;
            let without = format!("{}{}", &expression[..place], &expression[quote..]);
            let original = std::mem::replace(&mut table.checks[at].expression, without);
            let text = render::show_create_table(table, flavor);
            if common_prefix(&text, server) > common_prefix(&ours, server) {
                ours = text;
                from = place + 1;
            } else {
                table.checks[at].expression = original;
                from = quote;
            }
        }
    }
    ours
}

/// The length of what two texts have in common at their start, at a boundary of characters.
fn common_prefix(a: &str, b: &str) -> usize {
    let bytes = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    (0..=bytes).rev().find(|&end| a.is_char_boundary(end)).unwrap_or_default()
}

/// The states beside the one that its definition brings about.
fn other_states(column: &Column) -> Vec<Column> {
    let toggled = |column: &Column| {
        let mut other = column.clone();
        let set = other.character_set.as_mut()?;
        set.explicit = !set.explicit;
        Some(other)
    };
    let no_default = || {
        let is_null = column.nullable && column.default == Some(DefaultValue::Null);
        is_null.then(|| Column { default: None, ..column.clone() })
    };
    // `INT NULL AUTO_INCREMENT UNIQUE` is shown without its NULL, and whoever executes that makes it NOT NULL.
    let nullable = || {
        let only_by_default = column.auto_increment && !column.nullable;
        only_by_default.then(|| Column { nullable: true, ..column.clone() })
    };
    let mut states = Vec::new();
    states.extend(toggled(column));
    states.extend(nullable());
    states.extend(no_default());
    states.extend(no_default().and_then(|column| toggled(&column)));
    states
}

#[cfg(test)]
mod tests {
    use super::*;
    use terp_sql::Catalog;

    /// What the engine makes of a text, mended; whether it prints as the text then.
    fn mended(text: &str) -> (Table, bool) {
        let flavor = Flavor::MYSQL_9_7;
        let mut catalog = Catalog::new(flavor);
        catalog.create_database("d", flavor.default_character_set());
        catalog.use_database("d");
        catalog.execute_text(text).unwrap();
        let mut table = catalog.table("d", "t").unwrap().clone();
        let ours = mend(&mut table, text, flavor);
        (table, ours == text)
    }

    #[test]
    fn columns_without_a_default() {
        let (table, same) = mended(
            "CREATE TABLE `t` (\n  `a` int,\n  `b` int DEFAULT NULL,\n  `c` varchar(3) COLLATE utf8mb4_bin\n) \
             ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
        );
        assert!(same);
        assert_eq!(table.columns[0].default, None);
        assert_eq!(table.columns[1].default, Some(DefaultValue::Null));
        assert_eq!(table.columns[2].default, None);
        assert!(!table.columns[2].character_set.as_ref().unwrap().explicit);
    }

    #[test]
    fn constants_of_checks_without_a_character_set() {
        let (table, same) = mended(
            "CREATE TABLE `t` (\n  `a` datetime(3) DEFAULT NULL,\n  `b` varchar(9) DEFAULT NULL,\n  CONSTRAINT `c1` CHECK ((`b` = \
             _utf8mb4'x')),\n  CONSTRAINT `c2` CHECK (((`b` = _utf8mb4'_utf8mb4') or (`a` > '2020-01-01 00:00:00.000')))\n) ENGINE=InnoDB DEFAULT \
             CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci",
        );
        assert!(same);
        assert_eq!(
            table.checks[1].expression,
            "((`b` = _utf8mb4'_utf8mb4') or (`a` > '2020-01-01 00:00:00.000'))"
        );
    }

    #[test]
    fn other_differences_stay() {
        let (_, same) = mended(
            "CREATE TABLE `t` (\n  `a` int,\n  `b` integer DEFAULT NULL\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 \
             COLLATE=utf8mb4_0900_ai_ci",
        );
        assert!(!same);
    }
}
