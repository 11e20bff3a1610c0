//! S/MIME: signing, verifying, encrypting and decrypting CMS messages (RFC 5652, RFC 8551) as AS2 uses them.
//!
//! Structure is read here, in safe Rust, by a streaming BER reader; what we write is DER. OpenSSL does the primitives
//! only: RSA, AES, digests, and the parsing of certificates and keys that an operator configured. No byte a peer sent
//! reaches OpenSSL's ASN.1 code.
//!
//! Trust is pinned: a signature counts when it verifies under a certificate that was configured. The certificates that
//! travel inside a signature are counted and named to the operator, never trusted.

mod agreement;
mod algorithm;
mod attribute;
mod ber;
mod certificate;
mod compress;
mod der;
mod digest;
mod envelope;
mod error;
mod identifier;
mod lenient;
mod mic;
mod recipient;
mod scheme;
mod seal;
mod sign;
mod signature;
mod transport;
mod unwrap;
mod verify;

#[cfg(test)]
pub(crate) mod tests;

pub use algorithm::ContentEncryption;
pub use certificate::{Certificate, PrivateKey};
pub use compress::{CompressedContent, CompressedReader, compress};
pub use digest::{ContentDigest, ContentDigester, ContentDigests, DigestAlgorithm};
pub use envelope::{Decryptor, EnvelopeReader};
pub use error::SmimeError;
pub use mic::Mic;
pub use seal::{Sealing, seal_envelope};
pub use sign::{AlgorithmProtection, RsaPadding, SignatureForm, SignerCertificate, sign_detached};
pub use signature::Signature;
pub use transport::KeyTransport;
pub use verify::{RsaFloor, SignatureFault, SignaturePolicy, SignedAttributes, Verified, Weakness};
