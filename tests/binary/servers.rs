//! PostgreSQL servers as they are: encrypted or not, with rights or without, in
//! another encoding. What doesn't do is told with what would.

use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use crate::databases::Database;
use crate::program::{Installation, Ran};

/// A command on another address of the shop's database.
fn with_url(shop: &Installation, url: &str, arguments: &[&str]) -> Ran {
    let mut command = shop.command(arguments);
    Ran::from(command.env("TRADEPOST_DATABASE__URL", url).output().unwrap())
}

#[track_caller]
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, 1, "{ran:?}");
    for word in words {
        assert!(ran.one_line().contains(word), "{word:?} is not in {:?}", ran.one_line());
    }
}

/// The tests' PostgreSQL behind TLS: gives the port, and the PEM of the authority.
fn encrypted(server: String) -> (u16, String) {
    let mut of_authority = CertificateParams::new(Vec::new()).unwrap();
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(of_authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((mut client, _)) = listener.accept().await {
                let (acceptor, server) = (acceptor.clone(), server.clone());
                tokio::spawn(async move {
                    // SSLRequest, and the answer that encryption is to be had.
                    let mut request = [0; 8];
                    client.read_exact(&mut request).await?;
                    client.write_all(b"S").await?;
                    let mut client = acceptor.accept(client).await?;
                    let mut server = tokio::net::TcpStream::connect(server).await?;
                    tokio::io::copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
    });
    (port, authority.pem())
}

#[test]
fn a_server_proves_who_it_is_as_sslmode_asks_and_a_self_signed_one_is_explained() {
    let shop = Installation::on(Database::postgres(), 25);
    let (port, pem) = encrypted(shop.database.server());
    let file = shop.file("ca.pem", &pem);
    let file = file.to_str().unwrap();
    let name = shop.database.url.rsplit('/').next().unwrap().to_owned();
    let with = |host: &str, parameters: &str| {
        let url = format!("postgres://postgres@{host}:{port}/{name}{parameters}");
        with_url(&shop, &url, &["outbox"])
    };
    for good in [
        String::new(),
        "?sslmode=prefer".into(),
        "?sslmode=require".into(),
        format!("?sslmode=require&sslrootcert={file}"),
        format!("?sslmode=verify-ca&sslrootcert={file}"),
        format!("?sslmode=verify-full&sslrootcert={file}"),
    ] {
        let ran = with("localhost", &good);
        assert_eq!(ran.code, 0, "{good}: {ran:?}");
    }
    for parameters in ["?sslmode=verify-full", "?sslmode=verify-ca"] {
        refused(&with("localhost", parameters), &["not vouched for", "sslrootcert=FILE", "sslmode=require"]);
    }
    let other_name = with("127.0.0.1", &format!("?sslmode=verify-full&sslrootcert={file}"));
    refused(&other_name, &["for another name than the host", "sslmode=verify-ca"]);
    assert_eq!(with("127.0.0.1", &format!("?sslmode=verify-ca&sslrootcert={file}")).code, 0);
    let (_, foreign) = encrypted(shop.database.server());
    let foreign = shop.file("foreign.pem", foreign);
    let foreign = with("localhost", &format!("?sslmode=verify-ca&sslrootcert={}", foreign.display()));
    refused(&foreign, &["not vouched for"]);
    let empty = shop.file("empty.pem", "");
    let empty = with("localhost", &format!("?sslmode=verify-ca&sslrootcert={}", empty.display()));
    refused(&empty, &["sslrootcert", "empty.pem", "no certificate"]);
    let plain = format!("{}?sslmode=require", shop.database.url);
    refused(&with_url(&shop, &plain, &["outbox"]), &["does not support TLS"]);
    assert_eq!(with_url(&shop, &format!("{}?sslmode=disable", shop.database.url), &["outbox"]).code, 0);
}

#[test]
fn a_database_in_another_encoding_is_refused_with_how_to_make_one() {
    let options = "encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'";
    let shop = Installation::without_a_database(Database::postgres_with(options), 25);
    for command in ["init", "migrate", "serve"] {
        let ran = shop.run(&[command]);
        refused(&ran, &["encoding is LATIN1", "createdb --encoding=UTF8 --template=template0"]);
    }
}

#[test]
fn missing_rights_are_told_with_what_to_grant() {
    let shop = Installation::without_a_database(Database::postgres(), 25);
    let (role, url) = shop.database.role("");
    let init = || with_url(&shop, &url, &["init"]);
    refused(&init(), &["permission denied for schema public (42501)", "alter database NAME owner to ROLE"]);
    shop.database.as_admin(&format!("grant usage, create on schema public to {role}"));
    refused(&init(), &["permission denied to create extension", "grant create on database NAME to ROLE"]);
    shop.database.as_admin(&format!("grant create on database DATABASE to {role}"));
    let made = init();
    assert_eq!(made.code, 0, "{made:?}");
    shop.database.as_admin(&format!("drop owned by {role} cascade; drop role {role}"));
}

#[test]
fn a_schema_of_its_own_is_used_and_a_missing_one_named() {
    let shop = Installation::without_a_database(Database::postgres(), 25);
    let url = format!("{}?schema=wholesale&application_name=till", shop.database.url);
    refused(
        &with_url(&shop, &url, &["init"]),
        &["no schema \"wholesale\"", "create schema NAME authorization ROLE"],
    );
    shop.database.as_admin("create schema wholesale");
    assert_eq!(with_url(&shop, &url, &["init"]).code, 0);
    let tables = "select 1 from pg_tables where schemaname = 'wholesale' and tablename = 'contacts'";
    assert!(shop.database.has_row(tables));
    assert!(!shop.database.has_row(&tables.replace("'wholesale'", "'public'")));
    let mut command = shop.command(&["serve"]);
    command.env("TRADEPOST_DATABASE__URL", &url);
    let server = shop.serve_with(command);
    assert!(shop.database.has_row("select 1 from pg_stat_activity where application_name = 'till'"));
    assert_eq!(server.visitor().get("/login").status, 200);
    let elsewhere = shop.run(&["outbox"]);
    assert!(
        elsewhere.code == 3 && elsewhere.err.contains("tradepost init"),
        "public is empty: {elsewhere:?}"
    );
}

#[test]
fn a_database_that_is_not_there_is_told_with_how_to_make_it() {
    let shop = Installation::without_a_database(Database::postgres(), 25);
    let ran = with_url(&shop, &format!("{}_nowhere", shop.database.url), &["serve"]);
    refused(&ran, &["does not exist (3D000)", "createdb --encoding=UTF8"]);
}
