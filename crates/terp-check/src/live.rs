//! A live database as one more view of a project's schema.

use std::collections::{BTreeMap, BTreeSet};

use terp_drift::{
    Finding, ObjectKind, ObjectPath, Place, applied_migration_edited, missing_privilege, pending_migrations,
    server_differs, server_setting, skipped_migration, unknown_migration, unsupported_object,
};
use terp_drizzle::migrations_table::{
    AppliedMigration, DEFAULT_NAME, MigrationState, NamedMigration, UnmatchedRows, states, states_by_name,
    upgrade,
};
use terp_drizzle::{Layout, Migration, Project, Setting};
use terp_schema_model::{Flavor, Schema};
use terp_sql::{AssumedSetting, Session};

use crate::compare::View;
use crate::load::LoadedSource;
use crate::places::ObjectPlaces;
use crate::target::Target;

/// What was read of a database on a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// What reports call it: `live shop`.
    pub name: String,
    /// The server.
    pub flavor: Flavor,
    /// The server's global variables that change what DDL means, see [`Session::on_server`].
    pub variables: BTreeMap<String, String>,
    /// What is known for certain.
    pub schema: Schema,
    /// What is there and not known: each table, view or program with the reason.
    pub unknown: BTreeMap<ObjectPath, String>,
    /// What the account may not see.
    pub unseen: Vec<Unseen>,
    /// What Drizzle's table of migrations says.
    pub migrations: AppliedMigrations,
}

/// What is known of Drizzle's table of migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppliedMigrations {
    /// It was not looked for.
    NotRead,
    /// It can't be read, for this reason. So it is not known which migrations ran.
    Unreadable(String),
    /// The server says that there is no such table.
    NoTable,
    /// It has these rows.
    Rows(AppliedRows),
}

/// Something that an account may not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// What, as a sentence.
    pub what: String,
    /// The statement that would let it see that, where one is known.
    pub grant: Option<String>,
    /// The kinds of which there may be some that nothing names.
    pub hides: BTreeSet<ObjectKind>,
}

/// The rows of Drizzle's table of migrations, in the order of their `id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppliedRows {
    /// Of drizzle-orm 0.x.
    ByTime(Vec<AppliedMigration>),
    /// Of drizzle-orm 1.0.
    ByName(Vec<NamedMigration>),
}

impl Live {
    /// The server and the database, as what statements leave open is decided by them: their version, settings and character set.
    pub fn target(&self) -> Target {
        let (session, _) = Session::on_server(self.flavor, &self.variables);
        Target { flavor: self.flavor, character_set: self.schema.character_set.clone(), session }
    }

    /// The settings of the server that [`Self::target`] does not follow. They are nothing to the database itself, only to what is
    /// made for it elsewhere and compared with it.
    pub fn assumptions(&self) -> Vec<Finding> {
        let (_, assumed) = Session::on_server(self.flavor, &self.variables);
        let finding =
            |one: &AssumedSetting| server_setting(&self.name, &one.name, one.value.as_deref(), &one.assumed);
        assumed.iter().map(finding).collect()
    }

    /// What is not known, and what can't be seen.
    pub fn findings(&self) -> Vec<Finding> {
        let unknown = self.unknown.iter().map(|(path, reason)| unsupported_object(path, &self.name, reason));
        let unseen =
            self.unseen.iter().map(|unseen| missing_privilege(&unseen.what, unseen.grant.as_deref()));
        unknown.chain(unseen).collect()
    }

    /// The kinds of which there may be some that nothing names.
    pub fn may_lack(&self) -> BTreeSet<ObjectKind> {
        // MariaDB lists a broken trigger without its name: it may be any.
        let nameless = self.unknown.keys().filter(|path| path.name.as_deref() == Some(""));
        let nameless = nameless.map(|path| path.object);
        self.unseen.iter().flat_map(|unseen| &unseen.hides).copied().chain(nameless).collect()
    }

    /// As any other source of a schema.
    pub fn into_source(self) -> LoadedSource {
        LoadedSource {
            unchecked: self.unchecked_tables(),
            unchecked_programs: self.unchecked_programs(),
            may_lack: self.may_lack(),
            findings: self.findings(),
            assumptions: self.assumptions(),
            target: self.target(),
            is_shown: true,
            ..LoadedSource::new(self.name, self.flavor, self.schema)
        }
    }

    /// The tables that are there and not known.
    pub(crate) fn unchecked_tables(&self) -> BTreeSet<String> {
        let tables = self.unknown.keys().filter(|path| path.object == ObjectKind::Table);
        tables.filter_map(|path| path.table.clone()).collect()
    }

    /// The views and programs that are there and not known.
    pub(crate) fn unchecked_programs(&self) -> BTreeSet<ObjectPath> {
        self.unknown.keys().filter(|path| path.object != ObjectKind::Table).cloned().collect()
    }

    /// As one side of a comparison, without the table that Drizzle's migrator keeps for itself.
    fn view(&self, table: &str) -> View {
        let mut schema = self.schema.clone();
        schema.tables.retain(|other| other.name != table);
        View {
            name: self.name.clone(),
            schema,
            is_shown: true,
            columns_ordered: true,
            unchecked: self.unchecked_tables(),
            unchecked_programs: self.unchecked_programs(),
            may_lack: self.may_lack(),
            cannot_hold: &[],
            place: None,
            places: ObjectPlaces::Unknown,
        }
    }
}

/// The table in which Drizzle's migrator keeps what it ran of a project.
pub fn migrations_table(project: &Project) -> &str {
    let configured = project.config.as_ref().and_then(|config| Setting::value(&config.migrations_table));
    configured.map_or(DEFAULT_NAME, String::as_str)
}

