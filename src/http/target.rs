//! Where a URL leads.

use super::ClientFault;

/// A URL of http or https, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) tls: bool,
    /// As it stands in the URL, brackets around IPv6 included.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) authority: String,
    pub(super) path: String,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, ClientFault> {
        let fault = |why: &str| ClientFault::Url(why.to_owned());
        let uri: hyper::Uri = url.parse().map_err(|error| ClientFault::Url(format!("{error}")))?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(fault("it does not begin with http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| fault("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(fault("user and password do not belong into it"));
        }
        Ok(Self {
            tls,
            host: authority.host().to_owned(),
            port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    pub(super) fn dial_host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }

    /// The server it leads to: scheme, host and port (RFC 6454, section 4).
    pub(super) fn origin(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}:{}", self.host.to_ascii_lowercase(), self.port)
    }

    /// Whether both lead to the same server.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls_as_partners_write_them() {
        let check = |url: &str, expect: Result<(bool, &str, u16, &str), ()>| {
            let found = Target::parse(url).map(|target| {
                let dial = target.dial_host().to_owned();
                (target.tls, dial, target.port, target.path)
            });
            let expect = expect.map(|(tls, host, port, path)| (tls, host.to_owned(), port, path.to_owned()));
            assert_eq!(found.map_err(|_| ()), expect, "{url}");
        };
        check("http://as2.acme.example/as2", Ok((false, "as2.acme.example", 80, "/as2")));
        check("https://as2.acme.example:4443/as2?x=1", Ok((true, "as2.acme.example", 4443, "/as2?x=1")));
        check("https://[::1]/", Ok((true, "::1", 443, "/")));
        check("HTTP://host", Ok((false, "host", 80, "/")));
        check("ftp://host/", Err(()));
        check("host/as2", Err(()));
        check("http://user:secret@host/", Err(()));
        check("", Err(()));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let check = |one: &str, other: &str, same: bool| {
            assert_eq!(Target::parse(one).unwrap().same_origin(&Target::parse(other).unwrap()), same, "{one} {other}");
        };
        check("https://as2.acme.example/as2", "https://AS2.acme.example:443/mdn?x", true);
        check("https://as2.acme.example/", "http://as2.acme.example:443/", false);
        check("https://as2.acme.example/", "https://as2.acme.example:8443/", false);
        check("https://as2.acme.example/", "https://mdn.acme.example/", false);
    }
}
