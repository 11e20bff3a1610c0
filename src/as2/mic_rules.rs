//! Over which bytes the MIC of a receipt of ours is made, where a partner's product makes its own in another way than
//! RFC 4130, section 7.3.1 and RFC 5402, section 4 have it.

use crate::mime::HeaderList;

/// How the MIC of a receipt of ours is made. The default is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MicRules {
    /// The line ends of what it is made over.
    pub lines: MicLines,
    /// Whether the MIC of what is not signed covers the MIME headers.
    pub headers: MicHeaders,
}

/// Over which form of the content a MIC is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MicLines {
    /// The bytes as they came.
    #[default]
    AsReceived,
    /// With every line end made CRLF.
    Crlf,
}

/// Whether the MIC of what is not signed covers the MIME headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MicHeaders {
    /// Where the content is encrypted or compressed, and not where its headers are HTTP's.
    #[default]
    Auto,
    /// Always; where they are HTTP's, those of them that are MIME's: see [`mime_head`].
    With,
    /// Never.
    Without,
}

/// The MIME headers among HTTP's, a line each, and the empty line: Content-Type and its like, less Content-Length, which
/// is HTTP's own.
pub fn mime_head(headers: &HeaderList) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, value) in headers.iter() {
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("content-") && lower != "content-length" {
            head.extend_from_slice(format!("{name}: ").as_bytes());
            head.extend_from_slice(&value);
            head.extend_from_slice(b"\r\n");
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}
