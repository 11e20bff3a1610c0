//! The one loader: all files of a gateway in, a configuration or all their faults out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::allow::AllowTable;
use super::edigate_toml::{self, AmqpTable, ErpTable, PairTable, StoreTable, Written};
use super::folder::Folder;
use super::guides::OwnGuides;
use super::mappings::{MappingFiles, Mappings};
use super::secret::{self, Credentials};
use super::settings::{Amqp, ClientCertificate, Erp, Settings, Store};
use super::terms::zone;
use super::{Configuration, inventory};
use crate::base::table::{Faults, Located, read};
use crate::base::{Diagnostic, Location, PartnerId, Secret, Timestamp};
use crate::edi::GuideKey;
use crate::mapping::Mapping;
use crate::partner::{Identity, Listed, PartnerFile, Registry, Resolving, Surroundings, judge_one};
use crate::smime::{Certificate, PrivateKey};

/// Loads the configuration whose edigate.toml is at `path`, certificates judged as of `now`.
///
/// # Errors
/// Every fault of all its files, each with file, line, column, what was expected and what to do; warnings among them.
pub fn load(path: &Path, now: Timestamp) -> Result<Configuration, Vec<Diagnostic>> {
    let faults = Faults::new();
    let loaded = Loader::new(path, Credentials::of_this_process(Credentials::Absent), now, &faults).load(path);
    let failed = faults.any_error();
    let diagnostics = faults.into_sorted();
    match loaded {
        Some((settings, registry, certificates)) if !failed => {
            Ok(Configuration { settings, registry: Arc::new(registry), certificates, warnings: diagnostics })
        }
        _ => Err(diagnostics),
    }
}

/// Checks the configuration whose edigate.toml is at `path` as [`load`] does, and answers all faults and warnings.
/// Credentials of systemd, which only the service sees, are warned of rather than missed.
pub fn check(path: &Path, now: Timestamp) -> Vec<Diagnostic> {
    let faults = Faults::new();
    Loader::new(path, Credentials::of_this_process(Credentials::Unseen), now, &faults).load(path);
    faults.into_sorted()
}

/// Every certificate that the configuration at `path` names. Keys are not looked at, so whoever may read the
/// configuration may ask.
///
/// # Errors
/// Faults of the files that keep one of the certificates from being read.
pub fn certificates(path: &Path) -> Result<Vec<Listed>, Vec<Diagnostic>> {
    let faults = Faults::new();
    let credentials = Credentials::of_this_process(Credentials::Unseen);
    // Nothing is judged by the time here.
    let listed = Loader::new(path, credentials, Timestamp::from_millis(0), &faults).certificates(path);
    match listed {
        Some(listed) if !faults.any_error() => Ok(listed),
        _ => Err(faults.into_sorted()),
    }
}

/// Checks the configuration as [`check`] does, with these files by relative name in place of what lies on the disk.
pub(super) fn check_with(path: &Path, proposed: BTreeMap<String, Secret<Vec<u8>>>, now: Timestamp) -> Vec<Diagnostic> {
    let faults = Faults::new();
    let mut loader = Loader::new(path, Credentials::of_this_process(Credentials::Unseen), now, &faults);
    loader.folder.propose(proposed);
    loader.load(path);
    drop(loader);
    faults.into_sorted()
}

/// One run over the files.
pub(super) struct Loader<'a> {
    folder: Folder,
    credentials: Credentials,
    guides: OwnGuides,
    mappings: RefCell<Mappings>,
    now: Timestamp,
    pub(super) faults: &'a Faults,
}

impl<'a> Loader<'a> {
    /// A run over the files beside `path`, certificates judged as of `now`.
    pub(super) fn new(path: &Path, credentials: Credentials, now: Timestamp, faults: &'a Faults) -> Self {
        let folder = Folder::of(path);
        let guides = OwnGuides::of(&folder, faults);
        let mappings = RefCell::new(Mappings::new(MappingFiles::of(&folder, faults), Arc::clone(&guides.guides)));
        Self { folder, credentials, guides, mappings, now, faults }
    }

    /// Goes through all files. `None` when some part could not be made; then faults or warnings say why.
    pub(super) fn load(&self, path: &Path) -> Option<(Settings, Registry, Vec<Listed>)> {
        let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
        let written = self.written(&name);
        let files = self.partner_files();
        self.mappings.borrow_mut().compile_all(self.faults);
        // Without edigate.toml there are no identities: partner files are still read for faults of their own.
        let mut written = written?;
        let certificates = inventory::listed(&written, &files, &|path| self.certificate_quietly(path));
        let identities = self.identities(&mut written);
        let resolving = Resolving {
            surroundings: self,
            identities: &identities,
            limits: &written.limits,
            receipt_url: written.listeners.iter().find_map(|listener| listener.url.as_deref()),
            now: self.now,
            faults: self.faults,
        };
        let partners = files.into_iter().filter_map(|file| file.resolve(&resolving)).collect();
        let registry = Registry::build(partners, Arc::clone(&self.guides.guides), self.faults);
        self.look_at_allowed(&written.erp, &registry);
        let settings = self.settings(written, &name);
        Some((settings?, registry, certificates))
    }

