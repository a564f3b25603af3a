//! A mail as its reader takes it: the password to copy, the link to press.

use std::ops::Deref;

use super::shop::PUBLIC_URL;
use super::smtp_sink::Received;

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Letter(pub Received);

impl Deref for Letter {
    type Target = Received;

    fn deref(&self) -> &Received {
        &self.0
    }
}

impl Letter {
    /// What it says it is.
    pub fn kind(&self) -> String {
        self.header("X-Tradepost-Kind").unwrap_or_default()
    }

    /// Whether it went to this address.
    pub fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| to == address)
    }

    /// The temporary password: alone on its line.
    pub fn temporary_password(&self) -> String {
        let text = self.text_part();
        let found: Vec<&str> = text.lines().filter(|line| is_temporary_password(line)).collect();
        assert_eq!(found.len(), 1, "one line with a temporary password in:\n{text}");
        found[0].to_owned()
    }

    /// The code of six digits: alone on its line.
    pub fn code(&self) -> String {
        let text = self.text_part();
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit());
        text.lines().find(is_code).expect("a code").to_owned()
    }

    /// The path of the link under `/not-me/` or the like.
    pub fn link(&self, under: &str) -> String {
        let text = self.text_part();
        let wanted = format!("{PUBLIC_URL}{under}");
        let line = text.lines().find(|line| line.starts_with(&wanted));
        line.unwrap_or_else(|| panic!("no link to {wanted} in:\n{text}"))[PUBLIC_URL.len()..].to_owned()
    }

    /// The page that calls the reset back.
    pub fn not_me(&self) -> String {
        self.link("/not-me/")
    }
}

fn is_temporary_password(line: &str) -> bool {
    let groups: Vec<&str> = line.split('-').collect();
    let is_group =
        |group: &&str| group.len() == 4 && group.bytes().all(|b| b"23456789CDFHJKMNPQRTVWXY".contains(&b));
    groups.len() == 4 && groups.iter().all(is_group)
}
