//! What may stand in the head of a request: judged, unfolded. Pure: bytes in, values out.
//!
//! What this lets through, no two parsers can read differently: lines end in CRLF only, framing headers stand once,
//! unfolded, and do not contradict each other. Everything else is refused before anybody acts on it.

use super::field::{is_blank, is_token_byte, trim};
use crate::base::Limits;

/// Why a head was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeadFault {
    /// The peer went away, before its first byte or in the middle.
    Gone,
    /// The connection failed.
    Broken(String),
    /// It breaks the grammar, or its framing cannot be trusted. What is wrong, in words fit for the peer.
    Malformed(&'static str),
    /// The request line is longer than [`Limits::request_line`].
    LineTooLong,
    /// It has more bytes than [`Limits::head`].
    TooLarge,
    /// It has more header lines than [`Limits::headers`].
    TooManyHeaders,
    /// A transfer coding besides chunked.
    Coding,
    /// An expectation besides `100-continue`.
    Expectation,
    /// Not HTTP/1.0 or HTTP/1.1.
    Version,
}

impl HeadFault {
    /// Status, a word for metrics, and a text for the peer; `None` when nobody is there to be answered.
    pub(super) fn answer(&self) -> Option<(u16, &'static str, &'static str)> {
        Some(match *self {
            Self::Gone | Self::Broken(_) => return None,
            Self::Malformed(what) => (400, "malformed", what),
            // RFC 9112, section 3: a target longer than any we wish to parse is answered 414.
            Self::LineTooLong => (414, "request-line-too-long", "the request line is too long"),
            // RFC 6585, section 5.
            Self::TooLarge => (431, "head-too-large", "the request's head is too large"),
            Self::TooManyHeaders => (431, "too-many-headers", "the request has too many header lines"),
            // RFC 9112, section 6.1.
            Self::Coding => (501, "transfer-coding", "no transfer coding but chunked is understood"),
            // RFC 9110, section 10.1.1.
            Self::Expectation => (417, "expectation", "no expectation but 100-continue is understood"),
            Self::Version => (505, "version", "only HTTP/1.0 and HTTP/1.1 are understood"),
        })
    }
}

/// How a body is delimited (RFC 9112, section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By Content-Length, or with a length of zero when there is none.
    Length(u64),
    /// By chunks.
    Chunked,
}

/// A head that was let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) framing: Framing,
    /// Whether Content-Length was there at all.
    pub(super) declared: Option<u64>,
    minor: u8,
    expects_continue: bool,
}

impl Judged {
    /// The same request as hyper is to see it: with what matters for the framing, and nothing it could misread.
    pub(super) fn for_hyper(&self) -> String {
        // Of methods, only HEAD changes how an answer is written; CONNECT would make hyper give up its bounds.
        let method = if self.method == "HEAD" { "HEAD" } else { "POST" };
        let framing = match self.framing {
            Framing::Length(length) => format!("content-length: {length}"),
            Framing::Chunked => "transfer-encoding: chunked".to_owned(),
        };
        let expect = if self.expects_continue { "expect: 100-continue\r\n" } else { "" };
        format!("{method} / HTTP/1.{}\r\n{framing}\r\n{expect}\r\n", self.minor)
    }
}

/// Finds the end of the head as it arrives, each byte looked at once, and refuses as early as it can.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// Bytes looked at.
    at: usize,
    /// Where the present line begins.
    line: usize,
    /// Whether the request line is complete.
    past_request_line: bool,
}

