//! A receipt as it is stored: its header lines, an empty line, its body. A repeat gets these very bytes again.

use crate::as2;
use crate::http::Reply;

/// The bytes to store.
pub(crate) fn to_bytes(answer: &as2::Answer) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(answer.body.len() + 512);
    for (name, value) in &answer.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&answer.body);
    bytes
}

/// Header names with their values, and a body.
type Parts = (Vec<(String, String)>, Vec<u8>);

/// Header lines and body of what was stored, or `None` when the bytes are none.
pub(crate) fn from_bytes(stored: &[u8]) -> Option<Parts> {
    let end = stored.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = stored.split_at(end);
    let headers = std::str::from_utf8(head)
        .ok()?
        .split("\r\n")
        .map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect::<Option<Vec<_>>>()?;
    Some((headers, body.get(4..)?.to_vec()))
}

/// The answer that was stored.
pub(crate) fn to_reply(stored: &[u8]) -> Option<Reply> {
    from_bytes(stored).map(|(headers, body)| Reply::ready(headers, body))
}

/// The answer as it goes out the first time.
pub(crate) fn reply(answer: as2::Answer) -> Reply {
    Reply::ready(answer.headers, answer.body)
}
