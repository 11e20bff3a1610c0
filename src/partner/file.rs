//! partner.toml as it is written. Every key of the format is known here; what it means is decided in `resolve.rs`.

use super::agreement::{AgreementEntry, unreachable};
use super::certificate::CertificateEntry;
use super::identity::{AS2_NAME, as2_name};
use super::interchange::{Edifact, X12};
use super::layers::Layers;
use super::party::{Status, parties};
use super::profile;
use super::receive::Receive;
use super::send::SendEntry;
use super::url::url;
use crate::as2::As2Name;
use crate::base::table::{Faults, Located, Source, Table, read};
use crate::base::{FingerprintStart, Location, PartnerId};
use crate::canon::Usage;
use crate::mapping::PartyEntry;

/// What a certificate of a partner's is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TheirRole {
    /// Their signatures verify under it.
    Verify,
    /// We encrypt for it.
    Encrypt,
    /// Their server is trusted by it.
    TlsTrust,
}

const ROLES: [(&str, TheirRole); 3] =
    [("verify", TheirRole::Verify), ("encrypt", TheirRole::Encrypt), ("tls-trust", TheirRole::TlsTrust)];

/// A partner file as written.
#[derive(Clone, Debug)]
pub struct PartnerFile {
    pub(crate) id: PartnerId,
    pub(crate) name: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) usage: Option<Usage>,
    pub(crate) timezone: Option<Located<String>>,
    pub(crate) owner: Option<String>,
    pub(crate) as2: Option<As2Table>,
    pub(crate) x12: Option<X12>,
    pub(crate) edifact: Option<Edifact>,
    pub(crate) agreements: Vec<AgreementEntry>,
    pub(crate) parties: Vec<PartyEntry>,
}

/// `[as2]`: a channel of the partner's own, or the hub whose channel it uses.
#[derive(Clone, Debug)]
pub(crate) enum As2Table {
    Own(Box<OwnChannel>),
    Via(Located<String>),
}

/// `[as2]` of a partner with a channel of its own.
#[derive(Clone, Debug)]
pub(crate) struct OwnChannel {
    pub(crate) at: Location,
    pub(crate) identity: Located<String>,
    pub(crate) as2_id: Located<As2Name>,
    pub(crate) sign_with: Option<Located<FingerprintStart>>,
    pub(crate) url: Option<String>,
    pub(crate) certificates: Vec<CertificateEntry<TheirRole>>,
    pub(crate) receive: Receive,
    pub(crate) send: Box<SendEntry>,
}

impl PartnerFile {
    /// Reads `source` as the file of the partner `id`. Faults go to `faults`; what could be read is answered, `None`
    /// when it is no TOML at all.
    pub fn read(id: PartnerId, source: &Source, faults: &Faults) -> Option<Self> {
        read(source, faults, |table| {
            schema(table);
            table.require("as2", "a table [as2] with identity and as2_id, or with via");
            let agreements: Vec<_> = table.tables("agreement").iter().filter_map(AgreementEntry::read).collect();
            faults.extend(unreachable(&agreements));
            Self {
                id,
                name: table.string("name").map(|name| name.value),
                status: table.one_of("status", &[("active", Status::Active), ("suspended", Status::Suspended)]),
                usage: table.one_of("usage", &[("production", Usage::Production), ("test", Usage::Test)]),
                timezone: table.string("timezone"),
                owner: table.string("owner").map(|owner| owner.value),
                as2: table.table("as2").and_then(|as2| As2Table::read(&as2, faults)),
                x12: table.table("x12").and_then(|x12| X12::read(&x12)),
                edifact: table.table("edifact").and_then(|edifact| Edifact::read(&edifact)),
                agreements,
                parties: table.table("parties").map(parties).unwrap_or_default(),
            }
        })
    }
}

/// The schema of edigate.toml and partner.toml that is read.
const SCHEMA: u64 = 1;

/// Reads `schema`, which every file begins with.
pub(crate) fn schema(table: &Table<'_>) {
    table.require("schema", "schema = 1");
    let Some(value) = table.value("schema") else { return };
    if value.integer(1..=u64::from(u16::MAX)).is_some_and(|schema| schema > SCHEMA) {
        value.fault(
            "newer-schema",
            "this file is of a newer schema than this edigate reads",
            format!("schema = {SCHEMA}, or a newer edigate"),
        );
    }
}

impl As2Table {
    fn read(table: &Table<'_>, faults: &Faults) -> Option<Self> {
        let via = table.string("via");
        if via.is_none() {
            table.require("identity", "the NAME of an [identity.NAME] in edigate.toml");
            table.require("as2_id", AS2_NAME);
        }
        let identity = table.string("identity");
        let as2_id = as2_name(table, "as2_id");
        let sign_with = table.value("sign_with").and_then(|value| {
            let start = value.parsed(FingerprintStart::EXPECTED, |text| text.parse().ok())?;
            Some(Located { value: start, at: value.at() })
        });
        let url = table.value("url").as_ref().and_then(url);
        let profile = table.one_of("profile", &profile::words());
        let certificates = table
            .tables("certificates")
            .iter()
            .filter_map(|certificate| CertificateEntry::read(certificate, &ROLES, false))
            .collect();
        let (receive, send) = profile::over(profile.unwrap_or_default(), faults, |profile| {
            let layers = |key| Layers::new(table.table(key), profile.table(key));
            (Receive::read(&layers("receive")), SendEntry::read(&layers("send"), table.at()))
        })?;
        if let Some(via) = via {
            return Some(Self::Via(via));
        }
        Some(Self::Own(Box::new(OwnChannel {
            at: table.at(),
            identity: identity?,
            as2_id: as2_id?,
            sign_with,
            url,
            certificates,
            receive,
            send: Box::new(send),
        })))
    }
}
