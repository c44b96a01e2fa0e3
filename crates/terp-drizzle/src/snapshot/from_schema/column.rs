//! Columns: types and defaults as drizzle-kit spells them.

use terp_schema_model::quote::{identifier, string_literal};
use terp_schema_model::{Column, ColumnType, DefaultValue, Generated, IntegerSize, LobSize, Table, render};

use super::Converter;
use crate::snapshot::{SnapshotColumn, SnapshotDefault, SnapshotGenerated};

/// JavaScript's `Number.MAX_SAFE_INTEGER`: up to there every integer is one number.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

impl<'a> Converter<'a> {
    pub(super) fn column(&mut self, column: &'a Column, table: &Table) -> SnapshotColumn {
        let object = format!("the column `{}`", column.name);
        let json_alias = self.is_json_alias(column);
        let sql_type = if json_alias { "json".to_owned() } else { self.sql_type(&column.ty) };
        let generated = match &column.generated {
            Some(Generated::Expression { expression, stored }) => {
                Some(SnapshotGenerated { expression: expression.clone(), stored: *stored })
            }
            _ => None,
        };
        let on_update_fsp = column.ty.fsp().filter(|&fsp| column.on_update_now && fsp > 0);
        if let Some(fsp) = on_update_fsp {
            let reason = format!(
                "the digits of ON UPDATE CURRENT_TIMESTAMP({fsp}): drizzle-kit 0.31 writes it without, which servers \
                 refuse"
            );
            self.lose_since(&object, reason);
        }
        self.rest_of_column(column, table, &object, json_alias);
        SnapshotColumn {
            name: column.name.clone(),
            not_null: !column.nullable,
            auto_increment: column.auto_increment,
            default: column.default.as_ref().and_then(|default| self.default(default, column, &sql_type)),
            on_update_now: column.on_update_now,
            on_update_fsp,
            generated,
            sql_type,
            ..SnapshotColumn::default()
        }
    }

    /// What a column has beside what a snapshot holds.
    fn rest_of_column(&mut self, column: &Column, table: &Table, object: &str, json_alias: bool) {
        if let Some(set) = &column.character_set
            && set.set != table.character_set
            && !json_alias
        {
            let set = &set.set;
            self.lose(object, format!("CHARACTER SET {} COLLATE {}", set.charset, set.collation));
        }
        // MariaDB makes no difference between the two, and MySQL never shows it of a TEXT or BLOB.
        let null_is_implied = self.flavor.is_mariadb() || column.ty.is_lob();
        if column.nullable && column.default.is_none() && column.generated.is_none() && !null_is_implied {
            let reason = "that it has no default, not even NULL (ALTER COLUMN DROP DEFAULT): a nullable column of a \
                snapshot always has one";
            self.lose_since(object, reason);
        }
        let srid = match &column.ty {
            ColumnType::Geometry { srid, .. } => *srid,
            _ => None,
        };
        let row_bound = matches!(column.generated, Some(Generated::RowStart | Generated::RowEnd));
        let others = [
            (srid.is_some(), "SRID"),
            (row_bound, "GENERATED ALWAYS AS ROW START or END"),
            (column.invisible, "INVISIBLE"),
            (!column.comment.is_empty(), "COMMENT"),
            (column.check.is_some() && !json_alias, "the CHECK of the column itself"),
            (column.compressed.is_some(), "COMPRESSED"),
            (column.column_format.is_some(), "COLUMN_FORMAT"),
            (column.storage.is_some(), "STORAGE"),
            (column.engine_attribute.is_some(), "ENGINE_ATTRIBUTE"),
            (column.secondary_engine_attribute.is_some(), "SECONDARY_ENGINE_ATTRIBUTE"),
            (column.not_secondary, "NOT SECONDARY"),
            (column.system_versioning.is_some(), "WITH or WITHOUT SYSTEM VERSIONING"),
            (!column.attributes.is_empty(), "its engine-defined attributes"),
        ];
        for (_, what) in others.into_iter().filter(|(has, _)| *has) {
            self.lose(object, what);
        }
    }

    /// Whether the column is what MariaDB makes of JSON.
    fn is_json_alias(&self, column: &Column) -> bool {
        let set = column.character_set.as_ref().map(|set| &set.set);
        self.flavor.capabilities().json_is_alias
            && column.ty == ColumnType::Text { size: LobSize::Long }
            && set.is_some_and(|set| set.charset == "utf8mb4" && set.collation == "utf8mb4_bin")
            && column.check.as_ref().is_some_and(|check| {
                check.expression == format!("json_valid({})", identifier(&column.name)) && !check.not_enforced
            })
    }

