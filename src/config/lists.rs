//! Lists of certificates as they stand in edigate.toml and partner files, changed so that comments and order stay.

use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::folder::Folder;
use crate::base::{PartnerId, Sha256, Timestamp};

/// One file with a list of certificates, to be changed.
pub struct CertificateList {
    /// The file's name below the folder of edigate.toml.
    pub file: String,
    /// Its text as it was.
    pub before: String,
    document: DocumentMut,
    place: Vec<String>,
}

/// An entry to be added.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// What it is used for.
    pub roles: Vec<&'static str>,
    /// The certificate's path.
    pub cert: String,
    /// The reference of its key, when it is ours.
    pub key: Option<String>,
    /// From when it counts, when not from its own beginning.
    pub from: Option<Timestamp>,
}

impl CertificateList {
    /// The list of an identity of ours, in the edigate.toml at `path`.
    ///
    /// # Errors
    /// In words for an operator: the file cannot be read, or its list has not the form `[[…]]`.
    pub fn of_identity(path: &Path, name: &str) -> Result<Self, String> {
        let file = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()).into_owned();
        Self::open(path, file, &["identity", name, "certificates"])
    }

    /// The list of a partner, in its file.
    ///
    /// # Errors
    /// As [`CertificateList::of_identity`].
    pub fn of_partner(path: &Path, id: &PartnerId) -> Result<Self, String> {
        Self::open(path, format!("partners/{id}/partner.toml"), &["as2", "certificates"])
    }

    fn open(path: &Path, file: String, place: &[&str]) -> Result<Self, String> {
        let on_disk = Folder::of(path).place(&file);
        let before = std::fs::read_to_string(&on_disk)
            .map_err(|fault| format!("{} cannot be read: {fault}", on_disk.display()))?;
        let document = before.parse().map_err(|fault| format!("{file} is not TOML: {fault}"))?;
        let place = place.iter().map(|key| (*key).to_owned()).collect();
        let mut list = Self { file, before, document, place };
        list.entries()?;
        Ok(list)
    }

    /// The file's text as it is now.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Adds an entry behind the last.
    ///
    /// # Errors
    /// As [`CertificateList::of_identity`].
    pub fn add(&mut self, entry: &NewEntry) -> Result<(), String> {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        table.insert("roles", roles(&entry.roles).into());
        table.insert("cert", entry.cert.as_str().into());
        if let Some(key) = &entry.key {
            table.insert("key", key.as_str().into());
        }
        if let Some(from) = entry.from {
            set_from(&mut table, from)?;
        }
        self.entries()?.push(table);
        Ok(())
    }

    /// A file of the list that holds a key, as written: whoever may read that one is to read the next one too.
    pub fn key_file(&mut self) -> Option<String> {
        let entries = self.entries().ok()?;
        let mut keys = entries.iter().filter_map(|entry| entry.get("key")?.as_str()?.strip_prefix("file:"));
        keys.next().map(str::to_owned)
    }

    /// Lets the certificate in the file `cert` count for `switched` from `from` on, and for its other roles as before. It
    /// gets an entry of its own for that, when it has none yet, which ends when the others do.
    ///
    /// # Errors
    /// As [`CertificateList::of_identity`]; and when no entry names the certificate.
    pub fn switch(&mut self, cert: &str, switched: &[&'static str], from: Timestamp) -> Result<(), String> {
        let file = self.file.clone();
        let entries = self.entries()?;
        let mut key = None;
        let mut ends = None;
        let mut own = None;
        for (index, entry) in entries.iter_mut().enumerate() {
            if entry.get("cert").and_then(Item::as_str) != Some(cert) {
                continue;
            }
            ends = ends.or_else(|| Some(Ends::of(entry)));
            key = key.or_else(|| entry.get("key").and_then(Item::as_str).map(str::to_owned));
            let list = entry.get_mut("roles").and_then(Item::as_array_mut);
            let Some(list) = list else { return Err(format!("{file}: an entry of {cert} has no list of roles")) };
            let others = list.iter().any(|role| role.as_str().is_none_or(|role| !switched.contains(&role)));
            if others {
                list.retain(|role| role.as_str().is_none_or(|role| !switched.contains(&role)));
                list.fmt();
            } else if own.is_none() {
                own = Some(index);
            }
        }
        match (own.and_then(|index| entries.get_mut(index)), ends) {
            (Some(entry), _) => {
                entry.insert("roles", roles(switched).into());
                set_from(entry, from)
            }
            (None, Some(ends)) => {
                let (cert, roles) = (cert.to_owned(), switched.to_vec());
                self.add(&NewEntry { roles, cert, key, from: Some(from) })?;
                self.entries()?.iter_mut().last().map_or(Ok(()), |entry| ends.put_into(entry))
            }
            (None, None) => Err(format!("{file}: no entry has cert = \"{cert}\"")),
        }
    }

    /// Names in a partner's file the certificate of ours that is signed with for it.
    ///
    /// # Errors
    /// When there is no table `[as2]`.
    pub fn sign_with(&mut self, certificate: &Sha256) -> Result<(), String> {
        let file = &self.file;
        let as2 = self.document.get_mut("as2").and_then(Item::as_table_like_mut);
        let as2 = as2.ok_or_else(|| format!("{file} has no table [as2]"))?;
        as2.insert("sign_with", certificate.to_string().into());
        Ok(())
    }

    fn entries(&mut self) -> Result<&mut ArrayOfTables, String> {
        let place = self.place.join(".");
        let wrong = format!("{}: the list is not written as [[{place}]]; write it so", self.file);
        let mut item = self.document.as_item_mut();
        for (index, key) in self.place.iter().enumerate() {
            let table = item.as_table_like_mut().ok_or(&wrong)?;
            if !table.contains_key(key) && index + 1 == self.place.len() {
                table.insert(key, Item::ArrayOfTables(ArrayOfTables::new()));
            }
            item = table.get_mut(key).ok_or_else(|| format!("{} has no [{place}]", self.file))?;
        }
        item.as_array_of_tables_mut().ok_or(wrong)
    }
}

