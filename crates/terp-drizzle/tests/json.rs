//! Snapshots written back as drizzle-kit 0.31 wrote them.

#![expect(clippy::expect_used, reason = "a test may fail in its helpers too")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use terp_drizzle::Snapshot;
use terp_drizzle::chain::NO_SNAPSHOT;

const KIT: &str = include_str!("fixtures/kit/0000_snapshot.json");

fn snapshots_below(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder can be listed") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            snapshots_below(&path, found);
        } else if path.to_string_lossy().ends_with("_snapshot.json") {
            found.push(path);
        }
    }
}

#[test]
fn every_snapshot_comes_out_byte_for_byte() {
    let mut found = Vec::new();
    for dir in ["../../fixtures/terp", "../../fixtures/drift", "tests/fixtures/kit"] {
        snapshots_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut found);
    }
    assert!(found.len() > 100, "{}", found.len());
    for path in found {
        let text = fs::read_to_string(&path).expect("it can be read");
        let snapshot = Snapshot::parse(&text).expect("drizzle-kit wrote it");
        assert!(snapshot.to_json() == text, "{}", path.display());
        assert_eq!(snapshot.not_in_version_5(), [], "{}", path.display());
    }
}

/// With strange names and values, as node 20 writes it.
#[test]
fn odd_content_comes_out_too() {
    let text = r#"{
  "version": "5",
  "dialect": "mysql",
  "id": "1",
  "prevId": "0",
  "tables": {
    "7": {
      "name": "7",
      "columns": {
        "0": {
          "name": "0",
          "type": "double",
          "primaryKey": false,
          "notNull": false,
          "autoincrement": false,
          "default": 1e+21
        },
        "é\"\\\n\u0001": {
          "name": "é\"\\\n\u0001",
          "type": "json",
          "primaryKey": false,
          "notNull": true,
          "autoincrement": false,
          "onUpdate": true,
          "generated": {
            "as": "1",
            "type": "virtual"
          },
          "default": {
            "2": [],
            "a": [
              null,
              "x\ny",
              {}
            ]
          }
        }
      },
      "indexes": {
        "i": {
          "name": "i",
          "columns": [
            "(lower(`0`))",
            "0"
          ],
          "isUnique": false,
          "using": "btree",
          "algorithm": "copy",
          "lock": "none"
        }
      },
      "foreignKeys": {},
      "compositePrimaryKeys": {},
      "uniqueConstraints": {},
      "checkConstraint": {}
    }
  },
  "views": {},
  "_meta": {
    "schemas": {},
    "tables": {
      "`six`": "`7`"
    },
    "columns": {
      "`7`.`a`": "`7`.`0`"
    }
  },
  "internal": {
    "tables": {
      "7": {
        "columns": {
          "0": {
            "isDefaultAnExpression": true
          }
        }
      }
    },
    "indexes": {
      "i": {
        "columns": {
          "(lower(`0`))": {
            "isExpression": true
          }
        }
      }
    }
  }
}"#;
    let snapshot = Snapshot::parse(text).expect("a good snapshot");
    assert_eq!(snapshot.to_json(), text);
}

#[test]
fn an_id_is_made_from_the_content_alone() {
    let mut snapshot = Snapshot::parse(KIT).expect("drizzle-kit wrote it");
    let id = snapshot.content_id();
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, NO_SNAPSHOT.split('-').map(str::len).collect::<Vec<_>>(), "{id}");
    assert!(id.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{id}");
    assert!(id.as_bytes()[14] == b'8' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
    snapshot.id = id.clone();
    snapshot.prev_ids = vec![NO_SNAPSHOT.to_owned()];
    snapshot.tables[0].at.line += 1;
    assert_eq!(snapshot.content_id(), id);
    snapshot.tables[0].columns[0].not_null ^= true;
    assert_ne!(snapshot.content_id(), id);
    snapshot.tables[0].columns[0].not_null ^= true;
    snapshot.tables[0].columns[0].character_set = Some("latin1".to_owned());
    assert_ne!(snapshot.content_id(), id);
}

/// JSON of any shape.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Raw("null".to_owned())),
        any::<bool>().prop_map(|b| Json::Raw(b.to_string())),
        any::<i32>().prop_map(|n| Json::Raw(n.to_string())),
        any::<String>().prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::List),
            prop::collection::btree_map("[a-zäß\"\\\\\n]{1,5}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// A value to be written as differently from `JSON.stringify` as JSON allows: on one line, every character escaped.
#[derive(Clone, Debug)]
enum Json {
    Raw(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    fn compact(&self) -> String {
        match self {
            Self::Raw(text) => text.clone(),
            Self::Text(text) => string(text),
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::compact).collect::<Vec<_>>().join(","))
            }
            Self::Object(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{}:{}", string(key), value.compact());
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// Escapes all that may be escaped, which readers have to undo.
fn string(text: &str) -> String {
    let mut units = [0; 2];
    let escaped: String = text
        .chars()
        .flat_map(|c| c.encode_utf16(&mut units).to_vec())
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    format!("\"{escaped}\"")
}

proptest! {
    /// What was written is read as the same, and written as the same again.
    #[test]
    fn writing_and_reading_are_inverse(
        default in json(), name in any::<String>(), index in any::<String>(), sql in any::<bool>()
    ) {
        let (name, index) = (string(&name), string(&index));
        let internal = if sql { format!("{index}: {{\"columns\": {{{name}: {{\"isExpression\": true}}}}}}") } else { String::new() };
        let text = format!(
            r#"{{"version": "5", "dialect": "mysql", "id": "a", "prevId": "b", "tables": {{{name}: {{"name": {name},
                "columns": {{{name}: {{"name": {name}, "type": "t", "primaryKey": false, "notNull": false, "default": {}}}}},
                "indexes": {{{index}: {{"name": {index}, "columns": [{name}], "isUnique": true}}}}}}}},
                "internal": {{"indexes": {{{internal}}}}}}}"#,
            default.compact(),
        );
        let snapshot = Snapshot::parse(&text).expect("a good snapshot");
        let written = snapshot.to_json();
        let again = Snapshot::parse(&written).expect("what was written is good");
        prop_assert_eq!(&written, &again.to_json());
        prop_assert_eq!(snapshot.content_id(), again.content_id());
        let sql = |snapshot: &Snapshot| snapshot.to_ddl().into_iter().map(|s| s.sql).collect::<Vec<_>>();
        prop_assert_eq!(sql(&snapshot), sql(&again));
    }
}
