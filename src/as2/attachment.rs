//! The payload of a message, and what is attached to it: multiple attachments in a multipart/related (RFC 6362).
//!
//! The parts are written one behind the other, as they come. Which of them is the business content shows when all have been
//! seen: the first that is an X12 or EDIFACT interchange; else the root (RFC 2387), by `start`, by `type`, or the first.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;

use crate::base::Limits;
use crate::mime::{ContentType, MimeFault, Multipart, TransferReader};

use super::entity::Entity;
use super::request::file_name_of;
use super::sniff::{begins_with_interchange, peek};
use super::{As2Error, Request};

/// A part of a message beside its business content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The file name it gives itself: a fact, not a path.
    pub file_name: Option<String>,
    /// Its type in lower case: `application/pdf`.
    pub content_type: String,
    /// Where it lies in what was written.
    pub at: Range<u64>,
    /// Whether it begins as an X12 or EDIFACT interchange, of which only the first of a message is its business content.
    pub is_interchange: bool,
}

/// Writes payloads to the caller's sink, and notes what they are.
pub(super) struct PayloadWriter<'a> {
    sink: &'a mut dyn Write,
    bytes: u64,
    written: Written,
}

/// What was written.
pub(super) struct Written {
    pub(super) content_type: ContentType,
    pub(super) file_name: Option<String>,
    pub(super) payload: Range<u64>,
    pub(super) attachments: Vec<Attached>,
}

/// A part that was written.
struct Part {
    content_type: ContentType,
    content_id: Option<String>,
    attached: Attached,
}

impl<'a> PayloadWriter<'a> {
    /// What the request says of its payload holds as long as the payload itself says nothing.
    pub(super) fn new(sink: &'a mut dyn Write, request: &Request) -> Self {
        let written = Written {
            content_type: request.content_type.clone(),
            file_name: request.file_name.clone(),
            payload: 0..0,
            attachments: Vec::new(),
        };
        Self { sink, bytes: 0, written }
    }

    /// Decodes an entity that is no further layer into the sink.
    pub(super) fn write(
        &mut self,
        entity: &Entity,
        content: &mut dyn BufRead,
        limits: &Limits,
    ) -> Result<(), As2Error> {
        if let Some(headers) = &entity.headers {
            self.written.file_name = file_name_of(headers).or_else(|| self.written.file_name.take());
        }
        self.written.content_type = entity.content_type.clone();
        let mut decoded = BufReader::new(TransferReader::new(content, entity.encoding));
        if entity.content_type.is("multipart/related") || entity.content_type.is("multipart/mixed") {
            let parts = self.parts(&entity.content_type, &mut decoded, limits).map_err(As2Error::Unreadable)?;
            self.choose(&entity.content_type, parts);
            return Ok(());
        }
        self.written.payload = self.copy(&mut decoded).map_err(|fault| As2Error::Unreadable(fault.into()))?;
        Ok(())
    }

    pub(super) fn finish(self) -> Written {
        self.written
    }

    fn copy(&mut self, content: &mut dyn BufRead) -> io::Result<Range<u64>> {
        let start = self.bytes;
        self.bytes += io::copy(content, &mut self.sink)?;
        Ok(start..self.bytes)
    }

    fn parts(
        &mut self,
        content_type: &ContentType,
        body: &mut dyn BufRead,
        limits: &Limits,
    ) -> Result<Vec<Part>, MimeFault> {
        let mut multipart = Multipart::new(body, content_type.boundary(limits)?, limits).ending_with_its_source();
        let mut parts = Vec::new();
        while let Some(part) = multipart.next_part()? {
            let (entity, content) = Entity::read(BufReader::new(part), limits)?;
            let mut content = BufReader::new(TransferReader::new(content, entity.encoding));
            let beginning = peek(&mut content)?;
            let is_interchange = begins_with_interchange(&beginning);
            let at = self.copy(&mut beginning.as_slice().chain(content))?;
            let headers = entity.headers.unwrap_or_default();
            if headers.is_empty() && at.is_empty() {
                // A boundary too many.
                continue;
            }
            let attached = Attached {
                file_name: file_name_of(&headers),
                content_type: entity.content_type.essence().to_owned(),
                at,
                is_interchange,
            };
            let content_id = headers.text("Content-ID").map(|id| bare(&id).to_owned());
            parts.push(Part { content_type: entity.content_type, content_id, attached });
        }
        Ok(parts)
    }

    fn choose(&mut self, bundle: &ContentType, mut parts: Vec<Part>) {
        let (start, kind) = (bundle.parameter("start").map(bare), bundle.parameter("type"));
        let find = |is_it: &dyn Fn(&Part) -> bool| parts.iter().position(is_it);
        let chosen = find(&|part| part.attached.is_interchange)
            .or_else(|| start.and_then(|start| find(&|part| part.content_id.as_deref() == Some(start))))
            .or_else(|| kind.and_then(|kind| find(&|part| part.attached.content_type.eq_ignore_ascii_case(kind))))
            .unwrap_or(0);
        if chosen < parts.len() {
            let root = parts.remove(chosen);
            self.written.payload = root.attached.at;
            self.written.content_type = root.content_type;
            self.written.file_name = root.attached.file_name.or_else(|| self.written.file_name.take());
        }
        self.written.attachments = parts.into_iter().map(|part| part.attached).collect();
    }
}

/// An id without its brackets.
fn bare(id: &str) -> &str {
    let id = id.trim();
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}
