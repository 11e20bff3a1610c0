//! From a partner file as written to a partner as the daemon needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::agreement::{ADVICE, AgreementEntry, first_match};
use super::certificate::CertificateEntry;
use super::file::{As2Table, OwnChannel};
use super::validity::{Dated, judge};
use super::{
    Acknowledging, Agreement, Edifact, Identity, MessageName, Origin, PartnerFile, Reading, Receive, Send, Status,
    TheirRole, TlsClient, Window, Writing, X12,
};
use crate::as2::{As2Name, Requirement, Security, Signer};
use crate::base::table::{Faults, Located};
use crate::base::{Diagnostic, FingerprintStart, Limits, Location, PartnerId, Secret, Sha256, Timestamp};
use crate::canon::{Direction, Usage};
use crate::edi::{Finding, GuideKey, Party, Standard};
use crate::mapping::{Mapping, PartyEntry, ReadContext};
use crate::smime::{Certificate, PrivateKey, RsaFloor, SignaturePolicy, SignedAttributes};

/// What a configuration refers to and this floor cannot fetch. Each function records its own faults and then answers
/// `None`.
pub trait Surroundings {
    /// The certificate in a PEM file.
    fn certificate(&self, path: &Located<String>) -> Option<Certificate>;
    /// The bytes of a PEM file.
    fn pem(&self, path: &Located<String>) -> Option<Vec<u8>>;
    /// The private key a reference leads to, as PEM.
    fn key_pem(&self, reference: &Located<String>) -> Option<Secret<Vec<u8>>>;
    /// The private key a reference leads to.
    fn key(&self, reference: &Located<String>) -> Option<PrivateKey>;
    /// The text, such as a password, that a reference leads to.
    fn text(&self, reference: &Located<String>) -> Option<Secret<String>>;
    /// A time zone by its IANA name.
    fn zone(&self, name: &Located<String>) -> Option<TimeZone>;
    /// A mapping by its name.
    fn mapping(&self, name: &Located<String>) -> Option<Arc<Mapping>>;
    /// The key of a guide, or of an overlay on one, by its name.
    fn guide(&self, name: &Located<String>) -> Option<GuideKey>;
}

/// All that a partner is resolved with.
pub(crate) struct Resolving<'a> {
    pub(crate) surroundings: &'a dyn Surroundings,
    pub(crate) identities: &'a BTreeMap<String, Arc<Identity>>,
    pub(crate) limits: &'a Limits,
    /// Where partners post asynchronous receipts, when a listener says how it is reached.
    pub(crate) receipt_url: Option<&'a str>,
    pub(crate) now: Timestamp,
    pub(crate) faults: &'a Faults,
}

/// A partner with everything at hand. It leads to keys, so it has no `Debug`.
pub struct Partner {
    /// Its folder's name.
    pub id: PartnerId,
    /// Its name among people.
    pub name: String,
    /// Whether it takes part.
    pub status: Status,
    /// What its documents are for.
    pub usage: Usage,
    /// The time zone of wire times that have none of their own; UTC when the file says nothing.
    pub time_zone: TimeZone,
    /// Who looks after it.
    pub owner: Option<String>,
    /// How messages come.
    pub channel: Channel,
    /// `[limits]`, with the body sizes of this partner.
    pub limits: Limits,
    /// Its identities in X12.
    pub x12: Option<X12>,
    /// Its identities in EDIFACT.
    pub edifact: Option<Edifact>,
    /// What is exchanged, in the order of the file.
    pub agreements: Vec<Agreement>,
    /// Who is who in its documents.
    pub parties: Vec<PartyEntry>,
}

/// How messages of a partner come.
pub enum Channel {
    /// On an AS2 channel of its own.
    As2(Box<As2Channel>),
    /// On the channel of a hub.
    Via {
        /// The partner that owns the channel.
        hub: PartnerId,
        /// Where that is written.
        at: Location,
    },
}

