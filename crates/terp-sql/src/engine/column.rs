//! From a column's definition to the column that the server keeps, and the keys and constraints that it brings.

use terp_schema_model::{CharacterSet, Check, Column, ColumnType, DefaultValue, Generated, IndexKind};

use super::Context;
use super::default::{self, ParsedDefault};
use super::error::{ExecuteError, Result, messages, refuse, unsupported};
use super::types;
use crate::Span;
use crate::ast::{
    CheckDef, ColumnAttributeKind, ColumnDef, DefaultClause, Expr, ExprKind, ForeignKeyDef, Ident, IndexDef,
    IndexPartDef, IndexPartDefKind, Literal, TypeKeyword,
};

/// A column on its way: what is known before the other columns are.
#[derive(Clone)]
pub(super) struct ColumnDraft<'a> {
    pub(super) column: Column,
    /// Expressions that can name other columns, to be printed when all columns are known.
    pub(super) default: Option<&'a DefaultClause>,
    pub(super) generated: Option<(&'a Expr, bool)>,
    pub(super) checks: Vec<&'a CheckDef>,
    /// NULL was written: a primary key cannot take it then.
    pub(super) explicit_null: bool,
    pub(super) explicit_not_null: bool,
    pub(super) has_default: bool,
    /// The name that the column had, for a column that exists.
    pub(super) old_name: Option<String>,
    /// Whether this statement defines it (rather than carrying it over).
    pub(super) defined: bool,
    /// The refusal of a constant DEFAULT that does not fit: it comes when all else is right.
    pub(super) late: Option<ExecuteError>,
    /// The refusal of an ENUM or SET with a member twice.
    pub(super) twice: Option<ExecuteError>,
    pub(super) span: Option<Span>,
}

impl ColumnDraft<'_> {
    /// A column that exists and is carried over.
    pub(super) fn existing(column: &Column) -> Self {
        Self {
            column: column.clone(),
            default: None,
            generated: None,
            checks: Vec::new(),
            explicit_null: false,
            explicit_not_null: false,
            has_default: column.default.is_some(),
            old_name: Some(column.name.clone()),
            defined: false,
            late: None,
            twice: None,
            span: None,
        }
    }
}

/// What a column's definition brings besides the column.
#[derive(Default)]
pub(super) struct Inline {
    pub(super) keys: Vec<IndexDef>,
    pub(super) foreign_keys: Vec<ForeignKeyDef>,
}

/// Resolves a definition. `inherited` is the table's character set.
pub(super) fn draft<'a>(
    cx: &Context<'_>,
    def: &'a ColumnDef,
    inherited: &CharacterSet,
    inline: &mut Inline,
) -> Result<ColumnDraft<'a>> {
    let name = &def.name;
    cx.check_name(name)?;
    if name.value.is_empty() || name.value.ends_with(' ') {
        return Err(refuse(1166, format!("Incorrect column name '{}'", name.value)).at(name.span));
    }
    let collate = def.attributes.iter().rev().find_map(|a| match &a.kind {
        ColumnAttributeKind::Collate(collation) if !is_default(collation) => Some(collation),
        _ => None,
    });
    check_before_type(cx, def)?;
    let resolved =
        types::resolve(cx, &name.value, &def.ty, collate, inherited).map_err(|e| e.at(def.ty.span))?;
    let mut column = Column::new(&name.value, resolved.ty);
    column.character_set = resolved.character_set;
    // MariaDB does not keep whether a character set was written.
    if let (Some(set), true) = (&mut column.character_set, cx.flavor.is_mariadb()) {
        set.explicit = false;
    }
    let mut draft = ColumnDraft {
        column,
        default: None,
        generated: None,
        checks: Vec::new(),
        explicit_null: false,
        explicit_not_null: false,
        has_default: false,
        old_name: None,
        defined: true,
        late: None,
        twice: None,
        span: Some(def.span),
    };
    if let Some(method) = &def.ty.compressed {
        // There is one method, and the server does not show it.
        if !method.value.is_empty() && !method.value.eq_ignore_ascii_case("zlib") {
            return Err(unsupported(format!("COMPRESSED={}", method.value)).at(method.span));
        }
        draft.column.compressed = Some(String::new());
    }
    if resolved.json_alias {
        let mut text = String::from("json_valid(");
        terp_schema_model::quote::push_identifier(&mut text, &name.value);
        text.push(')');
        draft.column.check = Some(Check { name: String::new(), expression: text, not_enforced: false });
    }
    let mut primary = false;
    if resolved.serial {
        serial(&mut draft, inline, name);
    }
    for attribute in &def.attributes {
        apply(cx, &mut draft, inline, name, &attribute.kind, &mut primary, attribute.span)
            .map_err(|e| e.at(attribute.span))?;
    }
    if primary && cx.flavor.is_mariadb() && is_serial(def) {
        // The primary key stands for SERIAL's own.
        inline.keys.retain(|key| key.kind != IndexKind::Unique);
    }
    finish(cx, &mut draft, def, primary)?;
    draft.twice = resolved.twice;
    Ok(draft)
}

