//! Partners: the files that describe them as written, what those come to, and the snapshot of all of them that the
//! daemon works with.
//!
//! ```text
//! partner.toml -> PartnerFile -> Partner -> Registry
//!                 as written     resolved   immutable, one for each reload
//! ```
//!
//! All of it is pure: certificates, keys, time zones and mappings are handed in ([`Surroundings`]), and whatever
//! depends on the time is asked with a time.

mod acknowledging;
mod agreement;
mod certificate;
mod file;
mod identity;
mod interchange;
mod inventory;
mod layers;
mod message;
mod party;
mod profile;
mod reading;
mod receive;
mod registry;
mod resolve;
mod send;
mod terms;
mod url;
mod validity;
mod writing;

pub use acknowledging::{Acknowledging, Expected, When};
pub use agreement::{ADVICE, Agreement};
pub use certificate::Window;
pub use file::{PartnerFile, TheirRole};
pub use identity::{Identity, OwnCertificate, OwnRole, TlsClient};
pub use interchange::{Edifact, X12, written};
pub use inventory::{Listed, Owner, Role, State};
pub use message::MessageName;
pub use party::Status;
pub use reading::{Duplicates, OnDuplicate, OnError, Reading};
pub use receive::{Accepted, DuplicateAnswer, LegacyAlgorithm, Receive};
pub use registry::Registry;
pub use resolve::{As2Channel, Channel, Partner, Surroundings, TheirCertificate};
pub use send::{
    As2Version, Auth, Compress, Encoding, EncryptAs, KeyTransport, MdnMode, MicalgStyle, PayloadEncoding, Proxy, Retry,
    Send, SendCipher, SendHttp, SendMdn, SendTls, SignAs, SignaturePadding, TlsMin, TlsMode, TlsTrust,
};
pub use terms::Terms;
pub use url::{AllowedUrl, Origin};
pub use writing::{Batch, SetNumbers, Writing};

pub(crate) use resolve::Resolving;

pub(crate) use certificate::reference;
pub(crate) use file::{As2Table, OwnChannel, schema};
pub(crate) use identity::IdentityEntry;
pub(crate) use url::url;
pub(crate) use validity::judge_one;

#[cfg(test)]
mod tests;
