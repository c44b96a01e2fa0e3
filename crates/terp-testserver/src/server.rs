//! One running server, its own.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use terp_schema_model::Flavor;

use crate::connection::Connection;
use crate::error::{Context, Error, Result};
use crate::installation::Installation;
use crate::shared::Endpoint;
use crate::template;

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether what is committed survives a crash, as by the servers' own defaults. Off, nothing waits for the disk:
    /// much faster, and useless for crash tests. Default: off.
    pub durable: bool,
    /// The performance schema, which makes the start slower and the server larger. Default: off.
    pub performance_schema: bool,
    /// Whether the server offers TLS, with a certificate of its own. MariaDB makes one at each start, which may take a second,
    /// and before 11.4 none at all: give it one in [`Self::arguments`]. Default: off.
    pub tls: bool,
    /// More options of the server's command line; they win over those given here.
    pub arguments: Vec<String>,
    /// How long the server may take to answer. Default: 60 seconds, for a busy machine.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durable: false,
            performance_schema: false,
            tls: false,
            arguments: Vec::new(),
            timeout: Duration::from_secs(60),
        }
    }
}

/// A running server. Dropped, it is killed and its files are removed; so it is when the process that started it dies, however that happens.
#[derive(Debug)]
pub struct Server {
    endpoint: Endpoint,
    installation: Installation,
    options: Options,
    folder: PathBuf,
    process: Option<Process>,
}

impl Deref for Server {
    type Target = Endpoint;

    fn deref(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Server {
    /// Starts a server on a fresh data directory and returns when it answers.
    ///
    /// # Errors
    /// [`Error::Start`] with the end of the server's log, and errors of the file system.
    pub fn start(installation: &Installation, options: Options) -> Result<Self> {
        let template = template::ensure(installation)?;
        let folder = new_folder()?;
        let endpoint = Endpoint { flavor: installation.flavor, socket: folder.join(SOCKET), port: 0 };
        // From here on, dropping the value removes the folder.
        let mut server =
            Self { endpoint, installation: installation.clone(), options, folder, process: None };
        let data = server.data_folder();
        fs::create_dir(&data).context(|| format!("create {}", data.display()))?;
        crate::cache::copy_folder(&template, &data)?;
        server.launch()?;
        Ok(server)
    }

    /// The installation that it runs.
    pub const fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Where it can be reached.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Its data directory.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        log_tail(&self.folder)
    }

    /// Kills it as a crash would (SIGKILL) and keeps its files, for [`Self::restart`].
    ///
    /// # Errors
    /// When the watching process cannot be reached.
    pub fn kill(&mut self) -> Result<()> {
        match self.process.take() {
            Some(process) => process.kill_keeping_files(),
            None => Ok(()),
        }
    }

    /// Lets it end in good order.
    ///
    /// # Errors
    /// When it refuses the statement, or has not ended within the timeout.
    pub fn shut_down(&mut self) -> Result<()> {
        let Some(process) = &mut self.process else { return Ok(()) };
        Connection::unix(&self.endpoint.socket, None)?.execute("SHUTDOWN")?;
        let ended = process.wait(self.options.timeout)?;
        if ended.is_none() {
            return Err(self.start_error("did not shut down in time".to_owned()));
        }
        self.process = None;
        Ok(())
    }

    /// Starts it again on its data, after [`Self::kill`] or [`Self::shut_down`].
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.launch()
    }

