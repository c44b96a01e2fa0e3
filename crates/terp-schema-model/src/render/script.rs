//! A whole schema as a script for the command-line client.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::flavor::Flavor;
use crate::program::CreationContext;
use crate::quote;
use crate::schema::Schema;
use crate::table::Table;

/// A script for the mysql or mariadb client that makes a schema in an empty database.
///
/// Procedures and functions come first, then each table after those that its foreign keys name, then views, triggers and events.
/// Where foreign keys go round in a circle, one of them is added by an ALTER TABLE afterwards. Stored programs are made in
/// their own sql_mode; their character set and collation are those of the session that runs the script. The database's own
/// default is not set: every table says its own.
pub fn create_schema(schema: &Schema, flavor: Flavor) -> String {
    let mut script = Script { out: String::new(), sql_mode: None };
    for routine in &schema.routines {
        script.program(&super::create_routine(routine), &routine.context);
    }
    tables(schema, flavor, &mut script);
    for at in view_order(schema) {
        if let Some(view) = schema.views.get(at) {
            script.mode(&view.context);
            script.statement(&super::create_view(view, flavor));
        }
    }
    for trigger in &schema.triggers {
        script.program(&super::create_trigger(trigger), &trigger.context);
    }
    for event in &schema.events {
        script.program(&super::create_event(event), &event.context);
    }
    if script.sql_mode.is_some() {
        script.statement("SET sql_mode = DEFAULT");
    }
    script.out
}

struct Script<'a> {
    out: String,
    /// What a statement of the script set it to.
    sql_mode: Option<&'a str>,
}

impl<'a> Script<'a> {
    fn statement(&mut self, sql: &str) {
        self.out.push_str(sql);
        self.out.push_str(";\n");
    }

    fn mode(&mut self, context: &'a CreationContext) {
        // An empty text is what is not known, and then the server's default is as good as any.
        let wanted = (!context.sql_mode.is_empty()).then_some(context.sql_mode.as_str());
        if wanted == self.sql_mode {
            return;
        }
        let value = wanted.map_or_else(|| "DEFAULT".to_owned(), |mode| quote::string_literal(mode, false));
        self.statement(&format!("SET sql_mode = {value}"));
        self.sql_mode = wanted;
    }

    /// A statement that may have semicolons within.
    fn program(&mut self, sql: &str, context: &'a CreationContext) {
        self.mode(context);
        if !sql.contains(';') {
            return self.statement(sql);
        }
        let mut delimiter = String::from(";;");
        while sql.contains(&delimiter) {
            delimiter.push(';');
        }
        self.out.push_str(&format!("DELIMITER {delimiter}\n{sql} {delimiter}\nDELIMITER ;\n"));
    }
}

fn tables(schema: &Schema, flavor: Flavor, script: &mut Script<'_>) {
    let by_name: HashMap<&str, usize> =
        schema.tables.iter().enumerate().map(|(at, table)| (table.name.as_str(), at)).collect();
    let parent = |key: &crate::table::ForeignKey| match &key.referenced_schema {
        None => by_name.get(key.referenced_table.as_str()).copied(),
        Some(_) => None,
    };
    let parents = |table: &Table| table.foreign_keys.iter().filter_map(parent).collect();
    let needs: Vec<BTreeSet<usize>> = schema.tables.iter().map(parents).collect();
    let mut made = HashSet::new();
    let mut later = Vec::new();
    for at in order(&needs) {
        let Some(table) = schema.tables.get(at) else { continue };
        made.insert(at);
        let waits =
            |key: &crate::table::ForeignKey| parent(key).is_some_and(|parent| !made.contains(&parent));
        // A table that isn't there can only be named while nobody looks.
        let unknown =
            table.foreign_keys.iter().any(|key| key.referenced_schema.is_none() && parent(key).is_none());
        if unknown {
            script.statement("SET foreign_key_checks = 0");
        }
        if table.foreign_keys.iter().any(waits) {
            let mut now = table.clone();
            now.foreign_keys.retain(|key| !waits(key));
            script.statement(&super::create_table(&now, flavor));
            later.extend(table.foreign_keys.iter().filter(|key| waits(key)).map(|key| (&table.name, key)));
        } else {
            script.statement(&super::create_table(table, flavor));
        }
        if unknown {
            script.statement("SET foreign_key_checks = 1");
        }
    }
    for (table, key) in later {
        let mut sql = String::from("ALTER TABLE ");
        quote::push_identifier(&mut sql, table);
        sql.push_str(" ADD ");
        sql.push_str(&super::foreign_key_definition(key, flavor));
        script.statement(&sql);
    }
}

/// The views, each after those that its query names. What only looks like a name does no harm.
fn view_order(schema: &Schema) -> Vec<usize> {
    let names = |body: &str| {
        let mentions = |name: &str| {
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            body.match_indices(name).any(|(at, _)| {
                let before = body.get(..at).and_then(|text| text.chars().next_back());
                let after = body.get(at + name.len()..).and_then(|text| text.chars().next());
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            })
        };
        let views = schema.views.iter().enumerate();
        views.filter(|(_, view)| mentions(&view.name)).map(|(at, _)| at).collect()
    };
    let needs: Vec<BTreeSet<usize>> = schema.views.iter().map(|view| names(&view.body)).collect();
    order(&needs)
}

