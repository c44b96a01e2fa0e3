//! From what is asked of the wire to what the client does.

use std::fs;
use std::path::Path;

use mysql_async::{ClientIdentity, SslOpts};

use crate::error::{ConnectError, ConnectErrorKind};
use crate::options::{Address, ConnectOptions, TlsMode};

/// The name that is asked for where the server's name does not matter. The client library means to pass over the verifier's complaint that a
/// certificate is for another name, and looks for the word `NotValidForName` in it. The verifier's text has not had that word for long, but it
/// quotes the name that was asked for. It complains of the name last, so an authority that is not trusted, or a certificate that has expired,
/// is never passed over. Should that change, connections fail, and none is trusted wrongly.
const ANY_NAME: &str = "NotValidForName.invalid";

/// The ways in which a connection is tried, one after the other; each later one only where the server has no TLS.
pub(crate) fn ways(options: &ConnectOptions, target: &str) -> Result<Vec<Option<SslOpts>>, ConnectError> {
    let mode = options.tls.mode;
    if matches!(options.address, Address::Socket(_)) {
        return match mode {
            TlsMode::Disabled | TlsMode::Preferred => Ok(vec![None]),
            // As the mysql client: whoever insists on TLS does not get a wire without it in silence.
            TlsMode::Required | TlsMode::VerifyCa | TlsMode::VerifyIdentity => Err(ConnectError::new(
                ConnectErrorKind::Tls,
                target.to_owned(),
                format!(
                    "TLS is asked for ({mode}), and a socket has none; name the host, or ask for preferred"
                ),
            )),
        };
    }
    match mode {
        TlsMode::Disabled => Ok(vec![None]),
        TlsMode::Preferred => Ok(vec![Some(ssl(options, target)?), None]),
        TlsMode::Required | TlsMode::VerifyCa | TlsMode::VerifyIdentity => {
            Ok(vec![Some(ssl(options, target)?)])
        }
    }
}

fn ssl(options: &ConnectOptions, target: &str) -> Result<SslOpts, ConnectError> {
    let tls = &options.tls;
    let verifies = matches!(tls.mode, TlsMode::VerifyCa | TlsMode::VerifyIdentity);
    let mut ssl = SslOpts::default().with_danger_accept_invalid_certs(!verifies);
    if tls.mode != TlsMode::VerifyIdentity {
        ssl = ssl.with_danger_skip_domain_validation(true).with_danger_tls_hostname_override(Some(ANY_NAME));
    }
    let pem = |path: &Path| {
        let read = fs::read(path);
        read.map_err(|error| {
            let message = format!("{}: {error}", path.display());
            ConnectError::new(ConnectErrorKind::File, target.to_owned(), message)
        })
    };
    if let Some(path) = &tls.ca {
        ssl = ssl.with_root_certs(vec![pem(path)?.into()]).with_disable_built_in_roots(true);
    }
    match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => {
            Ok(ssl
                .with_client_identity(Some(ClientIdentity::new(pem(certificate)?.into(), pem(key)?.into()))))
        }
        (None, None) => Ok(ssl),
        (Some(_), None) | (None, Some(_)) => Err(ConnectError::new(
            ConnectErrorKind::File,
            target.to_owned(),
            "a client's certificate needs its key, and a key its certificate: ssl-cert and ssl-key",
        )),
    }
}
