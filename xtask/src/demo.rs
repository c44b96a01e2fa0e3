//! `demo`: a change of a small database on a throwaway server, with a crash in its middle, and taken back.

use std::time::{Duration, Instant};

use terp_cli::{Exit, Failure, Outcome, print, say};
use terp_migrate::{ApplyOptions, Event, Migrator, RollbackOptions};
use terp_mysql::{Address, ConnectOptions};
use terp_plan::{PlanOptions, plan};
use terp_schema_model::Flavor;
use terp_sql::Catalog;
use terp_testserver::{Connection, Options, Rows, Server, find_or_fetch};

/// Show on a throwaway server how a change is planned, applied, taken up after a crash, and taken back
///
/// Nothing of it is left behind. It takes some seconds, and the first time as long as the server takes to be fetched.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The server: mysql:9.7, mariadb:11.8 or mariadb:10.11
    #[arg(long, value_name = "SERVER", default_value = "mariadb:11.8")]
    server: Flavor,
}

const BEFORE: [&str; 4] = [
    "CREATE TABLE customer (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL, fax varchar(20))",
    "CREATE TABLE invoice (id int NOT NULL PRIMARY KEY, customer_id int NOT NULL, total decimal(10,2) NOT NULL, \
     CONSTRAINT invoice_customer FOREIGN KEY (customer_id) REFERENCES customer (id))",
    "INSERT INTO customer (name) VALUES ('Ada'), ('Grace'), ('Edsger')",
    "INSERT INTO invoice VALUES (1, 1, 10.50), (2, 1, 99.00), (3, 3, 7.25)",
];

const AFTER: [&str; 3] = [
    "CREATE TABLE customer (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(80) NOT NULL, email varchar(120), \
     UNIQUE KEY by_email (email))",
    "CREATE TABLE invoice (id int NOT NULL PRIMARY KEY, customer_id bigint NOT NULL, total decimal(12,2) NOT NULL, \
     CONSTRAINT invoice_customer FOREIGN KEY (customer_id) REFERENCES customer (id), CONSTRAINT positive CHECK (total > 0))",
    "CREATE TABLE payment (id int NOT NULL PRIMARY KEY, invoice_id int NOT NULL, \
     CONSTRAINT payment_invoice FOREIGN KEY (invoice_id) REFERENCES invoice (id))",
];

pub(crate) fn run(args: &Args) -> Outcome {
    let begun = Instant::now();
    let installation = find_or_fetch(args.server, &mut say).map_err(failed)?;
    let server = Server::start(&installation, Options::default()).map_err(failed)?;
    let mut connection = server.connect().map_err(failed)?;
    for sql in ["CREATE DATABASE shop", "USE shop"].iter().chain(&BEFORE) {
        connection.execute(sql).map_err(failed)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let rows = rows(&mut connection)?;
    runtime.block_on(show(server.port))?;
    if rows != self::rows(&mut connection)? {
        return Err(Failure::failed("the rows are not what they were"));
    }
    print("\nThe database is what it was: the fingerprint of every object, and every row.\n")?;
    print(&format!("\nThat took {:.1} s, the server's start included.\n", begun.elapsed().as_secs_f64()))?;
    Ok(Exit::Clean)
}

async fn show(port: u16) -> Result<(), Failure> {
    let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
    let connect = ConnectOptions { address, ..ConnectOptions::default() };
    let migrator = Migrator::new(connect, "shop", ApplyOptions::default());
    let first = migrator.current().await.map_err(failed)?;
    let mut catalog = Catalog::new(first.flavor);
    catalog.create_database("shop", first.schema.character_set.clone());
    catalog.use_database("shop");
    for sql in AFTER {
        catalog.execute_text(sql).map_err(failed)?;
    }
    let wanted = catalog.schema("shop").ok_or_else(|| Failure::failed("the engine lost its database"))?;
    let options = PlanOptions { session: first.session.clone(), ..PlanOptions::new(first.flavor) };
    let steps = plan(&first.schema, &wanted, &options).map_err(failed)?;
    print(&format!("== The plan, made without touching the database\n\n{}", steps.to_text()))?;

    print("\n== Applied, by a runner that is killed in the middle\n\n")?;
    let mut begun = 0;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let mut stop = Some(stop);
    let mut watch = |event: Event<'_>| {
        tell(&event);
        begun += u32::from(matches!(event, Event::Begun(_)));
        if begun == 3 {
            stop.take().map(|stop| stop.send(()));
        }
    };
    tokio::select! {
        // Whoever waits for the end of it is gone, and its connections with it.
        _ = async { let _ = stopped.await; tokio::time::sleep(Duration::from_millis(1)).await } => {}
        _ = migrator.apply(&steps, &mut watch) => {}
    }
    print("  ... killed\n\n== Taken up again\n\n")?;
    let applied = migrator.resume(&mut |event| tell(&event)).await.map_err(failed)?;
    let now = migrator.current().await.map_err(failed)?;
    let left = plan(&now.schema, &wanted, &options).map_err(failed)?;
    print(&format!("\nA new plan has {} steps: the database is what was wanted.\n", left.steps.len()))?;
    let Some(run) = applied.run else { return Ok(()) };

    print("\n== Taken back\n\n")?;
    let mut events = |event: Event<'_>| tell(&event);
    migrator.rollback(run, RollbackOptions::default(), &mut events).await.map_err(failed)?;
    let same = migrator.current().await.map_err(failed)?.prints == first.prints;
    if same { Ok(()) } else { Err(Failure::failed("the database is not what it was")) }
}

/// Every row of the tables that are changed.
fn rows(connection: &mut Connection) -> Result<Vec<Rows<String>>, Failure> {
    let tables = ["customer", "invoice"].iter();
    let select = |table| connection.query_rows(format!("SELECT * FROM {table} ORDER BY id")).map_err(failed);
    tables.map(select).collect()
}

fn tell(event: &Event<'_>) {
    match event {
        Event::Begun(step) => say(&format!("  step {}: {}", step.number, terp_cli::one_line_of(&step.sql))),
        Event::Found(step) => say(&format!("  step {}: was done already, as the schema shows", step.number)),
        Event::Done { took, .. } => say(&format!("    done in {:.3} s", took.as_secs_f64())),
        Event::Orphan(holder) => say(&format!("  waiting for what the dead runner left: {holder}")),
        _ => {}
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}
