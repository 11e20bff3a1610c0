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

pub mod acknowledgement;
pub mod application_advice;
mod check;
pub mod claim;
pub mod delivery_schedule;
mod diff;
pub mod event;
mod generate;
pub mod inventory_report;
pub mod invoice;
mod item;
mod meta;
pub mod order;
pub mod order_change;
pub mod order_response;
mod outcome;
mod party;
pub mod raw;
pub mod receiving_advice;
mod reference;
pub mod remittance_advice;
mod schema;
mod shape;
pub mod shipment_notice;
mod terms;
mod text;
mod totals;
mod transport;
pub mod verdict;

pub use acknowledgement::Acknowledgement;
pub use application_advice::ApplicationAdvice;
pub use check::{MAX_FAULTS, check, unknown_members};
pub(crate) use check::{fits, push_index, push_member};
pub use delivery_schedule::DeliverySchedule;
pub use diff::{ChangeWeight, SchemaChange, compare_schemas};
pub use inventory_report::InventoryReport;
pub use invoice::Invoice;
pub use item::{Characteristic, Component, Item, ItemIdentifier, Lot, Price, PriceBasis, Quantity, Relation};
pub use meta::{Derived, Direction, Finding, MappingUsed, Meta, Replay, Source, Unmapped, Usage, assemble};
pub use order::Order;
pub use order_change::OrderChange;
pub use order_response::OrderResponse;
pub use outcome::{ControlNumbers, Outcome, ReportedError, SubjectDocument};
pub use party::{Account, Address, Contact, Identifier, IdentifierScheme, Parties, Party, TaxId};
pub use raw::Raw;
pub use receiving_advice::ReceivingAdvice;
pub use reference::{
    InvoiceReference, Note, OrderReference, OtherReference, Period, Purpose, References, ShipmentReference,
};
pub use remittance_advice::RemittanceAdvice;
pub use schema::{DocumentType, document_type, document_type_at, document_types, schema, schema_uri, shape};
pub use shape::{Kind, Member, Shape};
pub use shipment_notice::ShipmentNotice;
pub use terms::{
    AllowanceCharge, AllowanceOrCharge, DeliveryTerms, FreightPayment, PaymentTerm, PaymentTermType, Tax, TaxType,
    TermsBasis,
};
pub use text::{Date, Decimal, Instant, TextFault};
pub use totals::{LineTotals, OrderTotals};
pub use transport::{
    Carrier, Dimensions, Equipment, EquipmentType, PackageType, Packaging, Transport, TransportMode, Weight,
};

#[cfg(test)]
mod tests;
