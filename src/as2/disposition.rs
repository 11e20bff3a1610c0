//! The disposition: what a receipt says became of a message (RFC 4130, sections 7.4.3 to 7.5).

use std::fmt;

/// The longest piece of a partner's own words that is kept.
const LONGEST_TEXT: usize = 256;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Received and processed.
    Processed,
    /// Received and processed, with a remark somebody should look at (section 7.5.5).
    Warning(String),
    /// Received and not processed: the message is at fault, or its receiver (section 7.5.4).
    Error(ErrorModifier),
    /// The request for the receipt could not be honoured, and the message was not processed (section 7.5.3).
    Failed(FailureModifier),
    /// A disposition AS2 does not know, such as mail's `deleted`: not processed.
    Other(String),
}

/// Why a message was not processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorModifier {
    /// The sender could not be authenticated.
    AuthenticationFailed,
    /// The content could not be decompressed.
    DecompressionFailed,
    /// The content could not be decrypted.
    DecryptionFailed,
    /// The message is less protected than agreed.
    InsufficientMessageSecurity,
    /// The content is not what was signed.
    IntegrityCheckFailed,
    /// Anything else.
    UnexpectedProcessingError,
    /// Sender and receiver have no relationship (draft-ietf-ediint-rfc4130bis, section 8).
    UnknownTradingRelationship,
    /// A partner's own words.
    Other(String),
}

/// Why a request for a receipt could not be honoured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureModifier {
    /// The receipt protocol asked for is not known.
    UnsupportedFormat,
    /// None of the MIC algorithms asked for is known.
    UnsupportedMicAlgorithms,
    /// Other words.
    Other(String),
}

/// The words of section 7.4.3, and the beginnings that tell them apart in the spellings partners send.
const ERRORS: [(ErrorModifier, &str, &str); 7] = [
    (ErrorModifier::AuthenticationFailed, "authentication-failed", "authentic"),
    (ErrorModifier::DecompressionFailed, "decompression-failed", "decompres"),
    (ErrorModifier::DecryptionFailed, "decryption-failed", "decrypt"),
    (ErrorModifier::InsufficientMessageSecurity, "insufficient-message-security", "insufficient"),
    (ErrorModifier::IntegrityCheckFailed, "integrity-check-failed", "integrity"),
    (ErrorModifier::UnexpectedProcessingError, "unexpected-processing-error", "unexpected"),
    (ErrorModifier::UnknownTradingRelationship, "unknown-trading-relationship", "unknown-trading"),
];

impl Disposition {
    /// Reads the value of a Disposition field in any of the spellings section 7.5.6 wants accepted, and some more
    /// that products send: any case and spacing, the mode missing, the value doubled, `=` for `:`, words misspelled.
    pub fn parse(value: &str) -> Self {
        let plain: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let behind_mode = plain.split_once(';').map_or(plain.as_str(), |(_, rest)| rest);
        // A doubled value: the first one counts.
        let first = behind_mode.trim_start_matches([' ', '/']).split(';').next().unwrap_or_default().trim();
        let (kind, text) = first.split_once([':', '=']).unwrap_or((first, ""));
        Self::from_parts(&kind.trim().to_ascii_lowercase(), text.trim())
    }

    fn from_parts(kind: &str, text: &str) -> Self {
        let (kind, modifier) =
            kind.split_once('/').map_or((kind, ""), |(kind, modifier)| (kind.trim(), modifier.trim()));
        match (kind, modifier) {
            ("processed", "") => Self::Processed,
            ("failed", _) | (_, "failure" | "failed") | ("failure", _) => Self::Failed(FailureModifier::parse(text)),
            (_, "error") | ("error", _) => Self::Error(ErrorModifier::parse(text)),
            ("processed", "warning") | ("warning", _) => Self::Warning(kept(text)),
            _ => Self::Other(kept(&format!("{kind}/{modifier}: {text}"))),
        }
    }

    /// The same disposition with the words of an Error, Warning or Failure field of its own, which some products write
    /// beside a bare `processed/error`.
    #[must_use]
    pub fn with_fields(self, error: Option<&str>, warning: Option<&str>, failure: Option<&str>) -> Self {
        match (&self, error, warning, failure) {
            (Self::Processed, Some(text), _, _) => Self::Error(ErrorModifier::parse(text)),
            (Self::Processed, _, _, Some(text)) => Self::Failed(FailureModifier::parse(text)),
            (Self::Processed, _, Some(text), _) => Self::Warning(kept(text)),
            (Self::Error(ErrorModifier::Other(had)), Some(text), _, _) if had.is_empty() => {
                Self::Error(ErrorModifier::parse(text))
            }
            (Self::Failed(FailureModifier::Other(had)), _, _, Some(text)) if had.is_empty() => {
                Self::Failed(FailureModifier::parse(text))
            }
            (Self::Warning(had), _, Some(text), _) if had.is_empty() => Self::Warning(kept(text)),
            _ => self,
        }
    }
}

