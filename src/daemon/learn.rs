//! Writes down which certificates a partner uses, in the change that accepts what showed it: an unaccepted message shows
//! nothing, as anybody can write a partner's names on it.

use super::ports::Ports;
use crate::as2::Layers;
use crate::base::{PartnerId, Sha256, Timestamp};
use crate::exchange::{CertificateUse, Change, Effect, Purpose};
use crate::store::StoreError;

/// Learns from the layers of a message that `change` accepts.
pub(super) fn from_message(
    ports: &Ports,
    change: &mut Change,
    partner: &PartnerId,
    layers: &Layers,
    at: Timestamp,
) -> Result<(), StoreError> {
    if let Some(ours) = layers.opened_with {
        note(ports, change, partner, Purpose::EncryptsFor, ours, at)?;
    }
    if let Some(verified) = &layers.signature {
        note(ports, change, partner, Purpose::SignsWith, verified.signer, at)?;
    }
    Ok(())
}

/// Learns from a receipt that `change` takes, and whose signature verified under `signer`.
pub(super) fn from_receipt(
    ports: &Ports,
    change: &mut Change,
    partner: &PartnerId,
    signer: Option<Sha256>,
    at: Timestamp,
) -> Result<(), StoreError> {
    signer.map_or(Ok(()), |signer| note(ports, change, partner, Purpose::SignsWith, signer, at))
}

fn note(
    ports: &Ports,
    change: &mut Change,
    partner: &PartnerId,
    purpose: Purpose,
    certificate: Sha256,
    at: Timestamp,
) -> Result<(), StoreError> {
    let before = ports.outbox.certificate_use(partner, purpose, &certificate)?;
    let seen = CertificateUse::seen(before.as_ref(), partner, purpose, certificate, at);
    change.effects.extend(seen.map(Effect::CertificateUse));
    Ok(())
}
