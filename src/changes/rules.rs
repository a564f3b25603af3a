//! The cursor of a feed: a number, and for whom it holds.

use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use crate::kernel::Digest;
use crate::kernel::id::{EpochId, TerritoryId};

/// The form of cursors. Another form has another number here, and older ones
/// are refused, so that whoever holds one begins again.
const FORM: u8 = 1;

/// Tells one person's set of territories from others.
pub(super) type Sight = [u8; 8];

/// Where a feed was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The number of the last change that was told.
    pub number: i64,
    /// To whom.
    pub sight: Sight,
}

impl Cursor {
    /// The text that a client sends back as it came.
    pub fn write(self) -> String {
        let mut bytes = vec![FORM];
        bytes.extend(self.sight);
        bytes.extend(self.number.to_be_bytes());
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// What a text says that is one.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (form, rest) = bytes.split_first()?;
        let (sight, number) = rest.split_first_chunk()?;
        let number = i64::from_be_bytes(number.try_into().ok()?);
        (*form == FORM && number >= 0).then_some(Self { number, sight: *sight })
    }
}

/// What a person sees, in short: theirs, in which epoch, and which territories in
/// any order, or all. After a restore numbers are given anew, so a cursor from before
/// never holds again, however many changes there are. Nothing is kept secret by it, since what is told is looked up for
/// whoever asks; it only notices that a copy was made by other eyes.
pub(super) fn sight(
    person: Option<Uuid>,
    epoch: Option<EpochId>,
    territories: Option<&[TerritoryId]>,
) -> Sight {
    let mut bytes = person.unwrap_or_default().as_bytes().to_vec();
    bytes.extend(epoch.map(|epoch| *epoch.as_uuid().as_bytes()).unwrap_or_default());
    bytes.push(u8::from(territories.is_some()));
    let mut ids: Vec<Uuid> = territories.unwrap_or_default().iter().map(|id| id.as_uuid()).collect();
    ids.sort_unstable();
    bytes.extend(ids.iter().flat_map(Uuid::as_bytes));
    let digest = Digest::of(&bytes);
    digest.as_bytes().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    fn territory() -> TerritoryId {
        TerritoryId::new(Timestamp::from_millis(1_000_000))
    }

    #[test]
    fn a_cursor_survives_the_trip_to_the_client() {
        for number in [0, 1, i64::MAX] {
            let cursor = Cursor { number, sight: [7; 8] };
            assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_none() {
        let good = Cursor { number: 5, sight: [7; 8] }.write();
        let padded = format!("{good}=");
        let negative = Cursor { number: -1, sight: [7; 8] }.write();
        let another_form = format!("B{}", &good[1..]);
        for text in ["", "0", "é", &good[1..], &good[..22], &padded, &negative, &another_form] {
            assert_eq!(Cursor::read(text), None, "{text}");
        }
    }

    #[test]
    fn each_person_and_each_set_of_territories_has_a_sight_of_its_own() {
        let (one, other) = (territory(), territory());
        let (anna, ben) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        assert_eq!(sight(anna, None, Some(&[one, other])), sight(anna, None, Some(&[other, one])));
        let all = [
            sight(anna, None, None),
            sight(ben, None, None),
            sight(anna, Some(EpochId::new(Timestamp::from_millis(1))), None),
            sight(anna, Some(EpochId::new(Timestamp::from_millis(2))), None),
            sight(anna, None, Some(&[])),
            sight(anna, None, Some(&[one])),
            sight(anna, None, Some(&[other])),
            sight(anna, None, Some(&[one, other])),
            sight(ben, None, Some(&[one, other])),
        ];
        let different: std::collections::HashSet<Sight> = all.into_iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
