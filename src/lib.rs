//! edigate: a gateway between partners who speak AS2 with X12 or EDIFACT and an ERP that reads canonical JSON.
//!
//! The modules below stand in floor order: a module may use only modules named before it (`tests/floors.rs` holds
//! this). Floors 1 and 2 are pure: bytes, values, a time and some entropy in, values out. ARCHITECTURE.md tells the
//! whole story.

// Floor 0: words everybody uses.
pub mod base;
pub mod observe;

// Floor 1: formats. Pure.
pub mod mime;
pub mod smime;
pub mod as2;
pub mod edi;
pub mod canon;
pub mod mapping;

// Floor 2: the domain. Pure: who, and what next.
pub mod partner;
pub mod exchange;
pub mod evidence;

// Floor 3: adapters. One outside thing each, and never one another.
pub mod amqp;
pub mod config;
pub mod directory;
pub mod http;
pub mod store;

// Floor 4: wiring.
pub mod admin;
pub mod daemon;

// Floor 5: hands.
pub mod cli;
