//! Fixed little-endian fields, as the heads of files and records are made of.

/// Writes fields one after the other.
#[derive(Default)]
pub(crate) struct FieldWriter(Vec<u8>);

impl FieldWriter {
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn u32(self, value: u32) -> Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u64(self, value: u64) -> Self {
        self.bytes(&value.to_le_bytes())
    }

    /// Zeros up to `length`, then a CRC32C over all before it: `length + 4` bytes in all.
    pub(crate) fn sealed(mut self, length: usize) -> Vec<u8> {
        self.0.resize(length.max(self.0.len()), 0);
        let crc = crc32c::crc32c(&self.0);
        self.u32(crc).0
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// Reads fields one after the other; `None` at the end of the bytes.
pub(crate) struct FieldReader<'a>(&'a [u8]);

impl<'a> FieldReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The fields of bytes written by [`FieldWriter::sealed`], when their CRC32C is right.
    pub(crate) fn unsealed(bytes: &'a [u8]) -> Option<Self> {
        let (fields, crc) = bytes.split_last_chunk::<4>()?;
        (crc32c::crc32c(fields) == u32::from_le_bytes(*crc)).then_some(Self(fields))
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(u8::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}
