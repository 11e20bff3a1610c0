//! Opening an envelope: CMS `EnvelopedData` (RFC 5652, section 6) or `AuthEnvelopedData` (RFC 5083), decrypted while it
//! is read.

use std::io::{self, BufRead, BufReader, Read};

use openssl::symm::{Crypter, Mode};
use subtle::Choice;
use zeroize::Zeroizing;

use super::algorithm::{AlgorithmIdentifier, BLOCK, TAG, dotted, oid, read_oid};
use super::ber::{BerReader, Octets, Tag};
use super::recipient::Recipients;
use super::unwrap::unpad_block;
use super::{Certificate, ContentEncryption, PrivateKey, SmimeError};
use crate::base::{Limits, Sha256};

/// One of our certificates and its private key, to open envelopes with. Cheap to clone.
#[derive(Clone)]
pub struct Decryptor {
    /// The certificate partners encrypt for.
    pub certificate: Certificate,
    /// Its private key.
    pub key: PrivateKey,
}

/// An envelope that decrypts as it is read, in memory that does not grow with it.
///
/// What it yields is not authenticated before its end: nothing may be acted on before the signature inside is verified,
/// or the end was reached where the cipher authenticates.
/// A key that does not unwrap, bad padding or a wrong authentication code is [`SmimeError::DecryptionFailed`], told by
/// the last read and by no earlier one; the bytes before it are noise then. Whoever finds a fault in those bytes must
/// first read to the end (`io::copy` into a sink) and then answer as for a failed decryption, or the time of the answer
/// is an oracle.
pub struct EnvelopeReader<R> {
    ber: BerReader<BufReader<R>>,
    content: Octets,
    algorithm: ContentEncryption,
    /// Bytes of the authentication code, where the cipher has one.
    code_length: Option<usize>,
    cipher: Crypter,
    /// Whether a content key unwrapped: secret until the end.
    unwrapped: Choice,
    /// The certificates whose keys were tried, and which of them it was: secret until the end.
    tried: Vec<Sha256>,
    unwrapped_by: u8,
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

/// Plaintext on its way out. Where it is padded its last block is held back until the end is known: it is padding, in
/// part or whole.
struct Plain {
    bytes: Zeroizing<Vec<u8>>,
    block: usize,
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
        let is_authenticated = enter_content(&mut ber)?;
        let recipients = Recipients::read(&mut ber, ours, limits)?;

        const WHAT: &str = "its encrypted content";
        ber.enter(Tag::SEQUENCE, WHAT)?;
        read_oid(&mut ber, WHAT)?;
        let ContentCipher { algorithm, vector, code_length } = ContentCipher::read(&mut ber)?;
        if algorithm.is_authenticated() != is_authenticated {
            let name = format!("{algorithm} in this kind of envelope");
            return Err(SmimeError::Unsupported { what: "content encryption", name });
        }
        let tried = recipients.certificates();
        let key = recipients.unwrap(algorithm, fallback_key)?;
        let content = ber.open_octets(Tag::context(0), "there is no encrypted content")?;
        let mut cipher = Crypter::new(algorithm.cipher(), Mode::Decrypt, key.bytes(), Some(&vector))
            .map_err(SmimeError::primitive("starting to decrypt"))?;
        cipher.pad(false);
        let bytes = Zeroizing::new(vec![0; PIECE + 2 * BLOCK]);
        let plain = Plain { bytes, block: algorithm.padded_to(), start: 0, end: 0, held: 0 };
        let (unwrapped, unwrapped_by, stage) = (key.unwrapped, key.unwrapped_by, Stage::Content);
        Ok(Self { ber, content, algorithm, code_length, cipher, unwrapped, tried, unwrapped_by, stage, plain })
    }

    /// The cipher of the content.
    pub fn algorithm(&self) -> ContentEncryption {
        self.algorithm
    }

