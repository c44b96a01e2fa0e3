//! A schema as a server's SHOW CREATE tells it.

use terp_schema_model::{Flavor, Schema, Table, render};

use crate::{Catalog, SqlMode};

/// A schema with what SHOW CREATE TABLE can't show lost, as it is lost in whatever is read of a live database: its text is utf8mb3, so a
/// character beyond the Basic Multilingual Plane in a comment, a value of an ENUM or a default comes as `?`. To be compared with a live
/// database, the other side has to be brought into this form, or the same thing would count as a difference.
///
/// What a view, trigger, routine or event does is not lost (tried: MySQL 9.7, MariaDB 10.11 and 11.8), the comment of a routine or event
/// is.
///
/// A table that its own text does not make again stays as it is.
pub fn as_shown(schema: &Schema, flavor: Flavor) -> Schema {
    let mut shown = schema.clone();
    for table in &mut shown.tables {
        // What is sent has each character; where there is none of those, nothing is lost.
        if render::create_table(table, flavor).chars().any(|c| u32::from(c) > 0xFFFF)
            && let Some(lossy) = executed(table, schema, flavor)
        {
            *table = lossy;
        }
    }
    // What a program does is kept as it was sent.
    let comments = shown.routines.iter_mut().map(|routine| &mut routine.comment);
    for comment in comments.chain(shown.events.iter_mut().map(|event| &mut event.comment)) {
        *comment = comment.chars().map(|c| if u32::from(c) > 0xFFFF { '?' } else { c }).collect();
    }
    shown
}

/// What the text of a table makes, where that prints the same text.
fn executed(table: &Table, schema: &Schema, flavor: Flavor) -> Option<Table> {
    let text = render::show_create_table(table, flavor);
    let database = schema.name.as_deref().unwrap_or("scratch");
    let mut catalog = Catalog::new(flavor);
    catalog.create_database(database, schema.character_set.clone());
    catalog.use_database(database);
    let session = catalog.session_mut();
    session.foreign_key_checks = false;
    session.restrict_fk_on_non_standard_key = false;
    session.innodb_strict_mode = false;
    session.explicit_defaults_for_timestamp = true;
    session.sql_mode = SqlMode::default();
    catalog.execute_text(&text).ok()?;
    let made = catalog.table(database, &table.name)?;
    (render::show_create_table(made, flavor) == text).then(|| made.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_lost_and_the_rest_stays() {
        for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
            let mut catalog = Catalog::new(flavor);
            catalog.create_database("d", flavor.default_character_set());
            catalog.use_database("d");
            catalog
                .execute_text("CREATE TABLE t (e ENUM('😀','b'), g INT COMMENT 'é') COMMENT 'x 😀'")
                .unwrap();
            catalog.execute_text("CREATE TABLE u (a INT COMMENT 'é')").unwrap();
            let schema = catalog.schema("d").unwrap();
            let shown = as_shown(&schema, flavor);
            assert_eq!(shown.table("t").unwrap().comment, "x ?");
            assert_eq!(shown.table("t").unwrap().columns[1].comment, "é");
            assert_eq!(shown.table("u"), schema.table("u"));
            assert_eq!(as_shown(&shown, flavor), shown);
        }
    }
}
