//! Whose attempts are counted together: the networks an address is in.

use std::net::IpAddr;

use crate::config::Widths;
use crate::kernel::network::around;

/// How wide a network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// An IPv4 address, or an IPv6 network of 64 bits.
    Near,
    /// An IPv6 network of 56 bits, as a household is given.
    Middle,
    /// An IPv4 network of 24 bits, or an IPv6 network of 48, as a company is given.
    Wide,
}

impl Width {
    /// Its rule.
    pub const fn of<R: Copy>(self, rules: &Widths<R>) -> R {
        match self {
            Self::Near => rules.near,
            Self::Middle => rules.middle,
            Self::Wide => rules.wide,
        }
    }

    /// Its name in what is counted; the narrowest is what was counted first, and
    /// has none.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Near => "",
            Self::Middle => "-middle",
            Self::Wide => "-wide",
        }
    }
}

/// A network that counts as one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// How wide it is.
    pub width: Width,
    /// Such as `192.0.2.7` or `2001:db8:1:2::/64`.
    pub name: String,
}

impl Network {
    /// What is counted of an act for networks of this width.
    pub fn what(&self, act: &str) -> String {
        format!("{act}{}", self.width.suffix())
    }
}

/// The networks an address is in, narrowest first. Whoever has a whole IPv6 network
/// of 48 bits, which any company gets, has 65,536 of 64 and is one place all the
/// same (RFC 6177).
pub fn networks(address: &str) -> Vec<Network> {
    let network = |width, address, prefix| Some(Network { width, name: around(address, prefix)? });
    let found = match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(v4 @ IpAddr::V4(_)) => [network(Width::Near, v4, 32), network(Width::Wide, v4, 24), None],
        Ok(v6 @ IpAddr::V6(_)) => {
            [network(Width::Near, v6, 64), network(Width::Middle, v6, 56), network(Width::Wide, v6, 48)]
        }
        Err(_) => [Some(Network { width: Width::Near, name: address.to_owned() }), None, None],
    };
    found.into_iter().flatten().collect()
}

/// The narrowest network an address is in, which one household or server has to
/// itself.
pub fn network(address: &str) -> String {
    networks(address).into_iter().next().map_or_else(|| address.to_owned(), |network| network.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_place_and_so_is_one_company() {
        let names =
            |address: &str| networks(address).into_iter().map(|network| network.name).collect::<Vec<_>>();
        assert_eq!(names("192.0.2.7"), ["192.0.2.7", "192.0.2.0/24"]);
        assert_eq!(names("::ffff:192.0.2.7"), names("192.0.2.7"));
        assert_eq!(
            names("2001:db8:1:2aff:3:4:5:6"),
            ["2001:db8:1:2aff::/64", "2001:db8:1:2a00::/56", "2001:db8:1::/48"]
        );
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(names(""), [""]);
    }
}
