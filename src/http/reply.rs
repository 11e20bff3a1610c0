//! An answer, as plain values.

use bytes::Bytes;

use super::{BodyFault, Content};

/// A whole answer. `Content-Length`, `Date` and `Connection: close` are added as it is sent.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Header names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body; a request by HEAD is answered without it.
    pub body: Content,
}

impl Reply {
    /// A status with an empty body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Content::bytes(Bytes::new()) }
    }

    /// A status with one line of plain text.
    pub fn text(status: u16, text: &str) -> Self {
        Self::with_body(status, "text/plain; charset=utf-8", format!("{text}\r\n"))
    }

    /// A status with a body.
    pub fn with_body(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::empty(status).header("Content-Type", content_type).body(Content::bytes(body))
    }

    /// 200 with headers and a body that are ready, such as a receipt's.
    pub fn ready(headers: Vec<(String, String)>, body: impl Into<Bytes>) -> Self {
        Self { status: 200, headers, body: Content::bytes(body) }
    }

    /// 405, naming the methods that are allowed (RFC 9110, section 15.5.6).
    pub fn method_not_allowed(allowed: &str) -> Self {
        Self::text(405, "method not allowed").header("Allow", allowed)
    }

    /// 503, asking the peer to come again: nothing is wrong with what he sent.
    pub fn try_later(after_seconds: u32) -> Self {
        Self::text(503, "try again later").header("Retry-After", &after_seconds.to_string())
    }

    /// The same answer with another body.
    #[must_use]
    pub fn body(self, body: Content) -> Self {
        Self { body, ..self }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The answer to a body that did not arrive whole, in words fit for the peer.
impl From<&BodyFault> for Reply {
    fn from(fault: &BodyFault) -> Self {
        match fault {
            BodyFault::TooLarge { cap } => Self::text(413, &format!("the body is larger than {cap} bytes")),
            BodyFault::Idle | BodyFault::TooSlow | BodyFault::TooLong => Self::text(408, "the body took too long"),
            BodyFault::Broken(_) => Self::text(400, "the body is malformed"),
        }
    }
}