    /// The type as Drizzle's column builders spell it; where they have none for it, as the server does.
    fn sql_type(&self, ty: &ColumnType) -> String {
        match ty {
            ColumnType::Integer {
                size: IntegerSize::TinyInt,
                width: Some(1),
                unsigned: false,
                zerofill: false,
            } => "boolean".to_owned(),
            // The width that a server fills in by itself says nothing.
            ColumnType::Integer { size, width, unsigned, zerofill } => {
                let width = width.filter(|&width| width != size.default_width(*unsigned));
                let ty = ColumnType::Integer { size: *size, width, unsigned: *unsigned, zerofill: *zerofill };
                render::column_type(&ty, self.flavor)
            }
            ColumnType::Decimal { precision: 10, scale: 0, .. } => {
                render::column_type(ty, self.flavor).replacen("(10,0)", "", 1)
            }
            ColumnType::Enum { values } => format!("enum({})", members(values)),
            ColumnType::Set { values } => format!("set({})", members(values)),
            ColumnType::Year => "year".to_owned(),
            other => render::column_type(other, self.flavor),
        }
    }

    fn default(&self, default: &DefaultValue, column: &Column, sql_type: &str) -> Option<SnapshotDefault> {
        Some(match default {
            DefaultValue::Null => return None,
            DefaultValue::Literal(text) => literal(text, &column.ty, sql_type),
            DefaultValue::Bits(digits) => SnapshotDefault::Sql(format!("b'{digits}'")),
            DefaultValue::Hex(digits) => SnapshotDefault::Sql(format!("0x{digits}")),
            DefaultValue::Now => SnapshotDefault::Sql(match column.ty.fsp().unwrap_or(0) {
                // MariaDB has one thing for both, and this is what `defaultNow()` writes.
                0 if self.flavor.is_mariadb() => "(now())".to_owned(),
                0 => "CURRENT_TIMESTAMP".to_owned(),
                fsp => format!("CURRENT_TIMESTAMP({fsp})"),
            }),
            DefaultValue::Expression(text) => SnapshotDefault::Sql(format!("({})", without_introducer(text))),
            DefaultValue::NextValue(text) => SnapshotDefault::Sql(text.clone()),
        })
    }
}

fn members(values: &[String]) -> String {
    values.iter().map(|value| string_literal(value, false)).collect::<Vec<_>>().join(",")
}

/// A literal: a JSON number or truth value where Drizzle's builder takes one, else SQL text.
fn literal(text: &str, ty: &ColumnType, sql_type: &str) -> SnapshotDefault {
    let scalar = |text: &str| SnapshotDefault::Scalar(text.to_owned());
    match ty {
        ColumnType::Integer { .. } if sql_type == "boolean" && text == "0" => scalar("false"),
        ColumnType::Integer { .. } if sql_type == "boolean" && text == "1" => scalar("true"),
        ColumnType::Integer { .. } | ColumnType::Float { .. } | ColumnType::Year
            if is_javascript_number(text) =>
        {
            scalar(text)
        }
        // Of these drizzle-kit writes every default as an expression, which MariaDB takes for the literal in it.
        _ if matches!(sql_type, "text" | "blob" | "json") => {
            SnapshotDefault::Sql(format!("({})", string_literal(text, false)))
        }
        _ => SnapshotDefault::Sql(string_literal(text, false)),
    }
}

/// Whether JavaScript would print the number that this is with the same digits.
fn is_javascript_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    match fraction {
        None => text != "-0" && whole.parse().is_ok_and(|number: u64| number <= MAX_SAFE_INTEGER),
        // 15 digits are exact in a double; below 1e-6 JavaScript writes an exponent.
        Some(fraction) => {
            plain(fraction)
                && !fraction.ends_with('0')
                && whole.len() + fraction.len() <= 15
                && !(whole == "0" && fraction.starts_with("000000"))
        }
    }
}

/// A string's introducer of the usual character set, which MySQL adds, is left out, as drizzle-kit does when it reads
/// a server: `_utf8mb4'x'` is the default `('x')`.
fn without_introducer(expression: &str) -> &str {
    let string = expression.strip_prefix("_utf8mb4").filter(|rest| rest.starts_with('\''));
    match string {
        Some(string) if is_one_string(string) => string,
        _ => expression,
    }
}

/// Whether a text that begins with a quote is a string from end to end, without an escape or a doubled quote.
fn is_one_string(text: &str) -> bool {
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.is_some_and(|inner| !inner.contains(['\'', '\\']))
}

#[cfg(test)]
mod tests {
    use super::is_javascript_number;

    #[test]
    fn numbers_are_written_as_javascript_prints_them() {
        for same in ["0", "7", "-5", "9007199254740991", "1.5", "-0.25", "0.000001", "123456789.012345"] {
            assert!(is_javascript_number(same), "{same}");
        }
        for other in [
            "",
            "-",
            "-0",
            "00",
            "1.0",
            ".5",
            "5.",
            "1e3",
            "9007199254740992",
            "0.0000001",
            "1234567890.1234567",
            "+1",
        ] {
            assert!(!is_javascript_number(other), "{other}");
        }
    }
}