    /// As [`Self::restart`], with more options of the server's command line.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn restart_with(&mut self, arguments: &[&str]) -> Result<()> {
        self.options.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self.restart()
    }

    fn launch(&mut self) -> Result<()> {
        // Between choosing a free port and the server's taking it, somebody else may take it; the server then ends at once.
        let mut attempts = 3;
        loop {
            self.endpoint.port = free_port()?;
            let options = run_options(&self.installation, &self.options, &self.folder, self.endpoint.port);
            self.process = Some(Process::spawn(&self.installation, &options, &self.folder)?);
            match self.wait_until_ready() {
                Ok(()) => return Ok(()),
                Err(error) => {
                    attempts -= 1;
                    self.kill()?;
                    if attempts == 0 || !self.log_tail().contains("Address already in use") {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + self.options.timeout;
        loop {
            let error = match Connection::unix(&self.endpoint.socket, None) {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let ended = match &mut self.process {
                Some(process) => process.wait(Duration::ZERO)?,
                None => return Err(self.start_error("was not started".to_owned())),
            };
            if let Some(status) = ended {
                return Err(self.start_error(format!("ended instead of starting ({status})")));
            }
            if Instant::now() > deadline {
                return Err(
                    self.start_error(format!("does not answer after {:?} ({error})", self.options.timeout))
                );
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn start_error(&self, reason: String) -> Error {
        Error::Start { flavor: self.installation.flavor, reason, log: self.log_tail() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill_removing_files();
        }
        // The watching process has done it, unless the server had ended before. Nobody can be told of a failure here.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const SOCKET: &str = "sock";
const LOG: &str = "log";
/// `sun_path` of a Unix socket's address, without its final zero.
const SOCKET_PATH_LIMIT: usize = 107;

/// A folder of its own for a server. In `/tmp` where the usual temporary folder's path is too long for a socket.
fn new_folder() -> Result<PathBuf> {
    let make = |parent: &Path| {
        let folder = tempfile::Builder::new().prefix("terp-").tempdir_in(parent);
        folder.map(tempfile::TempDir::keep).context(|| format!("create a folder in {}", parent.display()))
    };
    let folder = make(&std::env::temp_dir())?;
    if folder.join(SOCKET).as_os_str().len() <= SOCKET_PATH_LIMIT {
        return Ok(folder);
    }
    fs::remove_dir(&folder).context(|| format!("remove {}", folder.display()))?;
    make(Path::new("/tmp"))
}

fn free_port() -> Result<u16> {
    let describe = || "find a free port of 127.0.0.1".to_owned();
    let listener = TcpListener::bind(("127.0.0.1", 0)).context(describe)?;
    Ok(listener.local_addr().context(describe)?.port())
}

pub(crate) fn log_tail(folder: &Path) -> String {
    let log = fs::read(folder.join(LOG)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(25)..].join("\n")
}

/// What preparing a data directory and running on it must agree on: sizes of files that exist from then on.
pub(crate) fn storage_options(flavor: Flavor) -> Vec<OsString> {
    let mut options: Vec<&str> = vec![
        "--innodb-use-native-aio=0", // limited for each user, and used up by a few servers
        "--innodb-buffer-pool-size=32M",
        "--innodb-buffer-pool-dump-at-shutdown=OFF",
        "--innodb-buffer-pool-load-at-startup=OFF",
        "--innodb-fast-shutdown=1",
    ];
    if flavor.is_mysql() {
        options.push("--innodb-redo-log-capacity=16M");
    } else {
        options.extend(["--innodb-log-file-size=16M", "--aria-log-file-size=8M"]);
    }
    if runs_as_root() {
        options.push("--user=root");
    }
    options.into_iter().map(OsString::from).collect()
}

/// The options that only a running server takes; of the same ones the last wins.
fn run_options(installation: &Installation, options: &Options, folder: &Path, port: u16) -> Vec<OsString> {
    let path = |name: &str, value: PathBuf| {
        let mut option = OsString::from(name);
        option.push(value);
        option
    };
    let mut all = storage_options(installation.flavor);
    all.extend([
        path("--datadir=", folder.join("data")),
        path("--socket=", folder.join(SOCKET)),
        path("--pid-file=", folder.join("pid")),
        // A MariaDB that starts removes the temporary tables of others from a folder that they share.
        path("--tmpdir=", folder.to_owned()),
        format!("--port={port}").into(),
    ]);
    let mut words = vec![
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-log-bin",
        "--max-allowed-packet=64M",
        "--max-connections=100",
        "--character-set-server=utf8mb4", // the default everywhere but before MariaDB 11.6; Debian configures it there
    ];
    if installation.flavor.is_mysql() {
        words.extend(["--secure-file-priv=NULL", "--mysqlx=OFF"]);
    }
    words.push(if options.performance_schema {
        "--performance-schema=ON"
    } else {
        "--performance-schema=OFF"
    });
    if !options.tls {
        words.push(if installation.flavor.is_mysql() { "--tls-version=" } else { "--skip-ssl" });
    }
    if options.durable {
        words.extend(["--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1"]);
    } else {
        words.extend(["--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--innodb-doublewrite=OFF"]);
        if installation.flavor.is_mysql() {
            words.push("--innodb-flush-method=nosync");
        } else {
            words.push("--debug-no-sync");
        }
    }
    all.extend(words.into_iter().map(OsString::from));
    all.extend(options.arguments.iter().map(OsString::from));
    all
}

fn runs_as_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Runs the server for as long as our end of its input is open. A line read from it means: kill, keep the files; its end: kill and
/// remove them. That end comes in whatever way our process dies, and nothing else about the process has to be watched.
const WATCHER: &str = r#"
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ read -r _ <&3; gone=$?; trap '' TERM; kill -9 "$server"; exit "$gone"; } 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait "$server"; status=$?
kill "$watcher" 2>/dev/null
wait "$watcher"
if [ $? -eq 1 ]; then rm -rf -- "$folder"; fi
exit "$status"
"#;

/// The watching shell, whose exit status is the server's.
#[derive(Debug)]
struct Process {
    child: Child,
}

impl Process {
    fn spawn(installation: &Installation, options: &[OsString], folder: &Path) -> Result<Self> {
        let path = folder.join(LOG);
        let log = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .context(|| format!("create {}", path.display()))?;
        let errors = log.try_clone().context(|| format!("open {}", path.display()))?;
        let child = Command::new("/bin/sh")
            .args(["-c", WATCHER, "terp-testserver"])
            .arg(folder)
            .args(installation.server_words())
            .args(options)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            .process_group(0) // so that the terminal's Ctrl-C is for us, and we or the pipe's end stop the server
            .spawn()
            .context(|| "start /bin/sh".to_owned())?;
        Ok(Self { child })
    }

    /// Waits for the server to end by itself.
    fn wait(&mut self, timeout: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + timeout;
        loop {
            let status = self.child.try_wait().context(|| "wait for the server".to_owned())?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn kill_keeping_files(mut self) -> Result<()> {
        let describe = || "stop the server".to_owned();
        if self.child.try_wait().context(describe)?.is_none() {
            if let Some(input) = &mut self.child.stdin {
                // It may have ended just now, which is all right.
                let _ = input.write_all(b"keep\n");
            }
            self.child.wait().context(describe)?;
        }
        Ok(())
    }

    fn kill_removing_files(mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
