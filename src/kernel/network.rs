//! Networks of IP addresses, as an operator writes them.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// An address, or all addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    /// How many bits all have in common.
    prefix: u8,
}

/// Why a text is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// It is neither an address nor a network.
    #[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8 or fd00::/8")]
    Neither(String),
    /// It names an address inside a network.
    #[error(
        "{written:?} is an address inside a network; write {network} for the whole network, or the address alone"
    )]
    Inside {
        /// What was written.
        written: String,
        /// The network it is in.
        network: String,
    },
    /// It holds every address there is.
    #[error("{0:?} would be every address there is; name the addresses or networks of the proxies alone")]
    Everyone(String),
}

impl Network {
    /// Whether an address is one of it; IPv4 written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.first)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let neither = || NetworkError::Neither(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| neither())?)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(|_| neither())?;
        let first = written.to_canonical();
        // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
        let cut = if written.is_ipv6() && first.is_ipv4() { 96 } else { 0 };
        let prefix = match prefix {
            Some(prefix) => prefix.checked_sub(cut).ok_or_else(neither)?,
            None => bits(first),
        };
        let start = masked(first, prefix).ok_or_else(neither)?;
        if prefix == 0 {
            return Err(NetworkError::Everyone(text.to_owned()));
        }
        if start != first {
            return Err(NetworkError::Inside {
                written: text.to_owned(),
                network: format!("{start}/{prefix}"),
            });
        }
        Ok(Self { first, prefix })
    }
}

/// Whose address it roughly is, in words for a log: addresses of private
/// networks in whole, for they are one's own machines; of public ones, which may
/// be people's, the network only.
pub fn roughly(address: IpAddr) -> String {
    let (own, kept) = match address {
        IpAddr::V4(v4) => (v4.is_private() || v4.is_loopback() || v4.is_link_local(), 24),
        IpAddr::V6(v6) => (v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(), 48),
    };
    match masked(address, kept) {
        Some(network) if !own => format!("{network}/{kept}"),
        _ => address.to_string(),
    }
}

/// The network of so many bits that an address is in, as people write it; an
/// address alone when all its bits count. `None` when it has fewer.
pub fn around(address: IpAddr, prefix: u8) -> Option<String> {
    let first = masked(address, prefix)?;
    Some(if prefix == bits(address) { first.to_string() } else { format!("{first}/{prefix}") })
}

/// What is served in turn with others: an IPv4 address, or the IPv6 network of 56
/// bits that one line of a provider usually has (RIPE-690, 4.2).
pub fn household(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(v6)) => masked(v6.into(), 56).map_or_else(|| v6.to_string(), |net| net.to_string()),
        Ok(v4) => v4.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// The network around an address that a company or a hoster is given: 24 bits of IPv4,
/// 48 of IPv6 (RFC 6177, 2).
pub fn wide(address: IpAddr) -> String {
    let address = address.to_canonical();
    let prefix = if address.is_ipv4() { 24 } else { 48 };
    masked(address, prefix).unwrap_or(address).to_string()
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address with all bits behind the prefix gone; `None` when it has fewer.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    if prefix > bits(address) {
        return None;
    }
    Some(match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4((v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn promise_16_a_network_holds_its_addresses_and_no_others() {
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3") && holds("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(
            holds("fd00::/8", "fdab::1") && !holds("fd00::/8", "fc00::1") && !holds("fd00::/8", "10.0.0.1")
        );
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("::1", "::1") && holds("192.0.2.0/31", "192.0.2.1"));
        assert!(!holds("::/1", "10.0.0.1") && !holds("0.0.0.0/1", "::1"), "kinds are not mixed");
    }

    #[test]
    fn what_is_no_network_is_told_with_what_would_be() {
        let told = |text: &str| text.parse::<Network>().unwrap_err().to_string();
        assert!(told("10.1.2.3/8").contains("write 10.0.0.0/8"), "{}", told("10.1.2.3/8"));
        for none in [
            "proxy",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/x",
            "fd00::/129",
            "10.0.0.0/8/8",
            "::ffff:10.0.0.0/8",
            "",
        ] {
            assert!(told(none).contains("neither"), "{none}: {}", told(none));
        }
        assert!(told("0.0.0.0/0").contains("every address") && told("::/0").contains("every address"));
    }

    #[test]
    fn a_household_is_served_as_one() {
        assert_eq!(household("2001:db8:1:2ff::9"), household("2001:db8:1:200:a::"));
        assert_ne!(household("2001:db8:1:2ff::9"), household("2001:db8:1:300::9"));
        assert_eq!(household("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(household(""), "");
    }

    #[test]
    fn peoples_addresses_are_told_roughly() {
        assert_eq!(roughly("10.1.2.3".parse().unwrap()), "10.1.2.3");
        assert_eq!(roughly("203.0.113.9".parse().unwrap()), "203.0.113.0/24");
        assert_eq!(roughly("2001:db8:1:2::9".parse().unwrap()), "2001:db8:1::/48");
        assert_eq!(roughly("fd00::9".parse().unwrap()), "fd00::9");
    }
}
