//! Where a request comes from: from the peer, or from whom the trusted proxies
//! in front name in `X-Forwarded-For`.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;

use crate::kernel::{Network, Timestamp, network};

/// Most hops that are looked at; no chain of proxies is longer.
const HOPS: usize = 32;
/// How long nothing more is said of the same peer and the same thing.
const SILENCE: Duration = Duration::from_hours(1);
/// The most peers remembered, which bounds memory and the log.
const PEERS: usize = 256;

/// Where a request comes from, and what the operator should hear of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub client: IpAddr,
    /// What is not as it should be.
    pub remark: Option<Remark>,
}

/// What is not as it should be with the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remark {
    /// A peer sent it that is no trusted proxy; it was not believed.
    NotTrusted,
    /// A trusted proxy sent none, so everyone behind it counts as one.
    Missing,
    /// What a trusted proxy wrote last is no address.
    Unreadable,
}

/// Reads off where a request comes from. The rightmost hop that is no trusted
/// proxy is the client; what stands left of it anyone may have made up. If all
/// are trusted, it is the one farthest away.
pub fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Origin {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let (peer, sent) = (peer.to_canonical(), headers.contains_key(HEADER));
    if !is_trusted(peer) {
        return Origin { client: peer, remark: sent.then_some(Remark::NotTrusted) };
    }
    if !sent {
        return Origin { client: peer, remark: Some(Remark::Missing) };
    }
    let mut client = peer;
    for hop in hops(headers).take(HOPS) {
        match address(&hop) {
            Some(hop) if is_trusted(hop) => client = hop,
            Some(hop) => return Origin { client: hop, remark: None },
            // What can't be read can't be trusted, nor what stands before it.
            None => return Origin { client, remark: Some(Remark::Unreadable) },
        }
    }
    Origin { client, remark: None }
}

const HEADER: &str = "x-forwarded-for";

/// The hops from the nearest on; several headers are one list (RFC 9110, 5.3).
fn hops(headers: &HeaderMap) -> impl Iterator<Item = String> {
    let lines: Vec<_> = headers.get_all(HEADER).iter().collect();
    lines.into_iter().rev().flat_map(|line| {
        let parts = line.as_bytes().rsplit(|byte| *byte == b',');
        parts.map(|part| String::from_utf8_lossy(part).trim().to_owned()).collect::<Vec<_>>()
    })
}

/// The address in a hop: alone, with a port, in brackets, in quotation marks, or
/// with a zone. Names such as `unknown` and `_hidden` (RFC 7239, 6) are none.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(hop).trim();
    let with_port = || bare.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || bare.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let without_zone = || bare.split_once('%').and_then(|(address, _)| address.parse().ok());
    let found = bare.parse().ok().or_else(with_port).or_else(in_brackets).or_else(without_zone);
    found.map(|address: IpAddr| address.to_canonical())
}

/// What was said lately, so that each thing is said of a peer once an hour.
#[derive(Debug, Default)]
pub struct Remarks(Mutex<HashMap<(IpAddr, Remark), Timestamp>>);

impl Remarks {
    /// Tells the operator, unless it was told lately.
    pub fn tell(&self, peer: IpAddr, remark: Remark, now: Timestamp) {
        if !self.is_due(peer.to_canonical(), remark, now) {
            return;
        }
        let peer = network::roughly(peer.to_canonical());
        match remark {
            Remark::NotTrusted => tracing::warn!(
                %peer,
                "X-Forwarded-For came from a peer that is not in http.trusted_proxies and was not believed: the peer counts as the client. If it is your proxy, add it there"
            ),
            Remark::Missing => tracing::warn!(
                %peer,
                "A peer in http.trusted_proxies sent no X-Forwarded-For: everyone behind it counts as one client. Let the proxy set it (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for)"
            ),
            Remark::Unreadable => tracing::warn!(
                %peer,
                "X-Forwarded-For of a peer in http.trusted_proxies holds no address where the proxy writes it: everyone behind it counts as one client. Let the proxy write the client's IP address last"
            ),
        }
    }

    fn is_due(&self, peer: IpAddr, remark: Remark, now: Timestamp) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(&(peer, remark)).is_some_and(|at| now.since(*at) < SILENCE) {
            return false;
        }
        if told.len() >= PEERS {
            told.retain(|_, at| now.since(*at) < SILENCE);
        }
        // A crowd of strangers is not worth a line each.
        let room = told.len() < PEERS;
        if room {
            told.insert((peer, remark), now);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted() -> Vec<Network> {
        ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap()).to_vec()
    }