impl ErrorModifier {
    fn parse(text: &str) -> Self {
        let lower = text.trim().to_ascii_lowercase().replace(' ', "-");
        let known = ERRORS.into_iter().find(|(_, _, beginning)| lower.starts_with(beginning));
        known.map_or_else(|| Self::Other(kept(text)), |(modifier, _, _)| modifier)
    }
}

impl FailureModifier {
    fn parse(text: &str) -> Self {
        let lower = text.trim().to_ascii_lowercase().replace('-', " ");
        match lower.as_str() {
            "unsupported format" => Self::UnsupportedFormat,
            _ if lower.starts_with("unsupported mic") => Self::UnsupportedMicAlgorithms,
            _ => Self::Other(kept(text)),
        }
    }
}

/// A partner's words, cut to what is kept and without control characters.
fn kept(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}

/// As section 7.4.3 writes it, with the mode AS2 always has.
impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("automatic-action/MDN-sent-automatically; ")?;
        match self {
            Self::Processed => f.write_str("processed"),
            Self::Warning(text) => write!(f, "processed/warning: {text}"),
            Self::Error(modifier) => write!(f, "processed/error: {modifier}"),
            Self::Failed(modifier) => write!(f, "failed/failure: {modifier}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for ErrorModifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Other(text) = self {
            return f.write_str(text);
        }
        let known = ERRORS.iter().find(|(modifier, _, _)| modifier == self);
        f.write_str(known.map_or("unexpected-processing-error", |(_, text, _)| text))
    }
}

impl fmt::Display for FailureModifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnsupportedFormat => "unsupported format",
            Self::UnsupportedMicAlgorithms => "unsupported MIC-algorithms",
            Self::Other(text) => text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODE: &str = "automatic-action/MDN-sent-automatically; ";

    #[test]
    fn dispositions_are_written_as_the_rfc_writes_them_and_read_back() {
        let check = |disposition: Disposition, text: &str| {
            assert_eq!(disposition.to_string(), format!("{MODE}{text}"));
            assert_eq!(Disposition::parse(&disposition.to_string()), disposition);
        };
        check(Disposition::Processed, "processed");
        check(Disposition::Warning("duplicate-document".into()), "processed/warning: duplicate-document");
        for (modifier, text, _) in ERRORS {
            check(Disposition::Error(modifier), &format!("processed/error: {text}"));
        }
        check(
            Disposition::Error(ErrorModifier::Other("duplicate-filename".into())),
            "processed/error: duplicate-filename",
        );
        check(Disposition::Failed(FailureModifier::UnsupportedFormat), "failed/failure: unsupported format");
        check(
            Disposition::Failed(FailureModifier::UnsupportedMicAlgorithms),
            "failed/failure: unsupported MIC-algorithms",
        );
    }

    #[test]
    fn dispositions_are_read_in_every_spelling_met() {
        let check = |text: &str, expect: Disposition| assert_eq!(Disposition::parse(text), expect, "{text}");
        let error = Disposition::Error;
        check("Automatic-action/mdn-sent-automatically;processed", Disposition::Processed);
        check("automatic-action/MDN-sent-automatically ; PROCESSED", Disposition::Processed);
        check("automatic-action/MDN-sent-automatically;\r\n\tprocessed", Disposition::Processed);
        check("processed", Disposition::Processed);
        check(&format!("{MODE}processed/Error:Decryption-Failed"), error(ErrorModifier::DecryptionFailed));
        check(&format!("{MODE}processed/error : decryption-failed"), error(ErrorModifier::DecryptionFailed));
        check(&format!("{MODE}processed/error: decompresion-failed"), error(ErrorModifier::DecompressionFailed));
        check(
            &format!("{MODE}processed/error: decryption-failed;/processed/error: decryption-failed"),
            error(ErrorModifier::DecryptionFailed),
        );
        check("; error: authentication-failed", error(ErrorModifier::AuthenticationFailed));
        check(&format!("{MODE}processed/error"), error(ErrorModifier::Other(String::new())));
        check(
            &format!("{MODE}failed/Failure: unsupported format"),
            Disposition::Failed(FailureModifier::UnsupportedFormat),
        );
        check(&format!("{MODE}failed"), Disposition::Failed(FailureModifier::Other(String::new())));
        check(&format!("{MODE}deleted"), Disposition::Other("deleted/:".into()));
        check("", Disposition::Other("/:".into()));
    }

    #[test]
    fn separate_fields_complete_a_bare_disposition() {
        let check = |text: &str, fields: [Option<&str>; 3], expect: Disposition| {
            let [error, warning, failure] = fields;
            assert_eq!(Disposition::parse(text).with_fields(error, warning, failure), expect);
        };
        let decryption = Disposition::Error(ErrorModifier::DecryptionFailed);
        check("x; processed/error", [Some("decryption-failed"), None, None], decryption.clone());
        check("x; processed", [Some("decryption-failed"), None, None], decryption);
        check(
            "x; failed",
            [None, None, Some("unsupported format")],
            Disposition::Failed(FailureModifier::UnsupportedFormat),
        );
        check("x; processed/warning", [None, Some("w"), None], Disposition::Warning("w".into()));
        check("x; processed", [None; 3], Disposition::Processed);
    }
}
