//! Projects on disk, good and bad.

#![expect(clippy::expect_used, reason = "a test may fail in its helpers too")]

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use terp_drizzle::chain::NO_SNAPSHOT;
use terp_drizzle::{FormatErrorKind, Layout, LoadError, LoadErrorKind, Project, load_project};

const JOURNAL: &str = r#"{
  "version": "7",
  "dialect": "mysql",
  "entries": [
    { "idx": 0, "version": "5", "when": 1, "tag": "0000_init", "breakpoints": true },
    { "idx": 1, "version": "5", "when": 2, "tag": "0001_more", "breakpoints": true },
    { "idx": 2, "version": "5", "when": 3, "tag": "0002_by_hand", "breakpoints": true }
  ]
}"#;

fn snapshot(id: &str, prev_id: &str) -> String {
    format!(
        r#"{{"version": "5", "dialect": "mysql", "id": "{id}", "prevId": "{prev_id}", "tables": {{"t": {{"name": "t",
            "columns": {{"a": {{"name": "a", "type": "int", "primaryKey": false, "notNull": false}}}}}}}}}}"#
    )
}

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
}

/// A project whose migration folder is `DIR/NAME`.
fn project(name: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder can be made");
    write(
        &dir.path().join(name),
        &[
            ("meta/_journal.json", JOURNAL),
            ("meta/0000_snapshot.json", &snapshot("a", "0")),
            ("meta/0001_snapshot.json", &snapshot("b", "a")),
            ("meta/notes.txt", "not a snapshot"),
            ("0000_init.sql", "CREATE TABLE t (a int);--> statement-breakpoint\nSELECT 1;"),
            ("0001_more.sql", "SELECT 2;"),
            ("0001_stray.sql", "SELECT 3;"),
            ("0002_by_hand.sql", "SELECT 4;"),
        ],
    );
    dir
}

fn complaint(dir: &Path) -> (LoadErrorKind, String) {
    let error: LoadError = load_project(dir).expect_err("it has a fault");
    let shown = error.to_string();
    let prefix = format!("{}/", dir.display());
    (error.kind(), shown.strip_prefix(&prefix).unwrap_or(&shown).to_owned())
}

#[test]
fn everything_of_a_project_is_read() {
    let dir = project("drizzle");
    let Project { migrations_path, journal_path, config_path, folder, snapshots, newest, .. } =
        load_project(dir.path()).expect("a good project");
    assert_eq!(migrations_path, dir.path().join("drizzle"));
    assert_eq!(journal_path, Some(dir.path().join("drizzle/meta/_journal.json")));
    assert_eq!((config_path, folder.layout()), (None, Layout::Journal));
    let chunks: Vec<_> = folder.migrations().map(|m| m.file.map(|file| file.chunks.len())).collect();
    assert_eq!(chunks, [Some(2), Some(1), Some(1)]);
    assert_eq!(folder.orphans().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["0001_stray.sql"]);
    let heads: Vec<_> =
        snapshots.iter().map(|s| (s.prefix.as_str(), s.head.id.as_str(), s.head.prev_ids.concat())).collect();
    assert_eq!(heads, [("0000", "a", "0".to_owned()), ("0001", "b", "a".to_owned())]);
    let newest = newest.expect("there are snapshots");
    assert_eq!((newest.entry, newest.prefix.as_str(), newest.snapshot.id.as_str()), (Some(1), "0001", "b"));
    assert_eq!(newest.snapshot.tables[0].columns[0].at.line, 2);
}

#[test]
fn the_migration_folder_is_found() {
    let dir = project("drizzle");
    let itself = load_project(&dir.path().join("drizzle")).expect("the folder itself");
    assert_eq!(itself.migrations_path, dir.path().join("drizzle"));

    let dir = project("db/out");
    write(dir.path(), &[("drizzle.config.ts", "export default { dialect: 'mysql', out: './db/out' };")]);
    let named = load_project(dir.path()).expect("the configuration names it");
    assert_eq!(named.migrations_path, dir.path().join("./db/out"));
    assert_eq!(named.config_path, Some(dir.path().join("drizzle.config.ts")));

    let dir = project("drizzle");
    write(dir.path(), &[("drizzle.config.ts", "export default { dialect: 'mysql' };")]);
    let default = load_project(dir.path()).expect("drizzle-kit's own choice");
    assert_eq!((default.migrations_path, default.config_path), (dir.path().join("drizzle"), None));
}

