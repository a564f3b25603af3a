//! What the columns of a file most likely hold: by their headings, and by what
//! stands in its first rows.

use super::switch::switch_word;
use super::vocabulary::{self, Meaning};
use super::{Field, secrets};

/// What each column most likely holds. `rows` are the first rows of the file,
/// perhaps none.
pub fn columns<T: AsRef<str>>(headings: &[String], rows: &[Vec<T>]) -> Vec<Option<Field>> {
    let looks = |place: usize| {
        let texts = rows.iter().filter_map(|row| row.get(place)).map(|text| text.as_ref().trim());
        Looks::of(texts.filter(|text| !text.is_empty()))
    };
    let mut meanings: Vec<Option<Meaning>> = Vec::with_capacity(headings.len());
    for (place, heading) in headings.iter().enumerate() {
        let meaning = vocabulary::meaning(heading);
        let secret = secrets::is_heading(heading);
        meanings.push(match meaning {
            Some(meaning) if secret => Some(meaning).filter(|meaning| meaning.field.is_of_passwords()),
            Some(meaning) => as_it_looks(meaning, looks(place)),
            None if secret => None,
            None => by_looks(heading, looks(place)),
        });
    }
    one_address(&mut meanings);
    let mut fields = best_of_each(&meanings);
    company_beside_contact(headings, &meanings, &mut fields);
    name_beside_first_name(headings, &mut fields);
    fields
}

/// What the cells of a column have in common.
#[expect(clippy::struct_excessive_bools, reason = "each is true of a column or not")]
#[derive(Clone, Copy, Debug, Default)]
struct Looks {
    /// There are some.
    some: bool,
    /// Each answers yes or no.
    switches: bool,
    /// Some answer yes or no.
    answers: bool,
    /// Each is made of digits only.
    digits: bool,
    /// They count the rows.
    counts: bool,
}

impl Looks {
    fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut looks = Self { some: false, switches: true, answers: false, digits: true, counts: true };
        let mut next: Option<u64> = None;
        for text in texts {
            let number = text.parse::<u64>().ok();
            looks.counts &= number.is_some_and(|number| next.map_or(number <= 1, |next| number == next));
            next = number.and_then(|number| number.checked_add(1));
            looks.some = true;
            let answers = switch_word(text).is_some();
            looks.switches &= answers;
            looks.answers |= answers;
            looks.digits &= text.bytes().all(|byte| byte.is_ascii_digit());
        }
        looks
    }
}

/// A meaning that fits what stands in the column: nobody is called 1 or yes, and
/// who is blocked is not told by sentences alone.
fn as_it_looks(meaning: Meaning, looks: Looks) -> Option<Meaning> {
    if !looks.some {
        return Some(meaning);
    }
    if meaning.field.is_name() && (looks.switches || looks.digits) {
        // A column "customer" of numbers is the customer's number.
        let number = Meaning { field: Field::AccountNumber, rank: usize::MAX, whose: "" };
        return (meaning.field == Field::Retailer && looks.digits && !looks.switches).then_some(number);
    }
    // One cell that is mistyped is a wrong row; it does not let everyone in who is blocked.
    if meaning.field.is_switch() && !looks.answers {
        return None;
    }
    Some(meaning)
}

/// What a column holds whose heading means one thing or another.
fn by_looks(heading: &str, looks: Looks) -> Option<Meaning> {
    let words = vocabulary::words(heading).concat();
    let field = match words.as_str() {
        _ if !looks.some => return None,
        "state" | "zustand" if looks.switches => Field::ContactActive,
        "state" | "zustand" => Field::Address,
        // Rows are counted so, too.
        "no" | "nr" | "number" | "nummer" if !looks.counts => Field::AccountNumber,
        _ => return None,
    };
    Some(Meaning { field, rank: usize::MAX, whose: "" })
}

/// Of several addresses, such as one for mail and one for invoices, the one that
/// has most columns counts, or else the first.
fn one_address(meanings: &mut [Option<Meaning>]) {
    let is_address = |meaning: &&Meaning| meaning.field == Field::Address;
    let of = |whose: &str| meanings.iter().flatten().filter(is_address).filter(|m| m.whose == whose).count();
    let mut all: Vec<&str> = meanings.iter().flatten().filter(is_address).map(|m| m.whose).collect();
    all.reverse();
    let Some(most) = all.into_iter().max_by_key(|whose| of(whose)) else { return };
    for meaning in meanings {
        meaning.take_if(|meaning| meaning.field == Field::Address && meaning.whose != most);
    }
}

/// Of several columns that seem to hold the same the likeliest does, or else the
/// first.
fn best_of_each(meanings: &[Option<Meaning>]) -> Vec<Option<Field>> {
    let best = |field: Field| {
        let of_field = meanings.iter().enumerate().filter_map(|(place, meaning)| Some((place, (*meaning)?)));
        of_field.filter(|(_, meaning)| meaning.field == field).min_by_key(|(_, meaning)| meaning.rank)
    };
    let columns = meanings.iter().enumerate().map(|(place, meaning)| {
        let field = (*meaning)?.field;
        let counts = field.joins() || best(field).is_some_and(|(first, _)| first == place);
        counts.then_some(field)
    });
    columns.collect()
}

