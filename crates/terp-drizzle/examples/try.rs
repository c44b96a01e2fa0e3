use std::path::{Path, PathBuf};
struct Fs;
impl terp_drizzle::SourceTree for Fs {
    fn read(&self, p: &Path) -> std::io::Result<Option<String>> {
        match std::fs::read_to_string(p) {
            Ok(t) => Ok(Some(t)),
            Err(e)
                if matches!(
                    e.kind(),
                    std::io::ErrorKind::NotFound
                        | std::io::ErrorKind::IsADirectory
                        | std::io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }
}
fn main() {
    let files: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let t = std::time::Instant::now();
    let d = terp_drizzle::declare::declare(&Fs, &files, &Default::default()).unwrap();
    let e = t.elapsed();
    for s in d.snapshot.to_ddl() {
        println!("{}", s.sql);
    }
    for p in &d.problems {
        eprintln!(
            "{}:{}: {:?} {} [{:?}]",
            d.files.get(p.at.file).map(|f| f.path.display().to_string()).unwrap_or_default(),
            p.at,
            p.kind,
            p.message,
            p.table
        );
    }
    for l in &d.leaks {
        eprintln!("LEAK {l:?}");
    }
    for l in &d.duplicate_tables {
        eprintln!("DUP {l:?}");
    }
    for l in &d.custom_columns {
        eprintln!("CUSTOM {l:?}");
    }
    eprintln!("{e:?} incomplete {:?}", d.incomplete_tables);
}
