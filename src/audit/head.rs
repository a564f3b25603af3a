//! Heads: the number and hash of the last entry, signed, to be kept where whoever
//! owns the database can't reach. What a key alone can't tell, a head does: whether
//! entries at the end are gone, or an older state was put back.

use std::fmt;
use std::str::FromStr;

use super::store;
use crate::db::{Error, Tx};
use crate::kernel::{Digest, SealingKey, Timestamp};

/// What a head begins with, so that one is found in a log or a mail.
const MARK: &str = "tradepost-head-1";

/// The end of the trail at a moment, signed with the installation's key. It says
/// nothing about what the entries hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry.
    pub number: i64,
    /// Its hash.
    pub hash: Digest,
    /// When it was taken.
    pub at: Timestamp,
    /// The key, by what tells it from others.
    key: Digest,
    signature: Digest,
}

/// How the trail compares with a head that was kept elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The trail holds the entry with this hash.
    Holds,
    /// The head was not signed with the key it names, so nobody took it here.
    Forged,
    /// It was signed with a key that isn't here.
    KeyElsewhere,
    /// The trail ends before it: entries were removed, or an older state was put back.
    EndsBefore(i64),
    /// The trail holds another entry of this number.
    Differs,
    /// The entry went when the trail was shortened.
    Shortened,
}

/// The end of the trail now; none where there is no entry or no key.
///
/// # Errors
/// When the database fails.
pub fn head(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Head>, Error> {
    let Some(key) = tx.sealing_key() else { return Ok(None) };
    Ok(store::last(tx)?.map(|(number, hash)| {
        let signature = signature(&key, number, &hash, now);
        Head { number, hash, at: now, key: key.id(), signature }
    }))
}

/// Compares the trail with a head that was kept elsewhere. That the entries up to
/// there follow from one another is for [`super::verify`] to say.
///
/// # Errors
/// When the database fails.
pub fn compare(tx: &mut Tx<'_>, head: &Head, former: &[SealingKey]) -> Result<Compared, Error> {
    let keys = tx.sealing_key().into_iter().chain(former.iter().cloned());
    let Some(key) = keys.into_iter().find(|key| key.id() == head.key) else {
        return Ok(Compared::KeyElsewhere);
    };
    if signature(&key, head.number, &head.hash, head.at) != head.signature {
        return Ok(Compared::Forged);
    }
    if let Some(hash) = store::hash_of(tx, head.number)? {
        return Ok(if hash == head.hash { Compared::Holds } else { Compared::Differs });
    }
    Ok(match (store::checkpoint(tx)?, store::last(tx)?) {
        (Some(start), _) if start.number == head.number => {
            if start.hash == head.hash {
                Compared::Holds
            } else {
                Compared::Differs
            }
        }
        (Some(start), _) if start.number > head.number => Compared::Shortened,
        (_, last) => Compared::EndsBefore(last.map_or(0, |(number, _)| number)),
    })
}

fn signature(key: &SealingKey, number: i64, hash: &Digest, at: Timestamp) -> Digest {
    key.mac("head", &[&number.to_be_bytes(), hash.as_bytes(), &at.as_millis().to_be_bytes()])
}

/// In one line, as it is kept.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, hash, at, key, signature } = self;
        write!(
            f,
            "{MARK} {number} {} {} {} {} {}",
            hash.hex(),
            at.as_millis(),
            at.rfc3339(),
            key.hex(),
            signature.hex()
        )
    }
}

/// Why a text is no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no head of an audit trail: one begins with {MARK} and stands in one line")]
pub struct NoHead;

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [MARK, number, hash, at, _, key, signature] = parts.as_slice() else { return Err(NoHead) };
        let digest = |text: &str| Digest::from_hex(text).ok_or(NoHead);
        Ok(Self {
            number: number.parse().map_err(|_| NoHead)?,
            hash: digest(hash)?,
            at: Timestamp::from_millis(at.parse().map_err(|_| NoHead)?),
            key: digest(key)?,
            signature: digest(signature)?,
        })
    }
}

/// The heads in a text, such as a file they were written to or a mail: from where one
/// begins, in however many lines it was broken.
pub fn heads_in(text: &str) -> Vec<Head> {
    let from = text.match_indices(MARK).map(|(at, _)| &text[at..]);
    from.filter_map(|rest| rest.split_whitespace().take(7).collect::<Vec<_>>().join(" ").parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let (key, at) = (SealingKey::new(&[7; 32]), Timestamp::from_millis(1_795_442_531_000));
        let hash = Digest::of(b"entry");
        Head { number: 7, hash, at, key: key.id(), signature: signature(&key, 7, &hash, at) }
    }

    #[test]
    fn a_head_is_read_as_it_was_written_also_out_of_a_mail_that_broke_its_lines() {
        let line = head().to_string();
        assert_eq!(line.parse(), Ok(head()));
        assert_eq!(line.lines().count(), 1);
        let mail = format!("Keep this.\r\n\r\n{}\r\n\r\nYours", line.replace(' ', "\r\n"));
        assert_eq!(heads_in(&mail), [head()]);
        assert_eq!(heads_in(&format!("{line}\n{line}\n")).len(), 2);
    }

    #[test]
    fn what_is_no_head_is_none() {
        let line = head().to_string();
        for text in [
            "",
            "tradepost-head-1",
            &line[..line.len() - 1],
            &line.replace("-1 7 ", "-1 x "),
            &format!("{line} x"),
        ] {
            assert_eq!(text.parse::<Head>(), Err(NoHead), "{text}");
        }
    }
}
