//! A device that keeps one passkey (`WebAuthn` level 3, chapter 6), and the
//! browser beside it. Built on other code than the server's.

use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use super::client::{Browser, Reply};
use super::shop::PUBLIC_URL;

/// User present, and verified by finger, face or PIN.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
/// A key goes along.
const WITH_KEY: u8 = 64;

pub struct Device {
    key: EcdsaKeyPair,
    id: [u8; 16],
    /// Whose passkey it is, as the server said.
    handle: Vec<u8>,
    /// How often it was used.
    pub counter: u32,
    /// Where its browser says it is.
    pub origin: String,
    /// Whether it knows who holds it.
    pub verifies: bool,
}

/// What a browser was asked.
pub struct Challenge {
    pub ceremony: String,
    options: Value,
}

impl Challenge {
    pub async fn ask(browser: &Browser, path: &str) -> Self {
        Self::ask_with(browser, path, &[]).await
    }

    pub async fn ask_with(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Self {
        let reply = browser.post(path, fields).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let said: Value = serde_json::from_slice(&reply.body).expect("JSON");
        Self {
            ceremony: said["ceremony"].as_str().expect("a ceremony").into(),
            options: said["publicKey"].clone(),
        }
    }
}

impl Device {
    pub fn new() -> Self {
        let chance = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &chance).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &chance);
        let mut id = [0; 16];
        chance.fill(&mut id).expect("an id");
        let origin = PUBLIC_URL.to_owned();
        Self { key: key.expect("a key"), id, handle: Vec::new(), counter: 0, origin, verifies: true }
    }

    /// Makes its passkey.
    pub fn make(&mut self, challenge: &Challenge) -> String {
        let options = &challenge.options;
        self.handle = decoded(&options["user"]["id"]);
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        let mut data = self.data(options["rp"]["id"].as_str().expect("a host"), WITH_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        let point = self.key.public_key().as_ref();
        // COSE (RFC 9053, 7.1.1): a key of kind EC2, for ES256, on P-256.
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..65]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(data);
        self.sent(&json!({
            "attestationObject": encoded(&object),
            "clientDataJSON": encoded(&self.client("webauthn.create", options)),
        }))
    }

    /// Proves its passkey.
    pub fn prove(&mut self, challenge: &Challenge) -> String {
        self.counter += 1;
        let options = &challenge.options;
        let data = self.data(options["rpId"].as_str().expect("a host"), 0);
        let client = self.client("webauthn.get", options);
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.sent(&json!({
            "authenticatorData": encoded(&data),
            "clientDataJSON": encoded(&client),
            "signature": encoded(signature.as_ref()),
            "userHandle": encoded(&self.handle),
        }))
    }

    fn data(&self, host: &str, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, host.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | flags | if self.verifies { VERIFIED } else { 0 });
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, act: &str, options: &Value) -> Vec<u8> {
        let said = json!({ "type": act, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        said.to_string().into_bytes()
    }

    fn sent(&self, response: &Value) -> String {
        let id = encoded(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} })
            .to_string()
    }

    /// Adds its passkey to whoever is signed in.
    pub async fn joins(&mut self, browser: &Browser, path: &str, name: &str) -> Reply {
        let challenge = Challenge::ask(browser, &format!("{path}/challenge")).await;
        let answer = self.make(&challenge);
        let fields = [("name", name), ("proof_ceremony", &challenge.ceremony), ("proof_passkey", &answer)];
        browser.post(path, &fields).await
    }

    /// Signs in, or proves it, at a door that asks at `asks` and takes at `takes`.
    pub async fn answers(&mut self, browser: &Browser, asks: &str, takes: &str) -> Reply {
        let challenge = Challenge::ask(browser, asks).await;
        let answer = self.prove(&challenge);
        sends(browser, takes, &challenge.ceremony, &answer).await
    }
}

pub async fn sends(browser: &Browser, takes: &str, ceremony: &str, answer: &str) -> Reply {
    browser.post(takes, &[("proof_ceremony", ceremony), ("proof_passkey", answer)]).await
}

fn encoded(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(text.as_str().expect("text").as_bytes()).expect("base64url")
}