/// An AS2 channel: the pair of names, and on what terms messages are accepted.
pub struct As2Channel {
    /// The partner's name: AS2-From of what arrives.
    pub theirs: Located<As2Name>,
    /// Our identity: AS2-To of what arrives, and the keys behind it.
    pub ours: Arc<Identity>,
    /// SHA-256 of the certificate of ours that this partner's receipts and messages are signed with, where it is not the
    /// one for all.
    pub sign_with: Option<Sha256>,
    /// Where the partner receives.
    pub url: Option<String>,
    /// The partner's certificates.
    pub certificates: Vec<TheirCertificate>,
    /// What we accept.
    pub receive: Receive,
    /// How we send; nothing is without a URL.
    pub send: Option<Send>,
}

/// A certificate of a partner's, and when it counts.
#[derive(Clone, Debug)]
pub struct TheirCertificate {
    /// What it is used for.
    pub roles: Vec<TheirRole>,
    /// The certificate.
    pub certificate: Certificate,
    /// When it counts.
    pub window: Window,
}

impl Partner {
    /// The AS2 channel, when it is the partner's own.
    pub fn as2(&self) -> Option<&As2Channel> {
        match &self.channel {
            Channel::As2(channel) => Some(channel),
            Channel::Via { .. } => None,
        }
    }

    /// The first agreement about `message` in this direction.
    pub fn agreement(&self, direction: Direction, message: &MessageName) -> Option<&Agreement> {
        first_match(&self.agreements, direction, message)
    }

    /// The first agreement by which a document of this type goes to the partner: `order@1`.
    pub fn outbound_agreement(&self, document: &str) -> Option<&Agreement> {
        self.agreements.iter().find(|one| one.direction == Direction::Outbound && one.document == document)
    }

    /// How interchanges of a standard are written for it, when there is any.
    pub fn writing(&self, standard: Standard) -> Option<&Writing> {
        match standard {
            Standard::X12 => self.x12.as_ref().map(|x12| &x12.writing),
            Standard::Edifact => self.edifact.as_ref().map(|edifact| &edifact.writing),
        }
    }

    /// Which functional acknowledgements of a standard are exchanged with it.
    pub fn acknowledging(&self, standard: Standard) -> Option<&Acknowledging> {
        match standard {
            Standard::X12 => self.x12.as_ref().map(|x12| &x12.acknowledging),
            Standard::Edifact => self.edifact.as_ref().map(|edifact| &edifact.acknowledging),
        }
    }

    /// Gives findings the severity they have with this partner.
    pub fn weigh(&self, standard: Standard, findings: &mut [Finding]) {
        if let Some(reading) = self.reading(standard) {
            reading.severities.weigh(findings);
        }
    }

    /// How its interchanges of a standard are read, when it has any.
    pub fn reading(&self, standard: Standard) -> Option<&Reading> {
        match standard {
            Standard::X12 => self.x12.as_ref().map(|x12| &x12.reading),
            Standard::Edifact => self.edifact.as_ref().map(|edifact| &edifact.reading),
        }
    }

    /// Who we are and who they are on envelopes of a standard.
    pub fn identities(&self, standard: Standard) -> Option<(&Located<Party>, &[Located<Party>])> {
        match standard {
            Standard::X12 => self.x12.as_ref().map(|x12| (&x12.us, x12.them.as_slice())),
            Standard::Edifact => self.edifact.as_ref().map(|edifact| (&edifact.us, edifact.them.as_slice())),
        }
    }

    /// What reading a message of this partner needs to know of it.
    pub fn read_context(&self, standard: Standard) -> ReadContext<'_> {
        ReadContext {
            parties: &self.parties,
            time_zone: &self.time_zone,
            document_limit: self.limits.document,
            trace: false,
            unlisted: self.reading(standard).map(Reading::unlisted_code).unwrap_or_default(),
        }
    }
}

