//! Yes and no, as files write them.

/// What a cell answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Yes, to whatever its column asks.
    Yes,
    /// No.
    No,
    /// Active, whatever its column asks.
    Active,
    /// Not active any more.
    Inactive,
}

/// What a cell answers, in words of several languages.
pub fn switch_word(text: &str) -> Option<Switch> {
    let word = text.trim().to_lowercase();
    let among = |words: &str| words.split_ascii_whitespace().any(|known| known == word);
    match () {
        () if among("yes y true t on 1 ja j x oui vrai si sì sí vero verdadero tak wahr waar ✓") => {
            Some(Switch::Yes)
        }
        () if among("no n false f off 0 nein non faux falso nee nie falsch onwaar") => Some(Switch::No),
        () if among(
            "active enabled aktiv aktiviert freigegeben actif actief attivo activo aktywny aktywna unblocked",
        ) =>
        {
            Some(Switch::Active)
        }
        () if among(
            "inactive disabled blocked locked suspended banned deleted archived deactivated closed inaktiv \
             gesperrt deaktiviert gelöscht geloescht archiviert inactif bloqué inactief geblokkeerd inattivo \
             bloccato inactivo bloqueado nieaktywny nieaktywna zablokowany",
        ) =>
        {
            Some(Switch::Inactive)
        }
        () => None,
    }
}