/// What an entry says of its end.
struct Ends {
    until: Option<Value>,
    allow_expired_until: Option<Value>,
}

impl Ends {
    fn of(entry: &Table) -> Self {
        let until = entry.get("active").and_then(|active| active.get("until")).and_then(Item::as_value);
        let allow_expired_until = entry.get("allow_expired_until").and_then(Item::as_value);
        Self { until: until.cloned(), allow_expired_until: allow_expired_until.cloned() }
    }

    fn put_into(self, entry: &mut Table) -> Result<(), String> {
        if let Some(until) = self.until {
            active(entry)?.insert("until", Item::Value(undecorated(until)));
        }
        if let Some(allowed) = self.allow_expired_until {
            entry.insert("allow_expired_until", Item::Value(undecorated(allowed)));
        }
        Ok(())
    }
}

/// A value without the white space and comments that stood around it.
fn undecorated(mut value: Value) -> Value {
    value.decor_mut().clear();
    value
}

fn roles(words: &[&'static str]) -> Value {
    Value::Array(words.iter().copied().collect::<Array>())
}

/// Writes `active.from`, and leaves `active.until` as it is.
fn set_from(entry: &mut dyn TableLike, from: Timestamp) -> Result<(), String> {
    // Whole seconds, and never later than asked for: what is activated now must count now.
    let second = Timestamp::from_millis(from.as_millis().div_euclid(1000) * 1000).to_jiff();
    let written: toml_edit::Datetime = second.to_string().parse().map_err(|_| format!("{second} is no instant"))?;
    active(entry)?.insert("from", written.into());
    Ok(())
}

fn active(entry: &mut dyn TableLike) -> Result<&mut dyn TableLike, String> {
    let active = entry.entry("active").or_insert(Item::Value(Value::InlineTable(InlineTable::new())));
    active.as_table_like_mut().ok_or_else(|| "'active' is no table".to_owned())
}

#[cfg(test)]
mod tests;
