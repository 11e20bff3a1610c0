//! The stream as bytes of ASCII and more: a file in UTF-16 comes out in UTF-8, any other as it is.

use std::io::{self, ErrorKind, Read};

/// Bytes of UTF-16 read at once.
const CHUNK: usize = 8 << 10;

/// A stream that begins with looking for a byte order mark of UTF-16.
pub(crate) struct Input<R> {
    stream: R,
    form: Form,
    /// Bytes that were read or decoded, and not given yet.
    ready: Vec<u8>,
    given: usize,
}

/// How the stream is written.
enum Form {
    /// Nothing was read yet.
    Unknown,
    /// In bytes of some 8-bit character set.
    Bytes,
    /// In UTF-16.
    Wide(Utf16),
}

/// The order of the bytes in UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    /// The low byte first.
    Little,
    /// The high byte first.
    Big,
}

/// UTF-16 on its way to UTF-8.
struct Utf16 {
    order: ByteOrder,
    /// The first byte of a unit whose second has not come yet.
    half: Option<u8>,
    /// The first unit of a pair whose second has not come yet.
    lead: Option<u16>,
}

impl<R: Read> Input<R> {
    /// The start of a stream.
    pub(crate) fn new(stream: R) -> Self {
        Self { stream, form: Form::Unknown, ready: Vec::new(), given: 0 }
    }

    /// The order of the bytes, if the stream is in UTF-16 and something was read of it.
    pub(crate) fn utf_16(&self) -> Option<ByteOrder> {
        match &self.form {
            Form::Wide(wide) => Some(wide.order),
            Form::Unknown | Form::Bytes => None,
        }
    }

    /// Reads some bytes; 0 at the end.
    pub(crate) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.ready.get(self.given..).unwrap_or_default();
            if !left.is_empty() {
                let count = left.len().min(room.len());
                room.iter_mut().zip(left).for_each(|(to, from)| *to = *from);
                self.given += count;
                return Ok(count);
            }
            match &mut self.form {
                Form::Bytes => return retried(&mut self.stream, room),
                Form::Unknown => self.begin()?,
                Form::Wide(wide) => {
                    let mut chunk = [0; CHUNK];
                    let count = retried(&mut self.stream, &mut chunk)?;
                    self.ready.clear();
                    self.given = 0;
                    wide.decode(chunk.get(..count).unwrap_or_default(), &mut self.ready);
                    if count == 0 {
                        wide.finish(&mut self.ready);
                        if self.ready.is_empty() {
                            return Ok(0);
                        }
                    }
                }
            }
        }
    }

    /// Looks at the first four bytes: a byte order mark, or a tag with a NUL beside each letter.
    fn begin(&mut self) -> io::Result<()> {
        while self.ready.len() < 4 {
            let mut byte = [0];
            if retried(&mut self.stream, &mut byte)? == 0 {
                break;
            }
            self.ready.extend(byte);
        }
        let mut first = std::mem::take(&mut self.ready);
        let order = match first.as_slice() {
            [0xff, 0xfe, ..] => Some(ByteOrder::Little),
            [0xfe, 0xff, ..] => Some(ByteOrder::Big),
            [one, 0, other, 0] if begins_tag([*one, *other]) => Some(ByteOrder::Little),
            [0, one, 0, other] if begins_tag([*one, *other]) => Some(ByteOrder::Big),
            _ => None,
        };
        self.form = match order {
            None => {
                self.ready = first;
                Form::Bytes
            }
            Some(order) => {
                if matches!(first.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
                    first.drain(..2);
                }
                let mut wide = Utf16 { order, half: None, lead: None };
                wide.decode(&first, &mut self.ready);
                Form::Wide(wide)
            }
        };
        Ok(())
    }
}

/// Whether these are the first letters of ISA, UNA or UNB.
fn begins_tag(letters: [u8; 2]) -> bool {
    matches!(letters.map(|letter| letter.to_ascii_uppercase()), [b'I', b'S'] | [b'U', b'N'])
}

impl Utf16 {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(*byte);
                continue;
            };
            let unit = match self.order {
                ByteOrder::Little => u16::from_le_bytes([first, *byte]),
                ByteOrder::Big => u16::from_be_bytes([first, *byte]),
            };
            self.unit(unit, out);
        }
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        if let Some(lead) = self.lead.take() {
            if let Some(Ok(pair)) = char::decode_utf16([lead, unit]).next() {
                push(pair, out);
                return;
            }
            push(char::REPLACEMENT_CHARACTER, out);
        }
        match char::decode_utf16([unit]).next() {
            Some(Ok(single)) => push(single, out),
            Some(Err(_)) if unit < 0xdc00 => self.lead = Some(unit),
            Some(Err(_)) | None => push(char::REPLACEMENT_CHARACTER, out),
        }
    }

    /// What was cut off at the end becomes one replacement character.
    fn finish(&mut self, out: &mut Vec<u8>) {
        if self.half.take().is_some() | self.lead.take().is_some() {
            push(char::REPLACEMENT_CHARACTER, out);
        }
    }
}

fn push(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn retried(stream: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drop<'a>(&'a [u8]);

    impl Read for Drop<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut room[..1])
        }
    }

    fn read_all(stream: impl Read, room: usize) -> (Vec<u8>, Option<ByteOrder>) {
        let mut input = Input::new(stream);
        let mut all = Vec::new();
        let mut room = vec![0; room];
        loop {
            match input.read(&mut room).unwrap() {
                0 => return (all, input.utf_16()),
                count => all.extend_from_slice(&room[..count]),
            }
        }
    }

    #[test]
    fn utf_16_comes_out_in_utf_8_however_it_is_cut() {
        let check = |bytes: &[u8], text: &[u8], order: Option<ByteOrder>| {
            for room in [1, 2, 100] {
                assert_eq!(read_all(bytes, room), (text.to_vec(), order));
                assert_eq!(read_all(Drop(bytes), room), (text.to_vec(), order));
            }
        };
        let wide = |text: &str, to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let text = "\u{feff}ISA*ä–😀~";
        let decoded = "ISA*ä–😀~".as_bytes();
        check(&wide(text, u16::to_le_bytes), decoded, Some(ByteOrder::Little));
        check(&wide(text, u16::to_be_bytes), decoded, Some(ByteOrder::Big));
        check(&wide(text, u16::to_be_bytes)[2..], decoded, Some(ByteOrder::Big));
        for start in ["ISA", "unb+ä", "UN"] {
            check(&wide(start, u16::to_le_bytes), start.as_bytes(), Some(ByteOrder::Little));
            check(&wide(start, u16::to_be_bytes), start.as_bytes(), Some(ByteOrder::Big));
        }
        check(b"I\0X\0", b"I\0X\0", None);
        check(b"I\0S", b"I\0S", None);
        check(b"\xff\xfe", b"", Some(ByteOrder::Little));
        check(b"", b"", None);
        check(b"I", b"I", None);
        check(b"ISA*", b"ISA*", None);
        check(b"\xff\xfeI\0S", b"I\xef\xbf\xbd", Some(ByteOrder::Little));
        check(b"\xff\xfe\x3d\xd8I\0\x00\xdc", "\u{fffd}I\u{fffd}".as_bytes(), Some(ByteOrder::Little));
        check(b"\xff\xfe\x3d\xd8", "\u{fffd}".as_bytes(), Some(ByteOrder::Little));
    }
}
