//! Taking an import further, a step at a time.

use std::collections::BTreeSet;

use super::apply::{Entered, apply};
use super::cells::Cells;
use super::entry::{self, Entry};
use super::facts::Facts;
use super::plan::{OfContact, OfRetailer, Plan, plan};
use super::remarks;
use super::rows::{self, Staged};
use super::store;
use super::undo::{ContactBefore, OfWhom, RetailerBefore, Undo};
use super::verdict::{Change, Verdict, yes};
use super::{CHANGED_MEANWHILE, Fate, Field, Import, STARTER_MAY_NOT, State, TOO_MANY_MISSING};
use crate::access;
use crate::actor::Actor;
use crate::audit::Event;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::ImportId;
use crate::kernel::{Language, Timestamp, text};
use crate::retailers;

/// Rows that one step takes at most, so that others can write in between.
const AT_ONCE: i64 = 200;
/// Tables that grow with an import.
const GROWING: [&str; 6] =
    ["import_rows", "retailers", "contacts", "retailer_listings", "contact_listings", "audit"];

/// New territories that are named.
const NAMED: usize = 200;

/// Takes an import one step further; says whether there is more to do.
///
/// # Errors
/// When the database fails; then nothing of the step was done.
pub fn step(tx: &mut Tx<'_>, id: ImportId, language: Language, now: Timestamp) -> Result<bool> {
    let Some(mut import) = store::find(tx, id)? else { return Ok(false) };
    match import.state {
        State::Checking => check(tx, &mut import, language, now),
        State::Running => bring_in(tx, &mut import, language, now),
        State::Undoing => take_back(tx, &mut import, now),
        _ => Ok(false),
    }
}

fn check(tx: &mut Tx<'_>, import: &mut Import, language: Language, now: Timestamp) -> Result<bool> {
    let mut rows = rows::rows_after(tx, import.id, import.settled, AT_ONCE)?;
    if rows.is_empty() {
        find_missing(tx, import)?;
        remarks::settle(&mut import.tally);
        let mut left_out = remarks::left_out(import);
        import.tally.remarks.append(&mut left_out);
        import.state = State::Checked;
        store::update(tx, import, now)?;
        return Ok(false);
    }
    let (mut facts, entries) = learn(tx, (import, language), &rows, now)?;
    for (row, (entry, notes)) in rows.iter_mut().zip(entries) {
        let mut plan = plan(&entry, notes, &import.choices, &facts);
        facts.learn_plan(&entry, &plan, row.line);
        count(import, &mut plan);
        row.account_key = Some(text::search_key(&entry.account_number)).filter(|key| !key.is_empty());
        row.username_key = username_key(&plan.contact);
        row.retailer = facts.retailer(&entry.account_number).map(|known| known.retailer.id);
        mark(row, plan);
    }
    settle(tx, import, &rows, now)?;
    Ok(true)
}

/// The username that a row's contact has or gets, as it is compared.
fn username_key(of: &OfContact) -> Option<String> {
    let contact = match of {
        OfContact::New(contact) | OfContact::Same(contact) => contact,
        OfContact::Change(both) => &both.1,
        OfContact::None => return None,
    };
    contact.username.as_ref().map(|username| username.key().to_owned())
}

/// What a row says, and what is to be said about it.
type Said = (Entry, Vec<super::Note>);

/// What the rows say, and what is known about those they are about.
fn learn(
    tx: &mut Tx<'_>,
    (import, language): (&Import, Language),
    rows: &[Staged],
    now: Timestamp,
) -> Result<(Facts, Vec<Said>)> {
    let read = rows.iter().map(|row| {
        let (mut entry, notes) = entry::read(&row.cells, &import.choices);
        if let Some(person) = &mut entry.person {
            person.password.clone_from(&row.password);
        }
        (entry, notes)
    });
    let mut read: Vec<Said> = read.collect();
    find_by_name(tx, import, &mut read)?;
    let pairs: Vec<(&Staged, &Entry)> = rows.iter().zip(read.iter().map(|(entry, _)| entry)).collect();
    let facts = Facts::learn(tx, (import, language), &pairs, now)?;
    Ok((facts, read))
}