impl Scanner {
    /// The length of the head with its empty line, once it is there.
    pub(super) fn scan(&mut self, buffer: &[u8], limits: &Limits) -> Result<Option<usize>, HeadFault> {
        while let Some(&byte) = buffer.get(self.at) {
            self.at += 1;
            if self.at > limits.head {
                return Err(HeadFault::TooLarge);
            }
            if byte == b'\n' {
                let line = buffer.get(self.line..self.at).unwrap_or_default();
                // RFC 9112, section 2.2 lets a recipient take a bare LF; one that does not cannot be smuggled past.
                let Some(content) = line.strip_suffix(b"\r\n") else {
                    return Err(HeadFault::Malformed("a line ends in LF without CR"));
                };
                if content.is_empty() && self.past_request_line {
                    return Ok(Some(self.at));
                }
                // Empty lines before the request line are skipped (RFC 9112, section 2.2), within the head's bytes.
                self.past_request_line |= !content.is_empty();
                self.line = self.at;
            } else if !self.past_request_line {
                let length = self.at - self.line;
                // A TLS hello or other noise is refused at its first byte rather than by the clock.
                if length == 1 && byte != b'\r' && !is_token_byte(byte) {
                    return Err(HeadFault::Malformed("this is not HTTP"));
                }
                if length - usize::from(byte == b'\r') > limits.request_line {
                    return Err(HeadFault::LineTooLong);
                }
            }
        }
        Ok(None)
    }
}

/// Judges a whole head, its final empty line included.
pub(super) fn judge(head: &[u8], limits: &Limits) -> Result<Judged, HeadFault> {
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty());
    let (method, target, minor) = request_line(lines.next().unwrap_or_default())?;
    let mut headers: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for line in lines {
        if line.iter().any(|&byte| is_forbidden(byte)) {
            return Err(HeadFault::Malformed("a header has a control character"));
        }
        if line.first().is_some_and(|&byte| is_blank(byte)) {
            unfold(headers.last_mut(), line)?;
            continue;
        }
        if headers.len() == limits.headers {
            return Err(HeadFault::TooManyHeaders);
        }
        headers.push(header_line(line)?);
    }
    let mut judged =
        Judged { method, target, headers, framing: Framing::Length(0), declared: None, minor, expects_continue: false };
    judge_framing(&mut judged)?;
    judge_host(&judged)?;
    judge_expectation(&mut judged)?;
    Ok(judged)
}

/// RFC 9112, section 3: method, target and version with single spaces between.
fn request_line(line: &[u8]) -> Result<(String, String, u8), HeadFault> {
    const MALFORMED: HeadFault = HeadFault::Malformed("the request line is malformed");
    let line = std::str::from_utf8(line).map_err(|_| MALFORMED)?;
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(MALFORMED);
    };
    if method.is_empty() || !method.bytes().all(is_token_byte) {
        return Err(MALFORMED);
    }
    if target.is_empty() || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(MALFORMED);
    }
    let minor = match version {
        "HTTP/1.1" => 1,
        "HTTP/1.0" => 0,
        other if other.starts_with("HTTP/") => return Err(HeadFault::Version),
        _ => return Err(MALFORMED),
    };
    Ok((method.to_owned(), origin_form(target), minor))
}

/// A server must take the absolute form as well (RFC 9112, section 3.2.2): its scheme and authority fall away.
pub(super) fn origin_form(target: &str) -> String {
    let absolute = ["http://", "https://"].into_iter().find_map(|scheme| {
        target.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme))?;
        target.get(scheme.len()..)
    });
    match absolute {
        None => target.to_owned(),
        Some(rest) => match rest.find(['/', '?']).and_then(|at| rest.get(at..)) {
            None => "/".to_owned(),
            Some(query) if query.starts_with('?') => format!("/{query}"),
            Some(path) => path.to_owned(),
        },
    }
}

/// RFC 9112, section 5: no white space before the colon.
fn header_line(line: &[u8]) -> Result<(Vec<u8>, Vec<u8>), HeadFault> {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    let (name, value) = line.split_at_checked(colon).unwrap_or_default();
    if name.is_empty() || !name.iter().copied().all(is_token_byte) {
        return Err(HeadFault::Malformed("a header's name is malformed"));
    }
    Ok((name.to_vec(), trim(value.get(1..).unwrap_or_default()).to_vec()))
}

