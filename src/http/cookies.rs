//! The cookies: sessions of two kinds, the tokens of the sales app, by what a
//! browser is known again, and a message for the next page.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

/// Who a session cookie is for. Contacts and staff have their own, so that one
/// browser can hold both and neither opens the other's door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// Contacts, on the website.
    Website,
    /// Staff, on the pages of the portal and the sales app.
    Staff,
    /// The access token of the sales app.
    Device,
    /// Its refresh token.
    Refresh,
    /// That contacts have signed in with this browser before.
    Known,
}

impl Jar {
    const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Website => ["__Host-tradepost", "tradepost"],
            Self::Staff => ["__Host-tradepost-staff", "tradepost-staff"],
            Self::Device => ["__Host-tradepost-device", "tradepost-device"],
            Self::Refresh => ["__Host-tradepost-refresh", "tradepost-refresh"],
            Self::Known => ["__Host-tradepost-known", "tradepost-known"],
        }
    }

    /// Pages come by a link from elsewhere, too; only the app itself sends the
    /// tokens of a device, and only the form of the sign-in page what a browser
    /// is known by.
    const fn same_site(self) -> &'static str {
        match self {
            Self::Website | Self::Staff => "Lax",
            Self::Device | Self::Refresh | Self::Known => "Strict",
        }
    }
}

/// How cookies are set, by the scheme people reach us under.
///
/// Over https there is one, with the `__Host-` prefix (RFC 6265bis, 4.1.3.2;
/// ASVS 5.0, 3.3.3). Over plain http, which is for trying out on one's own
/// machine, browsers differ in whether they keep such a cookie, so a plain
/// one is set beside it.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether the public address is https.
    pub https: bool,
}

impl Cookies {
    /// The token a request carries.
    pub fn read(self, headers: &HeaderMap, jar: Jar) -> Option<Zeroizing<String>> {
        let [strict, plain] = jar.names();
        let plain = if self.https { None } else { Some(plain) };
        let mut names = [Some(strict), plain].into_iter().flatten();
        names.find_map(|name| value(headers, name)).map(|value| Zeroizing::new(value.to_owned()))
    }

    /// Hands a token to the browser, for as long as the session may live.
    pub fn set(self, headers: &mut HeaderMap, jar: Jar, token: &str, max_age_s: u64) {
        let ([strict, plain], same_site) = (jar.names(), jar.same_site());
        let rules = format!("Path=/; Max-Age={max_age_s}; HttpOnly; SameSite={same_site}");
        push(headers, &format!("{strict}={token}; {rules}; Secure"));
        if !self.https {
            push(headers, &format!("{plain}={token}; {rules}"));
        }
    }

    /// Takes a session's cookie back.
    pub fn clear(self, headers: &mut HeaderMap, jar: Jar) {
        self.set(headers, jar, "", 0);
    }
}

/// Name of the cookie that carries a message's key to the next page.
const FLASH: &str = "tradepost-flash";

/// The key of the message the last request left.
pub fn flash(headers: &HeaderMap) -> Option<&str> {
    value(headers, FLASH)
        .filter(|key| key.len() <= 64 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
}

/// Leaves a message for the next page.
pub fn leave_flash(headers: &mut HeaderMap, key: &str) {
    push(headers, &format!("{FLASH}={key}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"));
}

/// Takes the message back once it was shown.
pub fn clear_flash(headers: &mut HeaderMap) {
    push(headers, &format!("{FLASH}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
}

fn push(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}

fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_only_the_host_cookie_counts() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=b; tradepost=plain; x"));
        assert!(Cookies { https: true }.read(&headers, Jar::Website).is_none());
        assert_eq!(Cookies { https: false }.read(&headers, Jar::Website).unwrap().as_str(), "plain");
        assert!(Cookies { https: false }.read(&headers, Jar::Staff).is_none());
    }

    #[test]
    fn session_cookies_are_bound_to_the_host() {
        let mut headers = HeaderMap::new();
        Cookies { https: true }.set(&mut headers, Jar::Website, "t", 60);
        let set: Vec<_> = headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
        assert_eq!(set, ["__Host-tradepost=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"]);
    }

    #[test]
    fn the_tokens_of_a_device_come_from_the_app_alone() {
        for jar in [Jar::Device, Jar::Refresh, Jar::Known] {
            let mut headers = HeaderMap::new();
            Cookies { https: true }.set(&mut headers, jar, "t", 60);
            let set = headers[SET_COOKIE].to_str().unwrap();
            assert!(
                set.starts_with("__Host-") && set.ends_with("HttpOnly; SameSite=Strict; Secure"),
                "{set}"
            );
        }
    }

    #[test]
    fn a_flash_is_a_key_and_nothing_else() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("tradepost-flash=<script>"));
        assert_eq!(flash(&headers), None);
    }
}
