//! The SQL of trying to write.

use crate::db::{Error, Tx};

pub(super) fn write(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.run("update writable set tried = tried + 1 where id = $1", &[&1_i64])?;
    Ok(())
}
