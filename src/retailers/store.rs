//! The SQL of retailers, contacts and territories.

use std::collections::HashMap;

use super::{Contact, Retailer};
use crate::db::{Error, FromRow, Row, ToValue, Tx};
use crate::kernel::id::{ContactId, Id, RetailerId, StaffId, TerritoryId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username, text};

const RETAILER: &str =
    "select r.id, r.account_number, r.name, r.address, r.active, r.version, t.name as territory,
        (select count(*) from contacts c where c.retailer_id = r.id and c.merged_into_id is null and c.erased_at is null) as contacts
     from retailers r join territories t on t.id = r.territory_id";

/// Contacts whose record was merged into another have no listing, and so are
/// not found.
const CONTACT: &str = "select c.id, c.retailer_id, c.name, c.position, c.phone, c.language, c.email, c.email_changed_at, c.username,
        c.website_access, c.active, l.has_password, c.password_set_at, c.password_brought_at, c.last_sign_in_at, c.bounced_at, c.version,
        r.name as retailer_name, r.account_number, r.active as retailer_active,
        l.mail_state <> 'none' as was_invited, l.mail_state in ('waiting', 'put-off') as mail_pending, l.temporary_until
     from contacts c join retailers r on r.id = c.retailer_id join contact_listings l on l.contact_id = c.id";

/// Rows that are looked for by one statement.
const AT_ONCE: usize = 50;

/// Bounds a statement to the territories of a staff user, bound as the
/// parameter numbered `n`.
fn within(staff: Option<StaffId>, n: usize) -> String {
    match staff {
        Some(_) => format!(
            " and r.territory_id in (select territory_id from staff_territories where staff_id = ${n})"
        ),
        None => String::new(),
    }
}

/// Contacts by id, in the order of the ids; who is not there is left out.
///
/// # Errors
/// When the database fails.
pub fn contacts_in(tx: &mut Tx<'_>, ids: &[ContactId]) -> Result<Vec<Contact>, Error> {
    in_order(tx, (CONTACT, "c.id"), ids, |contact: &Contact| contact.id)
}

/// Retailers by id, in the order of the ids; what is not there is left out.
///
/// # Errors
/// When the database fails.
pub fn retailers_in(tx: &mut Tx<'_>, ids: &[RetailerId]) -> Result<Vec<Retailer>, Error> {
    in_order(tx, (RETAILER, "r.id"), ids, |retailer: &Retailer| retailer.id)
}

/// Reads rows by their ids, in the order of the ids.
fn in_order<T: FromRow, K>(
    tx: &mut Tx<'_>,
    select: (&str, &str),
    ids: &[Id<K>],
    id: impl Fn(&T) -> Id<K>,
) -> Result<Vec<T>, Error> {
    let mut found: Vec<T> = among(tx, select, ids)?;
    let order: HashMap<Id<K>, usize> = ids.iter().copied().zip(0..).collect();
    found.sort_by_key(|row| order.get(&id(row)).copied());
    Ok(found)
}

/// Reads the rows in which a column holds one of these, a fixed number at a
/// time, so that there is one statement to prepare.
fn among<T: FromRow>(
    tx: &mut Tx<'_>,
    (select, column): (&str, &str),
    wanted: &[impl ToValue],
) -> Result<Vec<T>, Error> {
    let places: Vec<String> = (1..=AT_ONCE).map(|n| format!("${n}")).collect();
    let sql = format!("{select} where {column} in ({})", places.join(", "));
    let mut found = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(AT_ONCE) {
        // The last one again and again finds nothing more.
        let padded = some.iter().chain(some.last().into_iter().cycle()).take(AT_ONCE);
        let parameters: Vec<&dyn ToValue> = padded.map(|one| one as &dyn ToValue).collect();
        found.append(&mut tx.all(&sql, &parameters)?);
    }
    Ok(found)
}

/// The retailers with these account numbers, as they are compared.
///
/// # Errors
/// When the database fails.
pub fn retailers_numbered(tx: &mut Tx<'_>, keys: &[String]) -> Result<Vec<Retailer>, Error> {
    among(tx, (RETAILER, "r.account_number_key"), keys)
}

