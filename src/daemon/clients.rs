//! Clients for partners' servers: each made once, so that no attempt reads certificates anew and connections can be kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::route::Way;
use crate::as2::As2Name;
use crate::base::{Sha256, Timestamp};
use crate::config::Configuration;
use crate::http::{Client, ClientFault, Reach, SystemRoots};
use crate::partner::TheirRole;
use crate::smime::Certificate;

/// The clients of the configuration that was in force last.
#[derive(Default)]
pub(crate) struct Clients(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    configuration: Option<Arc<Configuration>>,
    roots: SystemRoots,
    known: HashMap<Which, Client>,
}

/// What tells clients of one configuration apart. Certificates come into force and end while it stays.
#[derive(PartialEq, Eq, Hash)]
struct Which {
    theirs: As2Name,
    ours: As2Name,
    reach: Reach,
    answer_size: usize,
    pinned: Vec<Sha256>,
    shown: Option<Sha256>,
}

impl Clients {
    /// The client for a way to a partner's server.
    pub(super) fn get(&self, way: &Way<'_>, now: Timestamp, answer_size: usize) -> Result<Client, ClientFault> {
        let pinned = way.channel.in_force(TheirRole::TlsTrust, now);
        let which = Which {
            theirs: way.channel.theirs.value.clone(),
            ours: way.channel.ours.as2_id.clone(),
            reach: way.reach(),
            answer_size,
            pinned: pinned.iter().map(Certificate::fingerprint).collect(),
            shown: way.channel.tls_client(now).map(|own| Sha256::of(&own.certificates)),
        };
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.configuration.as_ref().is_some_and(|last| Arc::ptr_eq(last, way.configuration)) {
            // The system's roots are read again too: a reload is how a new one is taken in.
            *inner = Inner { configuration: Some(Arc::clone(way.configuration)), ..Inner::default() };
        }
        if let Some(client) = inner.known.get(&which) {
            return Ok(client.clone());
        }
        let client = Client::new(way.settings(which.pinned.clone(), inner.roots.clone(), now, answer_size))?;
        inner.known.insert(which, client.clone());
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::PartnerId;
    use crate::config::{
        Live, ReloadOutcome,
        tests::site::{self, Site},
    };

    #[test]
    fn a_client_is_made_once_and_anew_behind_a_reload() {
        let site = Site::of("base");
        let partner = std::fs::read_to_string(site.path("partners/acme/partner.toml")).unwrap();
        let url = "[as2]\nurl = \"https://as2.acme.example/as2\"\n";
        site.write("partners/acme/partner.toml", &partner.replacen("[as2]\n", url, 1));
        let configuration = crate::config::load(&site.edigate_toml(), site::now()).unwrap();
        let live = Live::new(site.edigate_toml(), configuration);
        let clients = Clients::default();
        let known = |url: &str| {
            let configuration = live.current();
            let partner: PartnerId = "acme".parse().unwrap();
            let channel = configuration.registry.partner(&partner).unwrap().as2().unwrap();
            let send = channel.send.as_ref().unwrap();
            let way = Way { configuration: &configuration, channel, send, url };
            clients.get(&way, site::now(), 1 << 20).unwrap();
            clients.0.lock().unwrap().known.len()
        };
        assert_eq!([known("https://as2.acme.example/as2"), known("https://as2.acme.example/as2")], [1, 1]);
        assert_eq!(known("https://elsewhere.example/mdn"), 2, "a stranger's address is another matter");
        assert!(matches!(live.reload(site::now()), ReloadOutcome::Swapped(_)));
        assert_eq!(known("https://as2.acme.example/as2"), 1, "nothing of the old configuration stays");
    }
}
