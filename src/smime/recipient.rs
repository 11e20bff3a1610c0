//! The recipients of an envelope (RFC 5652, section 6.2): which of them are we, and the content key they lead to.

use std::io::BufRead;
use std::sync::Arc;

use super::agreement::{Agreement, read_point};
use super::algorithm::{AlgorithmIdentifier, dotted};
use super::ber::{BerReader, Tag};
use super::certificate::CertificateName;
use super::envelope::Decryptor;
use super::identifier::CertificateIdentifier;
use super::transport::{KeyTransport, Transport};
use super::unwrap::ContentKey;
use super::{ContentEncryption, SmimeError};
use crate::base::{Limits, Sha256};

/// What the recipients of an envelope come to: the wrapped keys we can try.
pub(crate) struct Recipients<'a> {
    for_us: Vec<(&'a Decryptor, Wrapped)>,
    named: Vec<String>,
    unsupported: Option<String>,
}

/// A wrapped key and how it was wrapped.
enum Wrapped {
    Transport(Transport, Vec<u8>),
    Agreement(Arc<Agreement>, Vec<u8>),
}

/// Wrapped keys tried: each costs an operation with a private key, and a stranger writes the list. Four are two of our
/// certificates (an overlap) named in both ways.
const MOST_TRIED: usize = 4;

/// Bytes of a wrapped key: RSA of 16,384 bits.
const MOST_WRAPPED: usize = 2048;

/// Bytes of keying material a sender adds; RFC 5753, section 7.2 has 64 in mind.
const MOST_MATERIAL: usize = 512;

impl<'a> Recipients<'a> {
    pub(crate) fn read<R: BufRead>(
        ber: &mut BerReader<R>,
        ours: &'a [Decryptor],
        limits: &Limits,
    ) -> Result<Self, SmimeError> {
        let mut all = Self { for_us: Vec::new(), named: Vec::new(), unsupported: None };
        ber.enter(Tag::SET, "its recipients")?;
        while let Some(tag) = ber.peek()? {
            if tag == Tag::SEQUENCE {
                all.read_key_transport(ber, ours, limits)?;
            } else if tag == Tag::context(1) {
                all.read_key_agreement(ber, ours, limits)?;
            } else {
                // Shared keys, passwords and kinds to come (RFC 5652, sections 6.2.3 to 6.2.5).
                ber.skip()?;
                all.name("a recipient of a kind we are not".to_owned(), limits)?;
            }
        }
        ber.leave("its recipients")?;
        Ok(all)
    }

    fn name(&mut self, recipient: String, limits: &Limits) -> Result<(), SmimeError> {
        if self.named.len() >= limits.recipients {
            return Err(SmimeError::over("recipients", limits.recipients));
        }
        self.named.push(recipient);
        Ok(())
    }

    /// KeyTransRecipientInfo (RFC 5652, section 6.2.1).
    fn read_key_transport<R: BufRead>(
        &mut self,
        ber: &mut BerReader<R>,
        ours: &'a [Decryptor],
        limits: &Limits,
    ) -> Result<(), SmimeError> {
        const WHAT: &str = "a recipient";
        ber.enter(Tag::SEQUENCE, WHAT)?;
        ber.primitive(Tag::INTEGER, WHAT, 1)?;
        let identifier = CertificateIdentifier::read(ber)?;
        let encryption = AlgorithmIdentifier::read(ber)?;
        let wrapped = ber.octets(Tag::OCTET_STRING, "a wrapped key", MOST_WRAPPED)?;
        ber.leave(WHAT)?;
        self.name(identifier.to_string(), limits)?;
        for decryptor in ours.iter().filter(|decryptor| identifier.names(&decryptor.certificate)) {
            match KeyTransport::read(&encryption)? {
                Ok(transport) => self.offer(decryptor, Wrapped::Transport(transport, wrapped.clone())),
                Err(unknown) => self.unsupported = Some(unknown),
            }
        }
        Ok(())
    }

