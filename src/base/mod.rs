//! Words that every floor uses: ids, times, entropy, hashes, limits, diagnostics, secrets, and TOML walked with its places.

mod clock;
mod count;
mod diagnostic;
mod digest;
mod entropy;
mod fingerprint;
mod id;
mod limit;
mod nearest;
mod secret;
pub mod table;

pub use clock::{Clock, SystemClock, Timestamp};
pub(crate) use count::{agreeing, counted, plural, times};
pub use diagnostic::{Diagnostic, Location, Severity};
pub use digest::{Sha256, Sha256Hasher};
pub use entropy::{Entropy, OsEntropy};
pub use fingerprint::FingerprintStart;
pub use id::{DocumentId, ExchangeId, IdFault, PartnerId, RowId};
pub use limit::Limits;
pub use nearest::nearest;
pub use secret::Secret;