    fn came(peer: &str, lines: &[&[u8]]) -> (String, Option<Remark>) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HEADER, line.to_vec().try_into().unwrap());
        }
        let origin = origin(peer.parse().unwrap(), &headers, &trusted());
        (origin.client.to_string(), origin.remark)
    }

    #[test]
    fn promise_16_every_way_to_write_an_address_is_read() {
        for (written, read) in [
            ("203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:41234", "203.0.113.9"),
            ("\"203.0.113.9:41234\"", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
            ("fe80::1%eth0", "fe80::1"),
            ("  203.0.113.9\t", "203.0.113.9"),
        ] {
            assert_eq!(came("127.0.0.1", &[written.as_bytes()]), (read.to_owned(), None), "{written}");
        }
    }

    #[test]
    fn promise_16_only_what_trusted_proxies_wrote_counts() {
        let client = |peer, lines: &[&[u8]]| came(peer, lines).0;
        assert_eq!(client("127.0.0.1", &[b"198.51.100.1, 203.0.113.9"]), "203.0.113.9", "made up before it");
        assert_eq!(client("127.0.0.1", &[b"203.0.113.9:1, 10.0.0.2:2, [fd00::7]:3"]), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &[b"198.51.100.1", b"203.0.113.9", b"10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("::ffff:127.0.0.1", &[b"203.0.113.9"]), "203.0.113.9", "a peer on a double stack");
        assert_eq!(
            client("127.0.0.1", &[b"10.5.5.5, 10.0.0.2"]),
            "10.5.5.5",
            "the farthest, if all are trusted"
        );
        assert_eq!(came("192.0.2.1", &[b"203.0.113.9"]), ("192.0.2.1".into(), Some(Remark::NotTrusted)));
        assert_eq!(came("192.0.2.1", &[]), ("192.0.2.1".into(), None));
        assert_eq!(came("10.0.0.1", &[]), ("10.0.0.1".into(), Some(Remark::Missing)));
    }

    #[test]
    fn promise_16_what_can_not_be_read_is_believed_of_nobody() {
        for hostile in [
            "unknown",
            "_hidden",
            "",
            ",",
            "203.0.113.9:port",
            "300.1.1.1",
            "\"203.0.113.9",
            "<script>",
            "1.2.3.4 5.6.7.8",
        ] {
            let (client, remark) = came("127.0.0.1", &[hostile.as_bytes()]);
            assert_eq!((client.as_str(), remark), ("127.0.0.1", Some(Remark::Unreadable)), "{hostile:?}");
        }
        let behind = came("127.0.0.1", &[b"203.0.113.9, garbage, 10.0.0.2"]);
        assert_eq!(behind, ("10.0.0.2".into(), Some(Remark::Unreadable)), "nor what stands before it");
        let bytes = came("127.0.0.1", &[b"203.0.113.9", b"\xff\xfe"]);
        assert_eq!(
            bytes,
            ("127.0.0.1".into(), Some(Remark::Unreadable)),
            "an unreadable line is not skipped"
        );
        let long = format!("{}10.0.0.2", "10.0.0.2,".repeat(5_000));
        assert_eq!(came("127.0.0.1", &[b"203.0.113.9", long.as_bytes()]).0, "10.0.0.2");
    }

    #[test]
    fn promise_16_a_thing_is_said_of_a_peer_once_an_hour_and_of_a_crowd_not_at_all() {
        let (remarks, now) = (Remarks::default(), Timestamp::from_millis(1_000));
        let due = |peer: &str, remark, now| remarks.is_due(peer.parse().unwrap(), remark, now);
        assert!(due("192.0.2.1", Remark::NotTrusted, now));
        assert!(!due("192.0.2.1", Remark::NotTrusted, now.plus(Duration::from_mins(59))));
        assert!(due("192.0.2.1", Remark::Missing, now) && due("192.0.2.2", Remark::NotTrusted, now));
        assert!(due("192.0.2.1", Remark::NotTrusted, now.plus(SILENCE)));
        let crowd =
            (0..10_000_u32).filter(|n| remarks.is_due(IpAddr::V4((*n).into()), Remark::NotTrusted, now));
        assert!(crowd.count() < PEERS, "the log is bounded");
        assert!(due("192.0.2.9", Remark::NotTrusted, now.plus(SILENCE * 2)), "and open again later");
    }
}
