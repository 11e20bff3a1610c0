//! The state that a change is decided on.

use std::collections::BTreeMap;

use minicbor::Decode;

use super::error::StoreError;
use super::index::{Index, Order};
use super::key::{self, Overlay};

/// The state a change is decided on: the index, the batch before it, and the change itself so far.
pub(crate) struct View<'a> {
    index: &'a dyn Index,
    batch: &'a Overlay,
    pub(crate) own: Overlay,
}

impl<'a> View<'a> {
    pub(crate) fn new(index: &'a dyn Index, batch: &'a Overlay) -> Self {
        Self { index, batch, own: Overlay::new() }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.own.get(key).or_else(|| self.batch.get(key)) {
            Some(value) => Ok(value.clone()),
            None => self.index.get(key),
        }
    }

    /// A record under its key.
    pub(crate) fn read<T: for<'b> Decode<'b, ()>>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.get(key)?.map(|value| read_value(&value)).transpose()
    }

    /// The number under a key; zero when there is none.
    pub(crate) fn number(&self, key: &[u8]) -> Result<u64, StoreError> {
        Ok(self.get(key)?.as_deref().and_then(key::number_of).unwrap_or(0))
    }

    /// The value of the first key in `from..to`.
    pub(crate) fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        const LONGEST_PAGE: usize = 16;
        let range = || from.to_vec()..to.to_vec();
        let written = self.batch.range(range()).chain(self.own.range(range()));
        let overlaid: BTreeMap<&[u8], Option<&Vec<u8>>> =
            written.map(|(key, value)| (key.as_slice(), value.as_ref())).collect();
        let ahead = overlaid.iter().find_map(|(key, value)| value.map(|value| (*key, value)));
        // So many entries may be passed over; one more is the first.
        let page = (overlaid.len() + 1).min(LONGEST_PAGE);
        let mut next = from.to_vec();
        loop {
            let end = ahead.map_or(to, |(key, _)| key);
            let entries = self.index.range(&next, end, Order::Ascending, page)?;
            let full = entries.len() == page;
            for (key, value) in entries {
                if !overlaid.contains_key(key.as_slice()) {
                    return Ok(Some(value));
                }
                next = key;
                next.push(0);
            }
            if !full {
                return Ok(ahead.map(|(_, value)| value.clone()));
            }
        }
    }
}

/// A record out of its value.
pub(crate) fn read_value<T: for<'b> Decode<'b, ()>>(value: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(value).map_err(|error| StoreError::Index { what: format!("a value cannot be read ({error})") })
}
