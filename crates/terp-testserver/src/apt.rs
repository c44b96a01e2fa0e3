//! Downloads packages with apt, without root: its state, its cache and its list of sources are private ones.
//!
//! The mirror and how to trust it are what the machine's own sources say of its Debian release; proxies and credentials are what the
//! machine's apt configuration says. Signatures are checked as they are for the machine itself.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cache::create_folder;
use crate::error::{Context, Result};

/// The keys of all Debian releases, `sid` among them.
const DEBIAN_KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A mirror of Debian: the fields of a deb822 paragraph other than `Types`, `Suites` and `Components`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mirror {
    /// Name and value; `URIs` among them. Values of several lines keep their line ends.
    fields: Vec<(String, String)>,
}

/// The mirror from which this machine gets its own release.
pub(crate) fn machine_mirror() -> Result<Mirror, String> {
    let os_release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value = |name: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"').to_owned()).unwrap_or_default()
    };
    if value("ID") != "debian" {
        return Err(format!(
            "servers are fetched from Debian's archive, and this system is {:?}",
            value("ID")
        ));
    }
    let codename = value("VERSION_CODENAME");
    let mut sources = Vec::new();
    let parts =
        fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = parts.collect();
    files.sort();
    files.insert(0, "/etc/apt/sources.list".into());
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        match file.extension().and_then(OsStr::to_str) {
            Some("list") => sources.extend(text.lines().filter_map(parse_one_line)),
            Some("sources") => sources.extend(parse_deb822(&text)),
            _ => {}
        }
    }
    choose(sources, &codename)
        .ok_or_else(|| "no mirror of Debian in /etc/apt/sources.list or /etc/apt/sources.list.d".to_owned())
}

/// The first source of the release itself; on `sid` without a code name, of any suite.
fn choose(sources: Vec<(Vec<String>, Mirror)>, codename: &str) -> Option<Mirror> {
    let known = [codename, "stable", "testing", "unstable", "sid"];
    sources
        .into_iter()
        .find(|(suites, _)| suites.iter().any(|suite| known.contains(&suite.as_str())))
        .map(|(_, mirror)| mirror)
}

/// Reads `deb [signed-by=FILE trusted=yes] URI SUITE COMPONENT...`.
fn parse_one_line(line: &str) -> Option<(Vec<String>, Mirror)> {
    let rest = line.trim().strip_prefix("deb ")?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace();
    let (uri, suite) = (words.next()?, words.next()?);
    let mut fields = vec![("URIs".to_owned(), uri.to_owned())];
    for (name, value) in options.split_whitespace().filter_map(|option| option.split_once('=')) {
        // The fields of deb822 are called as these options, but for the two that have a plural.
        let name = match name {
            "arch" => "Architectures",
            "lang" => "Languages",
            other => other,
        };
        fields.push((name.to_owned(), value.replace(',', " ")));
    }
    usable(uri).then(|| (vec![suite.to_owned()], Mirror { fields }))
}

