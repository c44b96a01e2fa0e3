//! Who may depend on whom, from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use terp_cli::Failure;

/// What each library may depend on, of this workspace. The command lines (`terp-*-cli`) and xtask may depend on all but, for the
/// command lines, the test servers.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("terp-schema-model", &[]),
    ("terp-sql", &["terp-schema-model"]),
    ("terp-drizzle", &["terp-schema-model", "terp-sql"]),
    ("terp-drift", &["terp-schema-model"]),
    ("terp-check", &["terp-schema-model", "terp-sql", "terp-drizzle", "terp-drift"]),
    ("terp-mysql", &["terp-schema-model", "terp-sql"]),
    ("terp-plan", &["terp-schema-model", "terp-sql", "terp-drift"]),
    ("terp-migrate", &["terp-schema-model", "terp-sql", "terp-drift", "terp-plan", "terp-mysql"]),
    ("terp-checkpoint", &["terp-schema-model", "terp-mysql", "terp-backup"]),
    ("terp-backup", &["terp-schema-model", "terp-mysql"]),
    ("terp-records", &["terp-schema-model", "terp-mysql"]),
    ("terp-testserver", &["terp-schema-model"]),
    ("terp-cli", &["terp-schema-model", "terp-drizzle", "terp-drift", "terp-check", "terp-mysql"]),
];

/// The crates that compute and do nothing else.
pub(super) const PURE: [&str; 5] =
    ["terp-schema-model", "terp-sql", "terp-drizzle", "terp-drift", "terp-plan"];

/// What a crate that only computes must not have below it, however far.
const IMPURE: [&str; 9] =
    ["async-std", "hyper", "mio", "mysql", "mysql_async", "reqwest", "rustls", "socket2", "tokio"];

/// What only terp-mysql, and what is built on it, may have below it; the crates that name it themselves.
const CONNECTS: [&str; 3] = ["mysql", "mysql_async", "sqlx"];
const MAY_CONNECT: [&str; 2] = ["terp-mysql", "terp-records"];

const TEST_SERVERS: &str = "terp-testserver";

/// What is read of `cargo metadata`.
#[derive(Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    /// `None` is the ordinary kind.
    kind: Option<String>,
}

impl Dependency {
    /// Whether it is more than a dependency of tests.
    fn is_shipped(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"))
    }
}

/// Complaints about dependencies that the design does not have.
pub(super) fn check(metadata: &Metadata) -> Result<Vec<String>, Failure> {
    let names: BTreeMap<&str, &str> =
        metadata.packages.iter().map(|p| (p.id.as_str(), p.name.as_str())).collect();
    let nodes: BTreeMap<&str, &Node> = metadata.resolve.nodes.iter().map(|n| (n.id.as_str(), n)).collect();
    let mut complaints = Vec::new();
    for member in &metadata.workspace_members {
        let (Some(&name), Some(node)) = (names.get(member.as_str()), nodes.get(member.as_str())) else {
            return Err(Failure::failed(format!("cargo metadata does not describe its member {member}")));
        };
        let shipped = node.deps.iter().filter(|dependency| dependency.is_shipped());
        let direct: BTreeSet<&str> =
            shipped.filter_map(|dependency| names.get(dependency.pkg.as_str()).copied()).collect();
        complaints.extend(own(name, &direct));
        if PURE.contains(&name) {
            let below = below(member, &nodes, &names);
            for found in IMPURE.iter().filter(|impure| below.contains(*impure)) {
                complaints.push(format!("{name} only computes, and must not have {found} below it"));
            }
        }
    }
    Ok(complaints)
}

/// Complaints about one crate's own dependencies, those for tests left out.
fn own(name: &str, direct: &BTreeSet<&str>) -> Vec<String> {
    let mut complaints = Vec::new();
    let ours: Vec<&str> =
        direct.iter().copied().filter(|dependency| dependency.starts_with("terp-")).collect();
    if let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) {
        for dependency in ours.iter().filter(|dependency| !allowed.contains(*dependency)) {
            complaints.push(format!("{name} must not depend on {dependency} (ARCHITECTURE.md says who may)"));
        }
    } else if name.starts_with("terp-") && name.ends_with("-cli") {
        if ours.contains(&TEST_SERVERS) {
            complaints.push(format!("{name} must not depend on {TEST_SERVERS}: that is for tests"));
        }
    } else if name != "xtask" {
        complaints
            .push(format!("{name} is new: say in xtask/src/tidy/dependencies.rs what it may depend on"));
    }
    if !MAY_CONNECT.contains(&name) {
        for client in CONNECTS.iter().filter(|client| direct.contains(*client)) {
            complaints.push(format!("{name} must not depend on {client}: only terp-mysql opens connections"));
        }
    }
    complaints
}

