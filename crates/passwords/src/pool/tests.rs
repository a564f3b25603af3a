//! Stories of the pool. Pools without threads make them certain: a line that nobody serves fills
//! up as told, and one worker then serves it on the test's own thread.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use super::*;
use crate::{
    brought::{Format, Given, Reading},
    check::Own,
};

const COST: Cost = Cost { memory_kib: 16, iterations: 1, parallelism: 1 };

fn pool(threads: usize) -> Pool {
    Pool::start(Settings {
        threads: NonZeroUsize::new(threads).unwrap(),
        waiting: 100,
        per_share: 100,
        cost: COST,
    })
    .unwrap()
}

fn bounds(waiting: usize) -> Bounds {
    Bounds { waiting, per_share: waiting, at_once: 1 }
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn mint() -> TemporaryPassword {
    TemporaryPassword::generate_from_system().unwrap()
}

fn own(hash: &Hash) -> Known {
    Known { own: Some(Own::Hash(hash.clone())), ..Known::default() }
}

/// Polls once: puts the job in the line, or shows that it was refused.
fn begin<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Does all jobs that wait, here and now.
fn serve(pool: &Pool) {
    let mut worker = Worker::new(pool.cost, Arc::clone(&pool.computed));
    while let Some((job, _under_way)) = pool.queue.take_waiting() {
        worker.perform(job);
    }
}

#[tokio::test]
async fn a_password_is_known_by_its_hash_and_comes_back() {
    let pool = pool(2);
    let hash = pool.hash(password("trout9lamp")).await.unwrap();
    let (matched, typed) = pool.check(password("trout9lamp"), own(&hash)).await.unwrap();
    assert_eq!((matched, typed.expose()), (Matched::Own { outdated: false }, "trout9lamp"));
    let (matched, _) = pool.check(password("trout9lamq"), own(&hash)).await.unwrap();
    assert_eq!(matched, Matched::Nothing);
}

#[tokio::test]
async fn a_password_typed_on_another_keyboard_is_known() {
    let pool = pool(1);
    let hash = pool.hash(password("caf\u{e9} 1234")).await.unwrap();
    let (matched, _) = pool.check(password("cafe\u{301} 1234"), own(&hash)).await.unwrap();
    assert_eq!(matched, Matched::Own { outdated: false });
}

#[tokio::test]
async fn two_hashes_of_one_password_have_different_salts() {
    let pool = pool(1);
    let one = pool.hash(password("trout9lamp")).await.unwrap();
    let two = pool.hash(password("trout9lamp")).await.unwrap();
    assert_ne!(one.recipe().salt, two.recipe().salt);
}

#[tokio::test]
async fn a_hash_of_another_cost_is_outdated() {
    let old = pool(1).hash(password("trout9lamp")).await.unwrap();
    let cost = Cost { iterations: 2, ..COST };
    let pool = Pool::start(Settings { threads: NonZeroUsize::MIN, waiting: 1, per_share: 1, cost }).unwrap();
    let (matched, typed) = pool.check(password("trout9lamp"), own(&old)).await.unwrap();
    assert_eq!(matched, Matched::Own { outdated: true });
    let new = pool.hash(typed).await.unwrap();
    assert_eq!(new.cost(), cost);
    let (matched, _) = pool.check(password("trout9lamp"), own(&new)).await.unwrap();
    assert_eq!(matched, Matched::Own { outdated: false });
}

#[tokio::test]
async fn temporary_passwords_of_one_contact_share_one_computation() {
    let pool = pool(1);
    let minted = [mint(), mint(), mint()];
    let first = pool.hash_temporary(&minted[0], None).await.unwrap();
    let mut known = Known { temporary: vec![first.clone()], ..Known::default() };
    for retry in &minted[1..] {
        known.temporary.push(pool.hash_temporary(retry, Some(first.clone())).await.unwrap());
    }
    for (index, minted) in minted.iter().enumerate() {
        let before = pool.computed();
        let typed = minted.grouped().to_lowercase();
        let (matched, _) = pool.check(password(&typed), known.clone()).await.unwrap();
        assert_eq!(matched, Matched::Temporary { index });
        assert_eq!(pool.computed() - before, 2);
    }
    let (matched, _) = pool.check(password(&mint().grouped()), known).await.unwrap();
    assert_eq!(matched, Matched::Nothing);
}

#[tokio::test]
async fn temporary_passwords_that_share_no_salt_are_known_too() {
    let pool = pool(1);
    let minted = [mint(), mint()];
    let mut known = Known::default();
    for minted in &minted {
        known.temporary.push(pool.hash_temporary(minted, None).await.unwrap());
    }
    for (index, minted) in minted.iter().enumerate() {
        let (matched, _) = pool.check(password(&minted.grouped()), known.clone()).await.unwrap();
        assert_eq!(matched, Matched::Temporary { index });
    }
}

#[tokio::test]
async fn the_own_password_may_look_like_a_temporary_one() {
    let pool = pool(1);
    let minted = mint();
    let typed = minted.grouped().to_lowercase();
    let known = Known {
        own: Some(Own::Hash(pool.hash(password(&typed)).await.unwrap())),
        temporary: vec![pool.hash_temporary(&mint(), None).await.unwrap()],
        decoy: None,
    };
    let (matched, _) = pool.check(password(&typed), known.clone()).await.unwrap();
    assert_eq!(matched, Matched::Own { outdated: false });
    // As an own password it is compared as typed.
    let (matched, _) = pool.check(password(&minted.grouped()), known).await.unwrap();
    assert_eq!(matched, Matched::Nothing);
}

#[tokio::test]
async fn the_work_depends_only_on_the_shape_of_what_was_typed() {
    let pool = pool(1);
    let own = Own::Hash(pool.hash(password("trout9lamp")).await.unwrap());
    let temporary = pool.hash_temporary(&mint(), None).await.unwrap();
    let accounts = [
        Known::default(),
        Known { own: Some(own.clone()), ..Known::default() },
        Known { temporary: vec![temporary.clone()], ..Known::default() },
        Known { own: Some(own), temporary: vec![temporary], decoy: None },
    ];
    for (typed, work) in
        [("trout9lamp", 1), ("wrong", 1), ("2345-6789-CDFH-JKMY", 2), ("23456789cdfhjkmy", 2)]
    {
        for known in &accounts {
            let before = pool.computed();
            pool.check(password(typed), known.clone()).await.unwrap();
            assert_eq!(pool.computed() - before, work, "{typed}");
        }
    }
}

/// bcrypt of "trout9lamp" at the lowest cost, by Python's bcrypt.
const BCRYPT: &str = "$2y$04$cqrrOwYKG9MmqXWqVdqZeOS7wrz71ARQxbulClcLUjAA7XEmqVOby";

fn brought() -> Brought {
    Brought::parse(BCRYPT).unwrap()
}

#[tokio::test]
async fn while_a_hash_was_brought_along_everyone_is_checked_against_one() {
    let pool = pool(1);
    let own = Own::Hash(pool.hash(password("trout9lamp")).await.unwrap());
    let decoy = || Some(brought());
    let accounts = [
        (Known { decoy: decoy(), ..Known::default() }, Matched::Nothing),
        (Known { own: Some(own), decoy: decoy(), ..Known::default() }, Matched::Own { outdated: false }),
        (
            Known { own: Some(Own::Brought(brought())), decoy: decoy(), ..Known::default() },
            Matched::Own { outdated: true },
        ),
    ];
    for (known, expected) in accounts {
        for (typed, expected) in [("trout9lamp", expected), ("trout9lamq", Matched::Nothing)] {
            let before = (pool.computed(), pool.computed_brought());
            assert_eq!(pool.check(password(typed), known.clone()).await.unwrap().0, expected);
            assert_eq!((pool.computed() - before.0, pool.computed_brought() - before.1), (1, 1));
        }
    }
}

#[tokio::test]
async fn a_decoy_lets_nobody_in_as_a_temporary_password_neither() {
    let pool = pool(1);
    let minted = mint();
    let known = Known {
        own: None,
        temporary: vec![pool.hash_temporary(&minted, None).await.unwrap()],
        decoy: Some(brought()),
    };
    let (matched, _) = pool.check(password("trout9lamp"), known.clone()).await.unwrap();
    assert_eq!(matched, Matched::Nothing);
    let (matched, _) = pool.check(password(&minted.grouped()), known).await.unwrap();
    assert_eq!(matched, Matched::Temporary { index: 0 });
}

#[tokio::test]
async fn nothing_is_computed_for_a_decoy_that_is_not_given() {
    let pool = pool(1);
    pool.check(password("trout9lamp"), Known::default()).await.unwrap();
    assert_eq!((pool.computed(), pool.computed_brought()), (1, 0));
}

#[tokio::test]
async fn a_weak_hash_is_hashed_over_with_a_salt_of_its_own() {
    let pool = pool(1);
    let weak = || {
        let given = Given { hash: "3f76d3a5fd7ceb4ef3a6e0a7c7d4ba95", salt: None, format: Some(Format::Md5) };
        match Brought::read(&given).unwrap() {
            Reading::Weak(weak) => weak,
            Reading::Kept(kept) => panic!("{kept:?}"),
        }
    };
    let (one, two) = (pool.wrap(weak()).await.unwrap(), pool.wrap(weak()).await.unwrap());
    assert_ne!(one.as_str(), two.as_str());
    assert!(one.as_str().starts_with("$over$md5$$argon2id$v=19$m=16,t=1,p=1$"), "{}", one.as_str());
    assert_eq!(pool.computed(), 2);
}

#[tokio::test]
async fn a_password_that_is_hashed_again_comes_back() {
    let pool = pool(1);
    let (hash, typed) = pool.rehash(&Turn::default(), password("caf\u{e9} 1234")).await.unwrap();
    let (matched, _) = pool.check(typed, own(&hash)).await.unwrap();
    assert_eq!(matched, Matched::Own { outdated: false });
}

#[tokio::test]
async fn the_dummy_is_no_password() {
    let pool = pool(1);
    for typed in ["dummy", "2345-6789-CDFH-JKMY"] {
        assert_eq!(pool.check(password(typed), Known::default()).await.unwrap().0, Matched::Nothing);
    }
}

#[test]
fn a_full_line_refuses_at_once() {
    let pool = Pool::without_threads(bounds(2), COST).unwrap();
    let mut one = pin!(pool.hash(password("one")));
    let mut two = pin!(pool.check(password("two"), Known::default()));
    let mut three = pin!(pool.hash(password("three")));
    assert!(begin(one.as_mut()).is_pending());
    assert!(begin(two.as_mut()).is_pending());
    assert!(matches!(begin(three.as_mut()), Poll::Ready(Err(PoolError::Busy))));
    assert_eq!(pool.waiting(), 2);
    serve(&pool);
    assert!(matches!(begin(one.as_mut()), Poll::Ready(Ok(_))));
    assert!(matches!(begin(two.as_mut()), Poll::Ready(Ok((Matched::Nothing, _)))));
}

#[test]
fn a_full_line_keeps_no_temporary_password_from_being_minted() {
    let pool = Pool::without_threads(bounds(1), COST).unwrap();
    let mut check = pin!(pool.check(password("one"), Known::default()));
    assert!(begin(check.as_mut()).is_pending());
    let (one, two) = (mint(), mint());
    let mut minted = pin!(pool.hash_temporary(&one, None));
    assert!(begin(minted.as_mut()).is_pending(), "a line of its own");
    assert_eq!((pool.waiting(), pool.waiting_to_mint()), (1, 1));
    assert!(matches!(
        begin(pin!(pool.hash_temporary(&two, None)).as_mut()),
        Poll::Ready(Err(PoolError::Busy))
    ));
    let mut worker = Worker::new(pool.cost, Arc::clone(&pool.computed));
    worker.perform(pool.minting.take_waiting().unwrap().0);
    assert!(matches!(begin(minted.as_mut()), Poll::Ready(Ok(_))));
    assert!(begin(check.as_mut()).is_pending());
}

#[test]
fn a_job_whose_caller_has_gone_is_skipped() {
    let pool = Pool::without_threads(bounds(2), COST).unwrap();
    {
        let mut gone = pin!(pool.hash(password("gone")));
        assert!(begin(gone.as_mut()).is_pending());
    }
    let mut stays = pin!(pool.hash(password("stays")));
    assert!(begin(stays.as_mut()).is_pending());
    serve(&pool);
    assert!(matches!(begin(stays.as_mut()), Poll::Ready(Ok(_))));
    assert_eq!(pool.computed(), 1);
}

#[test]
fn a_job_dropped_with_the_pool_is_answered() {
    let pool = Pool::without_threads(bounds(1), COST).unwrap();
    let mut waits = pin!(pool.hash(password("waits")));
    assert!(begin(waits.as_mut()).is_pending());
    pool.queue.close();
    assert!(matches!(begin(waits.as_mut()), Poll::Ready(Err(PoolError::Ended))));
}

#[test]
fn dropping_the_pool_ends_its_threads() {
    let pool = pool(3);
    pool.hash_blocking(password("trout9lamp")).unwrap();
    let names: Vec<_> = pool.threads.iter().map(|thread| thread.thread().name().map(str::to_owned)).collect();
    assert_eq!(names, ["hash-0", "hash-1", "hash-2", "mint"].map(|name| Some(name.to_owned())));
    let queue = Arc::clone(&pool.queue);
    drop(pool);
    assert_eq!(Arc::strong_count(&queue), 1);
}

#[test]
fn an_absurd_cost_does_not_start() {
    let cost = Cost { memory_kib: u32::MAX, ..COST };
    let settings = Settings { threads: NonZeroUsize::MIN, waiting: 1, per_share: 1, cost };
    assert!(matches!(Pool::start(settings), Err(StartError::Cost(_))));
}
