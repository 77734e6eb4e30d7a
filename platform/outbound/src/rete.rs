//! Which addresses are of whom. Pure rules.

use std::net::IpAddr;

use url::{Host, Url};

use crate::Raggio;

/// A host of this machine, or of a name that is nobody's on the internet (RFC 6761).
pub(crate) fn di_casa(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(n)) => n == "localhost" || n.ends_with(".localhost") || n.ends_with(".test"),
        None => false,
    }
}

/// Whether a connection may be opened there; `dichiarato` when its host is the one that a person wrote.
pub(crate) fn lecita(ip: IpAddr, raggio: Raggio, dichiarato: bool) -> bool {
    let ip = ip.to_canonical();
    match raggio {
        Raggio::Locale => ip.is_loopback(),
        Raggio::Mondo => pubblica(ip) || dichiarato && interna(ip),
    }
}

/// A network of the house: what an alliance may have its identity provider on.
fn interna(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64,
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

fn pubblica(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(interna(ip)
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_documentation()
                || matches!((a, b, c), (0, ..) | (192, 0, 0) | (198, 18 | 19, _) | (240.., ..)))
        }
        // Global unicast alone, and none of those that carry an address of the other family inside.
        IpAddr::V6(v6) => {
            let s = v6.segments();
            s[0] & 0xe000 == 0x2000 && s[0] != 0x2002 && !(s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_named_server_names_is_public() {
        for (ip, da_altri, dichiarata) in [
            ("93.184.216.34", true, true),
            ("2a00:1450:4002::1", true, true),
            ("10.1.2.3", false, true),
            ("172.16.0.1", false, true),
            ("192.168.1.1", false, true),
            ("100.64.0.1", false, true),
            ("fd00::1", false, true),
            // Never: this machine, its neighbours on the wire, what a cloud tells about itself.
            ("127.0.0.1", false, false),
            ("::1", false, false),
            ("::ffff:127.0.0.1", false, false),
            ("::ffff:10.0.0.1", false, true),
            ("169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
            ("::", false, false),
            ("224.0.0.1", false, false),
            ("255.255.255.255", false, false),
            ("198.18.0.1", false, false),
            ("2002:7f00:1::", false, false),
            ("64:ff9b::7f00:1", false, false),
        ] {
            let a = ip.parse().unwrap();
            assert_eq!(
                (lecita(a, Raggio::Mondo, false), lecita(a, Raggio::Mondo, true)),
                (da_altri, dichiarata),
                "{ip}"
            );
        }
        for (ip, va) in [("127.0.0.1", true), ("::1", true), ("10.0.0.1", false), ("93.184.216.34", false)] {
            assert_eq!(lecita(ip.parse().unwrap(), Raggio::Locale, true), va, "{ip}");
        }
    }

    #[test]
    fn names_of_the_house_are_few() {
        let si =
            ["http://localhost:1/", "http://a.localhost/", "https://idp.test/x", "http://127.0.0.9/", "http://[::1]/"];
        let no = ["http://example.it/", "http://localhost.example.it/", "http://10.0.0.1/", "http://atest/", "data:,x"];
        for (indirizzi, va) in [(si, true), (no, false)] {
            for i in indirizzi {
                assert_eq!(di_casa(&Url::parse(i).unwrap()), va, "{i}");
            }
        }
    }
}
