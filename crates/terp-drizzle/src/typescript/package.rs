//! Packages that hold TypeScript, as those of a workspace do, and the aliases of a `package.json`.
//!
//! Packages of compiled JavaScript are not followed: what they export is unknown.

use std::io;
use std::path::{Path, PathBuf};

use jsonc_parser::ast::{Object, Value};

use crate::json;
use crate::typescript::resolve::{Found, SourceTree, files, first_file, normalised};

/// The conditions of a package's exports under which drizzle-kit loads it, but for `import`, which is the last resort.
const CONDITIONS: [&str; 4] = ["node", "require", "module-sync", "default"];

type Resolved = Result<Option<Found>, (PathBuf, io::Error)>;

/// The TypeScript file that an import of a package means.
pub(super) fn resolve(tree: &dyn SourceTree, importer: &Path, specifier: &str) -> Resolved {
    if specifier.starts_with('#') {
        return alias(tree, importer, specifier);
    }
    let parts: Vec<&str> = specifier.split('/').collect();
    let name_length = if specifier.starts_with('@') { 2 } else { 1 };
    let Some((name, rest)) = parts.split_at_checked(name_length) else { return Ok(None) };
    // Drizzle's own packages are known without reading them.
    if matches!(name.first(), Some(&("drizzle-orm" | "drizzle-kit" | ""))) || specifier.starts_with("node:") {
        return Ok(None);
    }
    for folder in importer.ancestors().skip(1) {
        let package = folder.join("node_modules").join(name.join("/"));
        let Some(manifest) = read(tree, &package.join("package.json"))? else { continue };
        let wanted = if rest.is_empty() { ".".to_owned() } else { format!("./{}", rest.join("/")) };
        let target = entry(&manifest, &wanted);
        let target = match target {
            Some(target) => target,
            None if rest.is_empty() => return Ok(None),
            None => wanted,
        };
        let path = normalised(&package.join(target));
        return first_file(tree, files(&path, false).into_iter().filter(|path| is_typescript(path)));
    }
    Ok(None)
}

/// An import by an alias of the `package.json` around the importing file.
fn alias(tree: &dyn SourceTree, importer: &Path, specifier: &str) -> Resolved {
    for folder in importer.ancestors().skip(1) {
        let Some(manifest) = read(tree, &folder.join("package.json"))? else { continue };
        let target = with_object(&manifest, |root| {
            let imports = root.get_object("imports")?;
            lookup(imports, specifier)
        });
        let Some(target) = target else { return Ok(None) };
        if !target.starts_with("./") {
            return resolve(tree, importer, &target);
        }
        return first_file(tree, files(&normalised(&folder.join(target)), false));
    }
    Ok(None)
}

fn read(tree: &dyn SourceTree, path: &Path) -> Result<Option<String>, (PathBuf, io::Error)> {
    tree.read(path).map_err(|error| (path.to_owned(), error))
}

fn is_typescript(path: &Path) -> bool {
    path.extension().is_some_and(|ending| matches!(ending.to_str(), Some("ts" | "tsx" | "mts" | "cts")))
}

fn with_object<T>(manifest: &str, run: impl FnOnce(&Object<'_>) -> Option<T>) -> Option<T> {
    let value = json::parse(manifest).ok()?;
    run(value.as_object()?)
}

/// The file of a package that an entry of its `exports`, or its `main`, names.
fn entry(manifest: &str, wanted: &str) -> Option<String> {
    with_object(manifest, |root| match root.get("exports").map(|exports| &exports.value) {
        Some(Value::Object(exports)) => {
            let by_path = exports.properties.iter().any(|property| property.name.as_str().starts_with('.'));
            if by_path {
                lookup(exports, wanted)
            } else if wanted == "." {
                conditional_object(exports)
            } else {
                None
            }
        }
        Some(Value::StringLit(target)) if wanted == "." => Some(target.value.to_string()),
        Some(_) => None,
        None if wanted == "." => {
            let main = root.get_string("main").map(|main| main.value.to_string());
            Some(main.unwrap_or_else(|| "index".to_owned()))
        }
        None => None,
    })
}

/// The target of a key, which may have one `*`.
fn lookup(entries: &Object<'_>, wanted: &str) -> Option<String> {
    let exact = entries.properties.iter().find(|property| property.name.as_str() == wanted);
    if let Some(property) = exact {
        return conditional(&property.value);
    }
    entries.properties.iter().find_map(|property| {
        let (before, after) = property.name.as_str().split_once('*')?;
        let matched = wanted.strip_prefix(before)?.strip_suffix(after)?;
        Some(conditional(&property.value)?.replace('*', matched))
    })
}

fn conditional(value: &Value<'_>) -> Option<String> {
    match value {
        Value::StringLit(target) => Some(target.value.to_string()),
        Value::Object(conditions) => conditional_object(conditions),
        Value::Array(list) => list.elements.iter().find_map(conditional),
        _ => None,
    }
}

fn conditional_object(conditions: &Object<'_>) -> Option<String> {
    let matching = |names: &[&str]| {
        let mut properties = conditions.properties.iter();
        properties.find_map(|property| {
            if names.contains(&property.name.as_str()) { conditional(&property.value) } else { None }
        })
    };
    matching(&CONDITIONS).or_else(|| matching(&["import"]))
}