/// `Name` beside `Contact` is the company's.
fn company_beside_contact(headings: &[String], meanings: &[Option<Meaning>], fields: &mut [Option<Field>]) {
    let is_contact = |place: &usize| meanings[*place].is_some_and(|meaning| meaning.field == Field::Contact);
    let name = headings.iter().position(is_bare).filter(is_contact);
    let Some(name) = name.filter(|_| !fields.contains(&Some(Field::Retailer))) else { return };
    let others = (0..headings.len()).filter(|place| *place != name).filter(is_contact);
    let likeliest = others.min_by_key(|place| meanings[*place].map(|meaning| meaning.rank));
    if let Some(contact) = likeliest {
        fields[contact] = Some(Field::Contact);
        fields[name] = Some(Field::Retailer);
    }
}

#[expect(clippy::ptr_arg, reason = "it is asked of headings as they are kept")]
fn is_bare(heading: &String) -> bool {
    ["name", "naam"].contains(&vocabulary::words(heading).concat().as_str())
}

/// `Name` beside `Vorname` is the last name; beside both it is the company's, and so
/// is what some call the contact's name.
fn name_beside_first_name(headings: &[String], fields: &mut [Option<Field>]) {
    let has = |fields: &[Option<Field>], field| fields.contains(&Some(field));
    let Some(place) = fields.iter().position(|field| *field == Some(Field::Contact)) else { return };
    let bare = headings.get(place).is_some_and(is_bare);
    let called = headings.get(place).is_some_and(|h| vocabulary::words(h).concat() == "contactname");
    if !bare && !called || !has(fields, Field::FirstName) {
        return;
    }
    match (has(fields, Field::LastName), has(fields, Field::Retailer)) {
        (false, _) if called => {}
        (false, _) => fields[place] = Some(Field::LastName),
        (true, false) => fields[place] = Some(Field::Retailer),
        (true, true) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Field::{
        AccountNumber, Address, Contact, ContactActive, ContactBlocked, Email, FirstName, LastName, Phone,
        Retailer,
    };
    use super::*;

    fn guessed(text: &str, delimiter: char) -> Vec<Option<Field>> {
        let row = |line: &str| line.split(delimiter).map(str::to_owned).collect::<Vec<_>>();
        let mut lines = text.lines().map(row);
        let headings = lines.next().unwrap_or_default();
        columns(&headings, &lines.collect::<Vec<_>>())
    }

    #[test]
    fn cells_tell_what_a_heading_does_not() {
        let odoo = "id,name,ref,email,street,city,customer\nres_partner_10,Sample Shop,R10,a@shop.example,1 Quay,Town,1";
        let expected =
            [None, Some(Contact), Some(AccountNumber), Some(Email), Some(Address), Some(Address), None];
        assert_eq!(guessed(odoo, ','), expected);
        let sap = "Customer,Name 1,State\n100017,Sample Shop,NY";
        assert_eq!(guessed(sap, ','), [Some(AccountNumber), Some(Retailer), Some(Address)]);
        assert_eq!(
            guessed("id,state\n1,enabled\n2,disabled", ','),
            [Some(AccountNumber), Some(ContactActive)]
        );
        assert_eq!(guessed("id,status\n1,prospect", ','), [Some(AccountNumber), None]);
        assert_eq!(guessed("id,status", ','), [Some(AccountNumber), Some(ContactActive)]);
    }

    #[test]
    fn an_erp_is_understood() {
        let erp = "Kunden-ID;Firmenname;Vorname;Nachname;E-Mail 1;Straße 1;Ort 1;Gesperrt\n10001;Sample GmbH;Anna;Sample;a@shop.example;Weg 1;Ort;1";
        let expected = [
            Some(AccountNumber),
            Some(Retailer),
            Some(FirstName),
            Some(LastName),
            Some(Email),
            Some(Address),
            Some(Address),
            Some(ContactBlocked),
        ];
        assert_eq!(guessed(erp, ';'), expected);
        assert_eq!(
            guessed("KUNNR;Name;Vorname", ';'),
            [Some(AccountNumber), Some(LastName), Some(FirstName)]
        );
        let three = guessed("Nr;Name;Vorname;Nachname", ';');
        assert_eq!(three, [None, Some(Retailer), Some(FirstName), Some(LastName)]);
    }

    #[test]
    fn no_field_is_claimed_twice() {
        let twice = guessed("id,Kundennummer,Mail,E-Mail,Mobil,Telefon", ',');
        assert_eq!(twice, [None, Some(AccountNumber), None, Some(Email), None, Some(Phone)]);
        let addresses = guessed("Street,Billing Street,Billing City,Billing Zip,Shipping Street", ',');
        assert_eq!(addresses, [None, Some(Address), Some(Address), Some(Address), None]);
    }

    #[test]
    fn promise_1_no_column_of_secrets_is_guessed_to_be_something_else() {
        assert_eq!(
            guessed("id,PIN,Kennwort,User PIN Code", ','),
            [Some(AccountNumber), None, Some(Field::PasswordHash), None]
        );
    }
}