/// Everything that a package is built with.
fn below<'a>(
    member: &'a str,
    nodes: &BTreeMap<&str, &'a Node>,
    names: &BTreeMap<&str, &'a str>,
) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut next = vec![member];
    while let Some(id) = next.pop() {
        let Some(node) = nodes.get(id) else { continue };
        for dependency in node.deps.iter().filter(|dependency| dependency.is_shipped()) {
            if seen.insert(dependency.pkg.as_str()) {
                next.push(&dependency.pkg);
            }
        }
    }
    seen.into_iter().filter_map(|id| names.get(id).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packages as `name`, dependencies as `from -> to` or, for tests, `from ~> to`.
    fn metadata(members: &[&str], edges: &[&str]) -> Metadata {
        let mut dependencies: BTreeMap<String, Vec<Dependency>> = BTreeMap::new();
        let mut names: BTreeSet<String> = members.iter().map(|&name| name.to_owned()).collect();
        for edge in edges {
            let (from, kind, to) = match edge.split_once(" -> ") {
                Some((from, to)) => (from, None, to),
                None => {
                    let (from, to) = edge.split_once(" ~> ").unwrap();
                    (from, Some("dev".to_owned()), to)
                }
            };
            names.extend([from.to_owned(), to.to_owned()]);
            let dependency = Dependency { pkg: to.to_owned(), dep_kinds: vec![DependencyKind { kind }] };
            dependencies.entry(from.to_owned()).or_default().push(dependency);
        }

        let node =
            |name: &String| Node { id: name.clone(), deps: dependencies.remove(name).unwrap_or_default() };
        Metadata {
            resolve: Resolve { nodes: names.iter().map(node).collect() },
            packages: names.into_iter().map(|name| Package { id: name.clone(), name }).collect(),
            workspace_members: members.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn complaints(members: &[&str], edges: &[&str]) -> Vec<String> {
        check(&metadata(members, edges)).unwrap()
    }

    #[test]
    fn design_is_allowed() {
        let members = ["terp-schema-model", "terp-sql", "terp-drift-cli", "xtask", "terp-mysql"];
        let edges = [
            "terp-sql -> terp-schema-model",
            "terp-sql ~> terp-testserver",
            "terp-sql ~> tokio",
            "terp-drift-cli -> terp-sql",
            "xtask -> terp-testserver",
            "terp-mysql -> mysql_async",
            "mysql_async -> tokio",
        ];
        assert_eq!(complaints(&members, &edges), Vec::<String>::new());
    }

    #[test]
    fn wrong_direction_is_refused() {
        let found = complaints(&["terp-schema-model"], &["terp-schema-model -> terp-sql"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("terp-schema-model must not depend on terp-sql"), "{found:?}");
    }

    #[test]
    fn test_servers_are_for_tests() {
        for member in ["terp-sql", "terp-drift-cli"] {
            assert_eq!(complaints(&[member], &[&format!("{member} -> terp-testserver")]).len(), 1);
        }
    }

    #[test]
    fn computing_crates_have_nothing_impure_below_them() {
        let found = complaints(&["terp-sql"], &["terp-sql -> middle", "middle -> tokio"]);
        assert_eq!(found, ["terp-sql only computes, and must not have tokio below it"]);
    }

    #[test]
    fn only_one_crate_connects() {
        let edges = ["terp-backup -> mysql_async", "terp-records -> mysql_async"];
        let found = complaints(&["terp-backup", "terp-records"], &edges);
        assert_eq!(found, ["terp-backup must not depend on mysql_async: only terp-mysql opens connections"]);
    }

    #[test]
    fn new_crate_has_to_be_entered() {
        assert_eq!(complaints(&["terp-new"], &[]).len(), 1);
    }
}
