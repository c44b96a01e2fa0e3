//! Every text is evaluated to its end or refused, always to the same declaration, whose SQL can be written.
#![no_main]

use std::io;
use std::path::{Path, PathBuf};

use libfuzzer_sys::fuzz_target;
use terp_drizzle::declare::{DeclarationOptions, declare};
use terp_drizzle::{SourceTree, snapshot::Snapshot};

struct Schema<'a>(&'a str);

impl SourceTree for Schema<'_> {
    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        Ok((path == Path::new("schema.ts")).then(|| self.0.to_owned()))
    }
}

fn declared(text: &str) -> Option<(Snapshot, usize)> {
    let files = [PathBuf::from("schema.ts")];
    let declaration = declare(&Schema(text), &files, &DeclarationOptions::default()).ok()?;
    Some((declaration.snapshot, declaration.problems.len()))
}

fuzz_target!(|input: (u8, &str)| {
    let (_, text) = input;
    let once = declared(text);
    assert_eq!(once, declared(text));
    if let Some((snapshot, _)) = once {
        snapshot.to_ddl();
    }
});