#[test]
fn a_missing_migration_folder_is_named() {
    let dir = tempfile::tempdir().expect("a folder can be made");
    let (kind, message) = complaint(dir.path());
    assert_eq!(kind, LoadErrorKind::NotFound);
    assert!(message.ends_with(
        "there is no migration journal: neither meta/_journal.json nor drizzle/meta/_journal.json; nor are there \
         folders of migrations, as drizzle-kit 1.0 makes them"
    ));

    let (kind, message) = complaint(&dir.path().join("mistyped"));
    assert_eq!(kind, LoadErrorKind::NotFound);
    assert!(message.ends_with("mistyped: there is no such file or folder"), "{message}");

    write(dir.path(), &[("drizzle.config.ts", "export default { out: 'gone' }")]);
    let (kind, message) = complaint(dir.path());
    assert_eq!(kind, LoadErrorKind::NotFound);
    assert!(
        message.starts_with("gone: there is no meta/_journal.json in it and no folder with a migration.sql"),
        "{message}"
    );

    write(dir.path(), &[("drizzle.config.ts", "export default {\n  out: process.env.OUT }")]);
    let (kind, message) = complaint(dir.path());
    assert_eq!(kind, LoadErrorKind::Config);
    assert!(
        message.starts_with("drizzle.config.ts:2:3: `out` is not known without running this file"),
        "{message}"
    );
}

#[test]
fn each_bad_file_is_named_with_its_place() {
    use FormatErrorKind as Format;
    let cases: [(&str, &[u8], LoadErrorKind, &str); 9] = [
        (
            "meta/_journal.json",
            b"{\n  \"version\"",
            LoadErrorKind::Format(Format::Truncated),
            "2:12: the text ends before its JSON does",
        ),
        (
            "meta/_journal.json",
            b"{\"dialect\": \"sqlite\"}",
            LoadErrorKind::Format(Format::Dialect),
            "1:13: the journal is for sqlite, not for mysql",
        ),
        (
            "0000_init.sql",
            b"-- \xC3\xA9\nSELECT '\xE9';",
            LoadErrorKind::InvalidUtf8,
            "2:9: it is not valid UTF-8",
        ),
        ("0001_stray.sql", b"\xFF\xFE", LoadErrorKind::InvalidUtf8, "1:1: it is not valid UTF-8"),
        (
            "meta/0001_snapshot.json",
            b"{\"version\": \"5\",\n\"dialect\": \"mysql\", \"id\": 7}",
            LoadErrorKind::Format(Format::WrongType),
            "2:27: `id` has to be a string, but is 7",
        ),
        ("meta/0001_snapshot.json", b"", LoadErrorKind::Format(Format::Truncated), "1:1: the file is empty"),
        (
            "meta/0000_snapshot.json",
            b"{\"id\": \"x\", \"prevId\": \"y\",\n\"version\": \"5\", \"tables\": {",
            LoadErrorKind::Format(Format::Truncated),
            "2:28: the text ends before its JSON does",
        ),
        (
            "meta/0000_snapshot.json",
            b"{\"id\": \"x\", \"version\": \"5\"}",
            LoadErrorKind::Format(Format::MissingField),
            "1:1: the snapshot has no `prevId`",
        ),
        (
            "meta/0000_snapshot.json",
            b"<<<<<<< HEAD\n{}",
            LoadErrorKind::Format(Format::Syntax),
            "1:1: invalid JSON: unexpected token",
        ),
    ];
    for (name, bytes, kind, message) in cases {
        let dir = project("");
        fs::write(dir.path().join(name), bytes).expect("a file can be written");
        assert_eq!(complaint(dir.path()), (kind, format!("{name}:{message}")));
    }
}

