//! Pictures that are drawn when they are first asked for, and kept.

use std::collections::HashMap;

use axum::body::Bytes;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::error::{Error, Result};

/// The pictures drawn so far, by their size in pixels. Sizes are few: whoever
/// asks says which there are.
#[derive(Debug, Default)]
pub struct Drawn(Mutex<HashMap<(u32, u32), (String, Bytes)>>);

impl Drawn {
    /// The picture of a size and a look, drawn if there is none yet: one at a
    /// time, and not where requests are answered, so that nobody keeps others
    /// waiting by asking for pictures.
    ///
    /// # Errors
    /// Whatever `draw` returns.
    pub async fn get<F>(&self, size: (u32, u32), look: String, draw: F) -> Result<Bytes>
    where
        F: FnOnce() -> Result<Vec<u8>> + Send + 'static,
    {
        let mut drawn = self.0.lock().await;
        if let Some((_, picture)) = drawn.get(&size).filter(|(kept, _)| *kept == look) {
            return Ok(picture.clone());
        }
        let picture = spawn_blocking(draw)
            .await
            .map_err(|error| Error::Render { what: "a picture", problem: error.to_string() })??;
        let picture = Bytes::from(picture);
        drawn.insert(size, (look, picture.clone()));
        Ok(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_is_drawn_once_for_each_look() {
        let drawn = Drawn::default();
        let never = || -> Result<Vec<u8>> { panic!("drawn twice") };
        let blue = drawn.get((1, 1), "blue".into(), || Ok(vec![1])).await.expect("a picture");
        assert_eq!(drawn.get((1, 1), "blue".into(), never).await.expect("a picture"), blue);
        let red = drawn.get((1, 1), "red".into(), || Ok(vec![2])).await.expect("a picture");
        assert_eq!((&red[..], drawn.0.lock().await.len()), (&[2][..], 1));
    }
}
