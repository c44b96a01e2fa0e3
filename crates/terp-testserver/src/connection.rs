//! A small client for tests: text protocol, no password, no TLS.
//!
//! The servers of this crate have a `root` without a password, so that no authentication plugin has to compute anything.
//! A complete client brings some sixty crates, which every build of `cargo xtask` would wait for.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use terp_schema_model::quote::identifier;

/// A packet that carries this many bytes is continued by the next one.
const PACKET_LIMIT: usize = 0xff_ff_ff;

/// CLIENT_LONG_PASSWORD, LONG_FLAG, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, MULTI_RESULTS, PLUGIN_AUTH.
const CAPABILITIES: u32 = 0x1 | 0x4 | 0x200 | 0x2000 | 0x8000 | 0x2_0000 | 0x8_0000;
const CLIENT_CONNECT_WITH_DB: u32 = 0x8;
/// `utf8mb4_general_ci`, which every server of both vendors knows; `SET NAMES` follows.
const HANDSHAKE_COLLATION: u8 = 45;
const COM_QUIT: u8 = 1;
const COM_QUERY: u8 = 3;

/// What the server answered instead of a result; or, with the client errors 2002 and 2013, that there is no server to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// The error number, for example 1146.
    pub errno: u16,
    /// Five characters, for example `42S02`.
    pub sqlstate: String,
    /// The message, without number and state.
    pub message: String,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ERROR {} ({}): {}", self.errno, self.sqlstate, self.message)
    }
}

impl std::error::Error for ServerError {}

impl ServerError {
    fn client(errno: u16, message: String) -> Self {
        Self { errno, sqlstate: "HY000".to_owned(), message }
    }

    fn lost(error: &io::Error) -> Self {
        Self::client(2013, format!("lost connection to the server: {error}"))
    }

    fn malformed(what: &str) -> Self {
        Self::client(2027, format!("malformed packet: {what}"))
    }
}

/// One row of `SHOW WARNINGS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `Note`, `Warning` or `Error`.
    pub level: String,
    /// The error number.
    pub code: u16,
    /// The message.
    pub message: String,
}

/// A result: rows of values as the text protocol gives them, `None` for NULL.
pub type Rows<T> = Vec<Vec<Option<T>>>;

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// An open session as `root`, with character set utf8mb4.
pub struct Connection {
    stream: Box<dyn Stream>,
    sequence: u8,
    server_version: String,
    thread_id: u32,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection {} to {}", self.thread_id, self.server_version)
    }
}

impl Connection {
    /// Connects through a Unix socket.
    ///
    /// # Errors
    /// 2002 when nothing listens there, or what the server answers.
    pub fn unix(socket: &Path, database: Option<&str>) -> Result<Self, ServerError> {
        let stream = UnixStream::connect(socket)
            .map_err(|error| ServerError::client(2002, format!("{}: {error}", socket.display())))?;
        let deadline = stream.try_clone().map_err(|error| ServerError::lost(&error))?;
        Self::handshake(Box::new(stream), database, |timeout| deadline.set_read_timeout(timeout))
    }

    /// Connects through TCP to a port of 127.0.0.1.
    ///
    /// # Errors
    /// 2002 when nothing listens there, or what the server answers.
    pub fn tcp(port: u16, database: Option<&str>) -> Result<Self, ServerError> {
        let stream = TcpStream::connect(("127.0.0.1", port))
            .map_err(|error| ServerError::client(2002, format!("127.0.0.1:{port}: {error}")))?;
        stream.set_nodelay(true).map_err(|error| ServerError::lost(&error))?;
        let deadline = stream.try_clone().map_err(|error| ServerError::lost(&error))?;
        Self::handshake(Box::new(stream), database, |timeout| deadline.set_read_timeout(timeout))
    }

    /// A server that accepts and then says nothing must not hold its caller for ever; a statement may take its time.
    fn handshake(
        stream: Box<dyn Stream>,
        database: Option<&str>,
        set_timeout: impl Fn(Option<Duration>) -> io::Result<()>,
    ) -> Result<Self, ServerError> {
        set_timeout(Some(Duration::from_secs(10))).map_err(|error| ServerError::lost(&error))?;
        let mut connection = Self { stream, sequence: 0, server_version: String::new(), thread_id: 0 };
        let plugin = connection.read_greeting()?;
        connection.authenticate(&plugin, database)?;
        connection.execute("SET NAMES utf8mb4")?;
        set_timeout(None).map_err(|error| ServerError::lost(&error))?;
        Ok(connection)
    }

    /// Reads the server's first packet and returns the name of its authentication plugin.
    fn read_greeting(&mut self) -> Result<String, ServerError> {
        let packet = self.read_packet()?;
        let mut fields = Fields(&packet);
        match fields.byte()? {
            10 => {}
            0xff => return Err(error_packet(&packet)),
            other => return Err(ServerError::malformed(&format!("protocol version {other}"))),
        }
        self.server_version = String::from_utf8_lossy(fields.until_zero()?).into_owned();
        self.thread_id = fields.integer(4)? as u32;
        // The scramble's first part, capabilities, collation, status, more capabilities, its length, and ten unused bytes.
        fields.bytes(8 + 1 + 2 + 1 + 2 + 2)?;
        let scramble = fields.byte()?;
        fields.bytes(10)?;
        fields.bytes(13.max(usize::from(scramble).saturating_sub(8)))?;
        Ok(String::from_utf8_lossy(fields.until_zero()?).into_owned())
    }