    /// All certificates that the files name. Keys, mappings and guides are not looked at.
    fn certificates(&self, path: &Path) -> Option<Vec<Listed>> {
        let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
        let written = self.written(&name);
        let files = self.partner_files();
        Some(inventory::listed(&written?, &files, &|path| self.certificate(path)))
    }

    fn written(&self, name: &str) -> Option<Written> {
        let source = self.folder.source(name, "name another by --config FILE", self.faults);
        source.as_ref().and_then(|source| read(source, self.faults, edigate_toml::read))
    }

    /// A certificate whose faults are told by whoever needs it.
    fn certificate_quietly(&self, path: &Located<String>) -> Option<Certificate> {
        Certificate::from_pem(&self.folder.read(path).ok()?).ok()
    }

    /// All partners/*/partner.toml. A folder `templates` holds no partner.
    fn partner_files(&self) -> Vec<PartnerFile> {
        let read = |name: String| {
            let file = format!("partners/{name}/partner.toml");
            let id: PartnerId = match name.parse() {
                Ok(id) => id,
                Err(fault) => {
                    let at = Location { file: Some(format!("partners/{name}")), ..Location::default() };
                    let message = format!("the folder name {fault}");
                    self.faults.add(Diagnostic::error("bad-value", message).at(at).hinting("rename the folder"));
                    return None;
                }
            };
            let source = self.folder.source(&file, "write it, or take the folder away", self.faults)?;
            PartnerFile::read(id, &source, self.faults)
        };
        let mut folders = self.folder.folders("partners", self.faults);
        folders.retain(|name| name != "templates");
        if folders.is_empty() {
            self.faults.add(
                Diagnostic::warning("no-partner", "every message is refused: there is no partner")
                    .at(Location { file: Some("partners".to_owned()), ..Location::default() })
                    .hinting("write partners/NAME/partner.toml"),
            );
        }
        folders.into_iter().filter_map(read).collect()
    }

    fn identities(&self, written: &mut Written) -> BTreeMap<String, Arc<Identity>> {
        std::mem::take(&mut written.identities)
            .into_iter()
            .map(|entry| entry.resolve(self, self.now, self.faults))
            .map(|identity| (identity.name.clone(), Arc::new(identity)))
            .collect()
    }

    fn settings(&self, written: Written, file: &str) -> Option<Settings> {
        self.look_at_claims(&written, file);
        let expected = written.listeners.len();
        let listeners: Vec<_> = written.listeners.into_iter().filter_map(|table| self.listener(table)).collect();
        let missing = listeners.len() < expected;
        if !written.has_listener {
            let at = Location { file: Some(file.to_owned()), ..Location::default() };
            self.faults.add(
                Diagnostic::warning("no-listener", "no partner can connect: there is no [[listener]] of kind \"as2\"")
                    .at(at)
                    .hinting("add [[listener]] with name, kind = \"as2\" and bind"),
            );
        }
        let erp = self.erp(written.erp);
        Some(Settings {
            instance: written.instance,
            store: self.store(written.store),
            listeners: (!missing).then_some(listeners)?,
            admin_socket: self.folder.place(&written.admin_socket),
            limits: written.limits,
            erp: erp?,
            log: written.log,
        })
    }

    fn store(&self, table: StoreTable) -> Store {
        Store {
            folder: self.folder.place(&table.folder),
            ballast: table.ballast,
            free_hard: table.free_hard,
            retention: table.retention,
        }
    }

    fn erp(&self, table: ErpTable) -> Option<Erp> {
        match table {
            ErpTable::Directory(folder) => Some(Erp::Directory(self.folder.place(&folder))),
            ErpTable::Amqp(table) => self.amqp(*table).map(|amqp| Erp::Amqp(Box::new(amqp))),
        }
    }

    fn amqp(&self, table: AmqpTable) -> Option<Amqp> {
        let url = table.url.as_ref().and_then(|reference| self.amqp_url(reference));
        let ca = table.ca.as_ref().map(|ca| self.pem(ca).map(|(bytes, _)| bytes));
        let client = table.client.as_ref().map(|client| self.pair(client));
        Some(Amqp {
            url: url?,
            ca: match ca {
                Some(ca) => Some(ca?),
                None => None,
            },
            client: match client {
                Some(client) => client.map(|(certificate, key)| Some(ClientCertificate { certificate, key }))?,
                None => None,
            },
            declare: table.declare,
            exchanges: table.exchanges,
            content_mode: table.content_mode,
            claim_check: table.claim_check.map(|claim_check| claim_check.value),
            allow: table.allow.map(AllowTable::authority),
            window: table.window,
            shards: table.shards,
            confirm_timeout: table.confirm_timeout,
            prefetch: table.prefetch,
        })
    }

