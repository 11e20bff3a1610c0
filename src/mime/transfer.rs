//! Content-transfer-encodings undone while reading (RFC 2045, section 6).

use std::io::{self, BufRead, Read};

use super::{HeaderList, MimeFault};

/// How a body is encoded for its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TransferEncoding {
    /// As it is: `binary`, `7bit`, `8bit`, or nothing said. AS2 is carried by HTTP, so a missing header means binary
    /// and not the 7bit of mail (RFC 4130, section 5.2.1).
    #[default]
    Identity,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
}

impl TransferEncoding {
    /// Reads the value of a Content-Transfer-Encoding header.
    ///
    /// # Errors
    /// [`MimeFault::UnknownTransferEncoding`].
    pub fn parse(value: &str) -> Result<Self, MimeFault> {
        let word = Self::word(value);
        match word.as_str() {
            "" | "binary" | "7bit" | "8bit" => Ok(Self::Identity),
            "base64" => Ok(Self::Base64),
            "quoted-printable" => Ok(Self::QuotedPrintable),
            _ => Err(MimeFault::UnknownTransferEncoding(word.chars().take(40).collect())),
        }
    }

    /// The word that names the encoding, however it is written.
    fn word(value: &str) -> String {
        value.split(';').next().unwrap_or_default().trim().trim_matches('"').to_ascii_lowercase()
    }

    /// Whether the headers of an entity say that it is binary: every byte of it counts, line ends too.
    pub fn is_said_to_be_binary(headers: &HeaderList) -> bool {
        headers.text("Content-Transfer-Encoding").is_some_and(|value| Self::word(&value) == "binary")
    }

    /// The encoding of an entity.
    ///
    /// # Errors
    /// As [`TransferEncoding::parse`].
    pub fn of(headers: &HeaderList) -> Result<Self, MimeFault> {
        headers.text("Content-Transfer-Encoding").map_or(Ok(Self::Identity), |value| Self::parse(&value))
    }
}

/// Base64 in lines of 76 characters that end in CRLF (RFC 2045, section 6.8), the last one too.
pub fn base64_lines(bytes: &[u8]) -> String {
    // 57 bytes make the 76 characters of a full line.
    bytes.chunks(57).flat_map(|chunk| [openssl::base64::encode_block(chunk), "\r\n".to_owned()]).collect()
}

/// Reads the decoded content of an encoded source. A fault in the encoding comes as an I/O error with a
/// [`MimeFault`] inside.
pub struct TransferReader<R> {
    source: R,
    decoder: Decoder,
    /// What was decoded and not handed out yet: never more than the source's buffer decodes to.
    decoded: Vec<u8>,
    handed_out: usize,
    ended: bool,
}

enum Decoder {
    Identity,
    Base64(Base64),
    QuotedPrintable(QuotedPrintable),
}

impl<R: BufRead> TransferReader<R> {
    /// A reader that undoes `encoding`.
    pub fn new(source: R, encoding: TransferEncoding) -> Self {
        let decoder = match encoding {
            TransferEncoding::Identity => Decoder::Identity,
            TransferEncoding::Base64 => Decoder::Base64(Base64::default()),
            TransferEncoding::QuotedPrintable => Decoder::QuotedPrintable(QuotedPrintable::default()),
        };
        Self { source, decoder, decoded: Vec::new(), handed_out: 0, ended: false }
    }

    /// Decodes what the source has at hand, or ends.
    fn decode_more(&mut self) -> io::Result<()> {
        self.decoded.clear();
        self.handed_out = 0;
        let input = self.source.fill_buf()?;
        self.ended = input.is_empty();
        match &mut self.decoder {
            Decoder::Identity => self.decoded.extend_from_slice(input),
            Decoder::Base64(base64) if self.ended => base64.finish(&mut self.decoded)?,
            Decoder::Base64(base64) => base64.decode(input, &mut self.decoded)?,
            Decoder::QuotedPrintable(quoted) if self.ended => quoted.finish()?,
            Decoder::QuotedPrintable(quoted) => quoted.decode(input, &mut self.decoded)?,
        }
        let taken = input.len();
        self.source.consume(taken);
        Ok(())
    }
}

