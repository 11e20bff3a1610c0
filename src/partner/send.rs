//! `[as2.send]`: what we send. Every key is checked now, so that a partner file can be written whole; none has an
//! effect before sending is built, and one warning says so.

use crate::base::Diagnostic;
use crate::base::table::{Table, Value};
use crate::partner::certificate::reference;

/// Checks the table `send` of `as2`.
pub(crate) fn check(as2: &Table<'_>) {
    let Some(send) = as2.table("send") else { return };
    as2.not_yet("send", "nothing is sent to partners in this version");
    algorithms(&send);
    shape(&send);
    if let Some(mdn) = send.table("mdn") {
        mdn.one_of("mode", &[("none", ()), ("sync", ()), ("async", ())]);
        mdn.flag("signed");
        url(&mdn, "url");
        mdn.duration("timeout");
    }
    if let Some(http) = send.table("http") {
        self::http(&http);
    }
    if let Some(retry) = send.table("retry") {
        retry.flag("resend_same_id");
        for step in retry.list("schedule") {
            step.duration();
        }
        retry.duration("give_up_after");
    }
}

/// Reads a URL of http or https. User and password have no place in it, and should they stand there all the same, no
/// fault shows them.
pub(crate) fn url(table: &Table<'_>, key: &'static str) -> Option<String> {
    let value = table.value(key)?;
    let web = |text: &str| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let host = rest.split('/').next().unwrap_or_default();
        let fits = !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace);
        fits.then(|| text.to_owned())
    };
    let url = value.as_text().and_then(web);
    if url.is_none() {
        value.fault_unseen(
            Diagnostic::error("bad-value", format!("'{}' is no URL of a web server", value.name()))
                .expecting("a URL such as \"https://as2.example.com/as2\", without user and password"),
        );
    }
    url
}

fn algorithms(send: &Table<'_>) {
    send.one_of("sign_alg", &[("none", ()), ("sha-1", ()), ("sha-256", ()), ("sha-384", ()), ("sha-512", ())]);
    send.flag("pss");
    send.one_of(
        "encrypt_alg",
        &[
            ("none", ()),
            ("3des", ()),
            ("aes-128-cbc", ()),
            ("aes-192-cbc", ()),
            ("aes-256-cbc", ()),
            ("aes-128-gcm", ()),
            ("aes-192-gcm", ()),
            ("aes-256-gcm", ()),
        ],
    );
    send.one_of("key_transport", &[("pkcs1", ()), ("oaep", ())]);
    send.one_of("compress", &[("none", ()), ("before-sign", ()), ("after-sign", ())]);
    send.one_of("micalg_style", &[("rfc5751", ()), ("rfc3851", ()), ("sha2-256", ())]);
    send.flag("omit_cms_algorithm_protection");
}

fn shape(send: &Table<'_>) {
    let encodings = [("binary", ()), ("8bit", ()), ("7bit", ()), ("base64", ()), ("quoted-printable", ())];
    for key in ["payload_cte", "signature_cte", "outer_cte"] {
        send.one_of(key, &encodings);
    }
    for key in ["send_cte_http_header", "send_filename", "quote_filename"] {
        send.flag(key);
    }
    send.parsed("content_type", "a media type such as \"application/edi-x12\"", |text| {
        text.split_once('/').filter(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty()).map(drop)
    });
    send.string("subject");
}

fn http(http: &Table<'_>) {
    for key in ["chunked", "expect_continue", "connection_close"] {
        http.flag(key);
    }
    if let Some(auth) = http.table("auth") {
        auth.one_of("kind", &[("none", ()), ("basic", ()), ("bearer", ())]);
        auth.string("user");
        auth.flag("preemptive");
        for key in ["password", "token"] {
            auth.value(key).as_ref().and_then(reference);
        }
    }
    if let Some(tls) = http.table("tls") {
        tls.one_of("trust", &[("public", ()), ("pinned", ())]);
        tls.one_of("min", &[("1.0", ()), ("1.1", ()), ("1.2", ()), ("1.3", ())]);
        tls.one_of("mode", &[("rustls", ()), ("legacy", ())]);
    }
    if http.value("proxy").as_ref().and_then(Value::string).is_some_and(|proxy| !proxy.is_empty()) {
        url(http, "proxy");
    }
}
