//! The step from a payload to the message that is sent: made once, stored before the first attempt.

use std::sync::Arc;

use super::evidence;
use super::ports::Ports;
use super::route;
use super::submission::{keep, load};
use super::worker::postpone;
use crate::as2::{
    As2Name, Compress, Encoding, EncodingHeader, FileNameQuotes, MessageId, MicalgStyle, Outgoing, PackFault,
    ReceiptRequest, Reliability, SignatureEncoding, SignedReceipt, Signing, Version, Wire, pack_for_evidence,
};
use crate::base::{Diagnostic, Timestamp, times};
use crate::exchange::outbound::{self, Packing};
use crate::exchange::{CertificateRole, Change, DedupKey, Detail, Exchange, Job, PackedMessage};
use crate::observe::Event;
use crate::partner::{self, As2Channel, As2Version, MdnMode, PayloadEncoding, Send, SendCipher, SignaturePadding};
use crate::smime::{
    AlgorithmProtection, Certificate, ContentEncryption, DigestAlgorithm, KeyTransport, RsaPadding, Sealing,
    SignerCertificate,
};
use crate::store::{Lease, StoreError};

/// Packs one message, or writes down why it cannot be.
pub(super) async fn run_once(ports: &Arc<Ports>, lease: Lease) -> Result<(), StoreError> {
    let job = lease.job().clone();
    let (_, detail) = load(ports, &job)?;
    let _place = ports.outgoing.enter(detail.payload.map_or(0, |payload| payload.length)).await;
    let working = Arc::clone(ports);
    let decided = tokio::task::spawn_blocking(move || decide(&working, &job)).await;
    let (change, failure) = match decided {
        Ok(Ok(decided)) => decided,
        Ok(Err(fault)) if fault.is_passing() => return postpone(ports, lease, fault).await,
        Ok(Err(fault)) => return Err(fault),
        Err(stopped) => return Err(StoreError::Index { what: format!("packing ended early: {stopped}") }),
    };
    lease.finish(change).await?;
    if let Some((exchange, why)) = failure {
        Event::MessageNotDelivered { exchange: exchange.id, partner: &exchange.partner, reason: "pack", detail: &why }
            .emit(&ports.metrics);
    }
    Ok(())
}

type Decided = (Change, Option<(Exchange, String)>);

fn decide(ports: &Ports, job: &Job) -> Result<Decided, StoreError> {
    let (exchange, detail) = load(ports, job)?;
    let configuration = ports.live.current();
    let limits = &configuration.settings.limits;
    let now = ports.clock.now();
    if job.attempts > limits.attempts {
        let why = format!("the daemon was stopped in the middle of packing this {}", times(limits.attempts));
        let hint = "look for a crash in the log; the payload is kept, please report it with edigate's version";
        return Ok(failed(exchange, now, detail, Diagnostic::error("gave-up", why).hinting(hint)));
    }
    let partner = configuration.registry.partner(&exchange.partner).map(Arc::as_ref);
    let (channel, _, send) = match route::channel(partner, &exchange.partner, now) {
        Ok(found) => found,
        Err(why) => {
            let hint = "mend the partner file, then 'edigate exchange resubmit'";
            return Ok(failed(exchange, now, detail, Diagnostic::error("no-channel", why).hinting(hint)));
        }
    };
    let Some(payload) = detail.payload else {
        return Ok(failed(exchange, now, detail, Diagnostic::error("no-payload", "the exchange has no payload")));
    };
    let payload = ports.outbox.payload(&payload)?;
    match message(ports, channel, send, &payload, &detail, now)? {
        Ok(packing) => {
            let detail = Detail {
                as2_from: channel.ours.as2_id.as_str().to_owned(),
                as2_to: channel.theirs.value.as_str().to_owned(),
                message_id: packing.message.header("Message-ID").unwrap_or_default().to_owned(),
                receipt: asked(send).to_owned(),
                ..detail
            };
            Ok((outbound::packed(&exchange, now, detail, packing), None))
        }
        Err(why) => Ok(failed(exchange, now, detail, why)),
    }
}

fn failed(exchange: Exchange, now: Timestamp, detail: Detail, why: Diagnostic) -> Decided {
    let told = why.message.clone();
    (outbound::failed(&exchange, now, detail, why), Some((exchange, told)))
}