#[test]
fn the_head_of_an_older_snapshot_may_stand_at_its_end() {
    let dir = project("");
    let long = "x".repeat(10_000);
    let text = format!(r#"{{"tables": {{"t": "{long}"}}, "id": "a", "prevId": "0", "version": "5"}}"#);
    write(dir.path(), &[("meta/0000_snapshot.json", &text)]);
    let project = load_project(dir.path()).expect("a good project");
    assert_eq!(project.snapshots[0].head.id, "a");
}

#[test]
fn a_huge_file_is_refused_unread() {
    for name in ["0000_init.sql", "meta/_journal.json", "meta/0000_snapshot.json"] {
        let dir = project("");
        let file = fs::OpenOptions::new().write(true).open(dir.path().join(name)).expect("it is there");
        file.set_len(100 * 1024 * 1024).expect("a file can be lengthened");
        assert_eq!(
            complaint(dir.path()),
            (LoadErrorKind::TooLarge, format!("{name}: it is larger than 64 MiB"))
        );
    }
}

#[test]
fn what_is_not_a_file_is_refused() {
    let dir = project("");
    fs::remove_file(dir.path().join("meta/_journal.json")).expect("it is there");
    fs::create_dir(dir.path().join("meta/_journal.json")).expect("a folder can be made");
    assert_eq!(
        complaint(dir.path()),
        (LoadErrorKind::NotAFile, "meta/_journal.json: it is not a file".into())
    );
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_named() {
    let dir = project("");
    std::os::unix::fs::symlink("gone", dir.path().join("0003_link.sql")).expect("a link can be made");
    let expected = "0003_link.sql: there is no such file or folder".to_owned();
    assert_eq!(complaint(dir.path()), (LoadErrorKind::NotFound, expected));
}

#[test]
fn the_fixture_of_this_repository_is_read_whole() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/terp");
    let project = load_project(&dir).expect("a good project");
    assert!(project.config_path.is_some());
    assert_eq!(project.folder.migrations().filter(|migration| migration.file.is_some()).count(), 27);
    let shared = project.folder.shared_prefixes();
    let prefixes = ["0020", "0021", "0022", "0023", "0024", "0025", "0026", "0030", "0031", "0038"];
    assert_eq!(shared.into_keys().collect::<Vec<_>>(), prefixes);
    assert_eq!(project.snapshots[0].head.prev_ids, [NO_SNAPSHOT]);
    for pair in project.snapshots.windows(2) {
        assert_eq!(pair[1].head.prev_ids, [pair[0].head.id.as_str()], "{}", pair[1].path.display());
    }
    let newest = project.newest.expect("there are snapshots");
    assert_eq!((newest.entry, newest.snapshot.declared_counts().tables), (Some(26), 145));
}

const SNAPSHOT_6: &str = r#"{"version": "6", "dialect": "mysql", "id": "ID", "prevIds": ["PREV"],
  "ddl": [{"name": "t", "entityType": "tables"}], "renames": []}"#;

/// A folder of migrations as drizzle-kit 1.0 makes them, in `DIR/NAME`.
fn folders(name: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder can be made");
    let snapshot = |id: &str, prev: &str| SNAPSHOT_6.replace("ID", id).replace("PREV", prev);
    write(
        &dir.path().join(name),
        &[
            (
                "20260102030405_init/migration.sql",
                "CREATE TABLE t (a int);--> statement-breakpoint\nSELECT 1;",
            ),
            ("20260102030405_init/snapshot.json", &snapshot("a", NO_SNAPSHOT)),
            ("20260102030406_more/migration.sql", "SELECT 2;"),
            ("20260102030406_more/snapshot.json", &snapshot("b", "a")),
            ("relations/README.md", "not a migration"),
            ("schema.ts", "export {}"),
        ],
    );
    dir
}

#[test]
fn folders_of_migrations_are_read() {
    let dir = folders("drizzle");
    let project = load_project(dir.path()).expect("a good project");
    assert_eq!(
        (project.migrations_path.clone(), project.journal_path.clone()),
        (dir.path().join("drizzle"), None)
    );
    assert_eq!((project.folder.layout(), project.folder.orphans().count()), (Layout::Folders, 0));
    let migrations: Vec<_> = project
        .folder
        .migrations()
        .map(|m| (m.tag, m.when, m.entry, m.file.map(|file| (file.chunks.len(), project.path_of(file)))))
        .collect();
    let path = |name: &str| dir.path().join("drizzle").join(name).join("migration.sql");
    assert_eq!(
        migrations,
        [
            ("20260102030405_init", 1_767_323_045_000, None, Some((2, path("20260102030405_init")))),
            ("20260102030406_more", 1_767_323_046_000, None, Some((1, path("20260102030406_more")))),
        ]
    );
    let heads: Vec<_> = project
        .snapshots
        .iter()
        .map(|s| (s.prefix.as_str(), s.head.id.as_str(), s.head.prev_ids.concat()))
        .collect();
    assert_eq!(
        heads,
        [("20260102030405_init", "a", NO_SNAPSHOT.to_owned()), ("20260102030406_more", "b", "a".to_owned())]
    );
    let newest = project.newest.expect("there are snapshots");
    assert_eq!((newest.entry, newest.prefix.as_str()), (Some(1), "20260102030406_more"));
    assert_eq!((newest.snapshot.id.as_str(), newest.snapshot.tables.len()), ("b", 1));
    assert!(newest.path.ends_with("20260102030406_more/snapshot.json"));

    let itself = load_project(&dir.path().join("drizzle")).expect("the folder itself");
    assert_eq!(itself.folder, project.folder);
    let dir = folders("db/out");
    write(dir.path(), &[("drizzle.config.ts", "export default { out: './db/out' }")]);
    let named = load_project(dir.path()).expect("the configuration names it");
    assert_eq!(named.config_path, Some(dir.path().join("drizzle.config.ts")));
    assert_eq!(named.folder.migration_count(), 2);
}