    /// The broker's URL. Faults never show a piece of it: it holds a password.
    fn amqp_url(&self, reference: &Located<String>) -> Option<Secret<String>> {
        let url = secret::text(&self.secret(reference)?);
        let fits = url.as_ref().is_some_and(|url| {
            let url = url.expose();
            let rest = url.strip_prefix("amqps://").or_else(|| url.strip_prefix("amqp://"));
            rest.is_some_and(|rest| !rest.is_empty()) && !url.contains(char::is_whitespace)
        });
        if !fits {
            let message = format!("what {} holds is no URL of a broker", **reference);
            let fault = Diagnostic::error("bad-value", message).at(reference.at.clone());
            self.faults.add(fault.expecting("amqps://user:password@host:5671/vhost, on one line"));
            return None;
        }
        url
    }

    /// A certificate and its key as PEM, once they are seen to be a pair.
    pub(super) fn pair(&self, pair: &PairTable) -> Option<(Vec<u8>, Secret<Vec<u8>>)> {
        let certificate = self.pem(&pair.cert);
        let key = self.secret(&pair.key);
        let (certificate, key) = (certificate?, key?);
        let private = self.private_key(&key, &pair.key)?;
        if !private.belongs_to(&certificate.1) {
            let message = format!("this key is not the key of the certificate {}", *pair.cert);
            let fault = Diagnostic::error("key-differs", message).at(pair.key.at.clone());
            self.faults.add(fault.hinting("name the key the certificate was made for"));
            return None;
        }
        judge_one(&certificate.1, &pair.cert.at, self.now, self.faults);
        Some((certificate.0, key))
    }

    /// The bytes of a PEM file and the first certificate in them.
    pub(super) fn pem(&self, path: &Located<String>) -> Option<(Vec<u8>, Certificate)> {
        let bytes = match self.folder.read(path) {
            Ok(bytes) => bytes,
            Err(refused) => {
                self.faults.add(refused.at(path.at.clone()));
                return None;
            }
        };
        match Certificate::from_pem(&bytes) {
            Ok(certificate) => Some((bytes, certificate)),
            Err(error) => {
                let message = format!("'{}' holds no certificate that can be used: {error}", **path);
                let fault = Diagnostic::error("not-a-certificate", message).at(path.at.clone());
                self.faults.add(fault.expecting("a PEM file that begins with -----BEGIN CERTIFICATE-----"));
                None
            }
        }
    }

    pub(super) fn secret(&self, reference: &Located<String>) -> Option<Secret<Vec<u8>>> {
        secret::read(reference, &self.folder, &self.credentials, self.faults)
    }

    fn private_key(&self, bytes: &Secret<Vec<u8>>, reference: &Located<String>) -> Option<PrivateKey> {
        PrivateKey::from_pem(bytes.expose(), None)
            .map_err(|_| {
                // The parser's words are not passed on: they may speak of the key.
                let message = format!("what {} holds is no private key that can be used", **reference);
                let fault = Diagnostic::error("not-a-key", message).at(reference.at.clone());
                self.faults.add(fault.expecting("a PEM file with an unencrypted private key (PKCS #8)"));
            })
            .ok()
    }
}

impl Surroundings for Loader<'_> {
    fn pem(&self, path: &Located<String>) -> Option<Vec<u8>> {
        Loader::pem(self, path).map(|(bytes, _)| bytes)
    }

    fn key_pem(&self, reference: &Located<String>) -> Option<Secret<Vec<u8>>> {
        self.secret(reference)
    }

    fn certificate(&self, path: &Located<String>) -> Option<Certificate> {
        Loader::pem(self, path).map(|(_, certificate)| certificate)
    }

    fn key(&self, reference: &Located<String>) -> Option<PrivateKey> {
        self.private_key(&self.secret(reference)?, reference)
    }

    fn text(&self, reference: &Located<String>) -> Option<Secret<String>> {
        let bytes = self.secret(reference)?;
        // A file written by hand ends in a line break.
        let text = std::str::from_utf8(bytes.expose()).map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        match text {
            Ok(text) if !text.is_empty() && !text.contains(char::is_control) => Some(Secret::new(text)),
            _ => {
                let message = format!("what {} holds is not one line of text", **reference);
                let fault = Diagnostic::error("not-a-password", message).at(reference.at.clone());
                self.faults.add(fault.expecting("a file with the password or token and nothing else"));
                None
            }
        }
    }

    fn zone(&self, name: &Located<String>) -> Option<TimeZone> {
        zone(name, self.faults)
    }

    fn mapping(&self, name: &Located<String>) -> Option<Arc<Mapping>> {
        self.mappings.borrow_mut().get(name, self.faults)
    }

    fn guide(&self, name: &Located<String>) -> Option<GuideKey> {
        self.guides.agreed(name, self.faults)
    }
}
