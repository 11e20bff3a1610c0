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
