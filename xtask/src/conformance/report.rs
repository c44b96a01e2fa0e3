//! Cases and steps, shown to people.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use terp_cli::{Failure, Format, json};

use super::judge::{Kind, Verdict};
use super::{Judged, JudgedFile};

/// The steps of one kind, a line each: case, step, reason, statement.
pub(crate) fn list(files: &[JudgedFile], kind: Kind, format: Format) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Entry<'a> {
        file: &'a str,
        id: &'a str,
        server: String,
        #[serde(flatten)]
        verdict: &'a Verdict,
    }
    let mut entries = Vec::new();
    for file in files {
        for Judged { case, verdicts, read_back } in &file.cases {
            let all = verdicts.iter().chain(read_back);
            for verdict in all.filter(|verdict| verdict.kind == kind) {
                let server = case.server.to_string();
                entries.push(Entry { file: &file.name, id: &case.id, server, verdict });
            }
        }
    }
    match format {
        Format::Json => {
            #[derive(Serialize)]
            struct Document<'a> {
                steps: Vec<Entry<'a>>,
            }
            json(&Document { steps: entries })
        }
        Format::Text => {
            let mut out = String::new();
            for Entry { id, server, verdict, .. } in entries {
                let Verdict { step, reason, sql, .. } = verdict;
                let _ = writeln!(
                    out,
                    "{id} #{step} [{server}] {} <- {}",
                    one_line(reason, 300),
                    one_line(sql, 200)
                );
            }
            Ok(out)
        }
    }
}

/// A case, step by step; all of them or those that are not equal.
pub(crate) fn case(file: &str, judged: &Judged, all: bool) -> String {
    let Judged { case, verdicts, read_back } = judged;
    let mut out = format!("{} [{}, {}, {file}]\n", case.id, case.server, case.body.kind());
    let steps = verdicts.iter().map(|verdict| ("", verdict));
    let read_back = read_back.iter().map(|verdict| (" read back", verdict));
    for (what, verdict) in steps.chain(read_back).filter(|(_, verdict)| all || verdict.kind != Kind::Equal) {
        let Verdict { step, kind, sql, reason, details, out_of_step } = verdict;
        let _ = write!(out, "\n#{step}{what} {}", kind.name());
        if !reason.is_empty() {
            let _ = write!(out, ": {}", one_line(reason, 1000));
        }
        let _ = writeln!(out, "\n{}", indented(sql));
        if !details.is_empty() {
            let _ = writeln!(out, "{}", details.trim_end());
        }
        if let Some(reason) = out_of_step {
            let _ = writeln!(out, "not brought back in step: {}", one_line(reason, 1000));
        }
    }
    out.push('\n');
    out
}

/// A name for a case's file that says which it is, and is a plain name everywhere.
pub(crate) fn file_name(file: &str, id: &str) -> String {
    let stem = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' };
    let mut name: String = format!("{stem}.{id}").chars().map(plain).collect();
    // Ids that differ in other characters alone, or late, keep their own files.
    let sum = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    name.truncate(180);
    format!("{name}.{:08x}.txt", sum as u32)
}

/// A text on one line, cut off when it is long.
fn one_line(text: &str, limit: usize) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(limit) {
        line.truncate(end);
        line.push('…');
    }
    line
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_plain_and_distinct() {
        let path = "/x/atlas-mysql9.7.jsonl";
        let (first, second) = (file_name(path, "a/b->c"), file_name(path, "a/b:>c"));
        assert!(first.starts_with("atlas-mysql9.7.jsonl.a_b-_c."), "{first}");
        assert_ne!(file_name(path, "a/b"), file_name(path, "a:b"));
        assert_ne!(first, second);
        assert!(file_name(path, &"é".repeat(500)).len() < 255);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(one_line("a\n  b", 10), "a b");
        assert_eq!(one_line("éééé", 2), "éé…");
        assert_eq!(one_line("éé", 2), "éé");
    }
}