    fn authenticate(&mut self, plugin: &str, database: Option<&str>) -> Result<(), ServerError> {
        let with_database = if database.is_some() { CLIENT_CONNECT_WITH_DB } else { 0 };
        let mut packet = Vec::new();
        packet.extend_from_slice(&(CAPABILITIES | with_database).to_le_bytes());
        packet.extend_from_slice(&(PACKET_LIMIT as u32).to_le_bytes());
        packet.push(HANDSHAKE_COLLATION);
        packet.extend_from_slice(&[0; 23]);
        packet.extend_from_slice(b"root\0");
        packet.push(0); // the length of the answer to the scramble: none without a password
        if let Some(database) = database {
            packet.extend_from_slice(database.as_bytes());
            packet.push(0);
        }
        packet.extend_from_slice(plugin.as_bytes());
        packet.push(0);
        self.write_packet(&packet)?;
        loop {
            let packet = self.read_packet()?;
            match packet.first() {
                Some(0) => return Ok(()),
                Some(0xff) => return Err(error_packet(&packet)),
                // Asked to use another plugin: with an empty password caching_sha2_password wants one zero byte, the native one nothing.
                Some(0xfe) if packet[1..].starts_with(b"caching_sha2_password") => self.write_packet(&[0])?,
                Some(0xfe) => self.write_packet(&[])?,
                Some(1) => {}
                _ => return Err(ServerError::malformed("answer to the handshake")),
            }
        }
    }

    /// The version that the server greeted with, as `9.7.4-2` or `11.8.9-MariaDB-4 from Debian`.
    pub fn server_version(&self) -> &str {
        self.server_version.strip_prefix("5.5.5-").unwrap_or(&self.server_version)
    }

    /// The session's number, as KILL takes it.
    pub const fn thread_id(&self) -> u32 {
        self.thread_id
    }

    /// Ends the session. Whatever is asked of it afterwards fails with 2013.
    pub fn close(&mut self) {
        self.sequence = 0;
        // A server that is gone has ended the session already.
        let _ = self.write_packet(&[COM_QUIT]);
        self.stream = Box::new(io::empty());
    }

    /// Executes one statement and throws its result away.
    ///
    /// # Errors
    /// What the server answers; 2013 when it goes away.
    pub fn execute(&mut self, sql: impl AsRef<[u8]>) -> Result<(), ServerError> {
        self.query_bytes(sql).map(drop)
    }

