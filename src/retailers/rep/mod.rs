//! Who of the supplier's people is there for a retailer.

mod store;

use crate::db::{Error, Tx};
use crate::kernel::id::RetailerId;

/// The name of the rep who alone has a retailer's territory; `None` when
/// nobody has it, or several do.
///
/// # Errors
/// When the database fails.
pub fn of(tx: &mut Tx<'_>, retailer: RetailerId) -> Result<Option<String>, Error> {
    let mut names = store::names(tx, retailer)?;
    Ok(if names.len() == 1 { names.pop() } else { None })
}
