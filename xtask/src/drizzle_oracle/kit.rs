//! The real drizzle-kit: installed by npm, run by Node.js.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use terp_cli::{Failure, say};

use super::case::{Case, Copy};
use super::recording::{Recording, Said};

/// Which versions; `fixtures/terp/package.json` has the same.
const PACKAGE: &str = include_str!("package.json");
/// The versions of all that they need, esbuild's above all: it decides in which order a module's exports come.
const LOCK: &str = include_str!("package-lock.json");

/// Longer than this no run takes that will end.
const TOO_LONG: Duration = Duration::from_secs(60);

/// All that drizzle-kit finds in its environment beside `PATH`: dates come out the same wherever it is run.
const ENVIRONMENT: [(&str, &str); 5] = [
    ("TZ", "UTC"),
    ("LC_ALL", "C"),
    ("NO_COLOR", "1"),
    ("NODE_NO_WARNINGS", "1"),
    ("DATABASE_URL", "mysql://nobody@localhost/nothing"),
];

/// An installed drizzle-kit.
pub(super) struct Kit {
    node_modules: PathBuf,
}

impl Kit {
    /// The one in the cache folder, which npm is asked for when it is not there.
    pub(super) fn find_or_install() -> Result<Self, Failure> {
        program("node", "Node.js 20 or newer")?;
        let cache = terp_testserver::cache_folder().map_err(|error| Failure::usage(error.to_string()))?;
        let folder = cache.join(format!("drizzle-oracle-{:016x}", fingerprint(&[PACKAGE, LOCK])));
        fs::create_dir_all(&folder).map_err(|error| Failure::path(&folder, &error))?;
        let lock = folder.join("lock");
        let held = File::create(&lock).and_then(|file| file.lock().map(|()| file));
        let _held = held.map_err(|error| Failure::path(&lock, &error))?;
        let complete = folder.join("complete");
        if !complete.exists() {
            install(&folder)?;
            fs::write(&complete, "").map_err(|error| Failure::path(&complete, &error))?;
        }
        Ok(Self { node_modules: folder.join("node_modules") })
    }

    /// What `drizzle-kit export` and `drizzle-kit generate` answer to a case.
    pub(super) fn ask(&self, case: &Case) -> Result<Recording, Failure> {
        let copy = self.copy(case)?;
        let export = self.run(&copy, "export", case)?;
        let generate = self.run(&copy, "generate", case)?;
        // As Node.js prints it: without links.
        let project =
            fs::canonicalize(copy.project()).map_err(|error| Failure::path(&copy.project(), &error))?;
        Ok(Recording::new(&export, &generate, copy.snapshot()?.as_deref(), &project))
    }

    /// A case where drizzle-kit finds itself and drizzle-orm.
    pub(super) fn copy(&self, case: &Case) -> Result<Copy, Failure> {
        case.copy(&self.node_modules)
    }

    /// One of drizzle-kit's commands on a case, to be run.
    pub(super) fn command(&self, copy: &Copy, command: &str) -> Command {
        let mut node = Command::new("node");
        node.arg(self.node_modules.join("drizzle-kit/bin.cjs")).arg(command).current_dir(copy.project());
        node.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).envs(ENVIRONMENT);
        node.env("HOME", copy.temporary()).env("TMPDIR", copy.temporary());
        node
    }

    fn run(&self, copy: &Copy, command: &str, case: &Case) -> Result<Said, Failure> {
        let folder = copy.temporary();
        let (out, err) = (folder.join(format!("{command}.out")), folder.join(format!("{command}.err")));
        let create = |path: &Path| File::create(path).map_err(|error| Failure::path(path, &error));
        let mut node = self.command(copy, command);
        node.stdin(Stdio::null()).stdout(create(&out)?).stderr(create(&err)?);
        let mut child =
            node.spawn().map_err(|error| Failure::usage(format!("node cannot be run: {error}")))?;
        let Some(status) = wait(&mut child)? else {
            let seconds = TOO_LONG.as_secs();
            return Err(Failure::failed(format!(
                "{}: drizzle-kit {command} has not ended after {seconds} s",
                case.name
            )));
        };
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| Failure::path(path, &error));
        Ok(Said { succeeded: status.success(), out: read(&out)?, err: read(&err)? })
    }
}

/// Waits for its end; nothing when it takes too long, and it is killed.
fn wait(child: &mut Child) -> Result<Option<ExitStatus>, Failure> {
    let lost = |error| Failure::failed(format!("cannot wait for node: {error}"));
    let begin = Instant::now();
    while begin.elapsed() < TOO_LONG {
        if let Some(status) = child.try_wait().map_err(lost)? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.kill().and_then(|()| child.wait()).map_err(lost)?;
    Ok(None)
}

fn install(folder: &Path) -> Result<(), Failure> {
    program("npm", "npm, which comes with Node.js")?;
    for (name, text) in [("package.json", PACKAGE), ("package-lock.json", LOCK)] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Failure::path(&path, &error))?;
    }
    say(&format!("installing drizzle-kit into {} (once)", folder.display()));
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    let output = npm.output().map_err(|error| Failure::usage(format!("npm cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&output.stderr).into_owned();
    // The first lines tell it; what follows is where in npm's code it was found.
    let reason: Vec<&str> = reason.lines().take_while(|line| !line.contains(" at ")).collect();
    Err(Failure::usage(format!(
        "npm cannot install drizzle-kit; it needs a registry that it can reach (`npm config get registry`):\n{}",
        reason.join("\n")
    )))
}

/// Whether a program can be run at all.
fn program(name: &str, what: &str) -> Result<(), Failure> {
    let mut asked = Command::new(name);
    asked.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match asked.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::usage(format!("`{name} --version` failed ({status})"))),
        Err(error) => Err(Failure::usage(format!("{name} cannot be run ({error}): install {what}"))),
    }
}

/// Tells one set of versions from another (FNV-1a).
fn fingerprint(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::root;

    #[test]
    fn versions_are_those_of_the_application() {
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let application = parse(&fs::read_to_string(root().join("fixtures/terp/package.json")).unwrap());
        let (package, lock) = (parse(PACKAGE), parse(LOCK));
        for (name, of) in [("drizzle-orm", "dependencies"), ("drizzle-kit", "devDependencies")] {
            let pinned = &package["dependencies"][name];
            assert!(pinned.is_string());
            assert_eq!(application[of][name], *pinned);
            assert_eq!(lock["packages"][format!("node_modules/{name}")]["version"], *pinned);
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = program("no-such-program-as-this", "it").unwrap_err().to_string();
        assert!(failure.starts_with("no-such-program-as-this cannot be run"), "{failure}");
        assert!(failure.ends_with(": install it"), "{failure}");
    }
}