impl As2Channel {
    /// The terms on which messages are opened and answered at `now`: certificates in force, algorithms accepted.
    pub fn security(&self, now: Timestamp) -> Security {
        let requirement = |required| if required { Requirement::Required } else { Requirement::Optional };
        Security {
            verify: self.in_force(TheirRole::Verify, now),
            decrypt: self.ours.decryptors(now),
            signer: self.signer(now),
            signed: requirement(self.receive.require_signed),
            encrypted: requirement(self.receive.require_encrypted),
            compressed: requirement(self.receive.require_compressed),
            encryption: self.receive.ciphers(now),
            mic: self.receive.mic,
            signature: SignaturePolicy {
                digests: self.receive.digests(now),
                signed_attributes: if self.receive.require_signed_attributes {
                    SignedAttributes::Required
                } else {
                    SignedAttributes::Optional
                },
                rsa_floor: RsaFloor::Bits2048,
            },
        }
    }

    /// Whether an asynchronous receipt may be posted to `url`: to the origin that we send messages to, and to what the
    /// partner file allows beside it. A stranger who points elsewhere gets no request of ours.
    pub fn may_post_receipt_to(&self, url: &str) -> bool {
        let Some(origin) = Origin::of(url) else { return false };
        let own = self.url.as_deref().and_then(Origin::of);
        own.as_ref() == Some(&origin) || self.receive.mdn_url_allowlist.iter().any(|allowed| allowed.covers(&origin))
    }

    /// Whether an operator has written down the host of `url` for this partner, so that it may be one of our network.
    pub fn names_host_of(&self, url: &str) -> bool {
        let Some(origin) = Origin::of(url) else { return false };
        let own = self.url.as_deref().and_then(Origin::of);
        own.is_some_and(|own| own.host == origin.host)
            || self.receive.mdn_url_allowlist.iter().any(|allowed| allowed.covers(&origin))
    }

    /// The partner's certificate to encrypt for at `now`: of those in force the one that came into force last. A partner
    /// that has two decrypts with either; one envelope for each would tell products that look at the first only the
    /// wrong one.
    pub fn encrypt_for(&self, now: Timestamp) -> Option<Certificate> {
        self.certificates
            .iter()
            .filter(|one| one.roles.contains(&TheirRole::Encrypt) && one.window.holds(now))
            .max_by_key(|one| one.window.from)
            .map(|one| one.certificate.clone())
    }

    /// What receipts and messages for this partner are signed with at `now`.
    pub fn signer(&self, now: Timestamp) -> Option<Signer> {
        self.ours.signer_for(self.sign_with, now)
    }

    /// What the partner's server may show at `now`, or be vouched for by, where trust is pinned.
    pub fn tls_trust(&self, now: Timestamp) -> Vec<Certificate> {
        self.in_force(TheirRole::TlsTrust, now)
    }

    /// What we show to the partner's server at `now`, should it ask for a certificate.
    pub fn tls_client(&self, now: Timestamp) -> Option<&TlsClient> {
        self.ours.tls_client(now)
    }

    /// The partner's certificates that count for `role` at `now`.
    pub fn in_force(&self, role: TheirRole, now: Timestamp) -> Vec<Certificate> {
        self.certificates
            .iter()
            .filter(|one| one.roles.contains(&role) && one.window.holds(now))
            .map(|one| one.certificate.clone())
            .collect()
    }
}

impl PartnerFile {
    /// Fetches what the file refers to. Faults are recorded; `None` when the partner cannot be used because of them.
    pub(crate) fn resolve(self, with: &Resolving<'_>) -> Option<Partner> {
        let time_zone = self.timezone.map_or(Some(TimeZone::UTC), |name| with.surroundings.zone(&name));
        let advices: Vec<_> = self.agreements.iter().filter_map(AgreementEntry::advice).collect();
        let mut agreements: Vec<_> = self.agreements.into_iter().filter_map(|entry| agreement(entry, with)).collect();
        for advice in advices {
            advise(advice, &mut agreements, with);
        }
        let mut limits = with.limits.clone();
        let channel = match self.as2? {
            As2Table::Via(hub) => via(hub, with.faults)?,
            As2Table::Own(own) => {
                let channel = channel(*own, with)?;
                limits.body = channel.receive.max_size.unwrap_or(limits.body);
                limits.decompressed = channel.receive.max_decompressed_size.unwrap_or(limits.decompressed);
                Channel::As2(Box::new(channel))
            }
        };
        Some(Partner {
            name: self.name.unwrap_or_else(|| self.id.to_string()),
            id: self.id,
            status: self.status.unwrap_or_default(),
            usage: self.usage.unwrap_or(Usage::Production),
            time_zone: time_zone?,
            owner: self.owner,
            channel,
            limits,
            x12: self.x12,
            edifact: self.edifact,
            agreements,
            parties: self.parties,
        })
    }
}

