//! Content types (RFC 2045, section 5.1).

use crate::base::Limits;

use super::parameter::{Parameters, unquote};
use super::{HeaderList, MimeFault};

/// A media type and its parameters, read leniently: any case, quoted as a whole, without a subtype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    essence: String,
    parameters: Parameters,
}

impl ContentType {
    /// Reads the value of a Content-Type header.
    ///
    /// # Errors
    /// [`MimeFault::NotAContentType`] when no type can be seen.
    pub fn parse(value: &str) -> Result<Self, MimeFault> {
        let value = value.trim();
        // Some senders quote the value as a whole.
        let whole = value.starts_with('"').then(|| unquote(value));
        let (word, parameters) = Parameters::read(whole.as_deref().unwrap_or(value));
        let named = word.starts_with(|c: char| c.is_ascii_alphanumeric()) && !word.contains(char::is_whitespace);
        if !named || !word.is_ascii() {
            return Err(MimeFault::NotAContentType);
        }
        Ok(Self { essence: word.to_ascii_lowercase(), parameters })
    }

    /// The Content-Type of an entity. One that has none is `text/plain` (RFC 2045, section 5.2).
    ///
    /// # Errors
    /// As [`ContentType::parse`].
    pub fn of(headers: &HeaderList) -> Result<Self, MimeFault> {
        Self::parse(headers.text("Content-Type").as_deref().unwrap_or("text/plain"))
    }

    /// Type and subtype in lower case: `application/edi-x12`.
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// Whether this is `multipart/…`.
    pub fn is_multipart(&self) -> bool {
        self.essence.starts_with("multipart/")
    }

    /// Whether this is that type, given in lower case, or its form with `x-` (`application/x-pkcs7-mime`).
    pub fn is(&self, essence: &str) -> bool {
        self.essence == essence
            || essence.split_once('/').is_some_and(|(kind, sub)| {
                self.essence.split_once('/').is_some_and(|(k, s)| k == kind && s.strip_prefix("x-") == Some(sub))
            })
    }

    /// A parameter by its name in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }

    /// The boundary of a multipart type.
    ///
    /// # Errors
    /// [`MimeFault::NoBoundary`] without one or with an empty one, [`MimeFault::BoundaryTooLong`].
    pub fn boundary(&self, limits: &Limits) -> Result<&str, MimeFault> {
        // A boundary does not end in a space (RFC 2046, section 5.1.1).
        let boundary = self.parameter("boundary").map(str::trim_end).filter(|b| !b.is_empty());
        let boundary = boundary.ok_or(MimeFault::NoBoundary)?;
        if boundary.len() > limits.boundary {
            return Err(MimeFault::BoundaryTooLong { limit: limits.boundary });
        }
        Ok(boundary)
    }
}
