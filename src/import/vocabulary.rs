//! The headings by which fields are known: what systems export and what people
//! write in English, German, French, Dutch, Italian, Spanish and Polish.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Field;

/// The words of a heading: in lower case, without accents and punctuation, parted
/// also where a small letter is followed by a capital.
pub fn words(heading: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in heading.nfkd().filter(|c| !is_combining_mark(*c)) {
        let parts = !c.is_alphanumeric() || (c.is_uppercase() && after_small);
        if parts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        after_small = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            match c {
                'ß' | 'ẞ' => word.push_str("ss"),
                'æ' | 'Æ' => word.push_str("ae"),
                'œ' | 'Œ' => word.push_str("oe"),
                'ł' | 'Ł' => word.push('l'),
                'ø' | 'Ø' => word.push('o'),
                c => word.extend(c.to_lowercase()),
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a heading most likely means, how likely that is, and whose it is, such as
/// `billing`: the first of its readings that is known. Lower ranks are likelier.
pub fn meaning(heading: &str) -> Option<Meaning> {
    let bare = without_brackets(heading);
    let whole = words(heading).concat();
    let unbracketed = words(&bare).concat();
    let unnumbered = unbracketed.trim_matches(|c: char| c.is_ascii_digit());
    let readings = [whole.as_str(), unbracketed.as_str(), unnumbered];
    let exact = readings.into_iter().enumerate().find_map(|(steps, key)| {
        known(key).map(|(field, rank)| Meaning { field, rank: rank + steps * STEP, whose: "" })
    });
    exact.or_else(|| of_someone(unnumbered))
}

/// What a heading means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What its column holds.
    pub field: Field,
    /// How unlikely it is.
    pub rank: usize,
    /// Whose it is, if the heading says so.
    pub whose: &'static str,
}

/// What a reading that is further from what is written costs.
const STEP: usize = 200;

fn without_brackets(heading: &str) -> String {
    let mut depth = 0_usize;
    let kept = heading.chars().filter(|c| match c {
        '(' | '[' | '{' => {
            depth += 1;
            false
        }
        ')' | ']' | '}' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    kept.collect()
}

fn known(key: &str) -> Option<(Field, usize)> {
    HEADINGS.iter().find_map(|(field, keys)| {
        let rank = keys.split_ascii_whitespace().position(|known| known == key)?;
        Some((*field, rank))
    })
}

/// A reading with the word before it that says whose it is, where that doesn't
/// change what it means.
fn of_someone(key: &str) -> Option<Meaning> {
    let whose = WHOSE.split_ascii_whitespace().filter_map(|whose| Some((whose, key.strip_prefix(whose)?)));
    let meanings = whose.filter_map(|(whose, rest)| {
        let rest = rest.trim_matches(|c: char| c.is_ascii_digit());
        let (field, rank) = known(rest)?;
        let keeps = matches!(
            field,
            Field::Email
                | Field::Phone
                | Field::FirstName
                | Field::LastName
                | Field::Address
                | Field::Position
                | Field::Language
        );
        // `Billing title` is a doctor's.
        let keeps = keeps && rest != "title";
        keeps.then_some(Meaning { field, rank: rank + 3 * STEP, whose })
    });
    meanings.min_by_key(|meaning| meaning.rank)
}

const WHOSE: &str = "defaultaddress defaultbilling primaryaddress mainaddress billing billto bill invoice \
    rechnungs rechnung facturation facturatie fatturazione facturacion default primary main haupt customer \
    customers kunden kunde client klant cliente contact kontakt ansprechpartner ap company firmen firma \
    business geschafts user work office account person people address adress adresse buyer mailing postal \
    legal store shop partner debitor wpuser po";

/// The likeliest first, as [`words`] are joined.
const HEADINGS: &[(Field, &str)] = &[
    (
        Field::AccountNumber,
        "accountnumber accountno accountnr customernumber customerno customernr customernum custno custnr \
         custnum custnumber kundennummer kundennr kundenr kdnr kdnummer kndnr kunnr kunr debitorennummer \
         debitorennr debitornummer debitornr debnr debtornumber debtorno clientnumber clientno numeroclient \
         numeroduclient noclient numclient codeclient refclient klantnummer klantnr klantcode debiteurnummer \
         debiteurnr debiteurennummer codicecliente numerocliente codcliente numerodecliente codigocliente \
         codigodecliente numerklienta nrklienta kodklienta numerkontrahenta kodkontrahenta customercode \
         custcode debtorcode customerref customerreference cardcode sapnumber bpnumber businesspartnernumber \
         businesspartner geschaftspartnernummer gpnummer partnernumber partnernummer adressnummer adrnr \
         kundenkennung debitor account customerid custid kundenid kdid clientid klantid idcliente idklienta \
         idclient accountid companyid bpcode ac konto personenkonto debitorenkonto associatedcompanyids \
         internalreference ref reference externalid id userid entityid",
    ),
    (
        Field::Retailer,
        "retailer company companyname customername firmenname firmenbezeichnung firma firmierung \
         unternehmensname unternehmen kundenname kundenbezeichnung debitorenname debitorname debtorname \
         accountname cardname businessname legalname tradingname tradename billingcompany \
         defaultaddresscompany organisationname organizationname organisation organization shopname \
         storename dealername dealer reseller handlername haendlername handler haendler name1 raisonsociale \
         nomsociete nomdelasociete societe entreprise nomclient nomduclient bedrijfsnaam bedrijf klantnaam \
         ragionesociale azienda nomeazienda societa nomecliente razonsocial empresa nombreempresa \
         nombrefiscal nombrecliente nazwafirmy nazwaklienta nazwakontrahenta kontrahent shop store customer \
         kunde client klant cliente klient nazwa bpname associatedcompany nameadressattypunternehmen",
    ),
    (
        Field::Address,
        "address address1 address2 address3 addressline addressline1 addressline2 addressline3 street \
         streetaddress streetname street1 street2 addr addr1 addr2 anschrift adresse adresszeile strasse \
         strassehausnummer strasseundhausnummer strassenr strassehausnr str hausnummer hausnr adresszusatz \
         adressezusatz postfach pobox name2 name3 city town ort stadt wohnort postcode postalcode zip zipcode \
         plz postleitzahl plzort country countryname countrycode land landcode landerkurzel laendercode county \
         province provincename provincecode bundesland rue adressepostale codepostal ville pays adres straat \
         huisnummer plaats woonplaats indirizzo via cap citta provincia paese direccion calle codigopostal cp \
         ciudad poblacion pais ulica kodpocztowy miasto miejscowosc kraj stras \
         pstlz zippostalcode zipcodepostalcode stateprovince countryregion countryregioncode",
    ),
    (
        Field::Territory,
        "territory salesterritory salesregion salesarea salesdistrict gebiet vertretergebiet verkaufsgebiet \
         vertriebsgebiet vertriebsregion bezirk verkaufsbezirk region regio area secteur zona rayon zone \
         customergroup kundengruppe groupid",
    ),
    (
        Field::RetailerActive,
        "retaileractive companyactive customeractive accountactive kundeaktiv kundenaktiv firmaaktiv \
         customerstatus kundenstatus accountstatus companystatus",
    ),
    (
        Field::RetailerBlocked,
        "retailerblocked companyblocked customerblocked accountblocked customerlocked customerinactive \
         companyinactive kundegesperrt kundengesperrt kundensperre kundeinaktiv firmagesperrt onhold loevm",
    ),
    (
        Field::Contact,
        "contact contactname contactperson contactfullname fullname ansprechpartner ansprechpartnername \
         ansprechpartnerin ansprechperson kontakt kontaktname kontaktperson zuhanden zhd attention attn \
         displayname personname interlocuteur nomducontact nomcontact nomcomplet contactpersoon volledigenaam \
         referente personadicontatto contatto nomecompleto personadecontacto contacto nombrecontacto \
         nombrecompleto osobakontaktowa imieinazwisko buyer buyername einkaufer name naam",
    ),
    (
        Field::FirstName,
        "firstname billingfirstname givenname vorname forename fname prenom voornaam nome nombre nombres imie \
         vornameadressattypnaturlperson",
    ),
    (
        Field::LastName,
        "lastname billinglastname surname familyname nachname familienname zuname lname secondname \
         nomdefamille nom achternaam cognome apellidos apellido nazwisko nameadressattypnaturlperson",
    ),
    (
        Field::Position,
        "position jobtitle role title funktion function fonction poste functie ruolo cargo puesto stanowisko \
         abteilung department organizationtitle",
    ),
    (
        Field::Phone,
        "phone telephone phonenumber telephonenumber tel telno telnr phoneno phone1 telefon telefonnummer \
         telefonnr fon rufnummer telefoon telefoonnummer telefono numerodetelephone numerotelefonu \
         billingphone billingtelephone defaultaddressphone directphone workphone businessphone mobile \
         mobilephone mobilenumber mobileno mobil mobiltelefon mobilnummer handy handynummer cell cellphone \
         gsm portable mobiel cellulare movil komorka telf phone1value",
    ),
    (
        Field::Language,
        "language locale lang languagecode preferredlanguage sprache sprachcode korrespondenzsprache \
         kundensprache langue taal lingua idioma jezyk",
    ),
    (
        Field::Email,
        "email emailaddress mail mailaddress mailadresse emailadresse useremail billingemail emailid \
         smtpaddress courriel adressemail adresseemail adressedemail mel emailadres mailadres indirizzoemail \
         postaelettronica correo correoelectronico direcciondecorreo adresemail pocztaelektroniczna eposta smtpaddr email1value",
    ),
    (
        Field::Username,
        "username userlogin loginname login logonname loginid user usr benutzername benutzer anmeldename \
         nutzername weblogin shoplogin kundenlogin identifiant nomutilisateur nomdutilisateur gebruikersnaam \
         nomeutente usuario nombredeusuario nazwauzytkownika uzytkownik samaccountname",
    ),
    (
        Field::WebsiteAccess,
        "websiteaccess webaccess portalaccess access webzugang shopzugang onlinezugang portalzugang zugang \
         canlogin loginallowed b2baccess",
    ),
    (
        Field::ContactActive,
        "contactactive active isactive enabled isenabled useractive accountenabled status contactstatus \
         aktiv istaktiv aktivkennzeichen aktivkz freigegeben actif actief attivo activo aktywny",
    ),
    (
        Field::ContactBlocked,
        "contactblocked userblocked blocked isblocked locked islocked inactive isinactive disabled isdisabled \
         banned isbanned suspended deleted isdeleted archived isarchived deactivated gesperrt istgesperrt \
         sperre sperrkennzeichen sperrkz gesperrtkz inaktiv istinaktiv deaktiviert geloscht geloescht \
         loschkennzeichen loeschkennzeichen loschkz loeschkz archiviert bloque inactif desactive supprime \
         geblokkeerd inactief bloccato inattivo disattivato bloqueado inactivo zablokowany nieaktywny",
    ),
    (
        Field::PasswordHash,
        "passwordhash userpass password passwd hash passwort kennwort encryptedpassword hashedpassword \
         passwordhashed passworddigest userpassword userpasswordhash customerspassword customerpassword pass \
         passhash pwd pwdhash userpwd wachtwoord motdepasse contrasena haslo",
    ),
    (Field::PasswordSalt, "passwordsalt salt passsalt pwdsalt usersalt"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_heading_falls_into_words() {
        assert_eq!(words("E-Mail 1"), ["e", "mail", "1"]);
        assert_eq!(words("userPassword"), ["user", "password"]);
        assert_eq!(words("Straße / N° Société"), ["strasse", "n", "societe"]);
        assert_eq!(words("KUNNR"), ["kunnr"]);
        assert_eq!(words(" … "), Vec::<String>::new());
    }

    #[test]
    fn no_heading_means_two_fields_and_every_field_has_some() {
        let mut all = BTreeSet::new();
        for (field, keys) in HEADINGS {
            assert!(keys.split_ascii_whitespace().next().is_some(), "{field:?}");
            for key in keys.split_ascii_whitespace() {
                assert!(all.insert(key), "{key}");
                assert_eq!(words(key), [key], "written as it is compared");
            }
        }
        assert!(Field::ALL.into_iter().all(|field| HEADINGS.iter().any(|(known, _)| *known == field)));
    }

    #[test]
    fn whose_something_is_does_not_change_what_it_is() {
        let field = |heading| meaning(heading).map(|meaning| (meaning.field, meaning.whose));
        assert_eq!(field("Billing Street 2"), Some((Field::Address, "billing")));
        assert_eq!(field("Kunden-E-Mail"), Some((Field::Email, "kunden")));
        assert_eq!(field("Shipping Street"), None, "goods go there");
        assert_eq!(field("Contact Owner"), None);
        assert_eq!(field("Account status"), Some((Field::RetailerActive, "")));
    }
}
