//! `allow` in `[erp.amqp]`: whose commands are taken, and which.

use super::edigate_toml::ErpTable;
use super::load::Loader;
use crate::base::table::{Located, Table};
use crate::base::{Diagnostic, PartnerId};
use crate::exchange::{Authority, Grant, Verb};
use crate::partner::Registry;

/// `allow` as it is written.
pub(super) struct AllowTable(Vec<GrantTable>);

struct GrantTable {
    user: String,
    verbs: Option<Vec<Verb>>,
    partners: Option<Vec<Located<PartnerId>>>,
}

/// Reads the users and what each may ask for.
pub(super) fn read(mut table: Table<'_>) -> AllowTable {
    let grant = |(user, value): (Located<String>, crate::base::table::Value<'_>)| {
        let grant = value.table()?;
        let words = Verb::ALL.map(|verb| (verb.as_str(), verb));
        let verbs = || grant.list("verbs").iter().filter_map(|value| value.one_of(&words)).collect();
        let partner = |value: &crate::base::table::Value<'_>| {
            let value_at = value.at();
            let id = value.parsed("the id of a partner: the name of its folder", |text| text.parse().ok())?;
            Some(Located { value: id, at: value_at })
        };
        let partners = || grant.list("partners").iter().filter_map(partner).collect();
        Some(GrantTable {
            user: user.value,
            verbs: grant.has("verbs").then(verbs),
            partners: grant.has("partners").then(partners),
        })
    };
    AllowTable(table.entries().into_iter().filter_map(grant).collect())
}

impl AllowTable {
    /// The authority that it gives.
    pub(super) fn authority(self) -> Authority {
        Authority::of(self.0.into_iter().map(|GrantTable { user, verbs, partners }| {
            let partners = partners.map(|partners| partners.into_iter().map(|partner| partner.value).collect());
            (user, Grant { verbs, partners })
        }))
    }
}

impl Loader<'_> {
    /// Whether there are the partners for whom somebody may ask.
    pub(super) fn look_at_allowed(&self, erp: &ErpTable, registry: &Registry) {
        let ErpTable::Amqp(amqp) = erp else { return };
        let grants = amqp.allow.iter().flat_map(|allow| &allow.0);
        for partner in grants.flat_map(|grant| grant.partners.iter().flatten()) {
            if registry.partner(&partner.value).is_none() {
                let fault = Diagnostic::error("unknown-partner", format!("there is no partner '{}'", partner.value));
                self.faults.add(fault.at(partner.at.clone()).expecting("the folder name of a partner under partners/"));
            }
        }
    }
}