    /// KeyAgreeRecipientInfo (RFC 5652, section 6.2.2).
    fn read_key_agreement<R: BufRead>(
        &mut self,
        ber: &mut BerReader<R>,
        ours: &'a [Decryptor],
        limits: &Limits,
    ) -> Result<(), SmimeError> {
        const WHAT: &str = "a recipient with key agreement";
        ber.enter(Tag::context(1), WHAT)?;
        ber.primitive(Tag::INTEGER, WHAT, 1)?;
        ber.enter(Tag::context(0), WHAT)?;
        let mut point = None;
        if ber.peek()? == Some(Tag::context(1)) {
            ber.enter(Tag::context(1), WHAT)?;
            AlgorithmIdentifier::read(ber)?;
            point = Some(read_point(ber)?);
            ber.leave(WHAT)?;
        } else {
            // A key from a certificate of the sender's: with elliptic curves RFC 5753, section 3.1 has ephemeral ones.
            ber.skip()?;
        }
        ber.leave(WHAT)?;
        let mut material = None;
        if ber.peek()? == Some(Tag::context(1)) {
            ber.enter(Tag::context(1), WHAT)?;
            material = Some(ber.octets(Tag::OCTET_STRING, "user keying material", MOST_MATERIAL)?);
            ber.leave(WHAT)?;
        }
        let scheme = AlgorithmIdentifier::read(ber)?;
        let mut agreement = Memo { scheme, point, material, made: None };
        ber.enter(Tag::SEQUENCE, WHAT)?;
        while ber.peek()?.is_some() {
            let (identifier, wrapped) = read_encrypted_key(ber)?;
            self.name(identifier.to_string(), limits)?;
            for decryptor in ours.iter().filter(|decryptor| identifier.names(&decryptor.certificate)) {
                match agreement.made()? {
                    Some(agreement) => self.offer(decryptor, Wrapped::Agreement(agreement, wrapped.clone())),
                    None => self.unsupported = Some(dotted(&agreement.scheme.oid)),
                }
            }
        }
        ber.leave(WHAT)?;
        ber.leave(WHAT)
    }

    /// The certificates whose keys are tried, in that order.
    pub(crate) fn certificates(&self) -> Vec<Sha256> {
        self.for_us.iter().map(|(decryptor, _)| decryptor.certificate.fingerprint()).collect()
    }

    fn offer(&mut self, decryptor: &'a Decryptor, wrapped: Wrapped) {
        if self.for_us.len() < MOST_TRIED {
            self.for_us.push((decryptor, wrapped));
        }
    }

    /// Tries every wrapped key for us, whatever becomes of the one before.
    pub(crate) fn unwrap(self, algorithm: ContentEncryption, fallback_key: [u8; 32]) -> Result<ContentKey, SmimeError> {
        if self.for_us.is_empty() {
            return Err(match self.unsupported {
                Some(name) => SmimeError::Unsupported { what: "key encryption", name },
                None => SmimeError::NotForUs { recipients: self.named },
            });
        }
        let mut content_key = ContentKey::fallback(fallback_key, algorithm.key_length());
        for (Decryptor { certificate, key }, wrapped) in &self.for_us {
            let other_kind = |kind: &str| {
                let what = format!("the key of {} is no {kind} key and cannot decrypt", certificate.subject());
                SmimeError::Unusable { what }
            };
            match wrapped {
                Wrapped::Transport(transport, wrapped) => {
                    let rsa = key.rsa().ok_or_else(|| other_kind("RSA"))?;
                    transport.try_wrapped(&mut content_key, wrapped, rsa, key.pkey());
                }
                Wrapped::Agreement(agreement, wrapped) if key.is_curve() => {
                    content_key.offer(agreement.unwrap(key, wrapped).as_ref().map(|key| key.as_slice()));
                }
                Wrapped::Agreement(..) => return Err(other_kind("elliptic-curve")),
            }
        }
        Ok(content_key)
    }
}

/// An agreement, read only when one of its recipients is us: what others need not know must not stop them.
struct Memo {
    scheme: AlgorithmIdentifier,
    point: Option<Vec<u8>>,
    material: Option<Vec<u8>>,
    made: Option<Arc<Agreement>>,
}

impl Memo {
    fn made(&mut self) -> Result<Option<Arc<Agreement>>, SmimeError> {
        if let (None, Some(point)) = (&self.made, self.point.take()) {
            self.made = Agreement::new(&self.scheme, point, self.material.take())?.map(Arc::new);
        }
        Ok(self.made.clone())
    }
}

/// RecipientEncryptedKey (RFC 5652, section 6.2.2).
fn read_encrypted_key<R: BufRead>(ber: &mut BerReader<R>) -> Result<(CertificateIdentifier, Vec<u8>), SmimeError> {
    const WHAT: &str = "a recipient's wrapped key";
    ber.enter(Tag::SEQUENCE, WHAT)?;
    let identifier = if ber.peek()? == Some(Tag::context(0)) {
        ber.enter(Tag::context(0), WHAT)?;
        let id = ber.octets(Tag::OCTET_STRING, WHAT, CertificateIdentifier::MOST_KEY_ID)?;
        while ber.peek()?.is_some() {
            ber.skip()?;
        }
        ber.leave(WHAT)?;
        CertificateIdentifier::KeyId(id)
    } else {
        CertificateIdentifier::Name(CertificateName::read(ber)?)
    };
    let wrapped = ber.octets(Tag::OCTET_STRING, "a wrapped key", MOST_WRAPPED)?;
    ber.leave(WHAT)?;
    Ok((identifier, wrapped))
}
