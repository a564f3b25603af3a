//! A browser for tests, as small as can be: it keeps cookies, sends its
//! `Origin`, and follows nowhere by itself. It shares no code with the server.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded;

/// The longest an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Someone's browser. Clones share their cookies.
#[derive(Clone)]
pub struct Browser {
    address: Arc<Mutex<SocketAddr>>,
    origin: String,
    device: String,
    /// The address a proxy says it comes from.
    forwarded: Option<String>,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What a browser sends.
pub struct Ask<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: Vec<(&'a str, &'a str)>,
    pub body: Vec<u8>,
}

impl Browser {
    /// A new browser that knows the website under `origin` at `address`.
    pub fn new(address: Arc<Mutex<SocketAddr>>, origin: &str) -> Self {
        let device = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned();
        Self { address, origin: origin.to_owned(), device, forwarded: None, cookies: Arc::default() }
    }

    /// The same person on another device.
    pub fn calling_itself(mut self, device: &str) -> Self {
        device.clone_into(&mut self.device);
        self
    }

    /// The same, behind a proxy that names this address.
    pub fn coming_from(mut self, address: &str) -> Self {
        self.forwarded = Some(address.to_owned());
        self
    }

    /// A browser with the same cookies now, and its own from then on.
    pub fn copy(&self) -> Self {
        Self { cookies: Arc::new(Mutex::new(self.cookies())), ..self.clone() }
    }

