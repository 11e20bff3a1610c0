//! Opening an envelope: CMS `EnvelopedData` (RFC 5652, section 6), decrypted while it is read.

use std::io::{self, BufRead, BufReader, Read};

use openssl::symm::{Crypter, Mode};
use subtle::Choice;
use zeroize::Zeroizing;

use super::algorithm::{AlgorithmIdentifier, BLOCK, dotted, oid, read_oid};
use super::ber::{BerReader, Octets, Tag};
use super::identifier::CertificateIdentifier;
use super::unwrap::{ContentKey, unpad_block};
use super::{Certificate, ContentEncryption, PrivateKey, SmimeError};
use crate::base::Limits;

/// One of our certificates and its private key, to open envelopes with. Cheap to clone.
#[derive(Clone)]
pub struct Decryptor {
    /// The certificate partners encrypt for.
    pub certificate: Certificate,
    /// Its private key.
    pub key: PrivateKey,
}

/// An envelope (CMS `EnvelopedData`) that decrypts as it is read, in memory that does not grow with it.
///
/// What it yields is not authenticated: nothing may be acted on before the signature inside is verified.
/// A key that does not unwrap or bad padding is [`SmimeError::DecryptionFailed`], told by the last read and by no
/// earlier one; the bytes before it are noise then. Whoever finds a fault in those bytes must first read to the end
/// (`io::copy` into a sink) and then answer as for a failed decryption, or the time of the answer is an oracle.
pub struct EnvelopeReader<R> {
    ber: BerReader<BufReader<R>>,
    content: Octets,
    algorithm: ContentEncryption,
    cipher: Crypter,
    /// Whether a content key unwrapped: secret until the end.
    unwrapped: Choice,
    stage: Stage,
    plain: Plain,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Encrypted content is still to come.
    Content,
    /// All was read and is right.
    Whole,
    /// It failed. It goes on failing, so that no caller mistakes the rest for an end.
    Failed,
}

/// Plaintext on its way out. The last block is held back until the end is known: it is padding, in part or whole.
struct Plain {
    bytes: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
    held: usize,
}

/// Bytes of the encrypted message read at once, and decrypted at once.
const PIECE: usize = 16 * 1024;

impl<R: Read> EnvelopeReader<R> {
    /// Reads up to the encrypted content and unwraps its key.
    ///
    /// `fallback_key` is fresh randomness: it decrypts the content when the key does not unwrap, so that failing
    /// takes the way and the time of succeeding.
    ///
    /// # Errors
    /// Everything that can be told without a secret: malformed, over a limit, unsupported, not for us.
    pub fn open(source: R, ours: &[Decryptor], limits: &Limits, fallback_key: [u8; 32]) -> Result<Self, SmimeError> {
        let mut ber = BerReader::new(BufReader::with_capacity(PIECE, source), limits.der_depth);
        enter_content(&mut ber)?;
        let recipients = Recipients::read(&mut ber, ours, limits)?;

        const WHAT: &str = "its encrypted content";
        ber.enter(Tag::SEQUENCE, WHAT)?;
        read_oid(&mut ber, WHAT)?;
        let (algorithm, vector) = content_encryption(&mut ber)?;
        let key = recipients.unwrap(algorithm, fallback_key)?;
        let content = ber.open_octets(Tag::context(0), "there is no encrypted content")?;
        let mut cipher = Crypter::new(algorithm.cipher(), Mode::Decrypt, key.bytes(), Some(&vector))
            .map_err(SmimeError::primitive("starting to decrypt"))?;
        cipher.pad(false);
        let plain = Plain { bytes: Zeroizing::new(vec![0; PIECE + 2 * BLOCK]), start: 0, end: 0, held: 0 };
        Ok(Self { ber, content, algorithm, cipher, unwrapped: key.unwrapped, stage: Stage::Content, plain })
    }

    /// The cipher of the content.
    pub fn algorithm(&self) -> ContentEncryption {
        self.algorithm
    }