/// What servers find wrong with DEFAULT and ON UPDATE before they look at the column's type.
pub(super) fn check_before_type(cx: &Context<'_>, def: &ColumnDef) -> Result<()> {
    let (mut not_null, mut automatic, mut default, mut on_update) = (false, false, None, None);
    for attribute in &def.attributes {
        match &attribute.kind {
            ColumnAttributeKind::Null => not_null = false,
            ColumnAttributeKind::NotNull | ColumnAttributeKind::PrimaryKey => not_null = true,
            ColumnAttributeKind::AutoIncrement => automatic = true,
            ColumnAttributeKind::Default(clause) if !is_truth(cx, clause) => default = Some(clause),
            ColumnAttributeKind::OnUpdateNow { fsp } => on_update = Some((fsp.unwrap_or(0), attribute.span)),
            _ => {}
        }
    }
    if let Some(clause) = default {
        let (null, now) = match default::parse(clause, cx)? {
            ParsedDefault::Constant(constant) => (constant.is_null(), None),
            ParsedDefault::Now { fsp } => (false, Some(u64::from(fsp))),
            ParsedDefault::Expression => (false, None),
        };
        let own = written_fsp(def);
        if cx.flavor.is_mysql() && now.is_some() && now != own {
            return Err(messages::invalid_default(&def.name.value).at(clause.expr.span));
        }
        if null && not_null && !automatic || !null && automatic {
            return Err(messages::invalid_default(&def.name.value).at(clause.expr.span));
        }
    }
    let Some((written, span)) = on_update else { return Ok(()) };
    let own = written_fsp(def);
    // MariaDB fits the precision to the column's own, where none or more is written.
    let fits =
        own.is_some_and(|own| written == own || cx.flavor.is_mariadb() && (written == 0 || written > own));
    if fits {
        return Ok(());
    }
    let message = format!("Invalid ON UPDATE clause for '{}' column", def.name.value);
    Err(refuse(1294, message).at(span))
}

/// TRUE and FALSE, which MySQL does not miss beside AUTO_INCREMENT.
fn is_truth(cx: &Context<'_>, clause: &DefaultClause) -> bool {
    cx.flavor.is_mysql() && matches!(clause.expr.kind, ExprKind::Literal(Literal::Bool(_)))
}

/// The digits of a DATETIME or TIMESTAMP, as they are written.
fn written_fsp(def: &ColumnDef) -> Option<u64> {
    match def.ty.keyword {
        TypeKeyword::Timestamp | TypeKeyword::DateTime => Some(def.ty.args.first().copied().unwrap_or(0)),
        _ => None,
    }
}

/// MariaDB's COLLATE DEFAULT: the character set's own collation.
fn is_default(collation: &Ident) -> bool {
    !collation.quoted && collation.value.eq_ignore_ascii_case("DEFAULT")
}

/// SERIAL, or SERIAL DEFAULT VALUE.
fn is_serial(def: &ColumnDef) -> bool {
    def.ty.keyword == TypeKeyword::Serial
        || def.attributes.iter().any(|a| matches!(a.kind, ColumnAttributeKind::SerialDefaultValue))
}

fn serial(draft: &mut ColumnDraft<'_>, inline: &mut Inline, name: &Ident) {
    draft.column.nullable = false;
    draft.explicit_not_null = true;
    draft.column.auto_increment = true;
    inline.keys.push(key(IndexKind::Unique, name));
}

pub(super) fn key(kind: IndexKind, column: &Ident) -> IndexDef {
    IndexDef {
        kind,
        constraint: None,
        name: None,
        if_not_exists: false,
        parts: vec![IndexPartDef {
            kind: IndexPartDefKind::Column { name: column.clone(), length: None },
            descending: false,
            ordered: false,
            span: column.span,
        }],
        without_overlaps: None,
        options: Vec::new(),
        span: column.span,
    }
}

