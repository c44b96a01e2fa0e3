//! Which names of a module are used as values.
//!
//! TypeScript's compilers leave out an import none of whose names is used as a value: the module is then never run, and
//! need not even be there.

use std::collections::HashSet;

use oxc_ast::ast;
use oxc_ast_visit::{Visit, walk};

/// The names that stand anywhere in a program where a value is meant.
pub(super) fn used_values<'a>(program: &ast::Program<'a>) -> HashSet<&'a str> {
    let mut uses = Uses { names: HashSet::new() };
    uses.visit_program(program);
    uses.names
}

struct Uses<'a> {
    names: HashSet<&'a str>,
}

impl<'a> Visit<'a> for Uses<'a> {
    fn visit_identifier_reference(&mut self, name: &ast::IdentifierReference<'a>) {
        self.names.insert(name.name.as_str());
    }

    fn visit_export_named_declaration(&mut self, exported: &ast::ExportNamedDeclaration<'a>) {
        if !exported.export_kind.is_type() {
            walk::walk_export_named_declaration(self, exported);
        }
    }

    fn visit_export_specifier(&mut self, specifier: &ast::ExportSpecifier<'a>) {
        if !specifier.export_kind.is_type() {
            walk::walk_export_specifier(self, specifier);
        }
    }

    // Types.
    fn visit_ts_type(&mut self, _: &ast::TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &ast::TSTypeAnnotation<'a>) {}
    fn visit_ts_type_parameter_instantiation(&mut self, _: &ast::TSTypeParameterInstantiation<'a>) {}
    fn visit_ts_type_parameter_declaration(&mut self, _: &ast::TSTypeParameterDeclaration<'a>) {}
    fn visit_ts_type_alias_declaration(&mut self, _: &ast::TSTypeAliasDeclaration<'a>) {}
    fn visit_ts_interface_declaration(&mut self, _: &ast::TSInterfaceDeclaration<'a>) {}
    fn visit_ts_class_implements(&mut self, _: &ast::TSClassImplements<'a>) {}
}