    /// Decrypts until there is plaintext to give or the end.
    fn refill(&mut self) -> Result<(), SmimeError> {
        match self.stage {
            Stage::Content => {}
            Stage::Whole => return Ok(()),
            Stage::Failed => return Err(SmimeError::DecryptionFailed),
        }
        // Left so by any way out but the good ones.
        self.stage = Stage::Failed;
        loop {
            let ready = self.ber.octets_ready(&self.content)?.min(PIECE);
            if ready == 0 {
                return self.finish();
            }
            let encrypted = self.ber.octets_slice(ready)?;
            self.plain.decrypt(&mut self.cipher, encrypted)?;
            self.ber.advance(ready)?;
            if self.plain.start < self.plain.end {
                self.stage = Stage::Content;
                return Ok(());
            }
        }
    }

    /// Reads what follows the content, then judges key and padding together: the one place that fails, and the one
    /// branch on what is secret.
    fn finish(&mut self) -> Result<(), SmimeError> {
        leave_content(&mut self.ber)?;
        let mut rest = [0; BLOCK];
        // Without padding of its own it fails only for content that is no whole number of blocks, as anybody can see.
        let is_whole = Choice::from(u8::from(self.cipher.finalize(&mut rest).is_ok()));
        let (block, is_there) = self.plain.last_block();
        let (length, is_padded) = unpad_block(&block);
        if bool::from(self.unwrapped & is_padded & is_there & is_whole) {
            self.plain.release(length);
            self.stage = Stage::Whole;
            return Ok(());
        }
        Err(SmimeError::DecryptionFailed)
    }
}

impl Plain {
    /// Decrypts a piece behind the block held back, and holds back the last block of what is there then.
    fn decrypt(&mut self, cipher: &mut Crypter, encrypted: &[u8]) -> Result<(), SmimeError> {
        let held_at = self.end;
        self.bytes.copy_within(held_at..held_at + self.held, 0);
        let place = self.bytes.get_mut(self.held..).unwrap_or_default();
        let written = cipher.update(encrypted, place).map_err(SmimeError::primitive("decrypting"))?;
        let there = self.held + written;
        self.held = there.min(BLOCK);
        (self.start, self.end) = (0, there - self.held);
        Ok(())
    }

    fn last_block(&self) -> ([u8; BLOCK], Choice) {
        let block = self.bytes.get(self.end..self.end + self.held).and_then(|held| held.try_into().ok());
        (block.unwrap_or_default(), Choice::from(u8::from(block.is_some())))
    }

    /// Gives out the first `length` bytes of the block held back.
    fn release(&mut self, length: usize) {
        self.start = self.end;
        self.end += length.min(self.held);
        self.held = 0;
    }

    fn ready(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }
}

impl<R: Read> Read for EnvelopeReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let amount = ready.read(out)?;
        self.consume(amount);
        Ok(amount)
    }
}

impl<R: Read> BufRead for EnvelopeReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.plain.start == self.plain.end {
            self.refill()?;
        }
        Ok(self.plain.ready())
    }

    fn consume(&mut self, amount: usize) {
        self.plain.start = self.plain.start.saturating_add(amount).min(self.plain.end);
    }
}

/// ContentInfo (RFC 5652, section 3) and the head of EnvelopedData (section 6.1), up to the recipients.
fn enter_content<R: BufRead>(ber: &mut BerReader<R>) -> Result<(), SmimeError> {
    const WHAT: &str = "it is no CMS enveloped data";
    ber.enter(Tag::SEQUENCE, WHAT)?;
    let content_type = read_oid(ber, WHAT)?;
    if content_type != oid::ENVELOPED_DATA {
        return Err(SmimeError::Unsupported { what: "content type", name: dotted(&content_type) });
    }
    ber.enter(Tag::context(0), WHAT)?;
    ber.enter(Tag::SEQUENCE, WHAT)?;
    ber.primitive(Tag::INTEGER, "its version", 1)?;
    if ber.peek()? == Some(Tag::context(0)) {
        // originatorInfo: certificates and revocation lists, of no use to us.
        ber.skip()?;
    }
    Ok(())
}

/// The way out: EncryptedContentInfo, unprotected attributes, EnvelopedData, ContentInfo. Bytes after that are ignored:
/// some products end a binary body with a line feed.
fn leave_content<R: BufRead>(ber: &mut BerReader<R>) -> Result<(), SmimeError> {
    ber.leave("something follows its encrypted content")?;
    if ber.peek()? == Some(Tag::context(1)) {
        ber.skip()?;
    }
    const WHAT: &str = "something follows its enveloped data";
    ber.leave(WHAT)?;
    ber.leave(WHAT)?;
    ber.leave(WHAT)
}

