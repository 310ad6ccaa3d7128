//! Which addresses pictures may be fetched from. An imported file names them, and whoever wrote it must not reach through
//! this server what only this server can reach: the firm's own network, the machine itself, a cloud's metadata.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::get::Miss;

/// What servers of pictures listen on. Others are hardly one, and asking them from here may do harm there.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// Where to ask, as far as the address itself tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A name, or an IP address without brackets.
    pub host: String,
    pub port: u16,
    pub encrypted: bool,
    /// Whoever runs this server permits the host, wherever it lies.
    pub permitted: bool,
}

/// The place an address names. `hosts` are permitted wherever they lie.
pub fn place(url: &Url, hosts: &[String]) -> Result<Place, Miss> {
    let bad = |detail: &str| Err(Miss::forever("address_bad", detail));
    let encrypted = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return bad("it begins neither with https:// nor with http://"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return bad("it names a user");
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else { return bad("it names no host") };
    let host = match host {
        Host::Domain(name) => name.trim_end_matches('.').to_lowercase(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    let permitted = hosts.contains(&host);
    if !permitted && !PORTS.contains(&port) {
        return Err(Miss::forever("address_port", format!("port {port} is none of {PORTS:?}")));
    }
    Ok(Place { host, port, encrypted, permitted })
}

/// Whether an IP address belongs to the internet at large.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

// IANA's registries of special-purpose addresses (RFC 6890 and what followed).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 100 && (64..128).contains(&b)
        || a == 192 && b == 0 && c == 0
        || a == 192 && b == 88 && c == 99
        || a == 198 && (b == 18 || b == 19)
        || a >= 224;
    !special
}

/// Of what is given out for use, 2000::/3, less what leads to an IPv4 address again or nowhere.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let given_out = a & 0xe000 == 0x2000;
    let special = a == 0x2001 && (b < 0x200 || b == 0x0db8) || a == 0x2002 || a == 0x3fff && b < 0x1000;
    given_out && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_in_every_dress_are_told_from_outer_ones() {
        for inner in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "192.88.99.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
        for outer in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2a00:1450:4001::1", "2001:4860:4860::8888", "::ffff:8.8.8.8"] {
            assert!(is_public(outer.parse().unwrap()), "{outer}");
        }
    }

    #[test]
    fn an_address_names_a_place_or_is_refused() {
        let place = |text: &str| super::place(&Url::parse(text).unwrap(), &["pim.inner".into()]).map_err(|miss| miss.code);
        let found = |host: &str, port, encrypted, permitted| Ok(Place { host: host.into(), port, encrypted, permitted });
        assert_eq!(place("https://Example.com./a.jpg"), found("example.com", 443, true, false));
        assert_eq!(place("http://pim.inner:9000/a.jpg"), found("pim.inner", 9000, false, true));
        assert_eq!(place("http://[2001:4860:4860::8888]:8080/"), found("2001:4860:4860::8888", 8080, false, false));
        // As browsers read it, an IPv4 address has many spellings.
        assert_eq!(place("http://2130706433/"), found("127.0.0.1", 80, false, false));
        assert_eq!(place("http://0x7f.1/"), found("127.0.0.1", 80, false, false));
        for (text, code) in [
            ("ftp://example.com/a.jpg", "address_bad"),
            ("file:///etc/passwd", "address_bad"),
            ("https://me:secret@example.com/a.jpg", "address_bad"),
            ("http://example.com:22/", "address_port"),
            ("http://example.com:6379/", "address_port"),
        ] {
            assert_eq!(place(text), Err(code), "{text}");
        }
    }
}