/// RFC 9112, section 5.2: a fold is replaced by a space. Not in a header that frames or routes the request, where a
/// proxy in front of us may have read it otherwise.
fn unfold(header: Option<&mut (Vec<u8>, Vec<u8>)>, line: &[u8]) -> Result<(), HeadFault> {
    const FRAMING: [&str; 8] =
        ["content-length", "transfer-encoding", "host", "connection", "expect", "te", "trailer", "upgrade"];
    let Some((name, value)) = header else {
        return Err(HeadFault::Malformed("white space before the first header"));
    };
    if FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing.as_bytes())) {
        return Err(HeadFault::Malformed("a header that frames the request is folded"));
    }
    let more = trim(line);
    if !value.is_empty() && !more.is_empty() {
        value.push(b' ');
    }
    value.extend_from_slice(more);
    Ok(())
}

/// RFC 9112, sections 6.1 to 6.3. Where it leaves a choice between repair and refusal, this refuses.
fn judge_framing(judged: &mut Judged) -> Result<(), HeadFault> {
    let length = at_most_one(&judged.headers, "content-length", "more than one Content-Length")?;
    let coding = at_most_one(&judged.headers, "transfer-encoding", "more than one Transfer-Encoding")?;
    match (length, coding) {
        (Some(_), Some(_)) => {
            return Err(HeadFault::Malformed("both Content-Length and Transfer-Encoding"));
        }
        (Some(length), None) => {
            let length = content_length(length)?;
            judged.framing = Framing::Length(length);
            judged.declared = Some(length);
        }
        (None, Some(coding)) => {
            if judged.minor == 0 {
                return Err(HeadFault::Malformed("Transfer-Encoding in HTTP/1.0"));
            }
            chunked(coding)?;
            judged.framing = Framing::Chunked;
        }
        (None, None) => {}
    }
    Ok(())
}

/// Digits only; leading zeros are real (some products pad to a fixed width) and harmless.
fn content_length(value: &[u8]) -> Result<u64, HeadFault> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value)
        .ok()
        .filter(|_| digits)
        .and_then(|text| text.parse().ok())
        .ok_or(HeadFault::Malformed("Content-Length is not a number"))
}

fn chunked(value: &[u8]) -> Result<(), HeadFault> {
    if value.eq_ignore_ascii_case(b"chunked") {
        return Ok(());
    }
    let last = value.rsplit(|byte| *byte == b',').next().map(trim).unwrap_or_default();
    if last.eq_ignore_ascii_case(b"chunked") {
        return Err(HeadFault::Coding);
    }
    // RFC 9112, section 6.3, rule 4: without chunked at the end nobody can tell where the body ends.
    Err(HeadFault::Malformed("Transfer-Encoding does not end in chunked"))
}

/// RFC 9112, section 3.2: HTTP/1.1 has exactly one Host.
fn judge_host(judged: &Judged) -> Result<(), HeadFault> {
    let host = at_most_one(&judged.headers, "host", "more than one Host")?;
    if host.is_none() && judged.minor == 1 {
        return Err(HeadFault::Malformed("no Host"));
    }
    Ok(())
}

/// RFC 9110, section 10.1.1. An HTTP/1.0 peer would not understand a `100 Continue`.
fn judge_expectation(judged: &mut Judged) -> Result<(), HeadFault> {
    let expect = at_most_one(&judged.headers, "expect", "more than one Expect")?;
    match expect {
        Some(value) if value.eq_ignore_ascii_case(b"100-continue") => judged.expects_continue = judged.minor == 1,
        Some(_) if judged.minor == 1 => return Err(HeadFault::Expectation),
        _ => {}
    }
    Ok(())
}

fn at_most_one<'a>(
    headers: &'a [(Vec<u8>, Vec<u8>)],
    name: &str,
    several: &'static str,
) -> Result<Option<&'a [u8]>, HeadFault> {
    let mut named = headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
    let first = named.next().map(|(_, value)| value.as_slice());
    if named.next().is_some() { Err(HeadFault::Malformed(several)) } else { Ok(first) }
}

/// RFC 9110, section 5.5: no control characters in a value, a bare CR among them.
const fn is_forbidden(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}