    /// SHA-256 of the certificate of ours that it was encrypted for: of several that it names the one whose key opened
    /// it. `None` before the end was reached and found right.
    pub fn opened_with(&self) -> Option<Sha256> {
        match self.stage {
            Stage::Whole => self.tried.get(usize::from(self.unwrapped_by)).copied(),
            Stage::Content | Stage::Failed => None,
        }
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

    /// Reads what follows the content, then judges key and padding, or key and authentication code, together: the one
    /// place that fails, and the one branch on what is secret.
    fn finish(&mut self) -> Result<(), SmimeError> {
        let code = leave_content(&mut self.ber, self.code_length)?;
        if let Some(code) = &code {
            self.cipher.set_tag(code).map_err(SmimeError::primitive("setting an authentication code"))?;
        }
        let mut rest = [0; BLOCK];
        // Without padding of its own, and without a code, it fails only for content that is no whole number of blocks,
        // as anybody can see.
        let is_whole = Choice::from(u8::from(self.cipher.finalize(&mut rest).is_ok()));
        let (length, is_padded) = match self.plain.block {
            0 => (0, Choice::from(1)),
            8 => self.plain.unpad::<8>(),
            _ => self.plain.unpad::<BLOCK>(),
        };
        if bool::from(self.unwrapped & is_padded & is_whole) {
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
        self.held = there.min(self.block);
        (self.start, self.end) = (0, there - self.held);
        Ok(())
    }

    /// What the block held back holds of the content, and whether there is one and its padding is right.
    fn unpad<const N: usize>(&self) -> (usize, Choice) {
        let block: Option<[u8; N]> = self.bytes.get(self.end..self.end + self.held).and_then(|b| b.try_into().ok());
        let (length, is_padded) = unpad_block(&block.unwrap_or([0; N]));
        (length, is_padded & Choice::from(u8::from(block.is_some())))
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

/// ContentInfo (RFC 5652, section 3) and the head of EnvelopedData (section 6.1) or AuthEnvelopedData (RFC 5083, section
/// 2.1), up to the recipients. Tells whether it is the latter.
fn enter_content<R: BufRead>(ber: &mut BerReader<R>) -> Result<bool, SmimeError> {
    const WHAT: &str = "it is no CMS enveloped data";
    ber.enter(Tag::SEQUENCE, WHAT)?;
    let content_type = read_oid(ber, WHAT)?;
    let is_authenticated = match content_type.as_slice() {
        oid::ENVELOPED_DATA => false,
        oid::AUTH_ENVELOPED_DATA => true,
        other => return Err(SmimeError::Unsupported { what: "content type", name: dotted(other) }),
    };
    ber.enter(Tag::context(0), WHAT)?;
    ber.enter(Tag::SEQUENCE, WHAT)?;
    ber.primitive(Tag::INTEGER, "its version", 1)?;
    if ber.peek()? == Some(Tag::context(0)) {
        // originatorInfo: certificates and revocation lists, of no use to us.
        ber.skip()?;
    }
    Ok(is_authenticated)
}

/// The way out: EncryptedContentInfo, the authentication code where there must be one, unauthenticated attributes,
/// EnvelopedData, ContentInfo. Bytes after that are ignored: some products end a binary body with a line feed.
fn leave_content<R: BufRead>(
    ber: &mut BerReader<R>,
    code_length: Option<usize>,
) -> Result<Option<Vec<u8>>, SmimeError> {
    ber.leave("something follows its encrypted content")?;
    let mut code = None;
    let mut attributes = Tag::context(1);
    if let Some(length) = code_length {
        if ber.peek()? == Some(Tag::context(1)) {
            // They would have to be known before the content that they stand behind. RFC 5083, section 2.1 wants them
            // only where the content is not plain data.
            let name = "in front of its authentication code".to_owned();
            return Err(SmimeError::Unsupported { what: "authenticated attributes", name });
        }
        const WHAT: &str = "its authentication code";
        let octets = ber.octets(Tag::OCTET_STRING, WHAT, TAG)?;
        if octets.len() != length {
            return Err(ber.malformed(WHAT));
        }
        code = Some(octets);
        attributes = Tag::context(2);
    }
    if ber.peek()? == Some(attributes) {
        ber.skip()?;
    }
    const WHAT: &str = "something follows its enveloped data";
    ber.leave(WHAT)?;
    ber.leave(WHAT)?;
    ber.leave(WHAT)?;
    Ok(code)
}

/// What contentEncryptionAlgorithm says.
struct ContentCipher {
    algorithm: ContentEncryption,
    vector: Vec<u8>,
    code_length: Option<usize>,
}

impl ContentCipher {
    fn read<R: BufRead>(ber: &mut BerReader<R>) -> Result<Self, SmimeError> {
        let identifier = AlgorithmIdentifier::read(ber)?;
        let Some(algorithm) = ContentEncryption::from_oid(&identifier.oid) else {
            return Err(SmimeError::Unsupported { what: "content encryption", name: dotted(&identifier.oid) });
        };
        let parameters = identifier.parameters.unwrap_or_default();
        let mut parameters = BerReader::new(parameters.as_slice(), 3);
        let (vector, code_length) = if algorithm.is_authenticated() {
            let (nonce, length) = gcm_parameters(&mut parameters)?;
            (nonce, Some(length))
        } else {
            // RFC 3565, section 4.1 and RFC 3370, section 5.1: the initialisation vector, one block.
            (parameters.octets(Tag::OCTET_STRING, VECTOR, BLOCK)?, None)
        };
        if vector.len() != algorithm.vector_length() {
            return Err(ber.malformed(VECTOR));
        }
        Ok(Self { algorithm, vector, code_length })
    }
}

const VECTOR: &str = "the initialisation vector of its content";

/// GCMParameters (RFC 5084, section 3.2): the nonce, and the length of the code, twelve octets where it is left out.
fn gcm_parameters(parameters: &mut BerReader<&[u8]>) -> Result<(Vec<u8>, usize), SmimeError> {
    const WHAT: &str = "the parameters of AES-GCM";
    parameters.enter(Tag::SEQUENCE, WHAT)?;
    let nonce = parameters.octets(Tag::OCTET_STRING, VECTOR, BLOCK)?;
    let mut length = 12;
    if parameters.peek()?.is_some() {
        length = match parameters.primitive(Tag::INTEGER, WHAT, 1)?.as_slice() {
            [length @ 12..=16] => usize::from(*length),
            _ => return Err(parameters.malformed(WHAT)),
        };
    }
    parameters.leave(WHAT)?;
    Ok((nonce, length))
}
