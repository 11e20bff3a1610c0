//! The judge of request heads, and what is asked of it.

#[path = "../../src/http/field.rs"]
mod field;
#[path = "../../src/http/judge.rs"]
mod judge;

use crate::base::Limits;
use judge::{HeadFault, Judged, Scanner};

/// How a head that arrives in pieces of `size` bytes is judged; nothing when it does not end.
fn arriving(bytes: &[u8], size: usize, limits: &Limits) -> Result<Option<Judged>, HeadFault> {
    let mut scanner = Scanner::default();
    let mut there = 0;
    while there < bytes.len() {
        there = (there + size).min(bytes.len());
        if let Some(end) = scanner.scan(&bytes[..there], limits)? {
            return judge::judge(&bytes[..end], limits).map(Some);
        }
    }
    Ok(None)
}

/// However a head arrives it is judged the same, and what was let through is read the same when it is written down.
pub fn check(bytes: &[u8], size: usize, limits: &Limits) {
    let whole = arriving(bytes, bytes.len().max(1), limits);
    assert_eq!(whole, arriving(bytes, size, limits));
    let judged = match whole {
        Ok(Some(judged)) => judged,
        Ok(None) => return,
        Err(fault) => {
            let _status = fault.answer();
            return;
        }
    };
    let mut written = format!("{} {} HTTP/1.1\r\n", judged.method, judged.target).into_bytes();
    let has_host = judged.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"host"));
    if !has_host {
        written.extend_from_slice(b"Host: x\r\n");
    }
    for (name, value) in &judged.headers {
        assert!(!value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "a value could end its line");
        written.extend_from_slice(&[name, b": ".as_slice(), value, b"\r\n"].concat());
    }
    written.extend_from_slice(b"\r\n");
    let roomy = Limits { head: usize::MAX, request_line: usize::MAX, headers: usize::MAX, ..Limits::default() };
    // HTTP/1.1 asks for more than HTTP/1.0; what it refuses then is no contradiction.
    if let Ok(again) = judge::judge(&written, &roomy) {
        let own = |judged: &Judged| judged.headers[usize::from(!has_host && std::ptr::eq(judged, &again))..].to_vec();
        assert_eq!((own(&again), again.framing), (own(&judged), judged.framing));
    }
    let forwarded = judged.for_hyper();
    assert!(forwarded.ends_with("\r\n\r\n") && forwarded.matches("\r\n\r\n").count() == 1, "{forwarded:?}");
}
