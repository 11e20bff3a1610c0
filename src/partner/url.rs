//! URLs of web servers, and which of them a partner's receipts may be sent to.

use std::fmt;

use crate::base::Diagnostic;
use crate::base::table::Value;

/// Scheme, host and port of a URL: whom a request goes to (RFC 6454, section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether it is `https`.
    pub secure: bool,
    /// The host in lower case; an IPv6 address without its brackets.
    pub host: String,
    /// The port, written or not.
    pub port: u16,
}

impl Origin {
    /// The origin of an absolute URL of http or https. `None` also where two readers of URLs might see two hosts: a
    /// user, a backslash, an escape or anything else unusual before the path.
    pub fn of(url: &str) -> Option<Self> {
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = host_and_port(authority)?;
        Some(Self { secure, host, port: port.unwrap_or(if secure { 443 } else { 80 }) })
    }
}

/// As it is written in a list: without the port that its scheme implies.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, implied) = if self.secure { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://")?;
        if self.host.contains(':') { write!(f, "[{}]", self.host) } else { f.write_str(&self.host) }?;
        if self.port == implied { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']')?;
            let address: std::net::Ipv6Addr = address.parse().ok()?;
            (address.to_string(), after)
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            let (name, after) = authority.split_at_checked(end)?;
            (host_name(name)?, after)
        }
    };
    let port = match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        Some(_) => return None,
        None if port.is_empty() => None,
        None => return None,
    };
    Some((host, port))
}

/// A host name or IPv4 address in lower case, without the dot of the root (RFC 1034, section 3.1).
fn host_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    (name.len() <= 253 && name.split('.').all(label)).then(|| name.to_ascii_lowercase())
}

/// Where else asynchronous receipts for a partner may be sent (`mdn_url_allowlist`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedUrl {
    /// To this origin.
    Origin(Origin),
    /// To any port of this host.
    Host(String),
}

impl AllowedUrl {
    /// What one looks like, for an operator.
    pub(crate) const EXPECTED: &str =
        "an origin such as \"https://mdn.example.com:8443\", or a host such as \"mdn.example.com\"";

    /// Reads an origin, without a path, or a host.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.contains("://") {
            let origin = Origin::of(text)?;
            let path = text.split("://").nth(1).and_then(|rest| rest.split_once('/')).map(|(_, path)| path);
            let plain = path.unwrap_or_default().is_empty() && !text.contains(['?', '#']);
            return plain.then_some(Self::Origin(origin));
        }
        match host_and_port(text)? {
            (host, None) => Some(Self::Host(host)),
            (_, Some(_)) => None,
        }
    }

    /// Whether `origin` is meant.
    pub fn covers(&self, origin: &Origin) -> bool {
        match self {
            Self::Origin(allowed) => allowed == origin,
            Self::Host(host) => *host == origin.host,
        }
    }
}

/// Reads a URL of http or https. User and password have no place in it, and should they stand there all the same, no
/// fault shows them.
pub(crate) fn url(value: &Value<'_>) -> Option<String> {
    let url = value.as_text().filter(|text| Origin::of(text).is_some()).map(str::to_owned);
    if url.is_none() {
        value.fault_unseen(
            Diagnostic::error("bad-value", format!("'{}' is no URL of a web server", value.name()))
                .expecting("a URL such as \"https://as2.example.com/as2\", without user and password"),
        );
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_of_a_url_is_whom_it_leads_to() {
        let check = |url: &str, expect: Option<&str>| {
            assert_eq!(Origin::of(url).map(|origin| origin.to_string()).as_deref(), expect, "{url}");
        };
        check("https://as2.acme.example/as2", Some("https://as2.acme.example"));
        check("HTTPS://AS2.Acme.Example:443/as2?x=1", Some("https://as2.acme.example"));
        check("http://acme.example.:8080", Some("http://acme.example:8080"));
        check("http://acme.example?a/b", Some("http://acme.example"));
        check("http://10.0.0.5/", Some("http://10.0.0.5"));
        check("http://[::1]:80/as2", Some("http://[::1]"));
        check("http://[0:0::1]:81/as2", Some("http://[::1]:81"));
        for bad in [
            "",
            "acme.example",
            "ftp://acme.example/",
            "http://",
            "http:///as2",
            "http://us:pw@acme.example/",
            "http://acme.example\\@evil.example/",
            "http://acme%2eexample/",
            "http://acme.example:/x y",
            "http://acme.example:65536/",
            "http://acme.example:+80/",
            "http://[::1/",
            "http://[::1]x/",
            "http://a..b/",
            "mailto:as2@acme.example",
            "http://müller.example/",
            "http://acme.example\r\n/",
        ] {
            check(bad, None);
        }
        check("http://acme.example:/as2", None);
    }

    #[test]
    fn a_list_names_origins_or_hosts() {
        let check = |entry: &str, url: &str, covered: bool| {
            let allowed = AllowedUrl::read(entry).unwrap_or_else(|| panic!("{entry}"));
            assert_eq!(allowed.covers(&Origin::of(url).unwrap()), covered, "{entry} {url}");
        };
        check("https://mdn.example", "https://MDN.example:443/x", true);
        check("https://mdn.example/", "https://mdn.example/x", true);
        check("https://mdn.example", "http://mdn.example/x", false);
        check("https://mdn.example", "https://mdn.example:8443/x", false);
        check("https://mdn.example:8443", "https://mdn.example:8443/x", true);
        check("https://mdn.example", "https://mdn.example.evil/x", false);
        check("mdn.example", "http://mdn.example:4080/x", true);
        check("mdn.example", "http://sub.mdn.example/x", false);
        check("[::1]", "http://[::1]:4080/x", true);
        for bad in ["", "mdn.example:80", "https://mdn.example/as2", "https://mdn.example?x", "*.example", "a b"] {
            assert_eq!(AllowedUrl::read(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_url_makes_the_reader_panic(text in "\\PC{0,40}", rest in "[a-z0-9:/\\[\\].@?#%-]{0,24}") {
            let _ = (Origin::of(&text), AllowedUrl::read(&text));
            let url = format!("http://{rest}");
            if let Some(origin) = Origin::of(&url) {
                proptest::prop_assert_eq!(Origin::of(&origin.to_string()), Some(origin));
            }
            let _ = AllowedUrl::read(&rest);
        }
    }
}
