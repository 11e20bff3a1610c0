//! What a receipt's MIC is made over: what was signed, as RFC 4130, section 7.3.1 has it, or one of the forms that products
//! make.

use crate::as2::with_crlf;
use crate::base::Limits;
use crate::mime::HeaderList;
use crate::smime::Mic;

/// The content of a MIC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MicContent {
    pub(super) form: MicForm,
    /// The bytes, where they are not the message's content.
    pub(super) bytes: Option<Vec<u8>>,
}

/// How it comes from the message's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MicForm {
    /// It is that.
    Right,
    /// Without the so many bytes of its headers.
    WithoutHeaders(usize),
    /// With every line end made CRLF.
    CanonicalLines,
    /// Both.
    WithoutHeadersCanonicalLines(usize),
    /// As it was before it was compressed.
    Uncompressed,
    /// With so many bytes of HTTP's headers in front.
    WithHttpHeaders(usize),
}

impl MicForm {
    /// In words, behind "its MIC is made".
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Right => "over message-content.bin",
            Self::WithoutHeaders(_) => "without the MIME headers",
            Self::CanonicalLines => "with every line end made CRLF",
            Self::WithoutHeadersCanonicalLines(_) => "without the MIME headers and with every line end made CRLF",
            Self::Uncompressed => "over the content before it was compressed",
            Self::WithHttpHeaders(_) => "with the headers that HTTP carried in front",
        }
    }
}

/// Finds the form that gives this MIC; none does when the receipt is for something else.
pub(super) fn find(
    mic: &Mic,
    content: &[u8],
    uncompressed: Option<&[u8]>,
    headers: &HeaderList,
    limits: &Limits,
) -> Option<MicContent> {
    let is = |bytes: &[u8]| mic.algorithm().digest(bytes) == *mic.digest();
    if is(content) {
        return Some(MicContent { form: MicForm::Right, bytes: None });
    }
    let head = HeaderList::read(content, limits).map_or(0, |(headers, _)| headers.as_bytes().len());
    let bare = content.get(head..).unwrap_or_default();
    let of_http = crate::as2::mime_head(headers);
    let forms = [
        (MicForm::WithoutHeaders(head), Some(bare.to_vec())),
        (MicForm::CanonicalLines, Some(with_crlf(content))),
        (MicForm::WithoutHeadersCanonicalLines(head), Some(with_crlf(bare))),
        (MicForm::Uncompressed, uncompressed.map(<[u8]>::to_vec)),
        (MicForm::WithHttpHeaders(of_http.len()), Some([of_http.as_slice(), content].concat())),
    ];
    let found = forms.into_iter().find_map(|(form, bytes)| Some((form, bytes.filter(|bytes| is(bytes))?)));
    found.map(|(form, bytes)| MicContent { form, bytes: Some(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smime::DigestAlgorithm;

    #[test]
    fn the_form_that_gives_a_mic_is_found() {
        let headers = HeaderList::from_pairs([(&b"Content-Type"[..], &b"text/x"[..])]);
        let check = |covered: &[u8], expect: Option<MicForm>| {
            let mic = Mic::new(DigestAlgorithm::Sha512.digest(covered));
            let found = find(&mic, b"A: b\n\na\nb", Some(b"plain"), &headers, &Limits::default());
            assert_eq!(found.as_ref().map(|found| found.form), expect, "{}", String::from_utf8_lossy(covered));
            let bytes = found.and_then(|found| found.bytes);
            assert!(bytes.is_none_or(|bytes| bytes == covered));
        };
        check(b"A: b\n\na\nb", Some(MicForm::Right));
        check(b"a\nb", Some(MicForm::WithoutHeaders(6)));
        check(b"A: b\r\n\r\na\r\nb", Some(MicForm::CanonicalLines));
        check(b"a\r\nb", Some(MicForm::WithoutHeadersCanonicalLines(6)));
        check(b"plain", Some(MicForm::Uncompressed));
        check(b"Content-Type: text/x\r\n\r\nA: b\n\na\nb", Some(MicForm::WithHttpHeaders(24)));
        check(b"something else", None);
    }
}