fn content_encryption<R: BufRead>(ber: &mut BerReader<R>) -> Result<(ContentEncryption, Vec<u8>), SmimeError> {
    let identifier = AlgorithmIdentifier::read(ber)?;
    let Some(algorithm) = ContentEncryption::from_oid(&identifier.oid) else {
        return Err(SmimeError::Unsupported { what: "content encryption", name: dotted(&identifier.oid) });
    };
    // RFC 3565, section 4.1: the parameters are the initialisation vector, sixteen octets.
    const WHAT: &str = "the initialisation vector of its content";
    let parameters = identifier.parameters.unwrap_or_default();
    let vector = BerReader::new(parameters.as_slice(), 2).octets(Tag::OCTET_STRING, WHAT, BLOCK)?;
    if vector.len() != BLOCK {
        return Err(ber.malformed(WHAT));
    }
    Ok((algorithm, vector))
}

/// What the recipients of an envelope come to: the wrapped keys we can try.
struct Recipients<'a> {
    for_us: Vec<(&'a Decryptor, Vec<u8>)>,
    named: Vec<String>,
    unsupported: Option<String>,
}

/// Wrapped keys tried: each costs an RSA operation, and a stranger writes the list. Four are two of our certificates
/// (an overlap) named in both ways.
const MOST_TRIED: usize = 4;

/// Bytes of a wrapped key: RSA of 16,384 bits.
const MOST_WRAPPED: usize = 2048;

impl<'a> Recipients<'a> {
    fn read<R: BufRead>(ber: &mut BerReader<R>, ours: &'a [Decryptor], limits: &Limits) -> Result<Self, SmimeError> {
        let mut all = Self { for_us: Vec::new(), named: Vec::new(), unsupported: None };
        ber.enter(Tag::SET, "its recipients")?;
        while let Some(tag) = ber.peek()? {
            if all.named.len() >= limits.recipients {
                return Err(SmimeError::over("recipients", limits.recipients));
            }
            if tag == Tag::SEQUENCE {
                all.read_key_transport(ber, ours)?;
            } else {
                // Key agreement, shared keys, passwords (RFC 5652, section 6.2).
                ber.skip()?;
                all.named.push("a recipient without key transport".to_owned());
            }
        }
        ber.leave("its recipients")?;
        Ok(all)
    }

    /// KeyTransRecipientInfo (RFC 5652, section 6.2.1).
    fn read_key_transport<R: BufRead>(
        &mut self,
        ber: &mut BerReader<R>,
        ours: &'a [Decryptor],
    ) -> Result<(), SmimeError> {
        const WHAT: &str = "a recipient";
        ber.enter(Tag::SEQUENCE, WHAT)?;
        ber.primitive(Tag::INTEGER, WHAT, 1)?;
        let identifier = CertificateIdentifier::read(ber)?;
        let encryption = AlgorithmIdentifier::read(ber)?;
        let wrapped = ber.octets(Tag::OCTET_STRING, "a wrapped key", MOST_WRAPPED)?;
        ber.leave(WHAT)?;
        self.named.push(identifier.to_string());
        for decryptor in ours.iter().filter(|decryptor| identifier.names(&decryptor.certificate)) {
            if encryption.oid != oid::RSA_ENCRYPTION {
                self.unsupported = Some(dotted(&encryption.oid));
            } else if self.for_us.len() < MOST_TRIED {
                self.for_us.push((decryptor, wrapped.clone()));
            }
        }
        Ok(())
    }

    fn unwrap(self, algorithm: ContentEncryption, fallback_key: [u8; 32]) -> Result<ContentKey, SmimeError> {
        if self.for_us.is_empty() {
            return Err(match self.unsupported {
                Some(name) => SmimeError::Unsupported { what: "key encryption", name },
                None => SmimeError::NotForUs { recipients: self.named },
            });
        }
        let mut key = ContentKey::fallback(fallback_key, algorithm.key_length());
        for (decryptor, wrapped) in &self.for_us {
            let Some(rsa) = decryptor.key.rsa() else {
                let what = format!("the key of {} is no RSA key and cannot decrypt", decryptor.certificate.subject());
                return Err(SmimeError::Unusable { what });
            };
            key.try_wrapped(wrapped, rsa);
        }
        Ok(key)
    }
}
