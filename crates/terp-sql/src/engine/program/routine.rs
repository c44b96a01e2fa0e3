//! CREATE and ALTER PROCEDURE and FUNCTION.

use terp_schema_model::{Routine, RoutineKind, SqlSecurity, render, same_name};

use super::body::{self, Place};
use super::{check_head, check_name, creation_context, definer, kind_name, no_routine};
use crate::ast::{CreateRoutine, Ident, Returns, TypeKeyword, TypeName};
use crate::engine::catalog::{Catalog, Effect};
use crate::engine::context::Context;
use crate::engine::error::{Result, messages, refuse, unsupported};
use crate::engine::types::{self, ResolvedType};

/// Executes CREATE and ALTER PROCEDURE and FUNCTION.
pub(in crate::engine) fn create_or_alter(catalog: &mut Catalog, create: &CreateRoutine) -> Result<Effect> {
    if create.head.alter {
        return alter(catalog, create);
    }
    check_head(catalog, &create.head)?;
    if let Some(span) = create.foreign {
        return Err(unsupported("a routine in another language than SQL").at(span));
    }
    check_parameters(catalog, create)?;
    body::check(&create.body, Place::Routine(create.kind))?;
    check_name(catalog, &create.name)?;
    let at = catalog.resolve(&create.name)?;
    let flavor = catalog.flavor();
    if create.kind == RoutineKind::Function && create.body.returns.is_none() {
        let block =
            create.body.statements.first().is_some_and(|s| s.words.first().is_some_and(|w| w == "BEGIN"));
        return Err(if flavor.is_mysql() || block {
            refuse(1320, format!("No RETURN found in FUNCTION {}.{}", at.schema, at.name))
        } else {
            refuse(1064, "You have an error in your SQL syntax: expected RETURN or BEGIN")
                .at(create.body.span)
        });
    }
    catalog.check_writable(&at)?;
    let context = catalog.context(&at.schema).map_err(|error| error.at(create.name.span()))?;
    for parameter in &create.parameters {
        if let Some(ty) = &parameter.ty {
            check_collate(&context, ty, parameter.collate.as_ref())?;
            resolve(&context, &parameter.name.value, ty, parameter.collate.as_ref())?;
        }
    }
    let returns = match &create.returns {
        None => String::new(),
        Some(returns) => shown_type(&context, returns)?,
    };
    let exists = catalog.programs(&at.schema).is_some_and(|p| p.routine(create.kind, &at.name).is_some());
    if exists && create.head.if_not_exists {
        return Ok(Effect::default());
    }
    if exists && !create.head.or_replace {
        let message = format!("{} {} already exists", kind_name(create.kind), at.name);
        return Err(refuse(1304, message).at(create.name.span()));
    }
    let mut routine = Routine {
        name: at.name.clone(),
        kind: create.kind,
        definer: definer(&create.head)?,
        parameters: create.parameter_text.value.clone(),
        returns,
        deterministic: create.deterministic.unwrap_or_default(),
        body: create.body.text.clone(),
        context: creation_context(catalog, &at.schema)?,
        ..Routine::default()
    };
    characteristics(&mut routine, create, flavor.is_mysql());
    let Some(programs) = catalog.programs_mut(&at.schema) else {
        return Err(messages::unknown_database(&at.schema));
    };
    programs.routines.insert((create.kind, at.name.to_lowercase()), routine);
    Ok(Effect::default())
}

fn alter(catalog: &mut Catalog, alter: &CreateRoutine) -> Result<Effect> {
    let at = catalog.resolve(&alter.name)?;
    let mysql = catalog.flavor().is_mysql();
    let found = catalog
        .programs_mut(&at.schema)
        .and_then(|programs| programs.routines.get_mut(&(alter.kind, at.name.to_lowercase())));
    let Some(routine) = found else { return Err(no_routine(alter.kind, &at).at(alter.name.span())) };
    characteristics(routine, alter, mysql);
    Ok(Effect::default())
}

/// What CREATE and ALTER have in common.
fn characteristics(routine: &mut Routine, written: &CreateRoutine, mysql: bool) {
    if let Some(access) = &written.data_access {
        routine.data_access = if access == "CONTAINS SQL" { String::new() } else { access.clone() };
    }
    if let Some(invoker) = written.head.invoker {
        routine.security = if invoker { SqlSecurity::Invoker } else { SqlSecurity::Definer };
    }
    // MySQL takes an empty comment in ALTER for none at all.
    let kept = |text: &str| mysql && written.head.alter && text.is_empty();
    if let Some(comment) = written.comment.as_ref().filter(|comment| !kept(&comment.value)) {
        routine.comment.clone_from(&comment.value);
    }
}

fn check_parameters(catalog: &Catalog, create: &CreateRoutine) -> Result<()> {
    for (at, parameter) in create.parameters.iter().enumerate() {
        let before = create.parameters.get(..at).unwrap_or_default();
        if before.iter().any(|other| same_name(&other.name.value, &parameter.name.value)) {
            return Err(refuse(1330, format!("Duplicate parameter: {}", parameter.name.value))
                .at(parameter.name.span));
        }
    }
    let first = create.parameter_text.value.split_ascii_whitespace().next().unwrap_or_default();
    let directed = ["IN", "OUT", "INOUT"].iter().any(|word| first.eq_ignore_ascii_case(word));
    if create.kind == RoutineKind::Function && directed && catalog.flavor().is_mysql() {
        return Err(refuse(1064, "You have an error in your SQL syntax: expected a parameter")
            .at(create.parameter_text.span));
    }
    Ok(())
}

/// MySQL wants a character set beside a collation.
fn check_collate(context: &Context<'_>, ty: &TypeName, collate: Option<&Ident>) -> Result<()> {
    if context.flavor.is_mysql() && ty.charset.is_none() && (collate.is_some() || ty.binary) {
        let message = "This version of MySQL doesn't yet support 'return value collation'";
        return Err(refuse(1235, message).at(ty.span));
    }
    Ok(())
}

/// A result type as it is shown, with its character set.
fn shown_type(context: &Context<'_>, returns: &Returns) -> Result<String> {
    check_collate(context, &returns.ty, returns.collate.as_ref())?;
    if returns.ty.keyword == TypeKeyword::Serial {
        return Err(refuse(1064, "You have an error in your SQL syntax: expected a type").at(returns.ty.span));
    }
    if returns.ty.compressed.is_some() {
        return Err(unsupported("COMPRESSED in RETURNS").at(returns.ty.span));
    }
    let resolved = resolve(context, "", &returns.ty, returns.collate.as_ref())?;
    let mut out = render::column_type(&resolved.ty, context.flavor);
    if let Some(set) = resolved.character_set.map(|own| own.set) {
        out.push_str(&format!(" CHARSET {}", set.charset));
        let default = context.flavor.charset(&set.charset).map(|info| info.default_collation);
        if context.flavor.is_mariadb() || default != Some(set.collation.as_str()) {
            out.push_str(&format!(" COLLATE {}", set.collation));
        }
    }
    Ok(out)
}

/// The type of a parameter or a result.
fn resolve(
    context: &Context<'_>,
    name: &str,
    ty: &TypeName,
    collate: Option<&Ident>,
) -> Result<ResolvedType> {
    let mut resolved = types::resolve(context, name, ty, collate, context.database_set)?;
    resolved.twice.take().map_or(Ok(resolved), Err)
}