impl<R: BufRead> Read for TransferReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if matches!(self.decoder, Decoder::Identity) {
            return self.source.read(out);
        }
        while self.handed_out == self.decoded.len() && !self.ended && !out.is_empty() {
            self.decode_more()?;
        }
        let mut waiting = self.decoded.get(self.handed_out..).unwrap_or_default();
        let taken = waiting.read(out)?;
        self.handed_out += taken;
        Ok(taken)
    }
}

/// Four characters of six bits make three bytes. Line breaks and other white space are passed over; missing padding
/// is tolerated; anything else that is no base64 is a fault.
#[derive(Default)]
struct Base64 {
    bits: u32,
    characters: u8,
    padded: bool,
}

const NOT_BASE64: u8 = 0xff;

const SEXTETS: [u8; 256] = sextets();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse an index out of range")]
const fn sextets() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [NOT_BASE64; 256];
    let mut value = 0;
    while value < alphabet.len() {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table
}

impl Base64 {
    fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), MimeFault> {
        for byte in input {
            let sextet = SEXTETS.get(usize::from(*byte)).copied().unwrap_or(NOT_BASE64);
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'=' => self.padded = true,
                _ if sextet == NOT_BASE64 || self.padded => return Err(MimeFault::NotBase64),
                _ => self.take(sextet, out),
            }
        }
        Ok(())
    }

    fn take(&mut self, sextet: u8, out: &mut Vec<u8>) {
        self.bits = (self.bits << 6) | u32::from(sextet);
        self.characters += 1;
        if self.characters == 4 {
            let [_, first, second, third] = self.bits.to_be_bytes();
            out.extend_from_slice(&[first, second, third]);
            (self.bits, self.characters) = (0, 0);
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), MimeFault> {
        let [_, first, second, _] = (self.bits << (6 * (4 - u32::from(self.characters)))).to_be_bytes();
        match self.characters {
            0 => {}
            2 => out.push(first),
            3 => out.extend_from_slice(&[first, second]),
            _ => return Err(MimeFault::NotBase64),
        }
        self.characters = 0;
        Ok(())
    }
}

/// `=3D` is a byte, `=` before a line break is nothing, the rest is itself.
#[derive(Clone, Copy, Default)]
enum QuotedPrintable {
    #[default]
    Plain,
    /// After `=`.
    Equals,
    /// After `=` and one hexadecimal digit.
    Digit(u8),
    /// After `=` and white space, which must be followed by a line break.
    Break,
}

impl QuotedPrintable {
    fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), MimeFault> {
        for byte in input {
            *self = match (*self, *byte) {
                (Self::Plain, b'=') => Self::Equals,
                (Self::Plain, byte) => {
                    out.push(byte);
                    Self::Plain
                }
                (Self::Equals | Self::Break, b'\n') => Self::Plain,
                (Self::Equals | Self::Break, b' ' | b'\t' | b'\r') => Self::Break,
                (Self::Equals, byte) => Self::Digit(hexadecimal(byte)?),
                (Self::Digit(high), byte) => {
                    out.push((high << 4) | hexadecimal(byte)?);
                    Self::Plain
                }
                (Self::Break, _) => return Err(MimeFault::NotQuotedPrintable),
            };
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), MimeFault> {
        match self {
            Self::Digit(_) => Err(MimeFault::NotQuotedPrintable),
            Self::Plain | Self::Equals | Self::Break => Ok(()),
        }
    }
}

fn hexadecimal(byte: u8) -> Result<u8, MimeFault> {
    let digit = char::from(byte).to_digit(16).ok_or(MimeFault::NotQuotedPrintable)?;
    u8::try_from(digit).map_err(|_| MimeFault::NotQuotedPrintable)
}