    /// Executes one statement and returns its rows as text; bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub fn query_rows(&mut self, sql: impl AsRef<[u8]>) -> Result<Rows<String>, ServerError> {
        let text = |value: Vec<u8>| match String::from_utf8(value) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let rows = self.query_bytes(sql)?;
        Ok(rows.into_iter().map(|row| row.into_iter().map(|value| value.map(text)).collect()).collect())
    }

    /// Executes one statement and returns its rows as the server sends them. After a CALL with several results, the rows of all of them.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub fn query_bytes(&mut self, sql: impl AsRef<[u8]>) -> Result<Rows<Vec<u8>>, ServerError> {
        let sql = sql.as_ref();
        let mut packet = Vec::with_capacity(sql.len() + 1);
        packet.push(COM_QUERY);
        packet.extend_from_slice(sql);
        self.sequence = 0;
        self.write_packet(&packet)?;
        let mut rows = Vec::new();
        while self.read_result(&mut rows)? {}
        Ok(rows)
    }

    /// The first value of the first row, `None` when there is no row or the value is NULL.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub fn query_value(&mut self, sql: impl AsRef<[u8]>) -> Result<Option<String>, ServerError> {
        Ok(self.query_rows(sql)?.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    /// The text of `SHOW CREATE TABLE`, which also shows views.
    ///
    /// # Errors
    /// As for [`Self::execute`], for example 1146.
    pub fn show_create_table(&mut self, name: &str) -> Result<String, ServerError> {
        let rows = self.query_rows(format!("SHOW CREATE TABLE {}", identifier(name)))?;
        rows.into_iter()
            .next()
            .and_then(|row| row.into_iter().nth(1))
            .flatten()
            .ok_or_else(|| ServerError::malformed("SHOW CREATE TABLE without its second column"))
    }

    /// The names of the base tables of the database in use, in the server's order.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub fn table_names(&mut self) -> Result<Vec<String>, ServerError> {
        let rows = self.query_rows("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")?;
        Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    /// The warnings of the last statement.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub fn warnings(&mut self) -> Result<Vec<Warning>, ServerError> {
        let rows = self.query_rows("SHOW WARNINGS")?;
        let warnings = rows.into_iter().map(|row| {
            let mut values = row.into_iter().map(Option::unwrap_or_default);
            let (level, code) = (values.next().unwrap_or_default(), values.next().unwrap_or_default());
            Ok(Warning {
                level,
                code: code.parse().map_err(|_| ServerError::malformed("a warning's code"))?,
                message: values.next().unwrap_or_default(),
            })
        });
        warnings.collect()
    }

    /// Reads one result, adding its rows, and says whether another follows.
    fn read_result(&mut self, rows: &mut Rows<Vec<u8>>) -> Result<bool, ServerError> {
        let head = self.read_packet()?;
        let columns = match head.first() {
            Some(0xff) => return Err(error_packet(&head)),
            Some(0) => {
                let mut fields = Fields(&head[1..]);
                fields.length()?;
                fields.length()?;
                return Ok(fields.integer(2)? & SERVER_MORE_RESULTS_EXISTS != 0);
            }
            Some(0xfb) => return Err(ServerError::malformed("LOAD DATA LOCAL is not supported here")),
            Some(_) => Fields(&head).length()?.unwrap_or(0),
            None => return Err(ServerError::malformed("empty answer")),
        };
        for _ in 0..columns {
            self.read_packet()?;
        }
        self.read_packet()?; // the end of the column definitions
        loop {
            let packet = self.read_packet()?;
            match packet.first() {
                Some(0xff) => return Err(error_packet(&packet)),
                Some(0xfe) if packet.len() < 9 => {
                    let mut fields = Fields(&packet[1..]);
                    fields.integer(2)?;
                    return Ok(fields.integer(2)? & SERVER_MORE_RESULTS_EXISTS != 0);
                }
                _ => {
                    let mut fields = Fields(&packet);
                    rows.push((0..columns).map(|_| fields.value()).collect::<Result<_, _>>()?);
                }
            }
        }
    }

    fn read_packet(&mut self) -> Result<Vec<u8>, ServerError> {
        let mut packet = Vec::new();
        loop {
            let mut header = [0; 4];
            self.stream.read_exact(&mut header).map_err(|error| ServerError::lost(&error))?;
            let length = usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
            self.sequence = header[3].wrapping_add(1);
            let start = packet.len();
            packet.resize(start + length, 0);
            self.stream.read_exact(&mut packet[start..]).map_err(|error| ServerError::lost(&error))?;
            if length < PACKET_LIMIT {
                return Ok(packet);
            }
        }
    }

    fn write_packet(&mut self, packet: &[u8]) -> Result<(), ServerError> {
        let mut rest = packet;
        loop {
            let (part, after) = rest.split_at(rest.len().min(PACKET_LIMIT));
            let mut framed = Vec::with_capacity(part.len() + 4);
            framed.extend_from_slice(&(part.len() as u32).to_le_bytes()[..3]);
            framed.push(self.sequence);
            framed.extend_from_slice(part);
            self.stream.write_all(&framed).map_err(|error| ServerError::lost(&error))?;
            self.sequence = self.sequence.wrapping_add(1);
            if part.len() < PACKET_LIMIT {
                return self.stream.flush().map_err(|error| ServerError::lost(&error));
            }
            rest = after;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

const SERVER_MORE_RESULTS_EXISTS: u64 = 0x8;

fn error_packet(packet: &[u8]) -> ServerError {
    let mut fields = Fields(packet.get(1..).unwrap_or_default());
    let errno = fields.integer(2).unwrap_or(0) as u16;
    // An error during the handshake's first packet has no SQL state.
    let sqlstate = match fields.0.strip_prefix(b"#") {
        Some(rest) if rest.len() >= 5 => {
            fields.0 = &rest[5..];
            String::from_utf8_lossy(&rest[..5]).into_owned()
        }
        _ => "HY000".to_owned(),
    };
    ServerError { errno, sqlstate, message: String::from_utf8_lossy(fields.0).into_owned() }
}

/// The not yet read part of a packet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], ServerError> {
        let (taken, rest) =
            self.0.split_at_checked(count).ok_or_else(|| ServerError::malformed("too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, ServerError> {
        Ok(self.bytes(1)?[0])
    }

    fn integer(&mut self, size: usize) -> Result<u64, ServerError> {
        Ok(self.bytes(size)?.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    fn until_zero(&mut self) -> Result<&'a [u8], ServerError> {
        let end = self
            .0
            .iter()
            .position(|&byte| byte == 0)
            .ok_or_else(|| ServerError::malformed("text without its end"))?;
        let text = self.bytes(end)?;
        self.byte()?;
        Ok(text)
    }

    /// A length-encoded integer; `None` is NULL.
    fn length(&mut self) -> Result<Option<u64>, ServerError> {
        match self.byte()? {
            0xfb => Ok(None),
            0xfc => self.integer(2).map(Some),
            0xfd => self.integer(3).map(Some),
            0xfe => self.integer(8).map(Some),
            small => Ok(Some(u64::from(small))),
        }
    }

    fn value(&mut self) -> Result<Option<Vec<u8>>, ServerError> {
        match self.length()? {
            None => Ok(None),
            Some(length) => Ok(Some(self.bytes(usize::try_from(length).unwrap_or(usize::MAX))?.to_vec())),
        }
    }
}