    /// The cookies it holds.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("cookies").clone()
    }

    /// Sets a cookie, as someone who stole or made up one would.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("cookies").insert(name.to_owned(), value.to_owned());
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Ask { method: "GET", path, headers: Vec::new(), body: Vec::new() }).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post_bytes(path, body.into_bytes()).await
    }

    /// Sends whatever it is as a form.
    pub async fn post_bytes(&self, path: &str, body: Vec<u8>) -> Reply {
        let headers =
            vec![("content-type", "application/x-www-form-urlencoded"), ("origin", self.origin.as_str())];
        self.send(Ask { method: "POST", path, headers, body }).await
    }

    /// Hands a file in with a form, as a browser does.
    pub async fn post_file(&self, path: &str, name: &str, file: &[u8]) -> Reply {
        let head =
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"file\"\r\n\r\n");
        let body = [head.as_bytes(), file, b"\r\n--cut--\r\n"].concat();
        let headers =
            vec![("content-type", "multipart/form-data; boundary=cut"), ("origin", self.origin.as_str())];
        self.send(Ask { method: "POST", path, headers, body }).await
    }

    /// Hands a file in under `file`, with other fields before it.
    pub async fn post_file_with(&self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Reply {
        let part = |(name, value): &(&str, &str)| {
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let fields: String = fields.iter().map(part).collect();
        let head = "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"file.csv\"\r\n\r\n";
        let body = [fields.as_bytes(), head.as_bytes(), file, b"\r\n--cut--\r\n"].concat();
        let headers =
            vec![("content-type", "multipart/form-data; boundary=cut"), ("origin", self.origin.as_str())];
        self.send(Ask { method: "POST", path, headers, body }).await
    }

    /// Sends a form as a page of another site would make it.
    pub async fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = vec![("content-type", "application/x-www-form-urlencoded"), ("origin", origin)];
        self.send(Ask { method: "POST", path, headers, body: body.into_bytes() }).await
    }

    /// Sends a request and keeps the cookies of its answer.
    pub async fn send(&self, ask: Ask<'_>) -> Reply {
        let reply = tokio::time::timeout(PATIENCE, self.exchange(&ask)).await;
        let reply =
            reply.unwrap_or_else(|_| panic!("{} {} took longer than {PATIENCE:?}", ask.method, ask.path));
        self.keep_cookies(&reply);
        reply
    }

    /// Sends these bytes as they are and reads whatever comes until the server hangs up.
    pub async fn says_raw(&self, bytes: &[u8]) -> String {
        let address = *self.address.lock().expect("an address");
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        drop(stream.write_all(bytes).await);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn exchange(&self, ask: &Ask<'_>) -> Reply {
        let address = *self.address.lock().expect("an address");
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let mut bytes = self.head(ask).into_bytes();
        bytes.extend(&ask.body);
        // A server that has seen enough may close before all was sent.
        drop(stream.write_all(&bytes).await);
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer).await;
        assert!(!answer.is_empty(), "{} {}: no answer ({read:?})", ask.method, ask.path);
        Reply::parse(&answer)
    }

    fn head(&self, ask: &Ask<'_>) -> String {
        let host = self.origin.split("://").last().unwrap_or_default();
        let mut lines = vec![
            format!("{} {} HTTP/1.1", ask.method, ask.path),
            format!("host: {host}"),
            "connection: close".to_owned(),
            format!("user-agent: {}", self.device),
            "accept: text/html".to_owned(),
            format!("content-length: {}", ask.body.len()),
        ];
        if !ask.headers.iter().any(|(name, _)| *name == "accept-language") {
            lines.push("accept-language: en".to_owned());
        }
        lines.extend(self.forwarded.iter().map(|address| format!("x-forwarded-for: {address}")));
        let cookies = self.cookies();
        if !cookies.is_empty() {
            let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            lines.push(format!("cookie: {}", pairs.join("; ")));
        }
        lines.extend(ask.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.join("\r\n") + "\r\n\r\n"
    }

    /// Keeps `Secure` ones too: the machine itself counts as secure.
    fn keep_cookies(&self, reply: &Reply) {
        let mut cookies = self.cookies.lock().expect("cookies");
        for line in reply.all("set-cookie") {
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if parts.any(|part| part == "Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// What people do on the website.
impl Browser {
    /// Signs in by the form of the website.
    pub async fn sign_in(&self, username: &str, password: &str) -> Reply {
        self.post("/login", &[("username", username), ("password", password)]).await
    }

    /// Chooses a password by the form, having signed in with a temporary one.
    pub async fn choose(&self, new: &str) -> Reply {
        self.post("/password", &[("new_password", new), ("confirm_password", new)]).await
    }

    /// Changes the password by the form, knowing the current one.
    pub async fn change_password(&self, current: &str, new: &str) -> Reply {
        let fields = [("current_password", current), ("new_password", new), ("confirm_password", new)];
        self.post("/password", &fields).await
    }

    /// Asks for a temporary password by the form.
    pub async fn forgot_password(&self, username: &str) -> Reply {
        self.post("/forgot-password", &[("username", username)]).await
    }

    /// Whether the website lets them in with all that is theirs.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/account").await.status == 200
    }

    /// Whether they are signed in and can do nothing but choose a password.
    pub async fn must_choose(&self) -> bool {
        self.get("/account").await.leads_to("/password")
    }
}

impl Reply {
    fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let body = &answer[end + 4..];
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked { unchunked(body) } else { body.to_vec() };
        Self { status: status.expect("a status"), headers, body }
    }

    /// A header's first value; empty when it isn't there.
    pub fn header(&self, name: &str) -> &str {
        self.all(name).into_iter().next().unwrap_or_default()
    }

    /// All values of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    /// Whether the page holds these words, quotes and dashes as in the source.
    pub fn says(&self, words: &str) -> bool {
        let unescaped = self.text().replace("&#38;", "&").replace("&amp;", "&").replace("&#39;", "'");
        unescaped.contains(words)
    }

    /// Where it sends the browser; empty when it doesn't.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// Whether it sends the browser there.
    pub fn leads_to(&self, path: &str) -> bool {
        self.status == 303 && self.location() == path
    }

    /// Everything that another visitor could compare: status, headers less
    /// those that differ by nature, body less the id of the request.
    pub fn comparable(&self) -> (u16, Vec<(String, String)>, String) {
        let differing = ["date", "x-request-id"];
        let headers = self.headers.iter().filter(|(name, _)| !differing.contains(&name.as_str()));
        let id = self.header("x-request-id");
        let text = if id.is_empty() { self.text() } else { self.text().replace(id, "(id)") };
        (self.status, headers.cloned().collect(), text)
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&body[..end]).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let size = size.expect("a chunk's size");
        if size == 0 {
            break;
        }
        whole.extend(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
    }
    whole
}