/// An order in which each comes after what it needs, and otherwise in that of the list. Where that goes round in a circle, the
/// circle is cut at one of its members.
fn order(needs: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut open: Vec<BTreeSet<usize>> = needs.to_vec();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (at, needs) in open.iter_mut().enumerate() {
        needs.remove(&at);
        for &need in needs.iter() {
            if let Some(list) = needed_by.get_mut(need) {
                list.push(at);
            }
        }
    }
    let is_ready = |open: &[BTreeSet<usize>], at: usize| open.get(at).is_some_and(BTreeSet::is_empty);
    let mut ready: BTreeSet<usize> = (0..needs.len()).filter(|&at| is_ready(&open, at)).collect();
    let mut left: BTreeSet<usize> = (0..needs.len()).collect();
    let mut out = Vec::with_capacity(needs.len());
    while let Some(next) = ready.pop_first().or_else(|| on_a_circle(&open, &left)) {
        left.remove(&next);
        out.push(next);
        for &at in needed_by.get(next).into_iter().flatten() {
            if let Some(needs) = open.get_mut(at) {
                needs.remove(&next);
            }
            if left.contains(&at) && is_ready(&open, at) {
                ready.insert(at);
            }
        }
    }
    out
}

/// One of those that need each other.
fn on_a_circle(open: &[BTreeSet<usize>], left: &BTreeSet<usize>) -> Option<usize> {
    let mut at = *left.first()?;
    let mut seen = HashSet::new();
    while seen.insert(at) {
        at = *open.get(at)?.iter().find(|need| left.contains(need))?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::{Column, ColumnType, IntegerSize};
    use crate::index::{Index, IndexKind, IndexPart};
    use crate::program::{Trigger, View};
    use crate::table::ForeignKey;

    fn ordered(needs: &[&[usize]]) -> Vec<usize> {
        let needs: Vec<BTreeSet<usize>> = needs.iter().map(|list| list.iter().copied().collect()).collect();
        order(&needs)
    }

    #[test]
    fn each_comes_after_what_it_needs() {
        assert_eq!(ordered(&[&[], &[], &[]]), [0, 1, 2]);
        assert_eq!(ordered(&[&[2], &[0], &[]]), [2, 0, 1]);
        assert_eq!(ordered(&[&[0], &[0, 1]]), [0, 1]);
        // 1 and 2 need each other, 0 needs them.
        assert_eq!(ordered(&[&[1], &[2], &[1]]), [1, 0, 2]);
        assert_eq!(ordered(&[]), [] as [usize; 0]);
    }

    fn schema(keys: &[(&str, &str)]) -> Schema {
        let flavor = Flavor::MYSQL_9_7;
        let mut schema = Schema::new(flavor.default_character_set());
        for (name, parent) in keys {
            let mut table = Table::new(*name, schema.character_set.clone());
            let size = IntegerSize::Int;
            let ty = ColumnType::Integer { size, width: None, unsigned: false, zerofill: false };
            table.columns.push(Column::new("id", ty));
            table.indexes.push(Index::new("PRIMARY", IndexKind::Primary, vec![IndexPart::column("id")]));
            table.foreign_keys.push(ForeignKey {
                name: format!("{name}_fk"),
                columns: vec!["id".to_owned()],
                referenced_schema: None,
                referenced_table: (*parent).to_owned(),
                referenced_columns: vec!["id".to_owned()],
                on_delete: None,
                on_update: None,
            });
            schema.tables.push(table);
        }
        schema
    }

    fn heads(script: &str) -> Vec<&str> {
        let begins = |line: &&str| ["CREATE", "ALTER", "SET"].iter().any(|word| line.starts_with(word));
        script.lines().filter(begins).collect()
    }

    #[test]
    fn circles_of_foreign_keys_are_closed_at_the_end() {
        let script = create_schema(&schema(&[("a", "b"), ("b", "c"), ("c", "b")]), Flavor::MYSQL_9_7);
        assert_eq!(
            heads(&script),
            [
                "CREATE TABLE `b` (",
                "CREATE TABLE `a` (",
                "CREATE TABLE `c` (",
                "ALTER TABLE `b` ADD CONSTRAINT `b_fk` FOREIGN KEY (`id`) REFERENCES `c` (`id`);",
            ]
        );
    }

    #[test]
    fn tables_that_are_not_there_are_not_looked_for() {
        let script = create_schema(&schema(&[("a", "gone")]), Flavor::MYSQL_9_7);
        assert_eq!(
            heads(&script),
            ["SET foreign_key_checks = 0;", "CREATE TABLE `a` (", "SET foreign_key_checks = 1;"]
        );
    }

    #[test]
    fn views_and_programs() {
        let mut schema = schema(&[]);
        let view =
            |name: &str, body: &str| View { name: name.to_owned(), body: body.to_owned(), ..View::default() };
        schema.views =
            vec![view("a", "select `b`.`x` from `b`"), view("b", "select 1 AS `x`"), view("bb", "select 2")];
        let context = CreationContext { sql_mode: "ANSI".to_owned(), ..CreationContext::default() };
        schema.triggers = vec![Trigger {
            name: "t".to_owned(),
            table: "x".to_owned(),
            timing: "BEFORE".to_owned(),
            event: "INSERT".to_owned(),
            body: "BEGIN SET @a = 1;; END".to_owned(),
            context,
            ..Trigger::default()
        }];
        let script = create_schema(&schema, Flavor::MYSQL_9_7);
        assert_eq!(
            script,
            "CREATE ALGORITHM=UNDEFINED SQL SECURITY DEFINER VIEW `b` AS select 1 AS `x`;\n\
             CREATE ALGORITHM=UNDEFINED SQL SECURITY DEFINER VIEW `a` AS select `b`.`x` from `b`;\n\
             CREATE ALGORITHM=UNDEFINED SQL SECURITY DEFINER VIEW `bb` AS select 2;\n\
             SET sql_mode = 'ANSI';\n\
             DELIMITER ;;;\n\
             CREATE TRIGGER `t` BEFORE INSERT ON `x` FOR EACH ROW BEGIN SET @a = 1;; END ;;;\n\
             DELIMITER ;\n\
             SET sql_mode = DEFAULT;\n"
        );
    }
}