/// The retailers whose account numbers, as they are compared, are these without
/// blanks and the zeros before them.
///
/// # Errors
/// When the database fails.
pub fn retailers_nearly_numbered(tx: &mut Tx<'_>, bare: &[String]) -> Result<Vec<Retailer>, Error> {
    const BARE: &str = "coalesce(nullif(ltrim(replace(r.account_number_key, ' ', ''), '0'), ''), '0')";
    among(tx, (RETAILER, BARE), bare)
}

/// The retailers of these names, as they are compared.
///
/// # Errors
/// When the database fails.
pub fn retailers_called(tx: &mut Tx<'_>, names: &[String]) -> Result<Vec<Retailer>, Error> {
    among(tx, (RETAILER, "r.name_key"), names)
}

/// The contacts of these retailers.
///
/// # Errors
/// When the database fails.
pub fn contacts_at(tx: &mut Tx<'_>, retailers: &[RetailerId]) -> Result<Vec<Contact>, Error> {
    among(tx, (CONTACT, "c.retailer_id"), retailers)
}

/// The contacts with these usernames, as they are compared.
///
/// # Errors
/// When the database fails.
pub fn contacts_named(tx: &mut Tx<'_>, keys: &[String]) -> Result<Vec<Contact>, Error> {
    among(tx, (CONTACT, "c.username_key"), keys)
}

/// The contacts with any of these addresses, by [`EmailAddress::key`].
///
/// # Errors
/// When the database fails.
pub fn contacts_addressed(tx: &mut Tx<'_>, keys: &[String]) -> Result<Vec<Contact>, Error> {
    among(tx, (CONTACT, "c.email_key"), keys)
}

pub(super) fn retailer(
    tx: &mut Tx<'_>,
    staff: Option<StaffId>,
    id: RetailerId,
) -> Result<Option<Retailer>, Error> {
    one_within(tx, &format!("{RETAILER} where r.id = $1"), &id, staff)
}

pub(super) fn contact(
    tx: &mut Tx<'_>,
    staff: Option<StaffId>,
    id: ContactId,
) -> Result<Option<Contact>, Error> {
    one_within(tx, &format!("{CONTACT} where c.id = $1"), &id, staff)
}

fn one_within<T: FromRow>(
    tx: &mut Tx<'_>,
    sql: &str,
    id: &dyn ToValue,
    staff: Option<StaffId>,
) -> Result<Option<T>, Error> {
    match staff {
        None => tx.opt(sql, &[id]),
        Some(by) => tx.opt(&(sql.to_owned() + &within(staff, 2)), &[id, &by]),
    }
}

pub(super) fn contacts_of(tx: &mut Tx<'_>, retailer: RetailerId) -> Result<Vec<Contact>, Error> {
    tx.all(&format!("{CONTACT} where c.retailer_id = $1 order by c.name_key, c.id"), &[&retailer])
}

/// The contact with a username; of two whose usernames became one since they
/// were entered, the one it has always led to.
///
/// # Errors
/// When the database fails.
pub fn contact_by_username(tx: &mut Tx<'_>, username: &Username) -> Result<Option<Contact>, Error> {
    tx.opt(
        &format!("{CONTACT} where c.username_key in ($1, $2) order by c.username_key <> $1 limit 1"),
        &[&username.former_key(), &username.key()],
    )
}