fn apply<'a>(
    cx: &Context<'_>,
    draft: &mut ColumnDraft<'a>,
    inline: &mut Inline,
    name: &Ident,
    attribute: &'a ColumnAttributeKind,
    primary: &mut bool,
    span: Span,
) -> Result<()> {
    let column = &mut draft.column;
    match attribute {
        // Of several, the last one counts.
        ColumnAttributeKind::Null => {
            column.nullable = true;
            draft.explicit_null = true;
            draft.explicit_not_null = false;
        }
        ColumnAttributeKind::NotNull => {
            column.nullable = false;
            draft.explicit_null = false;
            draft.explicit_not_null = true;
        }
        ColumnAttributeKind::Default(clause) => {
            draft.default = Some(clause);
            draft.has_default = true;
        }
        ColumnAttributeKind::OnUpdateNow { .. } => column.on_update_now = true,
        ColumnAttributeKind::AutoIncrement => {
            column.auto_increment = true;
            column.nullable = false;
        }
        ColumnAttributeKind::SerialDefaultValue => serial(draft, inline, name),
        ColumnAttributeKind::PrimaryKey => {
            *primary = true;
            inline.keys.push(key(IndexKind::Primary, name));
        }
        ColumnAttributeKind::Unique => inline.keys.push(key(IndexKind::Unique, name)),
        ColumnAttributeKind::Comment(text) => {
            if text.value.chars().count() > 1024 && cx.session.sql_mode.strict() {
                return Err(refuse(
                    1629,
                    format!("Comment for field '{}' is too long (max = 1024)", name.value),
                ));
            }
            column.comment = text.value.chars().take(1024).collect();
        }
        ColumnAttributeKind::Collate(collation) => {
            // Types without a character set take a collation and forget it, but it has to exist.
            if column.character_set.is_none() && !is_default(collation) {
                cx.collation(collation, None, &cx.database_set.charset)?;
            }
        }
        ColumnAttributeKind::Generated { expr, stored } => {
            draft.generated = Some((expr, stored.unwrap_or(false)));
        }
        ColumnAttributeKind::RowStart | ColumnAttributeKind::RowEnd => {
            column.generated = Some(if matches!(attribute, ColumnAttributeKind::RowStart) {
                Generated::RowStart
            } else {
                Generated::RowEnd
            });
            column.nullable = false;
        }
        ColumnAttributeKind::Check(check) => draft.checks.push(check),
        ColumnAttributeKind::References(references) => {
            // MySQL before 9.0 reads an inline REFERENCES and forgets it.
            if cx.flavor.is_mariadb() || cx.flavor.mysql_since(9, 0, 0) {
                inline.foreign_keys.push(ForeignKeyDef {
                    constraint: references.constraint.clone(),
                    index_name: None,
                    if_not_exists: false,
                    columns: vec![name.clone()],
                    references: references.clone(),
                    span,
                });
            }
        }
        ColumnAttributeKind::Invisible(invisible) => column.invisible = *invisible,
        ColumnAttributeKind::Srid(srid) => match &mut column.ty {
            ColumnType::Geometry { srid: own, .. } => {
                *own = Some(u32::try_from(*srid).unwrap_or(u32::MAX));
                if !matches!(srid, 0 | 4326 | 3857) {
                    return Err(unsupported(format!(
                        "SRID {srid}: the spatial reference systems are not known"
                    )));
                }
            }
            _ => return Err(refuse(1221, "Incorrect usage of SRID and non-geometry column")),
        },
        ColumnAttributeKind::ColumnFormat(word) => {
            column.column_format = (word != "DEFAULT").then(|| word.clone());
        }
        ColumnAttributeKind::Storage(word) => column.storage = (word != "DEFAULT").then(|| word.clone()),
        ColumnAttributeKind::EngineAttribute(text) => {
            if !text.value.is_empty() {
                return Err(refuse(3981, "Storage engine 'InnoDB' does not support ENGINE_ATTRIBUTE."));
            }
        }
        ColumnAttributeKind::SecondaryEngineAttribute(text) => {
            column.secondary_engine_attribute = (!text.value.is_empty()).then(|| text.value.clone());
        }
        ColumnAttributeKind::NotSecondary => column.not_secondary = true,
        ColumnAttributeKind::SystemVersioning(with) => {
            column.system_versioning = Some(!*with);
        }
        ColumnAttributeKind::Attribute(attribute) => {
            if !cx.session.sql_mode.ignore_bad_table_options {
                return Err(refuse(1911, format!("Unknown option '{}'", attribute.name.value)));
            }
            return Err(unsupported(format!("column option {}", attribute.name.value)));
        }
    }
    Ok(())
}

