//! S/MIME: signing, verifying, encrypting and decrypting CMS messages (RFC 5652, RFC 8551) as AS2 uses them.
//!
//! Structure is read here, in safe Rust, by a streaming BER reader; what we write is DER. OpenSSL does the primitives
//! only: RSA, elliptic curves, AES, digests, and the parsing of certificates and keys that an operator configured. No byte a peer sent
//! reaches OpenSSL's ASN.1 code.
//!
//! What is random comes from the caller's entropy, but for OAEP, PSS and everything on elliptic curves, where OpenSSL's
//! own is part of the primitive.
//!
//! Trust is pinned: a signature counts when it verifies under a certificate that was configured. The certificates that
//! travel inside a signature are counted and named to the operator, never trusted.

mod agreement;
mod agreement;
mod algorithm;
mod attribute;
mod ber;
mod certificate;
mod compress;
mod compress;
mod der;
mod digest;
mod envelope;
mod error;
mod identifier;
mod mic;
mod recipient;
mod recipient;
mod scheme;
mod seal;
mod sign;
mod signature;
mod transport;
mod transport;
mod unwrap;
mod verify;

#[cfg(test)]
mod tests;

pub use algorithm::ContentEncryption;
pub use certificate::{Certificate, PrivateKey};
pub use compress::{CompressedContent, CompressedReader, compress};
pub use compress::{CompressedContent, CompressedReader, compress};
pub use digest::{ContentDigest, ContentDigester, ContentDigests, DigestAlgorithm};
pub use envelope::{Decryptor, EnvelopeReader};
pub use error::SmimeError;
pub use mic::Mic;
pub use seal::{Sealing, seal_envelope};
pub use sign::{AlgorithmProtection, RsaPadding, SignatureForm, SignerCertificate, sign_detached};
pub use signature::Signature;
pub use transport::KeyTransport;
pub use transport::KeyTransport;
pub use verify::{RsaFloor, SignatureFault, SignaturePolicy, SignedAttributes, Verified, Weakness};
