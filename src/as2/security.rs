//! What one partner's messages must be, and the certificates and keys they are opened and answered with.

use crate::smime::{Certificate, ContentEncryption, Decryptor, PrivateKey, SignaturePolicy};

use super::MicRules;

/// Whether a protection must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Requirement {
    /// A message without it is refused.
    #[default]
    Required,
    /// It may be left out.
    Optional,
}

/// Our certificate and key, to sign receipts and messages with. Cheap to clone; no `Debug`, as it holds a key.
#[derive(Clone)]
pub struct Signer {
    /// The certificate partners verify with.
    pub certificate: Certificate,
    /// Its private key.
    pub key: PrivateKey,
}

/// The terms on which messages of one partner are opened and answered.
///
/// The default asks for everything, trusts nobody and accepts AES and SHA-2. It holds keys, so it has no `Debug`.
#[derive(Clone)]
pub struct Security {
    /// The partner's certificates: a signature counts when it verifies under one of them.
    pub verify: Vec<Certificate>,
    /// Our certificates and keys that a partner may have encrypted for.
    pub decrypt: Vec<Decryptor>,
    /// What we sign receipts with.
    pub signer: Option<Signer>,
    /// Whether messages must be signed.
    pub signed: Requirement,
    /// Whether messages must be encrypted.
    pub encrypted: Requirement,
    /// Whether messages must be compressed.
    pub compressed: Requirement,
    /// What a signature must be to count. Its digests are also those we compute MICs and sign receipts with.
    pub signature: SignaturePolicy,
    /// The content encryptions accepted; 3DES only where it is among them.
    pub encryption: Vec<ContentEncryption>,
    /// How the MICs of our receipts are made.
    pub mic: MicRules,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            verify: Vec::new(),
            decrypt: Vec::new(),
            signer: None,
            signed: Requirement::Required,
            encrypted: Requirement::Required,
            compressed: Requirement::Optional,
            signature: SignaturePolicy::default(),
            encryption: ContentEncryption::AES.to_vec(),
            mic: MicRules::default(),
        }
    }
}
