//! The canonical JSON documents: the contract between edigate and an ERP.
//!
//! A document is one JSON object, whole by itself. Its members have business words for names; the same concept has the
//! same name in every document. Decimals and business identifiers are strings, dates are `YYYY-MM-DD`, instants are
//! RFC 3339 with an offset, and a member that has no value is absent, never `null`. Enumerations are words; a code that
//! no word stands for becomes `other`, with the wire's code beside it in `<member>Code`.
//!
//! The Rust types here are the source of the published JSON Schemas (`schemas/`, draft 2020-12): a test regenerates
//! them and fails when a file has drifted. At run time the published file itself is read into a [`Shape`], which the
//! mapping compiler asks for the type of a member and which [`check`] walks.
//!
//! A published schema never changes: a minor version adds optional members, anything else is a new major.

mod check;
mod item;
mod meta;
mod order;
mod party;
mod reference;
mod schema;
mod shape;
mod terms;
mod text;

pub use check::{MAX_FAULTS, check};
pub(crate) use check::{fits, push_index, push_member};
pub use item::{Item, Price, PriceBasis, Quantity};
pub use meta::{Derived, Direction, Finding, MappingUsed, Meta, Replay, Source, Unmapped, Usage, assemble};
pub use order::{Line, Order, OrderType, Purpose, Schedule, Totals};
pub use party::{Address, Contact, Identifier, IdentifierScheme, Party, TaxId};
pub use reference::Note;
pub use schema::{DocumentType, document_type, document_types, generate_order_schema, schema, schema_uri, shape};
pub use shape::{Kind, Member, Shape};
pub use terms::{AllowanceCharge, AllowanceOrCharge, DeliveryTerms, PaymentTerm, PaymentTermType, TermsBasis};
pub use text::{Date, Decimal, Instant, TextFault};

#[cfg(test)]
mod tests;
