//! MIME entities and CMS layers inside a message, read as products write them.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use crate::base::Limits;
use crate::mime::{ContentType, HeaderList, MimeFault, TransferEncoding};

use super::sniff::{
    begins_with_a_header, begins_with_edi, begins_with_entity_headers, cms_content, is_compressed_data,
    is_enveloped_data, peek, true_encoding,
};

/// What came by HTTP and says nothing of itself is bytes (RFC 9110, section 8.3), not mail's text/plain.
const OCTETS: &str = "application/octet-stream";

/// A MIME entity without its body.
pub(super) struct Entity {
    pub(super) headers: Option<HeaderList>,
    pub(super) content_type: ContentType,
    pub(super) encoding: TransferEncoding,
    /// Empty lines in front of its headers: a signature covers them.
    lead: Vec<u8>,
}

/// An entity and its body.
type Opened<'r> = (Entity, Box<dyn BufRead + 'r>);

impl Entity {
    /// One without any header: all of it is content.
    pub(super) fn bare() -> Result<Self, MimeFault> {
        Ok(Self::of_http(ContentType::parse(OCTETS)?, TransferEncoding::Identity))
    }

    /// The body of a request, whose headers are HTTP's.
    pub(super) fn of_http(content_type: ContentType, encoding: TransferEncoding) -> Self {
        Self { headers: None, content_type, encoding, lead: Vec::new() }
    }

    /// The bytes of its headers, with the empty line behind them.
    pub(super) fn head(&self) -> &[u8] {
        self.headers.as_ref().map_or(&[], HeaderList::as_bytes)
    }

    /// The same with the empty lines in front of them.
    pub(super) fn head_with_lead(&self) -> Vec<u8> {
        [&self.lead, self.head()].concat()
    }

    /// Reads the headers of an entity; empty lines that some products put in front of them are passed over.
    pub(super) fn read<'r>(mut source: impl BufRead + 'r, limits: &Limits) -> Result<Opened<'r>, MimeFault> {
        let beginning = peek(&mut source)?;
        let empty_lines = beginning.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let has_headers_behind = begins_with_entity_headers(beginning.get(empty_lines..).unwrap_or_default());
        let passed_over = if has_headers_behind { empty_lines } else { 0 };
        let lead = beginning.get(..passed_over).unwrap_or_default().to_vec();
        let mut beginning = Cursor::new(beginning);
        beginning.set_position(passed_over as u64);
        let mut content = Box::new(beginning.chain(source));
        let headers = HeaderList::read_from(&mut content, limits)?;
        let content_type = headers.text("Content-Type").unwrap_or_else(|| OCTETS.to_owned());
        let entity = Self {
            content_type: ContentType::parse(&content_type)?,
            encoding: TransferEncoding::of(&headers)?,
            headers: Some(headers),
            lead,
        };
        Ok((entity, content))
    }

    /// Whether its line ends are those of a text, which products change (RFC 8551, section 3.1.1), and not bytes like others:
    /// it is text, EDI, XML or JSON by its type, and not said to be binary.
    pub(super) fn is_text(&self) -> bool {
        let kind = self.content_type.essence();
        let is_text = kind.starts_with("text/")
            || kind.starts_with("application/edi")
            || kind.starts_with("application/") && (kind.ends_with("xml") || kind.ends_with("json"));
        is_text && !self.headers.as_ref().is_some_and(TransferEncoding::is_said_to_be_binary)
    }

    /// One that was compressed; some products compress a payload without any MIME header.
    pub(super) fn inflated<'r>(inside: &'r mut dyn BufRead, limits: &Limits) -> Result<Opened<'r>, MimeFault> {
        let beginning = peek(inside)?;
        let bare = !begins_with_a_header(beginning.trim_ascii_start()) || begins_with_edi(&beginning);
        let content = Cursor::new(beginning).chain(inside);
        if bare {
            return Ok((Self::bare()?, Box::new(content)));
        }
        Self::read(content, limits)
    }
}

/// Some products repeat the HTTP headers of a body at its beginning; they say nothing new. `begins` tells whether they
/// do.
pub(super) fn behind_repeated_headers<'a>(
    body: &'a mut dyn BufRead,
    limits: &Limits,
    begins: fn(&[u8]) -> bool,
) -> Result<Box<dyn BufRead + 'a>, MimeFault> {
    let beginning = peek(body)?;
    let repeated = begins(&beginning);
    let mut body = Box::new(Cursor::new(beginning).chain(body));
    if repeated {
        HeaderList::read_from(&mut body, limits)?;
    }
    Ok(body)
}

/// The body of a request behind headers that it repeats, and the encoding that it really has.
pub(super) fn body_of_http<'a>(
    body: &'a mut dyn BufRead,
    declared: TransferEncoding,
    limits: &Limits,
) -> Result<(Box<dyn BufRead + 'a>, TransferEncoding), MimeFault> {
    let mut body = behind_repeated_headers(body, limits, begins_with_entity_headers)?;
    let beginning = peek(&mut body)?;
    let encoding = true_encoding(&beginning, declared);
    Ok((Box::new(Cursor::new(beginning).chain(body)), encoding))
}

/// A CMS message, told by what it says of itself: `smime-type` is missing or wrong in what some products send.
pub(super) struct Cms<'a> {
    pub(super) kind: CmsKind,
    pub(super) content: Box<dyn BufRead + 'a>,
}

pub(super) enum CmsKind {
    Compressed,
    Other,
}

impl<'a> Cms<'a> {
    pub(super) fn told(content_type: &ContentType, body: &'a mut dyn BufRead) -> io::Result<Self> {
        let mut content = BufReader::new(cms_content(body)?);
        let beginning = peek(&mut content)?;
        let is_said = content_type
            .parameter("smime-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("compressed"));
        let is_compressed = is_compressed_data(&beginning) || is_said && !is_enveloped_data(&beginning);
        let kind = if is_compressed { CmsKind::Compressed } else { CmsKind::Other };
        Ok(Self { kind, content: Box::new(Cursor::new(beginning).chain(content)) })
    }
}
