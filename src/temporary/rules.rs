//! Which temporary passwords give way to which.

use crate::kernel::id::{ResetId, TemporaryPasswordId};

/// How many of a contact's work once it is known that a later one is in hand
/// (promise 5).
const MOST: usize = 3;
/// How many may be in doubt at once, while no mail server says whether it took
/// any: three mails of three attempts each.
const MOST_IN_DOUBT: usize = 9;

/// A temporary password that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Working {
    pub id: TemporaryPasswordId,
    pub reset: ResetId,
    /// Its reset's number among the contact's.
    pub reset_number: i64,
    /// Whether staff asked for it, and not whoever presses "Forgot your password?".
    pub by_staff: bool,
    /// Whether the mail server is known to have its mail.
    pub accepted: bool,
    /// Whether someone signed in with it and is choosing a password.
    pub choosing: bool,
}

/// Which of those that work, newest first, give way now that the mail of `taken`
/// is known to be in hand: those of resets numbered below `voids_before`, and
/// what is too many, the oldest first and those by which someone is choosing
/// last. What anyone may ask for never displaces the newest that staff had sent. Other attempts at the same mail don't give way to it: a slow mail
/// server may finish them later, and then theirs is the mail on top.
pub(super) fn overtaken(
    working: &[Working],
    taken: TemporaryPasswordId,
    voids_before: Option<i64>,
) -> Vec<TemporaryPasswordId> {
    let own = working.iter().find(|one| one.id == taken).map(|one| one.reset);
    let (voided, mut left): (Vec<Working>, Vec<Working>) =
        working.iter().filter(|one| one.id != taken).partition(|one| {
            Some(one.reset) != own && voids_before.is_some_and(|number| one.reset_number < number)
        });
    let by_anyone = working.iter().any(|one| one.id == taken && !one.by_staff);
    let spared = left.iter().find(|one| by_anyone && one.by_staff).map(|one| one.id);
    // Stable: within each the newest stay first.
    left.sort_by_key(|one| (Some(one.id) != spared, !one.choosing));
    voided.iter().chain(left.iter().skip(MOST - 1)).map(|one| one.id).collect()
}

/// Which of those that work, newest first, are too many while all are in doubt.
pub(super) fn crowded(working: &[Working]) -> Vec<TemporaryPasswordId> {
    let in_doubt = working.iter().filter(|one| !one.accepted && !one.choosing);
    in_doubt.skip(MOST_IN_DOUBT).map(|one| one.id).collect()
}

/// The resets of which nothing works any more once these are voided.
pub(super) fn without_any(working: &[Working], voided: &[TemporaryPasswordId]) -> Vec<ResetId> {
    let (gone, left): (Vec<&Working>, Vec<&Working>) =
        working.iter().partition(|one| voided.contains(&one.id));
    let mut resets: Vec<ResetId> = gone.iter().map(|one| one.reset).collect();
    resets.dedup();
    resets.retain(|reset| left.iter().all(|one| one.reset != *reset));
    resets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    /// Each of a reset of its own, numbered upward from 1; newest first.
    fn resets(count: i64) -> Vec<Working> {
        let at = |number| Timestamp::from_millis(number);
        let one = |number| Working {
            id: TemporaryPasswordId::new(at(number)),
            reset: ResetId::new(at(number)),
            reset_number: number,
            by_staff: false,
            accepted: true,
            choosing: false,
        };
        (1..=count).rev().map(one).collect()
    }

    fn numbers(working: &[Working], ids: &[TemporaryPasswordId]) -> Vec<i64> {
        ids.iter()
            .filter_map(|id| working.iter().find(|one| one.id == *id))
            .map(|one| one.reset_number)
            .collect()
    }

    #[test]
    fn promise_05_what_anyone_can_ask_for_voids_nothing_but_what_is_too_many() {
        let working = resets(3);
        assert!(overtaken(&working, working[0].id, None).is_empty());
        let working = resets(5);
        assert_eq!(numbers(&working, &overtaken(&working, working[0].id, None)), [2, 1]);
        // Taken late: the oldest of the others go.
        assert_eq!(numbers(&working, &overtaken(&working, working[3].id, None)), [3, 1]);
    }

    #[test]
    fn promise_05_what_anyone_can_ask_for_never_displaces_what_staff_had_sent() {
        let mut working = resets(6);
        working[5].by_staff = true;
        working[4].by_staff = true;
        assert_eq!(numbers(&working, &overtaken(&working, working[0].id, None)), [4, 3, 1]);
        working[0].by_staff = true;
        assert_eq!(numbers(&working, &overtaken(&working, working[0].id, Some(6))), [5, 4, 3, 2, 1]);
    }

    #[test]
    fn promise_05_whoever_is_choosing_is_left_to_it() {
        let mut working = resets(4);
        working[3].choosing = true;
        assert_eq!(numbers(&working, &overtaken(&working, working[0].id, None)), [2]);
    }

    #[test]
    fn promise_05_staff_void_what_was_asked_for_before_and_nothing_that_was_later() {
        let working = resets(3);
        assert_eq!(numbers(&working, &overtaken(&working, working[1].id, Some(2))), [1]);
        assert_eq!(numbers(&working, &overtaken(&working, working[0].id, Some(3))), [2, 1]);
    }

    #[test]
    fn promise_04_attempts_at_one_mail_do_not_void_each_other() {
        let mut working = resets(3);
        let (reset, number) = (working[0].reset, working[0].reset_number);
        for one in &mut working[..2] {
            (one.reset, one.reset_number) = (reset, number);
        }
        let gone = overtaken(&working, working[0].id, Some(number));
        assert_eq!(gone, [working[2].id]);
        assert_eq!(without_any(&working, &gone), [working[2].reset]);
        assert!(without_any(&working, &[working[1].id]).is_empty(), "another attempt of it works");
    }

    #[test]
    fn what_no_mail_server_answers_for_is_bounded() {
        let mut working = resets(11);
        for one in &mut working {
            one.accepted = false;
        }
        assert_eq!(numbers(&working, &crowded(&working)), [2, 1]);
        working[10].accepted = true;
        assert_eq!(numbers(&working, &crowded(&working)), [2]);
    }
}
