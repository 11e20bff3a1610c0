//! MIME entities: how they come in changes nothing, parts are pieces of the body in their order, and base64 that was written
//! is read.

#![no_main]

use std::io::{BufReader, Read};

use edigate_fuzz::Chunks;
use edigate_fuzz::base::Limits;
use edigate_fuzz::mime::{ContentType, HeaderList, MimeFault, Multipart, Parameters, TransferEncoding, TransferReader};
use edigate_fuzz::mime::{base64_lines, unquote};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([size], entity)) = bytes.split_first_chunk() else { return };
    let size = usize::from(*size).max(1);
    let limits = Limits { mime_parts: 8, ..Limits::default() };
    let Ok((headers, body)) = HeaderList::read(entity, &limits) else { return };
    for (name, value) in headers.iter() {
        let value = String::from_utf8_lossy(&value);
        drop((name.len(), unquote(&value), Parameters::read(&value)));
    }
    if let Ok(boundary) = ContentType::of(&headers).and_then(|found| found.boundary(&limits).map(str::to_owned)) {
        let (whole, fault) = parts(body, &boundary, &limits);
        let (chunked, fault_of_chunks) = parts(Chunks { bytes: body, size }, &boundary, &limits);
        assert_eq!((&whole, fault.map(|fault| fault.to_string())), (&chunked, fault_of_chunks.map(|f| f.to_string())));
        let mut rest = body;
        for part in &whole {
            let at = rest.windows(part.len().max(1)).position(|window| window.starts_with(part)).unwrap_or(0);
            assert!(rest[at..].starts_with(part), "a part that is not in the body");
            rest = &rest[at + part.len()..];
        }
    }
    if let Ok(encoding) = TransferEncoding::of(&headers) {
        assert_eq!(decoded(body, encoding), decoded(Chunks { bytes: body, size }, encoding), "{encoding:?}");
    }
    assert_eq!(decoded(base64_lines(body).as_bytes(), TransferEncoding::Base64).as_deref(), Some(body));
});

fn parts(source: impl Read, boundary: &str, limits: &Limits) -> (Vec<Vec<u8>>, Option<MimeFault>) {
    let mut multipart = Multipart::new(source, boundary, limits);
    let mut parts = Vec::new();
    loop {
        let mut part = match multipart.next_part() {
            Ok(Some(part)) => part,
            Ok(None) => return (parts, None),
            Err(fault) => return (parts, Some(fault)),
        };
        let mut content = Vec::new();
        if let Err(fault) = part.read_to_end(&mut content) {
            return (parts, Some(fault.into()));
        }
        parts.push(content);
    }
}

fn decoded(source: impl Read, encoding: TransferEncoding) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    TransferReader::new(BufReader::new(source), encoding).read_to_end(&mut content).ok()?;
    Some(content)
}
