//! Header blocks that keep the bytes they were read from.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;
use std::ops::Range;

use crate::base::Limits;

use super::MimeFault;

/// The header lines of one entity, in order, as they arrived.
///
/// The law is `HeaderList::read(x)` then [`HeaderList::as_bytes`] gives the part of `x` that was read: folds, odd
/// spacing and repeated fields included. A field's value is looked at through [`HeaderList::get`].
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HeaderList {
    raw: Vec<u8>,
    fields: Vec<Field>,
}

#[derive(Clone, PartialEq, Eq)]
struct Field {
    name: Range<usize>,
    value: Range<usize>,
}

impl HeaderList {
    /// Reads lines from `source` up to and with the empty line that ends them, or to the end of the source. What
    /// follows stays in `source`. Lines may end in CRLF or LF and may be folded.
    ///
    /// # Errors
    /// [`MimeFault::NotAHeader`], [`MimeFault::HeaderLineTooLong`], [`MimeFault::HeadTooLarge`], or
    /// [`MimeFault::Source`].
    pub fn read_from(source: &mut dyn BufRead, limits: &Limits) -> Result<Self, MimeFault> {
        let mut list = Self::default();
        while let Some(line) = read_line(source, &mut list.raw, limits)? {
            if is_blank_line(list.raw.get(line.clone()).unwrap_or_default()) {
                break;
            }
            list.take_line(line)?;
        }
        Ok(list)
    }

    /// Reads the header block at the beginning of `bytes`; gives it and what follows.
    ///
    /// # Errors
    /// As [`HeaderList::read_from`], less the source's.
    pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(Self, &'a [u8]), MimeFault> {
        let mut rest = bytes;
        let list = Self::read_from(&mut rest, limits)?;
        Ok((list, rest))
    }

    /// A list of fields that come already separated, as an HTTP server hands them over. Nothing is checked: the
    /// bounds of an HTTP head are its reader's.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let mut list = Self::default();
        for (name, value) in pairs {
            let start = list.raw.len();
            list.raw.extend_from_slice(name);
            let name_end = list.raw.len();
            list.raw.extend_from_slice(b": ");
            let value_start = list.raw.len();
            list.raw.extend_from_slice(value);
            let value_end = list.raw.len();
            list.raw.extend_from_slice(b"\r\n");
            list.fields.push(Field { name: start..name_end, value: value_start..value_end });
        }
        list
    }

    fn take_line(&mut self, line: Range<usize>) -> Result<(), MimeFault> {
        let bytes = self.raw.get(line.clone()).unwrap_or_default();
        let text_end = line.start + bytes.trim_ascii_end().len();
        if bytes.first().is_some_and(|b| matches!(b, b' ' | b'\t')) {
            // A fold belongs to the field above it (RFC 5322, section 2.2.3); there must be one.
            let field = self.fields.last_mut().ok_or(MimeFault::NotAHeader)?;
            field.value.end = field.value.end.max(text_end);
            return Ok(());
        }
        let colon = bytes.iter().position(|b| *b == b':').ok_or(MimeFault::NotAHeader)?;
        let name = bytes.get(..colon).unwrap_or_default().trim_ascii_end();
        if name.is_empty() || !name.iter().all(|b| b.is_ascii_graphic()) {
            return Err(MimeFault::NotAHeader);
        }
        let name = line.start..line.start + name.len();
        let value_start = line.start + colon + 1;
        self.fields.push(Field { name, value: value_start..text_end.max(value_start) });
        Ok(())
    }

    /// The bytes that were read, the empty line at the end included where there was one.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Every field in order: name as written, and value unfolded and trimmed.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, [u8]>)> {
        self.fields.iter().map(|field| {
            let name = self.raw.get(field.name.clone()).unwrap_or_default();
            (std::str::from_utf8(name).unwrap_or_default(), self.value(field))
        })
    }

    /// The values of every field of that name, whatever its case.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = Cow<'a, [u8]>> {
        self.fields
            .iter()
            .filter(move |field| {
                self.raw.get(field.name.clone()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            })
            .map(|field| self.value(field))
    }

    /// The value of the first field of that name, whatever its case, unfolded and trimmed.
    pub fn get(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.all(name).next()
    }

    /// As [`HeaderList::get`], as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| String::from_utf8_lossy(&value).into_owned())
    }

    fn value(&self, field: &Field) -> Cow<'_, [u8]> {
        let raw = self.raw.get(field.value.clone()).unwrap_or_default().trim_ascii();
        if !raw.contains(&b'\n') {
            return Cow::Borrowed(raw);
        }
        // Unfolding removes the line break and keeps the white space after it (RFC 5322, section 2.2.3).
        Cow::Owned(raw.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect())
    }
}

impl fmt::Debug for HeaderList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())))
            .finish()
    }
}

fn is_blank_line(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

/// Appends one line with its line break to `raw`; `None` at the end of the source.
fn read_line(source: &mut dyn BufRead, raw: &mut Vec<u8>, limits: &Limits) -> Result<Option<Range<usize>>, MimeFault> {
    let start = raw.len();
    loop {
        let available = match source.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let end = memchr::memchr(b'\n', available).map(|at| at + 1);
        let chunk = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
        let taken = chunk.len();
        // The two bytes of the line break are not counted (RFC 5322, section 2.1.1).
        if (raw.len() - start).saturating_add(taken) > limits.header_line.saturating_add(2) {
            return Err(MimeFault::HeaderLineTooLong { limit: limits.header_line });
        }
        if raw.len().saturating_add(taken) > limits.mime_head {
            return Err(MimeFault::HeadTooLarge { limit: limits.mime_head });
        }
        raw.extend_from_slice(chunk);
        source.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok((raw.len() > start).then_some(start..raw.len()));
        }
    }
}
