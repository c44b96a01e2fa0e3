//! Starts a server and prints how to reach it, until Enter is pressed: `cargo run -p terp-testserver --example start -- mysql:9.7`.

use std::io;

use terp_schema_model::Flavor;
use terp_testserver::{Options, Server, find_or_fetch};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what the example is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let flavor: Flavor = arguments.next().unwrap_or_else(|| "mysql:9.7".to_owned()).parse()?;
    let installation = find_or_fetch(flavor, &mut |step| eprintln!("{step}"))?;
    let server =
        Server::start(&installation, Options { arguments: arguments.collect(), ..Options::default() })?;
    println!("{} ({})", installation.flavor, installation.version);
    println!("socket {}", server.socket.display());
    println!("port   127.0.0.1:{}", server.port);
    if let Some(client) = &installation.client {
        let words: Vec<_> = client.iter().map(|word| word.to_string_lossy()).collect();
        println!("client {} --no-defaults -uroot -S{}", words.join(" "), server.socket.display());
    }
    println!("Enter ends it.");
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}
