//! What does not answer, answers slowly, or breaks.

use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use terp_mysql::{Address, ConnectErrorKind as Kind, ConnectOptions, Connection};
use terp_testserver::{Options, Proxy, Server, Wire};

use crate::support::{at_port, installations};

async fn kind(options: &ConnectOptions) -> Kind {
    let begin = Instant::now();
    let error = Connection::open(options).await.unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(20), "{error}");
    error.kind()
}

/// A port where each connection gets some bytes, one after each pause, and is kept open.
fn says(bytes: &'static [u8], pause: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                for byte in bytes {
                    let _ = stream.write_all(&[*byte]);
                    thread::sleep(pause);
                }
                thread::sleep(Duration::from_secs(60));
            });
        }
    });
    port
}

#[tokio::test]
async fn nothing_hangs_and_nothing_panics() {
    let none = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(kind(&at_port(none, "u")).await, Kind::Refused);
    let mut options = at_port(none, "u");
    options.address = Address::Socket("/none/sock".into());
    assert_eq!(kind(&options).await, Kind::Refused);
    options.address = Address::Tcp { host: "no-such-host.invalid".to_owned(), port: 1 };
    assert_eq!(kind(&options).await, Kind::HostUnknown);

    let with_limit = |port| {
        let mut options = at_port(port, "u");
        options.connect_timeout = Duration::from_millis(300);
        options
    };
    assert_eq!(kind(&with_limit(says(b"", Duration::ZERO))).await, Kind::TimedOut);
    let slow = says(b"\x4a\0\0\0\x0a9.7.4\0aaaaaaaaaaaaaaaaa", Duration::from_millis(100));
    assert_eq!(kind(&with_limit(slow)).await, Kind::TimedOut);
    assert_eq!(kind(&with_limit(says(b"\x01\0\0\0\x0a", Duration::ZERO))).await, Kind::Protocol);
    let full = says(b"\x17\0\0\0\xff\x10\x04Too many connections", Duration::ZERO);
    assert_eq!(kind(&with_limit(full)).await, Kind::TooManyConnections);
    let blocked = says(b"\x11\0\0\0\xff\x69\x04Host blocked!!", Duration::ZERO);
    assert_eq!(kind(&with_limit(blocked)).await, Kind::HostBlocked);
    let stopping = says(b"\x11\0\0\0\xff\x1d\x04#08S01Stopping", Duration::ZERO);
    assert_eq!(kind(&with_limit(stopping)).await, Kind::Unavailable);
}

#[tokio::test]
async fn it_is_tried_again_only_where_that_may_help() {
    let port = says(b"\x17\0\0\0\xff\x10\x04Too many connections", Duration::ZERO);
    let mut options = at_port(port, "u");
    options.attempts = 3;
    options.backoff = Duration::from_millis(10);
    let error = Connection::open(&options).await.unwrap_err();
    assert!(error.to_string().contains("(tried 3 times)"), "{error}");
    let port = says(b"\x11\0\0\0\xff\x15\x04#28000Go away.", Duration::ZERO);
    options.address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
    let error = Connection::open(&options).await.unwrap_err();
    assert_eq!(error.kind(), Kind::AccessDenied);
    assert!(!error.to_string().contains("tried"), "{error}");
}

#[tokio::test]
async fn a_handshake_may_break_at_any_byte() {
    for installation in installations() {
        let server = Server::start(&installation, Options::default()).unwrap();
        let mut bytes = 0;
        loop {
            let wire = Wire { breaks_after: Some(bytes), breaks: 1, ..Wire::default() };
            let proxy = Proxy::start(server.port, wire).unwrap();
            let options = at_port(proxy.port(), "root");
            match Connection::open(&options).await {
                Ok(_) => break,
                Err(error) => {
                    assert_eq!(error.kind(), Kind::Dropped, "{} after {bytes}: {error}", server.flavor);
                }
            }
            // The next attempt finds the wire whole.
            let mut options = options;
            options.attempts = 2;
            options.backoff = Duration::from_millis(1);
            if bytes % 16 == 0 {
                Connection::open(&options).await.unwrap();
            }
            bytes += 1;
        }
        assert!(bytes > 80, "{bytes}");
    }
}
