//! A program at the API: JSON, and a token instead of cookies.

use serde_json::{Value, json};

use super::client::{Ask, Browser, Reply};
use super::people::{Colleague, STAFF_PASSWORD};
use super::shop::Shop;

/// A program, signed in or not. Clones are the same program.
#[derive(Clone)]
pub struct Program {
    browser: Browser,
    token: Option<String>,
}

impl Program {
    /// A program without a token.
    pub fn new(browser: Browser) -> Self {
        Self { browser, token: None }
    }

    /// The same with this token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Its token, if it has one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A device of a staff user, signed in.
    pub async fn of(shop: &Shop, colleague: &Colleague) -> Self {
        let program = Self::new(shop.browser());
        let typed =
            json!({ "email": colleague.email, "password": STAFF_PASSWORD, "device_name": "Sample iPad" });
        let reply = program.send("POST", "/api/v1/devices", &[], Some(typed)).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        program.with_token(reply.json()["access_token"].as_str().expect("a token"))
    }

    /// Sends JSON under an idempotency key.
    pub async fn act(&self, method: &str, path: &str, key: &str, body: Value) -> Reply {
        self.send(method, path, &[("idempotency-key", key)], Some(body)).await
    }

    /// Reads a resource.
    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    /// Takes a resource away.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, &[], None).await
    }

    /// Sends JSON.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut all = headers.to_vec();
        all.extend(bearer.as_ref().map(|bearer| ("authorization", bearer.as_str())));
        all.extend(body.as_ref().map(|_| ("content-type", "application/json")));
        let body = body.map(|value| value.to_string().into_bytes()).unwrap_or_default();
        self.browser.send(Ask { method, path, headers: all, body }).await
    }
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The kind of problem it tells of; empty when it is none.
    pub fn problem(&self) -> String {
        if self.header("content-type") != "application/problem+json" {
            return String::new();
        }
        let body = self.json();
        assert_eq!(body["status"], self.status, "{body}");
        body["type"].as_str().and_then(|kind| kind.strip_prefix("/problems/")).expect("a type").to_owned()
    }
}
