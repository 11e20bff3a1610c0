//! Listeners with the files they name, and whether documents that are left to be fetched can be.

use super::edigate_toml::{ErpTable, Written};
use super::listener_table::ListenerTable;
use super::load::Loader;
use super::secret;
use super::settings::{Listener, ListenerKind, Tls};
use crate::base::table::Located;
use crate::base::{Diagnostic, Location, Secret};

/// Characters of the shortest token that is taken: of hexadecimal digits, half of what AES-128 has.
const SHORTEST_TOKEN: usize = 16;

/// `max_message_size` of RabbitMQ 4, in bytes; 3.x takes 128 MiB.
const USUAL_LARGEST_MESSAGE: u64 = 16 << 20;

impl Loader<'_> {
    /// A listener with the files it names.
    pub(super) fn listener(&self, table: ListenerTable) -> Option<Listener> {
        let tls = table.tls.map(|tls| {
            let pair = self.pair(&tls.pair);
            let client_ca = tls.ca.as_ref().map(|ca| self.pem(ca).map(|(bytes, _)| bytes));
            let (certificates, key) = pair?;
            Some(Tls { certificates, key, min: tls.min, client_ca: client_ca.map_or(Some(None), |ca| ca.map(Some))? })
        });
        let token = table.token.as_ref().map(|reference| self.token(reference));
        Some(Listener {
            name: table.name,
            kind: table.kind,
            bind: table.bind,
            path: table.path,
            tls: tls.map_or(Some(None), |tls| tls.map(Some))?,
            token: token.map_or(Some(None), |token| token.map(Some))?,
            trusted_proxies: table.trusted_proxies,
        })
    }

    /// A bearer token (RFC 6750, section 2.1) that nobody guesses.
    fn token(&self, reference: &Located<String>) -> Option<Secret<String>> {
        let token = secret::text(&self.secret(reference)?);
        let fits = token.as_ref().is_some_and(|token| {
            SHORTEST_TOKEN <= token.expose().len() && token.expose().bytes().all(|byte| byte.is_ascii_graphic())
        });
        if !fits {
            let message = format!("what {} holds is no token", **reference);
            let fault = Diagnostic::error("not-a-token", message).at(reference.at.clone());
            let expected = format!("{SHORTEST_TOKEN} or more letters, digits and signs of ASCII on one line");
            self.faults.add(fault.expecting(expected).hinting("make one by openssl rand -hex 32"));
            return None;
        }
        token
    }

    /// What is left to be fetched needs somebody that hands it out; what goes along must not be too large to go.
    pub(super) fn look_at_claims(&self, written: &Written, file: &str) {
        let ErpTable::Amqp(amqp) = &written.erp else { return };
        let hands_out = written.listeners.iter().any(|listener| listener.kind == ListenerKind::Claim);
        if let Some(claim_check) = amqp.claim_check.as_ref().filter(|_| !hands_out) {
            let message = "documents are left to be fetched, and no [[listener]] hands them out";
            let warning = Diagnostic::warning("no-claim-listener", message).at(claim_check.at.clone());
            self.faults.add(warning.hinting("add [[listener]] with kind = \"claim\""));
        }
        let document = written.limits.document as u64;
        let goes_along = amqp.claim_check.as_ref().map_or(document, |claim_check| claim_check.above.min(document));
        if goes_along > USUAL_LARGEST_MESSAGE {
            let at = Location { file: Some(file.to_owned()), ..Location::default() };
            let message = "documents may be larger than what RabbitMQ takes, 16 MiB unless it is told otherwise";
            let hint = "name a claim_check in [erp.amqp], or raise the broker's max_message_size";
            self.faults.add(Diagnostic::warning("larger-than-the-broker-takes", message).at(at).hinting(hint));
        }
    }
}
