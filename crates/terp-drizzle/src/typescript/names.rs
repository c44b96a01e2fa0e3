//! Which names statements declare and export.

use indexmap::IndexMap;
use oxc_ast::ast;

use crate::typescript::module::Export;

/// The name that a module's default export has in its scope. No identifier can be it.
pub(super) const DEFAULT: &str = "*default*";

/// Whether a statement is one of several that may declare one name.
pub(super) fn adds_up(statement: &ast::Statement<'_>) -> bool {
    let declaration = match statement {
        ast::Statement::ExportDeclaration(export) => Some(&export.declaration),
        other => other.as_declaration(),
    };
    matches!(
        declaration,
        Some(ast::Declaration::TSEnumDeclaration(_) | ast::Declaration::TSNamespaceDeclaration(_))
    )
}

pub(super) fn export_name<'a>(name: &ast::ModuleExportName<'a>) -> &'a str {
    match name {
        ast::ModuleExportName::IdentifierName(name) => name.name.as_str(),
        ast::ModuleExportName::IdentifierReference(name) => name.name.as_str(),
        ast::ModuleExportName::StringLiteral(name) => name.value.as_str(),
    }
}

/// Enters what a statement exports of its own module.
pub(super) fn own_exports<'a>(
    statement: &'a ast::Statement<'a>,
    exports: &mut IndexMap<&'a str, Export<'a>>,
) {
    match statement {
        ast::Statement::ExportDeclaration(export) => {
            let mut names = Vec::new();
            declaration_names(&export.declaration, &mut names);
            exports.extend(names.into_iter().map(|name| (name, Export::Local(name))));
        }
        ast::Statement::ExportNamedDeclaration(export) if !export.export_kind.is_type() => {
            for name in export.specifiers.iter().filter(|name| !name.export_kind.is_type()) {
                exports.insert(export_name(&name.exported), Export::Local(export_name(&name.local)));
            }
        }
        ast::Statement::ExportDefaultDeclaration(export)
            if !matches!(
                export.declaration,
                ast::ExportDefaultDeclarationKind::TSInterfaceDeclaration(_)
            ) =>
        {
            exports.insert("default", Export::Local(DEFAULT));
        }
        _ => {}
    }
}

/// The names that a statement of a module or block declares.
pub(super) fn declared_names<'a>(statement: &'a ast::Statement<'a>, names: &mut Vec<&'a str>) {
    match statement {
        ast::Statement::ExportDeclaration(export) => declaration_names(&export.declaration, names),
        ast::Statement::ExportDefaultDeclaration(_) => names.push(DEFAULT),
        _ => {
            if let Some(declaration) = statement.as_declaration() {
                declaration_names(declaration, names);
            }
        }
    }
}

pub(super) fn declaration_names<'a>(declaration: &'a ast::Declaration<'a>, names: &mut Vec<&'a str>) {
    match declaration {
        ast::Declaration::VariableDeclaration(variables) if !variables.declare => {
            variables.declarations.iter().for_each(|variable| pattern_names(&variable.id, names));
        }
        ast::Declaration::FunctionDeclaration(function) if function.body.is_some() => {
            names.extend(function.id.as_ref().map(|id| id.name.as_str()));
        }
        ast::Declaration::ClassDeclaration(class) if !class.declare => {
            names.extend(class.id.as_ref().map(|id| id.name.as_str()));
        }
        ast::Declaration::TSEnumDeclaration(members) if !members.declare => {
            names.push(members.id.name.as_str());
        }
        ast::Declaration::TSNamespaceDeclaration(namespace) if !namespace.declare => {
            names.push(namespace.id.name.as_str());
        }
        _ => {}
    }
}

pub(super) fn pattern_names<'a>(pattern: &'a ast::BindingPattern<'a>, names: &mut Vec<&'a str>) {
    match pattern {
        ast::BindingPattern::BindingIdentifier(id) => names.push(id.name.as_str()),
        ast::BindingPattern::AssignmentPattern(assignment) => pattern_names(&assignment.left, names),
        ast::BindingPattern::ObjectPattern(object) => {
            object.properties.iter().for_each(|property| pattern_names(&property.value, names));
            object.rest.iter().for_each(|rest| pattern_names(&rest.argument, names));
        }
        ast::BindingPattern::ArrayPattern(array) => {
            array.elements.iter().flatten().for_each(|element| pattern_names(element, names));
            array.rest.iter().for_each(|rest| pattern_names(&rest.argument, names));
        }
    }
}