/// Finds the account numbers of retailers in a file that has none, by their names.
fn find_by_name(tx: &mut Tx<'_>, import: &Import, read: &mut [Said]) -> Result<()> {
    if !import.choices.by_name() {
        return Ok(());
    }
    let key = |entry: &Entry| entry.retailer.as_deref().map(text::search_key);
    let names: BTreeSet<String> = read.iter().filter_map(|(entry, _)| key(entry)).collect();
    let known = retailers::retailers_called(tx, &Vec::from_iter(names))?;
    for (entry, notes) in read {
        let mut same = known.iter().filter(|known| Some(text::search_key(&known.name)) == key(entry));
        match (same.next(), same.next()) {
            (Some(known), None) => entry.account_number.clone_from(&known.account_number),
            (Some(one), Some(other)) => {
                let (one, other) = (&one.account_number, &other.account_number);
                let text =
                    format!("is the name of several retailers ({one}, {other}): give the account number");
                notes.push(super::Note::problem(Field::Retailer, text));
            }
            (None, _) => {}
        }
    }
    Ok(())
}

fn count(import: &mut Import, plan: &mut Plan) {
    let tally = &mut import.tally;
    if plan.verdict() == Verdict::Wrong {
        tally.wrong += 1;
        return;
    }
    remarks::count(tally, &mut plan.notes);
    tally.warned += i64::from(!plan.notes.is_empty());
    match plan.retailer {
        OfRetailer::New(_) => tally.retailers_new += 1,
        OfRetailer::Change(..) => tally.retailers_changed += 1,
        OfRetailer::Same | OfRetailer::None => {}
    }
    match plan.contact {
        OfContact::New(_) => tally.contacts_new += 1,
        OfContact::Change(_) => tally.contacts_changed += 1,
        OfContact::Same(_) => tally.contacts_unchanged += 1,
        OfContact::None => {}
    }
    tally.passwords += i64::from(plan.password.is_some());
    if let Some(name) = &plan.territory
        && tally.territories.len() < NAMED
        && !tally.territories.iter().any(|known| text::search_key(known) == text::search_key(name))
    {
        tally.territories.push(name.clone());
    }
}

/// Writes down what becomes of a row.
fn mark(row: &mut Staged, plan: Plan) {
    let verdict = plan.verdict();
    row.verdict = Some(verdict);
    row.fate = match verdict {
        Verdict::Wrong => Fate::Refused,
        Verdict::Unchanged => Fate::Unchanged,
        Verdict::New | Verdict::Changed | Verdict::Missing => Fate::Waiting,
    };
    row.contact = match &plan.contact {
        OfContact::Change(both) => Some(both.0.id),
        OfContact::Same(contact) => Some(contact.id),
        OfContact::New(_) | OfContact::None => None,
    };
    row.notes = plan.notes;
    row.changes = plan.changes;
}

/// Adds a row for everyone who is to be deactivated since the file doesn't name
/// them.
fn find_missing(tx: &mut Tx<'_>, import: &mut Import) -> Result<()> {
    let Some(limit) = import.choices.missing.filter(|_| import.tally.wrong == 0) else { return Ok(()) };
    let contacts = rows::missing_contacts(tx, import.id, limit + 1)?;
    let retailers = rows::missing_retailers(tx, import.id, limit + 1)?;
    let of_contacts = contacts.into_iter().map(|(contact, retailer)| (Some(contact), retailer));
    let all = of_contacts.chain(retailers.into_iter().map(|retailer| (None, retailer)));
    let rows: Vec<Staged> = (import.total + 1..)
        .zip(all)
        .map(|(place, (contact, retailer))| Staged {
            place,
            line: 0,
            cells: Cells::default(),
            password: None,
            verdict: Some(Verdict::Missing),
            notes: Vec::new(),
            changes: vec![Change {
                field: if contact.is_some() { Field::ContactActive } else { Field::RetailerActive },
                from: yes(true).into(),
                to: yes(false).into(),
            }],
            account_key: None,
            username_key: None,
            retailer: Some(retailer),
            contact,
            fate: Fate::Waiting,
            undo: None,
        })
        .collect();
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit {
        import.problem = Some(TOO_MANY_MISSING.into());
    }
    Ok(rows::put(tx, import.id, &rows)?)
}

fn bring_in(tx: &mut Tx<'_>, import: &mut Import, language: Language, now: Timestamp) -> Result<bool> {
    let Some(actor) = import.acting(tx)? else { return stop(tx, import, now) };
    let mut rows = rows::waiting(tx, import.id, import.settled, AT_ONCE)?;
    if rows.is_empty() {
        return finish(tx, import, (State::Done, Event::ImportDone), now);
    }
    let (mut facts, entries) = learn(tx, (import, language), &rows, now)?;
    let mut entered = Entered::default();
    for (row, (entry, notes)) in rows.iter_mut().zip(entries) {
        if row.verdict == Some(Verdict::Missing) {
            deactivate(tx, &actor, row, now)?;
            continue;
        }
        let plan = plan(&entry, notes, &import.choices, &facts);
        match plan.verdict() {
            Verdict::Wrong if !import.choices.good_rows => {
                mark(row, plan);
                import.problem = Some(CHANGED_MEANWHILE.into());
            }
            Verdict::Wrong | Verdict::Unchanged => mark(row, plan),
            _ => {
                let undo = apply(tx, &actor, &plan, (&mut facts, &mut entered), now)?;
                facts.learn_plan(&entry, &plan, row.line);
                brought_in(row, &undo)?;
            }
        }
    }
    entered.write(tx, &actor, now)?;
    settle(tx, import, &rows, now)?;
    if import.problem.is_some() {
        import.state = State::Undoing;
        import.settled = 0;
        store::update(tx, import, now)?;
    }
    Ok(true)
}

