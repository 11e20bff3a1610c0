//! Compressed content: CMS `CompressedData` (RFC 3274), inflated while it is read, and written.
//!
//! Bounds: `limits.decompressed` bytes in all, and beyond the first mebibyte no more than `limits.decompression_ratio`
//! times what was read. Both are judged before a byte over them is given out.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::algorithm::{AlgorithmIdentifier, dotted, oid, read_oid};
use super::ber::{BerReader, Octets, Tag};
use super::{SmimeError, der};
use crate::base::Limits;

/// Bytes read at once, and inflated at once.
const PIECE: usize = 16 * 1024;

/// Bytes for which the ratio is not asked: small content may be as regular as it likes.
const RATIO_FREE: u64 = 1 << 20;

/// Compressed content that inflates as it is read, in memory that does not grow with it.
pub struct CompressedReader<R> {
    ber: BerReader<BufReader<R>>,
    content: Octets,
    inflate: Decompress,
    plain: Vec<u8>,
    start: usize,
    end: usize,
    most: u64,
    ratio: u64,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Content,
    Whole,
    /// It goes on failing, so that no caller mistakes the rest for an end.
    Failed,
}

impl<R: Read> CompressedReader<R> {
    /// Reads up to the compressed content.
    ///
    /// # Errors
    /// Another kind of CMS, another algorithm than zlib, malformed.
    pub fn open(source: R, limits: &Limits) -> Result<Self, SmimeError> {
        const WHAT: &str = "it is no CMS compressed data";
        let mut ber = BerReader::new(BufReader::with_capacity(PIECE, source), limits.der_depth);
        ber.enter(Tag::SEQUENCE, WHAT)?;
        let content_type = read_oid(&mut ber, WHAT)?;
        if content_type != oid::COMPRESSED_DATA {
            return Err(SmimeError::Unsupported { what: "content type", name: dotted(&content_type) });
        }
        ber.enter(Tag::context(0), WHAT)?;
        ber.enter(Tag::SEQUENCE, WHAT)?;
        ber.primitive(Tag::INTEGER, "its version", 1)?;
        let algorithm = AlgorithmIdentifier::read(&mut ber)?;
        if algorithm.oid != oid::ZLIB {
            return Err(SmimeError::Unsupported { what: "compression", name: dotted(&algorithm.oid) });
        }
        ber.enter(Tag::SEQUENCE, WHAT)?;
        read_oid(&mut ber, WHAT)?;
        ber.enter(Tag::context(0), WHAT)?;
        let content = ber.open_octets(Tag::OCTET_STRING, "there is no compressed content")?;
        Ok(Self {
            ber,
            content,
            inflate: Decompress::new(true),
            plain: vec![0; PIECE],
            start: 0,
            end: 0,
            most: limits.decompressed,
            ratio: limits.decompression_ratio,
            stage: Stage::Content,
        })
    }

    /// Reads the source to its end behind the CMS: whether nothing but white space is there.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn nothing_follows(self) -> io::Result<bool> {
        let mut rest = self.ber.into_source();
        let mut is_white = true;
        loop {
            let waiting = rest.fill_buf()?;
            if waiting.is_empty() {
                return Ok(is_white);
            }
            is_white &= waiting.iter().all(u8::is_ascii_whitespace);
            let length = waiting.len();
            rest.consume(length);
        }
    }

    fn refill(&mut self) -> Result<(), SmimeError> {
        match self.stage {
            Stage::Content => {}
            Stage::Whole => return Ok(()),
            Stage::Failed => return Err(failed("it failed before")),
        }
        // Left so by any way out but the good ones.
        self.stage = Stage::Failed;
        loop {
            let ready = self.ber.octets_ready(&self.content)?;
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let waiting = if ready == 0 { &[] } else { self.ber.octets_slice(ready)? };
            let status = self.inflate.decompress(waiting, &mut self.plain, FlushDecompress::None);
            let status = status.map_err(|_| failed("its content is no zlib stream"))?;
            let taken = (self.inflate.total_in() - before_in) as usize;
            let given = (self.inflate.total_out() - before_out) as usize;
            self.ber.advance(taken)?;
            self.is_within_bounds()?;
            (self.start, self.end) = (0, given);
            if status == Status::StreamEnd {
                self.leave()?;
                self.stage = Stage::Whole;
                return Ok(());
            }
            if given > 0 {
                self.stage = Stage::Content;
                return Ok(());
            }
            if taken == 0 {
                return Err(failed("its content ends in the middle"));
            }
        }
    }

    fn is_within_bounds(&self) -> Result<(), SmimeError> {
        let (read, inflated) = (self.inflate.total_in(), self.inflate.total_out());
        if inflated > self.most {
            return Err(failed(&format!("it grows beyond the limit of {} bytes", self.most)));
        }
        if inflated > RATIO_FREE && inflated > read.saturating_mul(self.ratio) {
            return Err(failed(&format!("it grows to more than {} times its size", self.ratio)));
        }
        Ok(())
    }

    /// The way out. Octets behind the stream's end are nobody's and passed over, as are bytes behind the whole.
    fn leave(&mut self) -> Result<(), SmimeError> {
        const WHAT: &str = "something follows its compressed content";
        loop {
            match self.ber.octets_ready(&self.content)? {
                0 => break,
                ready => self.ber.advance(ready)?,
            }
        }
        (0..5).try_for_each(|_| self.ber.leave(WHAT))
    }
}

fn failed(what: &str) -> SmimeError {
    SmimeError::DecompressionFailed { what: what.to_owned() }
}

impl<R: Read> Read for CompressedReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let amount = ready.read(out)?;
        self.consume(amount);
        Ok(amount)
    }
}

impl<R: Read> BufRead for CompressedReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.refill()?;
        }
        Ok(self.plain.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.start = self.start.saturating_add(amount).min(self.end);
    }
}

/// Compressed content as DER: `head` and behind it `octets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompressedContent {
    /// All that stands before the zlib stream.
    pub head: Vec<u8>,
    /// The zlib stream.
    pub octets: Vec<u8>,
}

/// Compresses content that comes in pieces.
///
/// # Errors
/// When zlib fails, which it does not for want of anything but memory.
pub fn compress<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<CompressedContent, SmimeError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    pieces.into_iter().try_for_each(|piece| encoder.write_all(piece))?;
    let octets = encoder.finish()?;

    let length = octets.len() as u64;
    let mut head = der::header(der::OCTET_STRING, length);
    let mut around = |identifier: u8, before: &[&[u8]]| {
        let before = before.concat();
        let length = (before.len() + head.len()) as u64 + length;
        head = [der::header(identifier, length), before, std::mem::take(&mut head)].concat();
    };
    around(der::CONTEXT_0, &[]);
    around(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])]);
    // RFC 3274, section 1.1: version 0; section 2: the parameters of zlib are left out.
    around(der::SEQUENCE, &[&der::value(der::INTEGER, &[&[0]]), &der::algorithm(oid::ZLIB, &[])]);
    around(der::CONTEXT_0, &[]);
    around(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::COMPRESSED_DATA])]);
    Ok(CompressedContent { head, octets })
}