fn via(hub: Located<String>, faults: &Faults) -> Option<Channel> {
    match hub.value.parse() {
        Ok(id) => Some(Channel::Via { hub: id, at: hub.at }),
        Err(fault) => {
            faults.add(Diagnostic::error("bad-value", fault.to_string()).at(hub.at).expecting(fault.expected));
            None
        }
    }
}

fn agreement(entry: AgreementEntry, with: &Resolving<'_>) -> Option<Agreement> {
    let mapping = with.surroundings.mapping(&entry.mapping)?;
    let message = mapping.message();
    // A mapping may read other releases of its message; what message and document it is about is settled.
    let same_message = message.standard == entry.message.standard.as_str() && message.set == entry.message.kind;
    if !same_message || mapping.document().name != entry.document.value {
        let about = format!("'{}' maps {message} to {}", *entry.mapping, mapping.document().name);
        let fault = Diagnostic::error("mapping-differs", about).at(entry.mapping.at);
        let expected = format!("a mapping of {} to {}", *entry.message, *entry.document);
        with.faults.add(fault.expecting(expected).hinting("name another mapping, or correct 'message' and 'document'"));
        return None;
    }
    if entry.direction == Direction::Outbound && !mapping.ways().write {
        let about = format!("'{}' only reads, and documents are to be written by it", *entry.mapping);
        let fault = Diagnostic::error("mapping-only-reads", about).at(entry.mapping.at);
        with.faults.add(fault.hinting("run 'edigate mapping check' to see which of its rules cannot be written"));
        return None;
    }
    let guide = entry.guide.as_ref().and_then(|name| guide(name, &entry.message, with));
    Some(Agreement {
        document: entry.document.value,
        direction: entry.direction,
        message: entry.message.value,
        mapping_name: entry.mapping.value,
        mapping,
        guide,
        site: entry.site,
        advises_refusals: entry.on_refused.is_some(),
    })
}

/// Sees to it that a refusal can be told as `on_refused` says: by the partner's own agreement, or else as shipped.
fn advise(advice: AgreementEntry, agreements: &mut Vec<Agreement>, with: &Resolving<'_>) {
    let written = |one: &&Agreement| one.direction == Direction::Outbound && one.document == ADVICE;
    let wanted = &advice.message;
    match agreements.iter().find(written) {
        None => agreements.extend(agreement(advice, with)),
        Some(one) if one.message.kind == wanted.kind => {}
        Some(one) => {
            let message =
                format!("'on_refused' is {}, and the agreement about {ADVICE} sends {}", wanted.kind, one.message);
            let fault = Diagnostic::error("advice-differs", message).at(wanted.at.clone());
            with.faults.add(fault.expecting("the same of both").hinting("correct one of them"));
        }
    }
}

/// The guide an agreement names, when it is one of the message agreed on.
fn guide(name: &Located<String>, message: &MessageName, with: &Resolving<'_>) -> Option<GuideKey> {
    let key = with.surroundings.guide(name)?;
    let about = key.plain();
    // Another release is what a plain guide is named for. An overlay goes before the message's own guide.
    let other_release = key.overlay.is_some() && !about.release.starts_with(&message.release);
    let other_message = about.standard != message.standard.as_str() || about.set != message.kind;
    if other_message || other_release {
        let fault = Diagnostic::error("guide-differs", format!("'{}' is about {about}", **name));
        let fault = fault.at(name.at.clone()).expecting(format!("a guide of {message}"));
        with.faults.add(fault.hinting("name another guide, or correct 'message'"));
        return None;
    }
    Some(key)
}

