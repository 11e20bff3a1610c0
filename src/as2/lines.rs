//! Line ends made CRLF (RFC 8551, section 3.1.1).

/// Makes every bare LF of a content a CRLF, in pieces as it comes; a CR that no LF follows stays.
#[derive(Clone, Copy, Default)]
pub(super) struct CrlfLines {
    ends_in_cr: bool,
}

impl CrlfLines {
    /// One that goes on behind content that ended in a CR, or did not.
    pub(super) const fn behind(ends_in_cr: bool) -> Self {
        Self { ends_in_cr }
    }

    /// Gives the next piece to `out`, in pieces.
    pub(super) fn pass(&mut self, piece: &[u8], mut out: impl FnMut(&[u8])) {
        for line in piece.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\n") {
                Some(text) if !(text.last().copied() == Some(b'\r') || text.is_empty() && self.ends_in_cr) => {
                    out(text);
                    out(b"\r\n");
                }
                _ => out(line),
            }
            self.ends_in_cr = line.last().copied() == Some(b'\r');
        }
    }
}

/// Every line end made CRLF.
pub fn with_crlf(content: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(content.len());
    CrlfLines::default().pass(content, |piece| lines.extend_from_slice(piece));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_made_crlf_and_nothing_else_is_touched() {
        let check = |content: &str, expect: &str| {
            assert_eq!(with_crlf(content.as_bytes()), expect.as_bytes(), "{content:?}");
            let (mut lines, mut pieces) = (CrlfLines::default(), Vec::new());
            for byte in content.as_bytes() {
                lines.pass(&[*byte], |piece| pieces.extend_from_slice(piece));
            }
            assert_eq!(pieces, expect.as_bytes(), "{content:?} byte by byte");
        };
        check("", "");
        check("a", "a");
        check("a\nb", "a\r\nb");
        check("a\r\nb\n", "a\r\nb\r\n");
        check("a\n\nb", "a\r\n\r\nb");
        check("a\rb\n", "a\rb\r\n");
        check("a\r\r\nb", "a\r\r\nb");
        check("a\n\r", "a\r\n\r");
        check("\r", "\r");
    }
}
