//! The servers that live tests run on: fetched where they are missing, started once for all tests.

use std::thread;

use terp_schema_model::Flavor;
use terp_testserver::{Error, KNOWN, Options, SERVERS_VARIABLE, Server, find_or_fetch, is_required};

/// The running servers. Dropped, they are killed.
pub(crate) struct Servers {
    running: Vec<Server>,
    missing: Vec<(Flavor, Error)>,
}

impl Servers {
    /// Finds or fetches all known servers and starts them. `progress` is told what takes long.
    ///
    /// # Errors
    /// When one that tests require cannot be had, or any does not start.
    pub(crate) fn start(progress: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let mut installations = Vec::new();
        let mut missing = Vec::new();
        for flavor in KNOWN {
            match find_or_fetch(flavor, progress) {
                Ok(installation) => installations.push(installation),
                Err(error) if is_required(flavor) => return Err(error),
                Err(error) => missing.push((flavor, error)),
            }
        }
        let started: Vec<Result<Server, Error>> = thread::scope(|scope| {
            let start = |installation| scope.spawn(move || Server::start(installation, Options::default()));
            let threads: Vec<_> = installations.iter().map(start).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        Ok(Self { running: started.into_iter().collect::<Result<_, _>>()?, missing })
    }

    /// Those that run.
    pub(crate) fn running(&self) -> &[Server] {
        &self.running
    }

    /// Those that cannot be had here, and why: to be reported, since no test fails for want of them.
    pub(crate) fn missing(&self) -> &[(Flavor, Error)] {
        &self.missing
    }

    /// The environment variable that tests read, and its value.
    ///
    /// # Errors
    /// When the temporary folder's path cannot be written into it.
    pub(crate) fn environment(&self) -> Result<(&'static str, String), Error> {
        let value = terp_testserver::servers_variable(self.running.iter().map(Server::endpoint))?;
        Ok((SERVERS_VARIABLE, value))
    }
}