fn parse_deb822(text: &str) -> Vec<(Vec<String>, Mirror)> {
    let mut sources = Vec::new();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    for paragraph in lines.split(|line| line.trim().is_empty()) {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in paragraph {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut() {
                    let _ = write!(value, "\n{line}");
                }
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        let mut take = |wanted: &str| {
            let at = fields.iter().position(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
            Some(fields.remove(at).1)
        };
        let types = take("Types").unwrap_or_default();
        let suites = take("Suites").unwrap_or_default();
        let enabled = !take("Enabled").is_some_and(|value| matches!(value.as_str(), "no" | "false" | "0"));
        take("Components");
        let uris =
            fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("URIs")).map(|(_, value)| value.clone());
        if enabled
            && types.split_whitespace().any(|kind| kind == "deb")
            && uris.is_some_and(|uri| usable(&uri))
        {
            sources.push((suites.split_whitespace().map(str::to_owned).collect(), Mirror { fields }));
        }
    }
    sources
}

/// An installation disk has the machine's release alone, and security updates have a mirror of their own.
fn usable(uri: &str) -> bool {
    !uri.starts_with("cdrom:") && !uri.contains("debian-security")
}

/// apt with a private state for one suite.
pub(crate) struct Apt {
    folder: PathBuf,
}

impl Apt {
    /// Makes or reuses the state in a folder, and brings its package lists up to date.
    /// The inner error says what apt said.
    pub(crate) fn prepare(folder: &Path, mirror: &Mirror, suite: &str) -> Result<Result<Self, String>> {
        for part in ["state/lists/partial", "cache/archives/partial", "sources"] {
            create_folder(&folder.join(part))?;
        }
        let apt = Self { folder: folder.to_owned() };
        apt.write("status", "")?; // nothing is installed in the prefix, so every dependency is downloaded, libc included
        apt.write("apt.conf", &apt.configuration())?;
        let mut outcome = apt.update(mirror, suite)?;
        // The machine's keys may be those of its own release alone, and other suites are signed with others.
        let unsigned = outcome
            .as_ref()
            .is_err_and(|reason| reason.contains("NO_PUBKEY") || reason.contains("not signed"));
        if unsigned && Path::new(DEBIAN_KEYRING).is_file() {
            let mut fields = mirror.without("Signed-By").fields;
            fields.push(("Signed-By".to_owned(), DEBIAN_KEYRING.to_owned()));
            outcome = apt.update(&Mirror { fields }, suite)?;
        }
        Ok(outcome.map(|()| apt))
    }

    fn update(&self, mirror: &Mirror, suite: &str) -> Result<Result<(), String>> {
        let mut text = format!("Types: deb\nSuites: {suite}\nComponents: main\n");
        for (name, value) in &mirror.fields {
            let _ = writeln!(text, "{name}: {value}");
        }
        self.write("sources/debian.sources", &text)?;
        self.run("apt-get", &["-q", "-o", "APT::Update::Error-Mode=any", "update"], &mut |_| {})
    }

    /// The version of a package that would be downloaded.
    pub(crate) fn candidate(&self, package: &str) -> Result<Result<String, String>> {
        let mut version = String::new();
        let outcome = self.run("apt-cache", &["show", "--no-all-versions", package], &mut |line| {
            if let Some(value) = line.strip_prefix("Version: ") {
                value.clone_into(&mut version);
            }
        })?;
        Ok(outcome.map(|()| version))
    }

    /// Downloads packages with all they depend on, and returns the files.
    pub(crate) fn download(
        &self,
        packages: &[&str],
        progress: &mut dyn FnMut(&str),
    ) -> Result<Result<Vec<PathBuf>, String>> {
        self.clean()?;
        let mut arguments = vec!["-q", "-y", "--no-install-recommends", "--download-only", "install"];
        arguments.extend(packages);
        if let Err(reason) = self.run("apt-get", &arguments, &mut |line| {
            if line.starts_with("Need to get") || line.starts_with("Get:") {
                progress(line);
            }
        })? {
            return Ok(Err(reason));
        }
        let archives = self.archives();
        let entries = fs::read_dir(&archives).context(|| format!("read {}", archives.display()))?;
        let files = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "deb"));
        Ok(Ok(files.collect()))
    }

    /// Downloads one package without what it depends on, and returns the file.
    pub(crate) fn download_alone(&self, package: &str) -> Result<Result<PathBuf, String>> {
        self.clean()?;
        if let Err(reason) = self.run("apt-get", &["-q", "download", package], &mut |_| {})? {
            return Ok(Err(reason));
        }
        let archives = self.archives();
        let entries = fs::read_dir(&archives).context(|| format!("read {}", archives.display()))?;
        let mut files = entries.flatten().map(|entry| entry.path());
        let file = files.find(|path| path.extension().is_some_and(|end| end == "deb"));
        Ok(file.ok_or_else(|| format!("apt-get download {package} left no file")))
    }

    /// Removes the downloaded packages; the package lists remain, so that next time only what is new is read.
    pub(crate) fn clean(&self) -> Result<()> {
        let archives = self.archives();
        fs::remove_dir_all(&archives).context(|| format!("remove {}", archives.display()))?;
        create_folder(&archives.join("partial"))
    }

    fn archives(&self) -> PathBuf {
        self.folder.join("cache/archives")
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, text).context(|| format!("write {}", path.display()))
    }

    /// Read after the machine's configuration, so that it keeps the proxies and drops the commands that containers run after an update.
    fn configuration(&self) -> String {
        let folder = self.folder.display();
        format!(
            r#"#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Cache::archives "{folder}/cache/archives";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{folder}/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Default-Release "";
APT::Sandbox::User "";
APT::Keep-Downloaded-Packages "true";
Acquire::Languages "none";
"#
        )
    }

    /// Runs one of apt's commands, line by line. The inner error is what it complained of.
    fn run(
        &self,
        program: &str,
        arguments: &[&str],
        each_line: &mut dyn FnMut(&str),
    ) -> Result<Result<(), String>> {
        let errors_path = self.folder.join("errors");
        let errors = File::create(&errors_path).context(|| format!("create {}", errors_path.display()))?;
        let spawned = Command::new(program)
            .arg("-c")
            .arg(self.folder.join("apt.conf"))
            .args(arguments)
            .current_dir(self.archives()) // where `download` puts its file
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => return Ok(Err(format!("{program}: {error}"))),
        };
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).lines() {
                each_line(&line.context(|| format!("read from {program}"))?);
            }
        }
        let status = child.wait().context(|| format!("wait for {program}"))?;
        if status.success() {
            return Ok(Ok(()));
        }
        let complaints = fs::read_to_string(&errors_path).unwrap_or_default();
        Ok(Err(format!("{program} {} ({status}): {}", arguments.join(" "), complaints.trim())))
    }
}

