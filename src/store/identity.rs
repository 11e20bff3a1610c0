//! `STORE` says whose folder this is; `HEAD` says how far its journal had come.
//!
//! `STORE`, written once when the store is made: `EDGSTORE`, format (u32), zero (u32), store id (16 bytes), time of
//! making (i64 ms as u64), length of the instance's name (u32), the name, CRC32C.
//!
//! `HEAD`, replaced whole at every new segment: `EDGHEAD1`, format (u32), zero (u32), store id, generation (u64),
//! number of the newest segment (u64), its epoch (u64), CRC32C. It is written after the segment it names is in
//! place, so it may be one segment behind; ahead of the journal it proves that segments have been lost.
//! The generation counts the starts: two copies of one store that have both been started differ in it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::error::StoreError;
use super::fields::{FieldReader, FieldWriter};
use super::layout::replace_durably;
use crate::base::Timestamp;

/// The format of the whole folder: raised when an older binary could no longer read it. 1 knew messages of partners
/// only; 2 knows those that are sent, and asynchronous receipts; 3 knows which certificates partners use;
/// 4 knows documents of the ERP's, events, control numbers, what was seen and what operators did.
pub(crate) const FORMAT: u32 = 4;
const STORE_MAGIC: &[u8; 8] = b"EDGSTORE";
const HEAD_MAGIC: &[u8; 8] = b"EDGHEAD1";
/// `STORE` and `HEAD` are far below this; a longer file is damaged.
const LONGEST_FILE: usize = 4096;

/// Sixteen random bytes that every file of one store carries.
pub(crate) type StoreId = [u8; 16];

/// Whose folder it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) store: StoreId,
    pub(crate) made_at: Timestamp,
    pub(crate) instance: String,
}

impl Identity {
    /// Reads `STORE`; `None` when there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(bytes) = read_small(path)? else { return Ok(None) };
        let mut fields = check_seal(path, &bytes, STORE_MAGIC)?;
        Self::decode(&mut fields).map(Some).ok_or_else(|| StoreError::corrupt(path, 0, "it does not say whose it is"))
    }

    fn decode(fields: &mut FieldReader<'_>) -> Option<Self> {
        let store = fields.array()?;
        let made_at = Timestamp::from_millis(fields.u64()?.cast_signed());
        let length = usize::try_from(fields.u32()?).ok()?;
        let instance = String::from_utf8(fields.bytes(length)?.to_vec()).ok()?;
        Some(Self { store, made_at, instance })
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let name = self.instance.as_bytes();
        let bytes = FieldWriter::default()
            .bytes(STORE_MAGIC)
            .u32(FORMAT)
            .u32(0)
            .bytes(&self.store)
            .u64(self.made_at.as_millis().cast_unsigned())
            .u32(u32::try_from(name.len()).unwrap_or(u32::MAX))
            .bytes(name)
            .sealed(0);
        replace_durably(path, &bytes)
    }
}

/// How far the journal had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) store: StoreId,
    pub(crate) generation: u64,
    pub(crate) segment: u64,
    pub(crate) epoch: u64,
}

impl Head {
    /// Reads `HEAD`; `None` when there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(bytes) = read_small(path)? else { return Ok(None) };
        let mut fields = check_seal(path, &bytes, HEAD_MAGIC)?;
        Self::decode(&mut fields).map(Some).ok_or_else(|| StoreError::corrupt(path, 0, "it is too short"))
    }

    fn decode(fields: &mut FieldReader<'_>) -> Option<Self> {
        Some(Self { store: fields.array()?, generation: fields.u64()?, segment: fields.u64()?, epoch: fields.u64()? })
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let bytes = FieldWriter::default()
            .bytes(HEAD_MAGIC)
            .u32(FORMAT)
            .u32(0)
            .bytes(&self.store)
            .u64(self.generation)
            .u64(self.segment)
            .u64(self.epoch)
            .sealed(0);
        replace_durably(path, &bytes)
    }
}

fn read_small(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("reading", path, error)),
        Ok(bytes) if bytes.len() > LONGEST_FILE => Err(StoreError::corrupt(path, 0, "it is far too long")),
        Ok(bytes) => Ok(Some(bytes)),
    }
}

/// The fields behind magic and format, when the CRC32C is right and the format is one this binary knows.
fn check_seal<'a>(path: &Path, bytes: &'a [u8], magic: &[u8; 8]) -> Result<FieldReader<'a>, StoreError> {
    let mut fields =
        FieldReader::unsealed(bytes).ok_or_else(|| StoreError::corrupt(path, 0, "its checksum is wrong"))?;
    if fields.array::<8>().as_ref() != Some(magic) {
        return Err(StoreError::corrupt(path, 0, "it is no such file of edigate"));
    }
    let (format, _zero) = (fields.u32(), fields.u32());
    match format {
        Some(found) if found > FORMAT => Err(StoreError::Newer { file: path.to_owned(), found, known: FORMAT }),
        Some(_) => Ok(fields),
        None => Err(StoreError::corrupt(path, 0, "it is too short")),
    }
}