/// Makes the message. The inner error is for a person to mend.
fn message(
    ports: &Ports,
    channel: &As2Channel,
    send: &Send,
    payload: &[u8],
    detail: &Detail,
    now: Timestamp,
) -> Result<Result<Packing, Diagnostic>, StoreError> {
    let (from, to): (&As2Name, &As2Name) = (&channel.ours.as2_id, &channel.theirs.value);
    let message_id = MessageId::mint(now, &*ports.entropy);
    let signer = send.sign.and_then(|sign| Some((channel.signer(now)?, sign.digest)));
    let recipients: Vec<Certificate> = send.encrypt.and_then(|_| channel.encrypt_for(now)).into_iter().collect();
    if let Some(why) = unprotected(send, signer.is_some(), !recipients.is_empty()) {
        return Ok(Err(why));
    }
    let content_type = send.content_type.as_deref().or(detail.content_type.as_deref());
    let outgoing = Outgoing {
        from,
        to,
        message_id: &message_id,
        subject: detail.subject.as_deref().or(send.subject.as_deref()),
        content_type: content_type.unwrap_or("application/octet-stream"),
        file_name: detail.file_name.as_deref().filter(|_| send.send_filename),
        sign: signer.as_ref().zip(send.sign).map(|((signer, digest), sign)| Signing {
            signer,
            digest: *digest,
            padding: match sign.padding {
                SignaturePadding::Pkcs1 => RsaPadding::Pkcs1,
                SignaturePadding::Pss => RsaPadding::Pss,
            },
            algorithm_protection: if send.omit_cms_algorithm_protection {
                AlgorithmProtection::Omitted
            } else {
                AlgorithmProtection::Included
            },
            certificate: if send.embed_certificate { SignerCertificate::Embedded } else { SignerCertificate::LeftOut },
        }),
        encrypt: send.encrypt.filter(|_| !recipients.is_empty()).map(|encrypt| Sealing {
            recipients: &recipients,
            encryption: cipher(encrypt.cipher),
            key_transport: match encrypt.key_transport {
                partner::KeyTransport::Pkcs1 => KeyTransport::Pkcs1,
                // SHA-1 in the mask generator and in OAEP is what products read that read it at all; nothing rests on its collisions.
                partner::KeyTransport::Oaep => KeyTransport::Oaep(DigestAlgorithm::Sha1),
            },
        }),
        compress: match send.compress {
            partner::Compress::None => Compress::None,
            partner::Compress::BeforeSign => Compress::BeforeSigning,
            partner::Compress::AfterSign => Compress::AfterSigning,
        },
        receipt: (send.mdn.mode != MdnMode::None).then_some(ReceiptRequest {
            signed: if send.mdn.signed { SignedReceipt::Asked } else { SignedReceipt::NotAsked },
            deliver_to: send.mdn.url.as_deref().filter(|_| send.mdn.mode == MdnMode::Async),
        }),
        wire: wire(send),
    };
    let mut body = Vec::new();
    // Encoded in base64 in lines, the content grows by less than a half; its head is short.
    let mut whole = ports.outbox.spool().stage((payload.len() as u64).saturating_mul(2).saturating_add(64 << 10));
    let packed = match pack_for_evidence(payload, &outgoing, now, &*ports.entropy, &mut body, &mut whole) {
        Ok(packed) => packed,
        Err(fault) => return Ok(Err(not_packed(fault)?)),
    };
    let body = keep(ports, &body)?;
    let mut used = Vec::new();
    let mut kept = Vec::new();
    let signed_with = signer.iter().map(|(signer, _)| (CertificateRole::Signed, &signer.certificate));
    for (role, certificate) in signed_with.chain(recipients.iter().map(|one| (CertificateRole::EncryptedFor, one))) {
        let (certificate, pem) = evidence::certificate(ports, role, certificate)?;
        used.push(certificate);
        kept.push(pem);
    }
    let inner = packed.inner.as_ref().map(|inner| evidence::inner(ports, inner, whole)).transpose()?;
    let (inner, hidden) = inner.unzip();
    kept.extend(hidden.into_iter().flatten());
    let message =
        PackedMessage { at: now, headers: packed.headers, body: body.reference, mics: packed.mics, certificates: used };
    let key = DedupKey::sent(from.as_str(), to.as_str(), message_id.as_str());
    Ok(Ok(Packing { message, body, inner, kept, key }))
}