impl Mirror {
    fn without(&self, field: &str) -> Self {
        let fields =
            self.fields.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(field)).cloned().collect();
        Self { fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<'a>(mirror: &'a Mirror, name: &str) -> Option<&'a str> {
        mirror
            .fields
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    #[test]
    fn deb822_paragraphs() {
        let text = "# a comment\nTypes: deb deb-src\n# another\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\n\
                    Components: main\nSigned-By:\n -----BEGIN PGP-----\n .\n abc\n\nTypes: deb\nURIs: http://mirror.test/debian-security\n\
                    Suites: bookworm-security\n\nTypes: deb\nEnabled: no\nURIs: http://off.test\nSuites: bookworm\n";
        let sources = parse_deb822(text);
        assert_eq!(sources.len(), 1);
        let mirror = choose(sources, "bookworm").unwrap();
        assert_eq!(field(&mirror, "uris"), Some("http://mirror.test/debian"));
        assert_eq!(field(&mirror, "signed-by"), Some("\n -----BEGIN PGP-----\n .\n abc"));
        assert_eq!(field(&mirror, "components"), None);
    }

    #[test]
    fn one_line_sources() {
        let line = "deb [signed-by=/usr/share/keyrings/k.gpg arch=amd64,arm64] https://mirror.test/debian bookworm main contrib";
        let (suites, mirror) = parse_one_line(line).unwrap();
        assert_eq!(suites, ["bookworm"]);
        assert_eq!(field(&mirror, "signed-by"), Some("/usr/share/keyrings/k.gpg"));
        assert_eq!(field(&mirror, "architectures"), Some("amd64 arm64"));
        assert_eq!(field(&mirror.without("Signed-By"), "signed-by"), None);
        for other in [
            "",
            "# deb http://x y",
            "deb-src http://x y main",
            "deb cdrom:[Debian]/ bookworm main",
            "deb [a=b http://x y",
        ] {
            assert_eq!(parse_one_line(other), None, "{other}");
        }
    }

    #[test]
    fn sources_of_other_archives_are_passed_over() {
        let node = parse_one_line("deb https://deb.nodesource.test/node_20.x nodistro main").unwrap();
        let debian = parse_one_line("deb https://mirror.test/debian trixie main").unwrap();
        let chosen = choose(vec![node.clone(), debian], "trixie").unwrap();
        assert_eq!(field(&chosen, "URIs"), Some("https://mirror.test/debian"));
        assert_eq!(choose(vec![node], "trixie"), None);
    }
}
