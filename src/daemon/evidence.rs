//! What is put beside a message so that others can verify it: the entity that was signed, where the wire does not show it,
//! and the certificates, as evidence outlives the configuration.

use super::ports::Ports;
use super::submission::keep;
use crate::as2::{self, InnerContent, InnerEntity, Received, Security};
use crate::exchange::{CertificateRole, CertificateUsed, Evidence, KeptContent, KeptEntity, Payload};
use crate::smime::Certificate;
use crate::store::{SpoolStage, StoreError};

/// A certificate as evidence keeps it.
pub(super) fn certificate(
    ports: &Ports,
    role: CertificateRole,
    certificate: &Certificate,
) -> Result<(CertificateUsed, Payload), StoreError> {
    let pem = keep(ports, certificate.to_pem().as_bytes())?;
    Ok((CertificateUsed { role, fingerprint: certificate.fingerprint(), certificate: pem.reference }, pem))
}

/// An entity that was inside an envelope or compression; `whole` took it where it does not end with the payload as it is.
pub(super) fn inner(
    ports: &Ports,
    inner: &InnerEntity,
    whole: SpoolStage,
) -> Result<(KeptEntity, Vec<Payload>), StoreError> {
    let (content, payload) = match &inner.content {
        InnerContent::HeadOfPayload(head) => {
            let head = keep(ports, head)?;
            (KeptContent::HeadOfPayload(head.reference), head)
        }
        InnerContent::Written => {
            let whole = whole.finish()?.keep()?;
            (KeptContent::Whole(whole.reference), whole)
        }
    };
    let signature = inner.signature.as_deref().map(|signature| keep(ports, signature)).transpose()?;
    let kept = KeptEntity { content, signature: signature.as_ref().map(|signature| signature.reference) };
    Ok((kept, [payload].into_iter().chain(signature).collect()))
}

/// What proves a partner's message and our receipt for it.
pub(super) fn of_received(
    ports: &Ports,
    received: &Received,
    whole: SpoolStage,
    receipt: Option<&as2::Answer>,
    security: &Security,
) -> Result<Evidence, StoreError> {
    let mut evidence = Evidence::default();
    if let Some(found) = &received.inner {
        let (kept, payloads) = inner(ports, found, whole)?;
        evidence.inner = Some(kept);
        evidence.payloads.extend(payloads);
    }
    let signature = received.layers.signature.as_ref();
    let theirs = signature
        .and_then(|verified| security.verify.iter().find(|certificate| certificate.fingerprint() == verified.signer));
    let ours = receipt.filter(|receipt| receipt.is_signed()).and(security.signer.as_ref());
    let ours = ours.map(|signer| (CertificateRole::Signed, &signer.certificate));
    for (role, used) in theirs.map(|one| (CertificateRole::Verified, one)).into_iter().chain(ours) {
        let (used, pem) = certificate(ports, role, used)?;
        evidence.certificates.push(used);
        evidence.payloads.push(pem);
    }
    Ok(evidence)
}
