//! Where mail goes.

use std::fmt;
use std::str::FromStr;

/// The longest address, in bytes (RFC 5321, 4.5.3.1.3 less the brackets).
const MAX_BYTES: usize = 254;

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a complete e-mail address, such as orders@shop.example")]
pub struct EmailAddressError;

/// An e-mail address: the local part as typed, the domain in lower-case ASCII
/// (IDNA, RFC 5891).
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address; white space around it is forgiven.
    pub fn parse(typed: &str) -> Result<Self, EmailAddressError> {
        let typed = typed.trim();
        let (local, domain) = typed.rsplit_once('@').ok_or(EmailAddressError)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailAddressError)?;
        let address = format!("{local}@{domain}");
        let plain = local.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),:;<>@[]\\".contains(&b));
        if address.len() > MAX_BYTES || !plain || !domain.contains('.') {
            return Err(EmailAddressError);
        }
        lettre::Address::from_str(&address).map_err(|_| EmailAddressError)?;
        Ok(Self(address))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared: lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Enough to recognise it by, not enough to learn it: `a…d@harbour.example`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let mut characters = local.chars();
        let first = characters.next().map(String::from).unwrap_or_default();
        let last = characters.next_back().map(String::from).unwrap_or_default();
        format!("{first}…{last}@{domain}")
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_masked() {
        let address =
            EmailAddress::parse(" annard@Harbour.EXAMPLE ").map(|a| (a.as_str().to_owned(), a.masked()));
        assert_eq!(address, Ok(("annard@harbour.example".into(), "a…d@harbour.example".into())));
        let international = EmailAddress::parse("a@b\u{fc}cher.example").map(|a| a.as_str().to_owned());
        assert_eq!(international, Ok("a@xn--bcher-kva.example".into()));
    }

    #[test]
    fn what_is_no_address_or_could_forge_one_is_refused() {
        for typed in [
            "",
            "anna",
            "anna@",
            "@shop.example",
            "a b@shop.example",
            "a@shop",
            "a\r\nBcc:x@shop.example",
            "a,b@shop.example",
            "<a@shop.example>",
            "a@b@shop.example",
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(EmailAddressError), "{typed:?}");
        }
        assert_eq!(EmailAddress::parse(&format!("{}@shop.example", "x".repeat(260))), Err(EmailAddressError));
    }
}
