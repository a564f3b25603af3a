//! How the mail server proves who it is.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::SmtpError;
use crate::config::{SmtpSecurity, SmtpUrl};
use crate::kernel::authorities;

/// The encryption for a server, with a further root (PEM) that is believed.
pub(super) fn config(server: &SmtpUrl, root: Option<&[u8]>) -> Result<Arc<ClientConfig>, SmtpError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let secretless = server.credentials.is_none() || server.is_local();
    if server.security == SmtpSecurity::Opportunistic && secretless {
        let any = builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)));
        return Ok(Arc::new(any.with_no_client_auth()));
    }
    let mut roots = authorities::of_system();
    if let Some(pem) = root {
        roots.add(CertificateDer::from_pem_slice(pem).map_err(|_| SmtpError::Root)?)?;
    }
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

/// Believes any certificate: nothing would be proved without encryption either
/// (RFC 7435).
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