/// A live database against a project.
pub(crate) struct LiveView {
    pub(crate) view: View,
    /// The migration, as an index, that it stands at: the last one that it ran.
    pub(crate) stands_at: Option<usize>,
    pub(crate) has_pending: bool,
    pub(crate) findings: Vec<Finding>,
}

/// Holds a live database against the history of a project. `meant` is the server that the project is for.
pub(crate) fn against(project: &Project, live: &Live, meant: Flavor) -> LiveView {
    let table = migrations_table(project);
    let mut findings = live.findings();
    findings.extend(server_differs(meant, live.flavor, &live.name));
    findings.extend(live.assumptions());
    let states = if project.folder.migration_count() == 0 {
        Vec::new()
    } else {
        match &live.migrations {
            AppliedMigrations::NotRead => Vec::new(),
            AppliedMigrations::Unreadable(reason) => {
                let what = format!("which migrations {} has run is not known: {reason}", live.name);
                findings.push(missing_privilege(&what, None));
                Vec::new()
            }
            AppliedMigrations::NoTable => judge(project, None, table, &mut findings),
            AppliedMigrations::Rows(rows) => judge(project, Some(rows), table, &mut findings),
        }
    };
    let ran = |state: &MigrationState| matches!(state, MigrationState::Applied | MigrationState::Edited);
    LiveView {
        view: live.view(table),
        stands_at: states.iter().rposition(ran),
        has_pending: states.contains(&MigrationState::Pending),
        findings,
    }
}

/// What the database makes of each migration, and the findings that follow from it.
fn judge(
    project: &Project,
    rows: Option<&AppliedRows>,
    table: &str,
    findings: &mut Vec<Finding>,
) -> Vec<MigrationState> {
    let journal = project.journal_path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let folder = || vec![Place::file(project.migrations_path.display().to_string())];
    let Matched { states, unknown } = matched(project, rows);
    let place = |migration: &Migration<'_>| {
        let entry = migration.entry.map(|entry| Place::at(&journal, entry.tag_at.line, entry.tag_at.column));
        let file = migration.file.map(|file| Place::file(project.path_of(file).display().to_string()));
        file.into_iter().chain(entry).collect::<Vec<Place>>()
    };
    let mut pending: Vec<Migration<'_>> = Vec::new();
    for (migration, state) in project.folder.migrations().zip(&states) {
        match state {
            MigrationState::Applied => {}
            MigrationState::Edited => {
                findings.push(applied_migration_edited(migration.tag, table, place(&migration)));
            }
            MigrationState::Skipped => {
                findings.push(skipped_migration(migration.tag, table, place(&migration)));
            }
            MigrationState::Pending => pending.push(migration),
        }
    }
    let tags: Vec<&str> = pending.iter().map(|migration| migration.tag).collect();
    let places = pending.first().map(place).unwrap_or_default();
    findings.extend(pending_migrations(&tags, table, rows.is_some(), places));
    findings.extend(unknown.iter().map(|row| unknown_migration(row, table, folder())));
    states
}

struct Matched {
    states: Vec<MigrationState>,
    /// The rows that no migration has.
    unknown: Vec<String>,
}

/// As the migrator of the project's layout would take the rows.
fn matched(project: &Project, rows: Option<&AppliedRows>) -> Matched {
    let folder = &project.folder;
    let by_time = |rows: &[AppliedMigration]| Matched {
        states: states(folder, rows),
        unknown: {
            let whens: BTreeSet<i64> = folder.migrations().map(|migration| migration.when).collect();
            let is_unknown =
                |row: &&AppliedMigration| row.created_at.is_none_or(|time| !whens.contains(&time));
            rows.iter().filter(is_unknown).map(described).collect()
        },
    };
    let by_name = |rows: &[NamedMigration]| Matched {
        states: states_by_name(folder, rows),
        unknown: {
            let tags: BTreeSet<&str> = folder.migrations().map(|migration| migration.tag).collect();
            let is_unknown =
                |row: &&NamedMigration| row.name.as_deref().is_some_and(|name| !tags.contains(name));
            rows.iter().filter(is_unknown).filter_map(|row| row.name.clone()).collect()
        },
    };
    let as_old =
        |row: &NamedMigration| AppliedMigration { hash: row.hash.clone(), created_at: row.created_at };
    match (rows, folder.layout()) {
        (None, Layout::Folders) => by_name(&[]),
        (None, _) => by_time(&[]),
        (Some(AppliedRows::ByName(rows)), Layout::Folders) => by_name(rows),
        // The migrator of 0.x looks at the time alone, whatever else a row has.
        (Some(AppliedRows::ByName(rows)), _) => by_time(&rows.iter().map(as_old).collect::<Vec<_>>()),
        (Some(AppliedRows::ByTime(rows)), Layout::Folders) => match upgrade(folder, rows) {
            Ok(names) => {
                let named = names.iter().zip(rows).map(|(name, row)| NamedMigration {
                    hash: row.hash.clone(),
                    created_at: row.created_at,
                    name: Some((*name).to_owned()),
                });
                by_name(&named.collect::<Vec<_>>())
            }
            Err(UnmatchedRows { rows: at }) => Matched {
                unknown: at.iter().filter_map(|&at| rows.get(at)).map(described).collect(),
                ..by_name(&[])
            },
        },
        (Some(AppliedRows::ByTime(rows)), _) => by_time(rows),
    }
}

fn described(row: &AppliedMigration) -> String {
    let hash: String = row.hash.chars().take(12).collect();
    match row.created_at {
        Some(time) => format!("created_at {time}, hash {hash}..."),
        None => format!("created_at NULL, hash {hash}..."),
    }
}
