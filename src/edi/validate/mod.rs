//! Holds transaction sets against guides.

mod element;
pub(in crate::edi) mod group;
mod hierarchy;
mod misfit;
mod note;
mod period;
mod plain;
mod plausible;
mod structure;
pub(in crate::edi) mod value;

pub use group::functional_id;
pub use structure::structure;