/// Why a message cannot be made, for a person to mend; a sink that cannot be written is the store's fault and no message's.
fn not_packed(fault: PackFault) -> Result<Diagnostic, StoreError> {
    match fault {
        PackFault::Write(fault) => Err(StoreError::from_io(&fault).cloned().unwrap_or_else(|| StoreError::Io {
            doing: "staging a message in",
            file: "spool".into(),
            source: Arc::new(fault),
        })),
        PackFault::Protection(fault) => {
            let why = Diagnostic::error("not-packed", format!("the message cannot be made: {fault}"));
            Ok(why.hinting("mend the certificates of the partner file, then 'edigate exchange resubmit'"))
        }
    }
}

fn cipher(cipher: SendCipher) -> ContentEncryption {
    match cipher {
        SendCipher::TripleDes => ContentEncryption::TripleDesCbc,
        SendCipher::Aes128Cbc => ContentEncryption::Aes128Cbc,
        SendCipher::Aes192Cbc => ContentEncryption::Aes192Cbc,
        SendCipher::Aes256Cbc => ContentEncryption::Aes256Cbc,
        SendCipher::Aes128Gcm => ContentEncryption::Aes128Gcm,
        SendCipher::Aes192Gcm => ContentEncryption::Aes192Gcm,
        SendCipher::Aes256Gcm => ContentEncryption::Aes256Gcm,
    }
}

/// How messages are written for a partner.
fn wire(send: &Send) -> Wire {
    Wire {
        payload_encoding: match send.payload_cte {
            PayloadEncoding::Binary | PayloadEncoding::EightBit | PayloadEncoding::SevenBit => Encoding::Binary,
            PayloadEncoding::Base64 => Encoding::Base64,
        },
        signature_encoding: match send.signature_cte {
            partner::Encoding::Binary => SignatureEncoding::Binary,
            partner::Encoding::Base64 => SignatureEncoding::Base64,
        },
        outer_encoding: match send.outer_cte {
            partner::Encoding::Binary => Encoding::Binary,
            partner::Encoding::Base64 => Encoding::Base64,
        },
        http_transfer_encoding_header: if send.send_cte_http_header {
            EncodingHeader::Written
        } else {
            EncodingHeader::LeftOut
        },
        micalg_style: match send.micalg_style {
            partner::MicalgStyle::Rfc5751 => MicalgStyle::Rfc5751,
            partner::MicalgStyle::Rfc3851 => MicalgStyle::Rfc3851,
            partner::MicalgStyle::Sha2 => MicalgStyle::Sha2,
        },
        quote_file_name: if send.quote_filename { FileNameQuotes::Always } else { FileNameQuotes::WhereNeeded },
        version: match send.as2_version {
            As2Version::V1_2 => Version::V1_2,
            As2Version::V1_3 => Version::V1_3,
        },
        reliability: if send.retry.resend_same_id { Reliability::Announced } else { Reliability::LeftOut },
    }
}

/// Why a message would go out less protected than the partner file says: then it does not go out.
fn unprotected(send: &Send, signs: bool, encrypts: bool) -> Option<Diagnostic> {
    let what = match (send.sign.is_some() && !signs, send.encrypt.is_some() && !encrypts) {
        (true, _) => "no certificate of ours with the role \"sign\" is in force",
        (_, true) => "no certificate of the partner's with the role \"encrypt\" is in force",
        (false, false) => return None,
    };
    let hint = "add the next certificate to the list, then 'edigate exchange resubmit'";
    Some(Diagnostic::error("no-certificate", what).hinting(hint))
}

/// The receipt asked for, as operators read it.
fn asked(send: &Send) -> &'static str {
    match (send.mdn.mode, send.mdn.signed) {
        (MdnMode::None, _) => "none",
        (_, true) => "signed",
        (_, false) => "unsigned",
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::smime::SmimeError;

    #[test]
    fn a_full_disk_postpones_the_packing_and_a_key_that_cannot_sign_ends_it() {
        let check = |fault: PackFault, expect: Result<&str, bool>| {
            let told = not_packed(fault).map(|why| why.code).map_err(|fault| fault.is_passing());
            assert_eq!(told.as_deref(), expect.as_ref().copied(), "{expect:?}");
        };
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        check(PackFault::Write(full()), Err(true));
        check(PackFault::from(SmimeError::Io(full())), Err(true));
        check(PackFault::Write(io::Error::other(StoreError::Closed)), Err(true));
        check(PackFault::Write(io::Error::other(StoreError::OverLimit { limit: 1 })), Err(false));
        check(PackFault::Protection(SmimeError::Malformed { what: "x", at: 0 }), Ok("not-packed"));
    }
}