/// The contact whose mail goes to an address, if it is the only one.
///
/// # Errors
/// When the database fails.
pub(super) fn only_contact_with(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Option<Contact>, Error> {
    let mut found: Vec<Contact> =
        tx.all(&format!("{CONTACT} where c.email_key = $1 limit 2"), &[&email.key()])?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// The contacts whose mail goes to an address, by retailer and name.
///
/// # Errors
/// When the database fails.
pub fn contacts_by_email(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Vec<Contact>, Error> {
    tx.all(
        &format!("{CONTACT} where c.email_key = $1 order by r.name_key, c.name_key, c.id limit 100"),
        &[&email.key()],
    )
}

/// The retailer with an account number.
///
/// # Errors
/// When the database fails.
pub fn retailer_by_account_number(tx: &mut Tx<'_>, account_number: &str) -> Result<Option<Retailer>, Error> {
    tx.opt(&format!("{RETAILER} where r.account_number_key = $1"), &[&text::search_key(account_number)])
}

/// The territory of a name.
///
/// # Errors
/// When the database fails.
pub fn territory_named(tx: &mut Tx<'_>, name: &str) -> Result<Option<TerritoryId>, Error> {
    let row: Option<Row> =
        tx.opt("select id from territories where name_key = $1", &[&text::search_key(name)])?;
    row.map(|row| row.get("id")).transpose()
}

/// The names of all territories.
///
/// # Errors
/// When the database fails.
pub fn territories(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let rows: Vec<Row> = tx.all("select name from territories order by name_key", &[])?;
    rows.iter().map(|row| row.get("name")).collect()
}

/// Adds a territory.
///
/// # Errors
/// When the name is taken or the database fails.
pub fn insert_territory(tx: &mut Tx<'_>, id: TerritoryId, name: &str) -> Result<(), Error> {
    tx.run(
        "insert into territories (id, name, name_key) values ($1, $2, $3)",
        &[&id, &name, &text::search_key(name)],
    )?;
    Ok(())
}

/// Adds a retailer.
///
/// # Errors
/// When the account number is taken or the database fails.
pub fn insert_retailer(
    tx: &mut Tx<'_>,
    new: &Retailer,
    territory: TerritoryId,
    now: Timestamp,
) -> Result<(), Error> {
    insert_retailers(tx, &[(new.clone(), territory)], now)
}

/// Adds retailers.
///
/// # Errors
/// As for [`insert_retailer`].
pub fn insert_retailers(
    tx: &mut Tx<'_>,
    all: &[(Retailer, TerritoryId)],
    now: Timestamp,
) -> Result<(), Error> {
    let values = |(new, territory): &(Retailer, TerritoryId)| {
        vec![
            new.id.to_value(),
            new.account_number.to_value(),
            text::search_key(&new.account_number).to_value(),
            new.name.to_value(),
            text::search_key(&new.name).to_value(),
            new.address.to_value(),
            territory.to_value(),
            new.active.to_value(),
            now.to_value(),
            now.to_value(),
        ]
    };
    tx.enter(
        "insert into retailers (id, account_number, account_number_key, name, name_key, address, territory_id, active, created_at, updated_at)",
        &all.iter().map(values).collect::<Vec<_>>(),
        "",
    )
}

/// Activates or deactivates a retailer.
///
/// # Errors
/// When the database fails.
pub fn set_retailer_active(
    tx: &mut Tx<'_>,
    retailer: RetailerId,
    on: bool,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update retailers set active = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&retailer, &on, &now],
    )?;
    Ok(())
}

/// Removes a retailer that is empty and in no list.
///
/// # Errors
/// When the database fails.
pub fn remove_retailer(tx: &mut Tx<'_>, retailer: RetailerId) -> Result<(), Error> {
    tx.run("delete from retailers where id = $1", &[&retailer])?;
    Ok(())
}

impl FromRow for Retailer {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            account_number: row.get("account_number")?,
            name: row.get("name")?,
            address: row.get("address")?,
            territory: row.get("territory")?,
            active: row.get("active")?,
            contacts: row.get("contacts")?,
            version: row.get("version")?,
        })
    }
}

impl FromRow for Contact {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            retailer: row.get("retailer_id")?,
            retailer_name: row.get("retailer_name")?,
            account_number: row.get("account_number")?,
            retailer_active: row.get("retailer_active")?,
            name: row.get("name")?,
            position: row.get("position")?,
            phone: row.get("phone")?,
            language: row.parse("language", |tag| Language::from_tag(tag).ok_or("unknown language"))?,
            email: row.parse_opt("email", EmailAddress::parse)?,
            email_changed_at: row.get("email_changed_at")?,
            username: row.get::<Option<String>>("username")?.as_deref().map(Username::stored),
            website_access: row.get("website_access")?,
            active: row.get("active")?,
            has_password: row.get("has_password")?,
            password_set_at: row.get("password_set_at")?,
            password_brought_at: row.get("password_brought_at")?,
            last_sign_in_at: row.get("last_sign_in_at")?,
            bounced_at: row.get("bounced_at")?,
            was_invited: row.get("was_invited")?,
            mail_pending: row.get("mail_pending")?,
            temporary_until: row.get("temporary_until")?,
            version: row.get("version")?,
        })
    }
}