#[test]
fn each_bad_folder_is_named() {
    use LoadErrorKind::{Format, Layout};
    let remove = |path: &'static str| move |dir: &Path| fs::remove_file(dir.join(path)).expect("it is there");
    let put = |path: &'static str, text: &'static str| move |dir: &Path| write(dir, &[(path, text)]);
    type Spoil = Box<dyn Fn(&Path)>;
    let cases: [(Spoil, LoadErrorKind, &str); 8] = [
        (
            Box::new(remove("20260102030405_init/migration.sql")),
            Layout,
            "20260102030405_init: there is no migration.sql in it, so drizzle-orm passes it over in silence, while \
             drizzle-kit goes on from its snapshot.json: restore the one or remove the other",
        ),
        (
            Box::new(remove("20260102030406_more/snapshot.json")),
            Layout,
            "20260102030406_more: there is no snapshot.json in it, so drizzle-kit generates the next migration as if \
             this one did not exist: restore it, or make the migration again with `drizzle-kit generate --custom`",
        ),
        (
            Box::new(put("0002_by_hand/migration.sql", "SELECT 1;")),
            Layout,
            "0002_by_hand: the name of a migration's folder has to begin with the time of its making, 14 digits \
             (YYYYMMDDHHMMSS): drizzle-orm orders migrations by it and stores it",
        ),
        (
            Box::new(put("meta/_journal.json", JOURNAL)),
            Layout,
            "it has both a journal (meta/_journal.json), as drizzle-kit had until 1.0, and folders of migrations, as \
             drizzle-kit 1.0 makes them, and neither kit would run all of it: run `drizzle-kit up` of 1.0 on a folder \
             that has the journal alone, or remove one of the two",
        ),
        (
            Box::new(put(
                "20260102030405_init/snapshot.json",
                r#"{"version": "5", "dialect": "mysql", "id": "a", "prevId": "0", "tables": {}}"#,
            )),
            Layout,
            "20260102030405_init/snapshot.json: the snapshot has version 5, which drizzle-kit 1.0 refuses: run \
             `drizzle-kit up`",
        ),
        (
            Box::new(put("20260102030406_more/snapshot.json", "{\"dialect\":")),
            Format(FormatErrorKind::Truncated),
            "20260102030406_more/snapshot.json:1:12: the text ends before its JSON does",
        ),
        (
            Box::new(put("20260102030405_init/snapshot.json", "{\"version\": \"6\", \"id\": \"a\"}")),
            Format(FormatErrorKind::MissingField),
            "20260102030405_init/snapshot.json:1:1: the snapshot has no `prevIds`",
        ),
        (
            Box::new(|dir: &Path| {
                fs::write(dir.join("20260102030406_more/migration.sql"), b"SELECT '\xE9'")
                    .expect("it can be written");
            }),
            LoadErrorKind::InvalidUtf8,
            "20260102030406_more/migration.sql:1:9: it is not valid UTF-8",
        ),
    ];
    for (spoil, kind, message) in cases {
        let dir = folders("");
        spoil(dir.path());
        let (found, shown) = complaint(dir.path());
        let shown = shown.strip_prefix(&format!("{}: ", dir.path().display())).unwrap_or(&shown).to_owned();
        assert_eq!((found, shown.as_str()), (kind, message));
    }
}

#[test]
fn what_drizzle_kit_1_made_is_read() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kit1");
    let project = load_project(&dir).expect("a good project");
    let tags: Vec<_> = project.folder.migrations().map(|migration| migration.tag).collect();
    assert_eq!(tags, ["20261125043320_init", "20261125043322_seed", "20261125043326_pear"]);
    for pair in project.snapshots.windows(2) {
        assert_eq!(pair[1].head.prev_ids, [pair[0].head.id.as_str()]);
    }
    let newest = project.newest.expect("there are snapshots");
    assert_eq!(newest.snapshot.declared_counts().tables, 4);
}