/// Writes down what became of some rows, and that they have had their turn.
fn settle(tx: &mut Tx<'_>, import: &mut Import, rows: &[Staged], now: Timestamp) -> Result<()> {
    rows::put(tx, import.id, rows)?;
    let before = import.settled;
    import.settled = rows.last().map_or(before, |row| row.place);
    let four_times = std::iter::successors(Some(AT_ONCE), |size| size.checked_mul(4));
    if four_times.take_while(|size| *size <= import.settled).any(|size| size > before) {
        tx.have_grown(&GROWING)?;
    }
    Ok(store::update(tx, import, now)?)
}

/// Marks a row as brought in, with what it takes to undo it.
fn brought_in(row: &mut Staged, undo: &Undo) -> Result<()> {
    row.contact = undo.contact.as_ref().map(|of| of.id).or(row.contact);
    row.retailer = undo.retailer.as_ref().map(|of| of.id).or(row.retailer);
    row.undo = Some(store::json(undo)?);
    row.fate = Fate::Done;
    row.password = None;
    Ok(())
}

/// Deactivates who is missing from the file, unless they are gone.
fn deactivate(tx: &mut Tx<'_>, actor: &Actor, row: &mut Staged, now: Timestamp) -> Result<()> {
    let mut undo = Undo { at_ms: now.as_millis(), ..Undo::default() };
    let done = match (row.contact, row.retailer) {
        (Some(id), _) => retailers::contact(tx, actor, id).and_then(|contact| {
            access::set_contact_active(tx, actor, id, false, now)?;
            let version = retailers::contact(tx, actor, id)?.version;
            undo.contact = Some(OfWhom { id, version, before: Some(ContactBefore::of(&contact)) });
            Ok(contact.active)
        }),
        (None, Some(id)) => retailers::find(tx, actor, id).and_then(|retailer| {
            access::set_retailer_active(tx, actor, id, false, now)?;
            let territory = retailers::territory_named(tx, &retailer.territory)?.ok_or(Error::NotFound)?;
            let version = retailers::find(tx, actor, id)?.version;
            let before = Some(RetailerBefore::new(&retailer, territory));
            undo.retailer = Some(OfWhom { id, version, before });
            Ok(retailer.active)
        }),
        (None, None) => Ok(false),
    };
    row.fate = match done {
        Ok(true) => Fate::Done,
        Ok(false) | Err(Error::NotFound) => Fate::Unchanged,
        Err(error) => return Err(error),
    };
    row.undo = Some(store::json(&undo)?);
    Ok(())
}

/// Waits for someone who may go on.
fn stop(tx: &mut Tx<'_>, import: &mut Import, now: Timestamp) -> Result<bool> {
    import.state = State::Paused;
    import.problem = Some(STARTER_MAY_NOT.into());
    store::update(tx, import, now)?;
    Ok(false)
}

fn finish(
    tx: &mut Tx<'_>,
    import: &mut Import,
    (state, event): (State, Event),
    now: Timestamp,
) -> Result<bool> {
    import.state = state;
    import.finished_at = Some(now);
    rows::forget_passwords(tx, import.id)?;
    store::update(tx, import, now)?;
    super::record(tx, &Actor::system(), event, import.id, now)?;
    Ok(false)
}

fn take_back(tx: &mut Tx<'_>, import: &mut Import, now: Timestamp) -> Result<bool> {
    let Some(actor) = import.acting(tx)? else { return stop(tx, import, now) };
    let mut rows = rows::last_done(tx, import.id, AT_ONCE)?;
    if rows.is_empty() {
        return finish(tx, import, (State::Undone, Event::ImportTakenBack), now);
    }
    for row in &mut rows {
        row.fate = super::undo::undo(tx, &actor, row, now)?;
    }
    import.settled += i64::try_from(rows.len()).unwrap_or(0);
    rows::put(tx, import.id, &rows)?;
    store::update(tx, import, now)?;
    Ok(true)
}
