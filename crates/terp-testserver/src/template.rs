//! Prepared data directories: made once for each server version, then copied for each start.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cache::{Lock, NewFolder, cache_folder};
use crate::connection::Connection;
use crate::error::{Context, Error, Result};
use crate::installation::Installation;
use crate::server::{log_tail, storage_options};

/// To be raised when what is prepared changes, so that older ones in people's caches are no longer used.
const LAYOUT: u32 = 1;

/// MySQL makes `root` for `localhost` alone, which a TCP connection is not when names are not resolved.
const MYSQL_ACCOUNTS: &str = "\
CREATE USER root@'127.0.0.1' IDENTIFIED BY '';
GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;
";

/// What `mariadb-install-db` feeds to the server, without the help tables. That script is not used itself:
/// it cannot be told to run the server through a dynamic linker.
const MARIADB_SQL: [&str; 5] = [
    "{}_system_tables.sql",
    "{}_performance_tables.sql",
    "{}_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "{}_sys_schema.sql",
];

/// The prepared data directory of a server, made if it does not exist.
pub(crate) fn ensure(installation: &Installation) -> Result<PathBuf> {
    let cache = cache_folder()?;
    let folder = cache.join("templates").join(format!("{}-{LAYOUT}", installation.file_name()));
    if folder.is_dir() {
        return Ok(folder.join("data"));
    }
    let _lock = Lock::acquire(&cache, "templates")?;
    if folder.is_dir() {
        return Ok(folder.join("data"));
    }
    let new = NewFolder::begin(folder)?;
    let data = new.path().join("data");
    fs::create_dir(&data).context(|| format!("create {}", data.display()))?;
    if installation.flavor.is_mysql() {
        initialize_mysql(installation, new.path())?;
    } else {
        bootstrap_mariadb(installation, new.path())?;
    }
    settle(installation, new.path())?;
    // Each server makes its own identity.
    let identity = data.join("auto.cnf");
    if identity.exists() {
        fs::remove_file(&identity).context(|| format!("remove {}", identity.display()))?;
    }
    Ok(new.finish()?.join("data"))
}

fn initialize_mysql(installation: &Installation, folder: &Path) -> Result<()> {
    let accounts = folder.join("accounts.sql");
    fs::write(&accounts, MYSQL_ACCOUNTS).context(|| format!("write {}", accounts.display()))?;
    let mut command = command(installation, folder)?;
    command.arg("--initialize-insecure").arg(format!("--init-file={}", accounts.display()));
    let status = command.stdin(Stdio::null()).status().context(|| "start the server".to_owned())?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(installation, folder, format!("--initialize-insecure: {status}")))
    }
}

fn bootstrap_mariadb(installation: &Installation, folder: &Path) -> Result<()> {
    let Some(sql_folder) = &installation.system_sql else {
        let reason = "has no mariadb_system_tables.sql beside it, of which its data directory could be made"
            .to_owned();
        return Err(failed(installation, folder, reason));
    };
    let mut sql = b"CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n".to_vec();
    for name in MARIADB_SQL {
        let names = ["mariadb", "mysql"].map(|vendor| sql_folder.join(name.replace("{}", vendor)));
        let path = names.iter().find(|path| path.is_file()).unwrap_or(&names[0]);
        sql.extend(fs::read(path).context(|| format!("read {}", path.display()))?);
    }
    let mut command = command(installation, folder)?;
    command.args(["--bootstrap", "--max-allowed-packet=8M", "--net-buffer-length=16K"]).stdin(Stdio::piped());
    let mut child = command.spawn().context(|| "start the server".to_owned())?;
    if let Some(mut input) = child.stdin.take() {
        // When it ends early, its log says why.
        let _ = input.write_all(&sql);
    }
    let status = child.wait().context(|| "wait for the server".to_owned())?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(installation, folder, format!("--bootstrap: {status}")))
    }
}

/// Starts the server once and lets it end in good order: the first start makes certificates and more, which copies need not do again.
fn settle(installation: &Installation, folder: &Path) -> Result<()> {
    let socket_folder = tempfile::Builder::new()
        .prefix("terp-")
        .tempdir_in("/tmp")
        .context(|| "create a folder in /tmp".to_owned())?;
    let socket = socket_folder.path().join("sock");
    let mut command = command(installation, folder)?;
    command.arg("--skip-networking").arg(format!("--socket={}", socket.display()));
    command.arg(format!("--pid-file={}", socket_folder.path().join("pid").display()));
    let mut server = command.stdin(Stdio::null()).spawn().context(|| "start the server".to_owned())?;
    let deadline = Instant::now() + Duration::from_secs(120);
    let mut asked = false;
    loop {
        if let Some(status) = server.try_wait().context(|| "wait for the server".to_owned())? {
            return if asked && status.success() {
                Ok(())
            } else {
                Err(failed(installation, folder, format!("ended on its new data directory ({status})")))
            };
        }
        if !asked && let Ok(mut connection) = Connection::unix(&socket, None) {
            connection.execute("SHUTDOWN")?;
            asked = true;
        }
        if Instant::now() > deadline {
            let _ = server.kill();
            let _ = server.wait();
            return Err(failed(
                installation,
                folder,
                "does not get ready on its new data directory".to_owned(),
            ));
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The server on the data directory in `folder`, writing to the log there.
fn command(installation: &Installation, folder: &Path) -> Result<Command> {
    let path = folder.join("log");
    let log = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .context(|| format!("create {}", path.display()))?;
    let errors = log.try_clone().context(|| format!("open {}", path.display()))?;
    let mut words = installation.server_words();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).args(storage_options(installation.flavor)).stdout(log).stderr(errors);
    command.arg(format!("--datadir={}", folder.join("data").display()));
    command.arg(format!("--tmpdir={}", folder.display()));
    if installation.flavor.is_mysql() {
        command.args(["--mysqlx=OFF", "--secure-file-priv=NULL", "--skip-log-bin"]);
    }
    Ok(command)
}

fn failed(installation: &Installation, folder: &Path, reason: String) -> Error {
    Error::Start { flavor: installation.flavor, reason, log: log_tail(folder) }
}
