//! What a `tsconfig.json` says that matters to a schema.

use std::io;
use std::path::{Path, PathBuf};

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::typescript::SourceTree;
use crate::typescript::resolve::{CompilerOptions, normalised};

/// How many files may extend each other.
const MAX_EXTENDS: u32 = 10;

/// The compiler options of the `tsconfig.json` in a folder or the nearest one above it. drizzle-kit looks from the folder that it
/// is started in. A file that can't be read as one says nothing, as there.
pub(crate) fn compiler_options(tree: &dyn SourceTree, folder: &Path) -> CompilerOptions {
    let mut options = CompilerOptions::default();
    let mut folders: Vec<PathBuf> = folder.ancestors().map(Path::to_path_buf).collect();
    // A relative path names no folder above itself.
    if folder.is_relative() && folder != Path::new("") {
        folders.push(PathBuf::new());
    }
    for folder in folders {
        let path = folder.join("tsconfig.json");
        if let Ok(Some(text)) = tree.read(&path) {
            apply(tree, &path, &text, &mut options, 0);
            break;
        }
    }
    options
}

/// Enters what a file says over what the files that it extends say.
fn apply(tree: &dyn SourceTree, path: &Path, text: &str, options: &mut CompilerOptions, depth: u32) {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let Some(Value::Object(root)) = parsed.ok().and_then(|parsed| parsed.value) else { return };
    let folder = path.parent().unwrap_or(Path::new(""));
    if depth < MAX_EXTENDS {
        for extended in extended(&root) {
            if let Ok(Some((path, text))) = find_extended(tree, folder, &extended) {
                apply(tree, &path, &text, options, depth + 1);
            }
        }
    }
    let Some(compiler) = root.get_object("compilerOptions") else { return };
    if let Some(value) = boolean(compiler, "strict") {
        options.strict = value;
    }
    if let Some(value) = boolean(compiler, "alwaysStrict") {
        options.strict = value;
    }
    for name in ["verbatimModuleSyntax", "preserveValueImports"] {
        if let Some(value) = boolean(compiler, name) {
            options.keep_unused_imports = value;
        }
    }
    if let Some(base) = compiler.get_string("baseUrl") {
        options.base_url = Some(normalised(&folder.join(base.value.as_ref())));
    }
    if let Some(paths) = compiler.get_object("paths") {
        let base = options.base_url.clone().unwrap_or_else(|| folder.to_owned());
        let targets = |value: &Value<'_>| match value {
            Value::Array(list) => {
                let text = |target: &Value<'_>| {
                    target.as_string_lit().map(|target| base.join(target.value.as_ref()))
                };
                list.elements.iter().filter_map(text).collect()
            }
            _ => Vec::new(),
        };
        let pattern = |property: &jsonc_parser::ast::ObjectProp<'_>| {
            (property.name.as_str().to_owned(), targets(&property.value))
        };
        options.paths = paths.properties.iter().map(pattern).collect();
        // What matches more exactly is meant.
        options.paths.sort_by_key(|(pattern, _)| {
            let prefix = pattern.split('*').next().map_or(0, str::len);
            (pattern.contains('*'), std::cmp::Reverse(prefix))
        });
    }
}

fn boolean(object: &Object<'_>, name: &str) -> Option<bool> {
    object.get_boolean(name).map(|value| value.value)
}

fn extended(root: &Object<'_>) -> Vec<String> {
    match root.get("extends").map(|property| &property.value) {
        Some(Value::StringLit(text)) => vec![text.value.to_string()],
        Some(Value::Array(list)) => list
            .elements
            .iter()
            .filter_map(|item| item.as_string_lit())
            .map(|text| text.value.to_string())
            .collect(),
        _ => Vec::new(),
    }
}

/// A file that is named with or without its ending, or a package's.
fn find_extended(tree: &dyn SourceTree, folder: &Path, named: &str) -> io::Result<Option<(PathBuf, String)>> {
    let bases: Vec<PathBuf> = if named.starts_with('.') || named.starts_with('/') {
        vec![folder.join(named)]
    } else {
        folder.ancestors().map(|folder| folder.join("node_modules").join(named)).collect()
    };
    for base in bases {
        let mut with_ending = base.as_os_str().to_owned();
        with_ending.push(".json");
        for path in [base.clone(), PathBuf::from(with_ending), base.join("tsconfig.json")] {
            let path = normalised(&path);
            if let Some(text) = tree.read(&path)? {
                return Ok(Some((path, text)));
            }
        }
    }
    Ok(None)
}
