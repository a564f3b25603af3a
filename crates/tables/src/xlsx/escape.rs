/// Characters that XML can't hold, which Excel writes as `_x000D_` (ECMA-376-1, 22.4.2.4 `ST_Xstring`).
pub(super) fn unescape(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        if let Some((character, bytes)) = escaped(from) {
            plain.push(character);
            rest = &from[bytes..];
        } else {
            plain.push_str("_x");
            rest = &from[2..];
        }
    }
    plain.push_str(rest);
    plain
}

/// The character that the text begins with in this way, and how many bytes that takes.
fn escaped(text: &str) -> Option<(char, usize)> {
    let unit = unit(text)?;
    let units = [Some(unit), text.get(7..).and_then(self::unit)];
    let character = char::decode_utf16(units.into_iter().flatten()).next()?;
    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((character, 7 * character.len_utf16()))
}

/// The UTF-16 unit of `_xHHHH_`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("_x")?.get(..5)?.strip_suffix('_')?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}
