//! Encrypting the way to PostgreSQL, and what the server must prove.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Error;
use super::server::{Proof, Roots, Server};
use crate::kernel::authorities;

/// How to encrypt the way to a server, kept: reading the machine's authorities
/// takes a core for a quarter of a second. A file of certificates is read again when
/// it has changed.
#[derive(Clone, Default)]
pub(super) struct Connectors(Arc<Mutex<Option<Kept>>>);

/// A connector, and when the file it was made of had been changed.
struct Kept {
    changed_at: Option<SystemTime>,
    connector: MakeRustlsConnect,
}

impl Connectors {
    /// How to encrypt the way to this server.
    pub(super) fn connector(&self, server: &Server) -> Result<MakeRustlsConnect, Error> {
        let changed_at = match &server.roots {
            Roots::File(file) => std::fs::metadata(file).and_then(|file| file.modified()).ok(),
            Roots::System => None,
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.changed_at == changed_at) {
            return Ok(kept.connector.clone());
        }
        let connector = MakeRustlsConnect::new(config(server)?);
        *kept = Some(Kept { changed_at, connector: connector.clone() });
        Ok(connector)
    }
}

/// How to encrypt the way to a server.
///
/// # Errors
/// When the file with certificates can't be read.
pub(super) fn config(server: &Server) -> Result<ClientConfig, Error> {
    let (mut roots, mut known) = (RootCertStore::empty(), Vec::new());
    match &server.roots {
        _ if server.proof == Proof::None => {}
        Roots::System => roots = authorities::of_system(),
        Roots::File(file) => {
            let unreadable = |problem: String| Error::RootCertificates { file: file.clone(), problem };
            let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            known = read.map_err(|error| unreadable(error.to_string()))?;
            if known.is_empty() {
                return Err(unreadable("there is no certificate in it".into()));
            }
            roots.add_parsable_certificates(known.iter().cloned());
        }
    }
    let algorithms = ring::default_provider().signature_verification_algorithms;
    let verifier = Verifier { proof: server.proof, roots, known, algorithms };
    let builder = ClientConfig::builder().dangerous();
    Ok(builder.with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// Asks for as much proof as the address does.
#[derive(Debug)]
struct Verifier {
    proof: Proof,
    roots: RootCertStore,
    /// Certificates that are believed themselves, as a self-signed one is.
    known: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.proof == Proof::None {
            return Ok(ServerCertVerified::assertion());
        }
        let parsed = ParsedCertificate::try_from(certificate)?;
        if !self.known.iter().any(|known| known.as_ref() == certificate.as_ref()) {
            let (roots, algorithms) = (&self.roots, self.algorithms.all);
            verify_server_cert_signed_by_trust_anchor(&parsed, roots, intermediates, now, algorithms)?;
        }
        if self.proof == Proof::IssuerAndName {
            verify_server_name(&parsed, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
