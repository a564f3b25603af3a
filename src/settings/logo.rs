//! The supplier's logo.

use super::{must_change, staff_of};
use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::db::{Error as DbError, FromRow, Row, Tx};
use crate::error::Result;
use crate::kernel::{Picture, Timestamp};

pub use super::store::logo as latest;

/// The logo, or that there is none any more.
#[derive(Clone, Debug)]
pub struct Logo {
    /// What it is; none when it was taken off.
    pub picture: Option<Picture>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// By whom.
    pub by: Option<String>,
}

/// Takes another logo, or the one there is off; gives whether that changed
/// anything.
///
/// # Errors
/// When the actor may not, or the database fails.
pub fn replace(tx: &mut Tx<'_>, actor: &Actor, picture: Option<&Picture>, now: Timestamp) -> Result<bool> {
    must_change(actor)?;
    let before = latest(tx)?.and_then(|logo| logo.picture);
    if before.as_ref().map(|picture| &picture.png) == picture.map(|picture| &picture.png) {
        return Ok(false);
    }
    super::store::set_logo(tx, picture, staff_of(actor), now)?;
    audit::record(tx, actor, now, Event::SettingChanged, About::default().with("setting", "supplier.logo"))?;
    Ok(true)
}

impl FromRow for Logo {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let png: Option<Vec<u8>> = row.get("png")?;
        let side = |name| -> Result<u32, DbError> {
            let pixels: Option<i64> = row.get(name)?;
            Ok(pixels.and_then(|pixels| u32::try_from(pixels).ok()).unwrap_or_default())
        };
        let (width, height) = (side("width")?, side("height")?);
        Ok(Self {
            picture: png.map(|png| Picture { png, width, height }),
            version: row.get("version")?,
            changed_at: row.get("changed_at")?,
            by: row.get("staff_name")?,
        })
    }
}