/// What depends on all attributes together.
fn finish(cx: &Context<'_>, draft: &mut ColumnDraft<'_>, def: &ColumnDef, primary: bool) -> Result<()> {
    let name = def.name.value.clone();
    let column = &mut draft.column;
    if column.auto_increment {
        let allowed = match &column.ty {
            ColumnType::Integer { .. } => true,
            // FLOAT and DOUBLE were deprecated and are refused since MySQL 8.4.
            ColumnType::Float { .. } => cx.flavor.is_mariadb() || !cx.flavor.mysql_since(8, 4, 0),
            _ => false,
        };
        if !allowed {
            return Err(refuse(1063, format!("Incorrect column specifier for column '{name}'")).at(def.span));
        }
    }
    if draft.generated.is_some() {
        if draft.has_default {
            return Err(refuse(1221, "Incorrect usage of DEFAULT and generated column").at(def.span));
        }
        if column.auto_increment {
            return Err(refuse(1221, "Incorrect usage of AUTO_INCREMENT and generated column").at(def.span));
        }
        if column.on_update_now {
            return Err(refuse(1221, "Incorrect usage of ON UPDATE and generated column").at(def.span));
        }
    }
    let timestamp = matches!(column.ty, ColumnType::Timestamp { .. });
    if timestamp && !cx.session.explicit_defaults_for_timestamp && !draft.explicit_null {
        return Err(unsupported("TIMESTAMP with explicit_defaults_for_timestamp off").at(def.span));
    }
    let row_time = matches!(column.generated, Some(Generated::RowStart | Generated::RowEnd));
    if row_time && (draft.explicit_null || draft.has_default) {
        return Err(refuse(1064, "NULL and DEFAULT have no place in a column of the row's time").at(def.span));
    }
    let not_null = !column.nullable || primary && !draft.explicit_null;
    if primary && (!draft.explicit_null || cx.flavor.is_mariadb()) {
        column.nullable = false;
    }
    let mut null_default = false;
    if column.auto_increment && draft.default.is_some_and(|clause| is_truth(cx, clause)) {
        draft.default = None;
        draft.has_default = false;
    }
    let forgotten = match draft.default {
        Some(clause) => default::is_forgotten(clause, cx, &column.ty)?,
        None => false,
    };
    if forgotten {
        draft.default = None;
        draft.has_default = false;
    }
    match draft.default {
        Some(clause) => match default::parse(clause, cx)? {
            ParsedDefault::Constant(constant) => {
                if constant.is_null() {
                    // It counts as a NULL that was written: a primary key cannot take the column then.
                    null_default = cx.flavor.is_mysql();
                    if !column.auto_increment && (not_null || draft.explicit_null && primary) {
                        return Err(messages::invalid_default(&name).at(clause.expr.span));
                    }
                    column.default = implied_null(cx, column).filter(|_| !column.auto_increment);
                } else {
                    match constant.store(cx, column).map_err(|e| e.at(clause.expr.span)) {
                        Ok(value) => column.default = Some(value),
                        Err(error) if default::is_early(&error, &column.ty) => return Err(error),
                        Err(error) => draft.late = Some(error),
                    }
                }
                draft.default = None;
            }
            ParsedDefault::Now { fsp } => {
                let own = match &column.ty {
                    ColumnType::Timestamp { fsp } | ColumnType::DateTime { fsp } => Some(*fsp),
                    _ => None,
                };
                match own {
                    Some(own) if own > fsp && fsp > 0 && cx.flavor.is_mariadb() => {
                        column.default = Some(DefaultValue::Expression(format!("current_timestamp({fsp})")));
                        draft.default = None;
                    }
                    Some(own) if own == fsp || cx.flavor.is_mariadb() => {
                        column.default = Some(DefaultValue::Now);
                        draft.default = None;
                    }
                    // Elsewhere it is an expression to MariaDB.
                    None if cx.flavor.is_mariadb() => {}
                    _ => return Err(messages::invalid_default(&name).at(clause.expr.span)),
                }
            }
            ParsedDefault::Expression => {}
        },
        // MariaDB gives a compressed column that cannot be NULL an empty default.
        None if column.compressed.is_some() && !column.nullable && draft.generated.is_none() => {
            column.default = Some(DefaultValue::Literal(String::new()));
        }
        None if column.nullable
            && !column.auto_increment
            && draft.generated.is_none()
            && column.generated.is_none() =>
        {
            column.default = implied_null(cx, column);
        }
        // MariaDB shows the zero value of a column that only ON UPDATE fills.
        None if column.on_update_now && cx.flavor.is_mariadb() => column.default = Some(zero_time(column)),
        None => {}
    }
    if forgotten && matches!(column.ty, ColumnType::Vector { .. }) {
        // Only of a VECTOR is it seen that the NULL is gone too.
        column.default = None;
    }
    draft.explicit_null |= null_default;
    Ok(())
}

/// The zero of a DATETIME or TIMESTAMP.
pub(super) fn zero_time(column: &Column) -> DefaultValue {
    let digits = usize::from(column.ty.fsp().unwrap_or(0));
    let fraction = if digits > 0 { format!(".{}", "0".repeat(digits)) } else { String::new() };
    DefaultValue::Literal(format!("0000-00-00 00:00:00{fraction}"))
}

/// `DEFAULT NULL` as SHOW CREATE tells of it: not for MySQL's BLOB and TEXT.
pub(super) fn implied_null(cx: &Context<'_>, column: &Column) -> Option<DefaultValue> {
    let hidden =
        cx.flavor.is_mysql() && matches!(column.ty, ColumnType::Text { .. } | ColumnType::Blob { .. });
    (!hidden).then_some(DefaultValue::Null)
}
