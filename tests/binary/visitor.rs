//! A browser of the plainest kind: HTTP/1.1 over a socket, with cookies.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Someone with cookies of their own.
pub struct Visitor {
    port: u16,
    cookies: BTreeMap<String, String>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Where it sends the browser.
    pub location: String,
    pub body: String,
}

impl Visitor {
    pub fn at(port: u16) -> Self {
        Self { port, cookies: BTreeMap::new() }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "").unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// As `get`, where the server may not be there.
    pub fn try_get(&mut self, path: &str) -> Option<Answer> {
        self.ask("GET", path, "").ok()
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask("POST", path, &body).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// Signs in on the website; gives where that leads.
    pub fn sign_in(&mut self, username: &str, password: &str) -> Answer {
        self.post("/login", &[("username", username), ("password", password)])
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies =
            if cookies.is_empty() { String::new() } else { format!("Cookie: {}\r\n", cookies.join("; ")) };
        let port = self.port;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nUser-Agent: Visitor\r\n{cookies}\
             Origin: http://127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .ok_or(std::io::ErrorKind::InvalidData)?;
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let mut location = String::new();
        for (name, value) in headers {
            match name.to_ascii_lowercase().as_str() {
                "location" => value.clone_into(&mut location),
                "set-cookie" => self.keep(value),
                "transfer-encoding" => return Err(std::io::Error::other("chunked")),
                _ => {}
            }
        }
        Ok(Answer { status, location, body: body.to_owned() })
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Answer {
    /// The first address on the page that begins so and ends with an id.
    pub fn link(&self, begin: &str) -> String {
        let links = self.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let is_id = |end: &str| end.len() == 36 && end.contains('-');
        let mut fitting = links.filter(|link| link.strip_prefix(begin).is_some_and(is_id));
        fitting.next().unwrap_or_else(|| panic!("no link {begin}… on {}", self.body)).to_owned()
    }

    /// That it sends the browser there.
    #[track_caller]
    pub fn leads_to(&self, path: &str) {
        assert_eq!((self.status, self.location.as_str()), (303, path), "{}", self.body);
    }
}
