//! A wire between a client and a server that is long, or breaks.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Context, Result};

/// What the wire does to what passes through it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wire {
    /// What it adds to each round trip, half of it each way. What is sent meanwhile is not held up: it is a long wire, not a slow one.
    pub round_trip: Duration,
    /// Each connection breaks when the server has sent this many bytes through it.
    pub breaks_after: Option<u64>,
    /// How many connections break so; those that come later are left alone.
    pub breaks: u64,
    /// How long each byte of the server takes after the one before; none by default.
    pub byte_time: Duration,
}

/// A port of this machine from which connections lead to a server, through a [`Wire`]. Dropped, it takes no new connection and breaks the old ones.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    target: u16,
    wire: Wire,
    broken: AtomicU64,
    closed: AtomicBool,
    streams: Mutex<Vec<TcpStream>>,
}

impl State {
    /// Counts a connection that breaks, unless enough of them have.
    fn breaks_one(&self) -> bool {
        let next = |count: u64| (count < self.wire.breaks).then_some(count + 1);
        self.broken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

impl Proxy {
    /// Starts one in front of a port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(target: u16, wire: Wire) -> Result<Self> {
        let describe = || "listen on a port of 127.0.0.1".to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).context(describe)?;
        let port = listener.local_addr().context(describe)?.port();
        let state = Arc::new(State {
            target,
            wire,
            broken: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            streams: Mutex::new(Vec::new()),
        });
        let accepting = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.closed.load(Ordering::Relaxed) {
                    return;
                }
                connect(&accepting, client);
            }
        });
        Ok(Self { port, state })
    }

    /// The port to connect to.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// How many connections have broken.
    pub fn broken(&self) -> u64 {
        self.state.broken.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.closed.store(true, Ordering::Relaxed);
        for stream in self.state.streams.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Joins a client to the server. A client for whom there is no server finds its connection closed.
fn connect(state: &Arc<State>, client: TcpStream) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", state.target)) else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (Ok(client_end), Ok(server_end)) = (client.try_clone(), server.try_clone()) else { return };
    let mut streams = state.streams.lock().unwrap_or_else(PoisonError::into_inner);
    streams.extend([client.try_clone(), server.try_clone()].into_iter().flatten());
    drop(streams);
    let delay = state.wire.round_trip / 2;
    carry(client, server_end, [delay, Duration::ZERO], None);
    carry(
        server,
        client_end,
        [delay, state.wire.byte_time],
        state.wire.breaks_after.map(|bytes| (bytes, Arc::clone(state))),
    );
}

/// Carries one direction, on two threads: one reads, the other writes what is due.
fn carry(
    mut from: TcpStream,
    to: TcpStream,
    [delay, byte_time]: [Duration; 2],
    breaks: Option<(u64, Arc<State>)>,
) {
    let (sender, receiver) = channel();
    thread::spawn(move || deliver(&receiver, to, byte_time));
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        let mut passed = 0u64;
        loop {
            let Ok(read @ 1..) = from.read(&mut buffer) else { return };
            let mut chunk = buffer.get(..read).unwrap_or_default().to_vec();
            let mut is_last = false;
            if let Some((limit, state)) = &breaks
                && (passed..passed + read as u64).contains(limit)
                && state.breaks_one()
            {
                chunk.truncate(usize::try_from(limit - passed).unwrap_or(usize::MAX));
                is_last = true;
            }
            passed += read as u64;
            if sender.send((Instant::now() + delay, chunk)).is_err() {
                return;
            }
            if is_last {
                let _ = from.shutdown(Shutdown::Both);
                return;
            }
        }
    });
}

fn deliver(receiver: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream, byte_time: Duration) {
    while let Ok((due, chunk)) = receiver.recv() {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let step = if byte_time.is_zero() { chunk.len().max(1) } else { 1 };
        for part in chunk.chunks(step) {
            if to.write_all(part).is_err() {
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
            thread::sleep(byte_time);
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
