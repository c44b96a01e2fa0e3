//! One runner a database, and who stands in its way.

use std::time::Duration;

use terp_mysql::Connection;
use terp_plan::Fingerprint;
use terp_schema_model::Flavor;

use crate::error::{Holder, MigrateError, What};
use crate::session::{literal, number, text};

/// The lock's name: names are the server's, at most 64 characters, and compared without case.
fn name(database: &str) -> String {
    let digest = Fingerprint::of_text(database);
    format!("terp-migrate:{}", digest.as_str().get(..40).unwrap_or_default())
}

/// Takes the lock of a database, waiting for at most so long.
pub(crate) async fn take(
    connection: &mut Connection,
    database: &str,
    wait: Duration,
) -> Result<(), MigrateError> {
    let name = literal(&name(database));
    // A negative time is no lock at all on MariaDB, and NULL is no lock on either.
    let rows = connection
        .query(&format!("SELECT GET_LOCK({name}, {})", wait.as_secs()))
        .await
        .what("take the lock")?;
    if rows.rows.first().and_then(|row| number(row, 0)) == Some(1) {
        return Ok(());
    }
    let holder =
        connection.query(&format!("SELECT IS_USED_LOCK({name})")).await.what("ask who holds the lock")?;
    let holder = holder.rows.first().and_then(|row| number(row, 0));
    let holders = match holder {
        Some(id) => processes(connection, &format!("ID = {id}")).await?,
        None => Vec::new(),
    };
    Err(MigrateError::Locked(holders))
}

/// Gives it back.
pub(crate) async fn release(connection: &mut Connection, database: &str) {
    // It goes with the connection at the latest.
    let _ = connection.query(&format!("SELECT RELEASE_LOCK({})", literal(&name(database)))).await;
}

/// The connections that a condition on the process list picks.
pub(crate) async fn processes(
    connection: &mut Connection,
    condition: &str,
) -> Result<Vec<Holder>, MigrateError> {
    let sql = format!(
        "SELECT ID, USER, HOST, COMMAND, STATE, INFO, TIME FROM information_schema.PROCESSLIST WHERE ({condition}) AND ID <> CONNECTION_ID()"
    );
    let rows = connection.query(&sql).await.what("read the process list")?;
    let holder = |row: &terp_mysql::Row| {
        let field = |at| text(row, at).unwrap_or_default();
        let doing = [field(5), field(4), field(3)].into_iter().find(|text| !text.is_empty());
        Some(Holder {
            connection: number(row, 0)?,
            account: format!("{}@{}", field(1), field(2)),
            doing: doing.unwrap_or_default(),
            seconds: number(row, 6).unwrap_or_default(),
        })
    };
    Ok(rows.rows.iter().filter_map(holder).collect())
}

/// The connections that keep a table in use, as far as the account may see them.
pub(crate) async fn users_of(
    connection: &mut Connection,
    flavor: Flavor,
    database: &str,
    table: &str,
) -> Result<Vec<Holder>, MigrateError> {
    let by_lock = format!(
        "ID IN (SELECT t.PROCESSLIST_ID FROM performance_schema.metadata_locks l JOIN performance_schema.threads t \
         ON t.THREAD_ID = l.OWNER_THREAD_ID WHERE l.OBJECT_SCHEMA = {} AND l.OBJECT_NAME = {} AND l.LOCK_STATUS = 'GRANTED')",
        literal(database),
        literal(table)
    );
    // MariaDB shows no metadata locks without a plugin, and performance_schema can be off: whoever has a transaction open may be it.
    let by_transaction = "ID IN (SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX)".to_owned();
    let conditions = [flavor.is_mysql().then_some(by_lock), Some(by_transaction)];
    for condition in conditions.into_iter().flatten() {
        // Without the privilege for it there is no answer, and that is no fault of the run.
        match processes(connection, &condition).await {
            Err(error) if error.is_lost() => return Err(error),
            Ok(found) if !found.is_empty() => return Ok(found),
            _ => {}
        }
    }
    Ok(Vec::new())
}
