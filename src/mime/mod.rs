//! MIME as AS2 needs it (RFC 2045, RFC 2046, RFC 1847): header blocks that keep their bytes, content types read
//! leniently, multipart bodies handed out part by part as a stream, and the content-transfer-encodings undone.
//!
//! The bytes of a part are evidence: a signature and a MIC are computed over exactly what arrived, so nothing here
//! ever writes again what it has read. `HeaderList::read` then `HeaderList::as_bytes` gives the same bytes, and a
//! [`Part`] yields its entity from the first header byte to the byte before the line break that belongs to the
//! boundary (RFC 2046, section 5.1.1).

mod content_type;
mod fault;
mod header;
mod multipart;
mod parameter;
mod transfer;
mod words;

pub use content_type::ContentType;
pub use fault::MimeFault;
pub use header::HeaderList;
pub use multipart::{Multipart, Part};
pub use parameter::{Parameters, split_outside_quotes, unquote};
pub use transfer::{TransferEncoding, TransferReader, base64_lines};

#[cfg(test)]
mod tests;