fn channel(own: OwnChannel, with: &Resolving<'_>) -> Option<As2Channel> {
    let receive = own.receive;
    let ours = with.identities.get(&own.identity.value).cloned();
    if ours.is_none() {
        let known = with.identities.keys().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let expected =
            if known.is_empty() { "a table [identity.NAME] there".to_owned() } else { format!("one of {known}") };
        let message = format!("edigate.toml has no [identity.{}]", own.identity.value);
        with.faults.add(Diagnostic::error("not-found", message).at(own.identity.at).expecting(expected));
    }
    let sign_with = match (&own.sign_with, &ours) {
        (Some(start), Some(ours)) => Some(sign_with(start, ours, with)?),
        _ => None,
    };
    let certificates = their_certificates(&own.certificates, with);
    let listed = |role| own.certificates.iter().any(|entry| entry.roles.contains(&role));
    if receive.require_signed && !listed(TheirRole::Verify) {
        with.faults.add(
            Diagnostic::error(
                "missing-certificate",
                "no certificate has the role \"verify\", and messages must be signed",
            )
            .at(own.at)
            .expecting("[[as2.certificates]] with roles = [\"verify\"]")
            .hinting("add the partner's certificate; only by choice write require_signed = false in [as2.receive]"),
        );
    }
    let roles: Vec<TheirRole> = own.certificates.iter().flat_map(|entry| entry.roles.clone()).collect();
    let send = match &own.url {
        Some(url) => Some(own.send.resolve(url, &roles, with)?),
        None => None,
    };
    Some(As2Channel { theirs: own.as2_id, ours: ours?, sign_with, url: own.url, certificates, receive, send })
}

/// The one certificate of ours that `sign_with` means.
fn sign_with(start: &Located<FingerprintStart>, ours: &Identity, with: &Resolving<'_>) -> Option<Sha256> {
    let meant: BTreeSet<_> = ours.listed.iter().filter(|one| start.begins(one)).collect();
    if let (1, Some(only)) = (meant.len(), meant.first()) {
        let mut named = ours.certificates.iter().filter(|own| own.certificate.fingerprint() == **only).peekable();
        if named.peek().is_some() && named.all(|own| own.window.until <= with.now) {
            let message = "the certificate that 'sign_with' names has ended; it is signed as for everybody";
            let warning = Diagnostic::warning("sign-with-ended", message).at(start.at.clone());
            with.faults.add(warning.hinting("take it out, or name the next one"));
        }
        return Some(**only);
    }
    let known: BTreeSet<_> = ours.listed.iter().map(|one| format!("\"{one}\"")).collect();
    let many = if meant.is_empty() { "no certificate" } else { "more than one certificate" };
    let message = format!("{many} of [identity.{}] begins with {}", ours.name, **start);
    let expected = format!("one of {}", known.into_iter().collect::<Vec<_>>().join(", "));
    with.faults.add(Diagnostic::error("not-found", message).at(start.at.clone()).expecting(expected));
    None
}

fn their_certificates(entries: &[CertificateEntry<TheirRole>], with: &Resolving<'_>) -> Vec<TheirCertificate> {
    let resolved: Vec<_> = entries
        .iter()
        .filter_map(|entry| {
            let certificate = with.surroundings.certificate(&entry.cert)?;
            let window = entry.active.window(&certificate);
            Some((entry, TheirCertificate { roles: entry.roles.clone(), certificate, window }))
        })
        .collect();
    let dated: Vec<_> = resolved
        .iter()
        .map(|(entry, their)| Dated {
            roles: &their.roles,
            certificate: &their.certificate,
            active: entry.active,
            window: their.window,
            at: &entry.cert.at,
        })
        .collect();
    judge(&dated, with.now, with.faults);
    resolved.into_iter().map(|(_, their)| their).collect()
}
