//! Asks the running gateway over its admin socket.

use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;

/// How long the gateway may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// The largest answer taken.
const ANSWER_BYTES: usize = 256 << 20;

/// Why a question has no answer.
#[derive(Debug)]
pub(crate) enum AdminFault {
    /// Nobody answers on the socket.
    Unreachable {
        /// The socket.
        socket: PathBuf,
        /// What happened.
        why: String,
    },
    /// The gateway has no such thing, or did not understand.
    Refused(String),
}

impl std::fmt::Display for AdminFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable { socket, why } => write!(
                f,
                "no gateway answers on {}: {why}; start one with 'edigate serve', or name its socket with --socket",
                socket.display()
            ),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

/// Asks for `path` and gives the body of a good answer.
pub(crate) fn get(socket: &Path, path: &str) -> Result<Bytes, AdminFault> {
    send(socket, "GET", path, Bytes::new())
}

/// Posts `body` to `path` and gives the body of a good answer.
pub(crate) fn post(socket: &Path, path: &str, body: Vec<u8>) -> Result<Bytes, AdminFault> {
    send(socket, "POST", path, Bytes::from(body))
}

fn send(socket: &Path, method: &str, path: &str, body: Bytes) -> Result<Bytes, AdminFault> {
    let unreachable = |why: String| AdminFault::Unreachable { socket: socket.to_owned(), why };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|fault| unreachable(fault.to_string()))?;
    let asked = async { tokio::time::timeout(ANSWER_TIME, ask(socket, method, path, body)).await };
    let (status, body) = match runtime.block_on(asked) {
        Ok(Ok(answer)) => answer,
        Ok(Err(why)) => return Err(unreachable(why)),
        Err(_) => return Err(unreachable(format!("no answer within {} s", ANSWER_TIME.as_secs()))),
    };
    if (200..300).contains(&status) {
        return Ok(body);
    }
    Err(AdminFault::Refused(explain(status, &body)))
}

async fn ask(socket: &Path, method: &str, path: &str, body: Bytes) -> Result<(u16, Bytes), String> {
    let stream = tokio::net::UnixStream::connect(socket).await.map_err(|fault| fault.to_string())?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|fault| fault.to_string())?;
    let driver = tokio::spawn(connection);
    let request = hyper::Request::builder()
        .method(method)
        .uri(path)
        .header("Host", "edigate")
        .body(Full::new(body))
        .map_err(|fault| fault.to_string())?;
    let answer = sender.send_request(request).await.map_err(|fault| fault.to_string())?;
    let status = answer.status().as_u16();
    #[expect(clippy::disallowed_methods, reason = "the body is read through Limited")]
    let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await.map_err(|fault| fault.to_string())?;
    driver.abort();
    Ok((status, body.to_bytes()))
}

/// The error of an answer in words, with its hint.
fn explain(status: u16, body: &[u8]) -> String {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        return format!("the gateway answered {status}");
    };
    let member = |name| answer.get(name).and_then(Value::as_str);
    let mut text = member("error").unwrap_or("the gateway refused").to_owned();
    if let Some(ids) = answer.get("ids").and_then(Value::as_array) {
        let ids: Vec<_> = ids.iter().filter_map(Value::as_str).collect();
        text = format!("{text}: {}", ids.join(", "));
    }
    match member("hint") {
        Some(hint) => format!("{text}; {hint}"),
        None => text,
    }
}

/// Writes a value into a query so that it reads back as itself (RFC 3986, section 2.3: unreserved stay).
pub(crate) fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_its_hint_and_choices() {
        let body = br#"{"error":"more than one id begins so","hint":"give more letters","ids":["01A","01B"]}"#;
        assert_eq!(explain(409, body), "more than one id begins so: 01A, 01B; give more letters");
        assert_eq!(explain(500, b"oops"), "the gateway answered 500");
    }

    #[test]
    fn values_are_encoded() {
        assert_eq!(encoded("acme-1 &x"), "acme-1%20%26x");
    }

    #[test]
    fn nobody_there_is_said_with_the_next_step() {
        let fault = get(Path::new("/nonexistent/admin.sock"), "/healthz").unwrap_err().to_string();
        assert!(fault.contains("edigate serve"), "{fault}");
    }
}
