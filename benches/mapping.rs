//! How fast mappings read and write, beside tokenising the same bytes and beside peers that make JSON of them, in one run:
//!
//! - tokenising: segments and elements with their positions;
//! - reading and validating: envelopes, transaction sets given whole, fitted to the guide;
//! - reading to JSON: that, and the shipped mapping, and the document as text;
//! - writing from JSON: text to document, the mapping with its reading back, and the interchange as text;
//! - npm's node-x12 and x12-parser, PyPI's draftedi, each making JSON of the same file: `scripts/tools.sh bench` installs
//!   them, and where they are missing that is said.
//!
//! The input is made here: 10,000 documents of 850, 856 and ORDERS, 3 to 4 KB each, a hundred to an interchange; a
//! tenth of it for the peers. Absolute figures depend on the machine; the ratios are what to watch.
//! `EDIGATE_BENCH_DOCUMENTS` sets how many documents.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a panic here is a failed run")]
#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::hint::black_box;

use edigate::base::Limits;
use edigate::edi::{Delimiters, Guides, Piece, ReadOptions, Reader, Tokens, structure};
use edigate::mapping::{Mapping, ReadContext, UnlistedCode, alone};
use jiff::tz::TimeZone;
use serde_json::Value;

mod peers;
mod samples;
mod speed;

use samples::{SETS, orders_850, orders_edifact, ship_notices_856};
use speed::rate;

fn main() {
    let documents = std::env::var("EDIGATE_BENCH_DOCUMENTS").map_or(10_000, |count| count.parse().unwrap());
    let guides = Guides::shipped();
    for (name, mapping, interchange) in [
        ("X12 850, 004010", "templates/x12/004010/order", orders_850 as fn(usize) -> String),
        ("X12 856, 004010", "templates/x12/004010/shipment-notice", ship_notices_856),
        ("EDIFACT ORDERS, D.96A", "templates/edifact/d96a/order", orders_edifact),
    ] {
        let file: String = (1..=documents / SETS).map(interchange).collect();
        let mapping = Mapping::compile(mapping, &|_| None, &guides).unwrap();
        println!("{name}: {:.1} MB, {documents} documents", file.len() as f64 / 1e6);
        let ours = measure(file.as_bytes(), documents, &mapping, &guides);
        let part: String = (1..=documents / SETS / 10).map(interchange).collect();
        peers::beside(&part, mapping.message(), ours);
    }
}

/// Prints our figures; megabytes a second of reading to JSON.
fn measure(bytes: &[u8], documents: usize, mapping: &Mapping, guides: &Guides) -> f64 {
    let tokenising = rate(bytes, || tokenise(bytes));
    let tell = |what: &str, rate: f64| {
        let each = bytes.len() as f64 / 1e6 / documents as f64;
        println!("  {what:42} {rate:8.1} MB/s {:9.0} documents/s   {:.3}", rate / each, rate / tokenising);
    };
    tell("tokenise", tokenising);
    tell("read and validate", rate(bytes, || sets(bytes, guides, |_, _| {})));
    let zone = TimeZone::UTC;
    let context = ReadContext {
        parties: &[],
        time_zone: &zone,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: false,
    };
    let reading = rate(bytes, || {
        sets(bytes, guides, |tree, _| {
            let read = mapping.read(tree, &context);
            assert!(read.is_usable(), "{:?}", read.findings);
            black_box(serde_json::to_vec(&read.document).unwrap());
        })
    });
    tell("read to JSON", reading);
    let mut texts = Vec::new();
    sets(bytes, guides, |tree, _| texts.push(serde_json::to_vec(&mapping.read(tree, &context).document).unwrap()));
    let writing = rate(bytes, || {
        for text in &texts {
            let document: Value = serde_json::from_slice(text).unwrap();
            let written = mapping.write(&document, &context);
            assert!(written.is_usable(), "{:?}", written.findings);
            let interchange = alone(mapping.message(), written.segments);
            let options = edigate::edi::write::WriteOptions::of(interchange.head.standard);
            black_box(edigate::edi::write::write(&interchange, &options).unwrap());
        }
    });
    tell("write from JSON", writing);
    reading
}

fn tokenise(bytes: &[u8]) -> usize {
    let is_x12 = bytes.starts_with(b"ISA");
    let delimiters = Delimiters {
        element: if is_x12 { b'*' } else { b'+' },
        component: Some(if is_x12 { b'>' } else { b':' }),
        repetition: None,
        release: (!is_x12).then_some(b'?'),
        terminator: if is_x12 { b'~' } else { b'\'' },
        wide: None,
    };
    let mut tokens = Tokens::new(delimiters);
    let mut total = 0;
    // What a reader has in its window.
    for window in bytes.chunks(64 << 10) {
        tokens.read(window);
        total += tokens.separator_count() + tokens.segment_count();
    }
    total
}

/// Reads and validates every set.
fn sets(bytes: &[u8], guides: &Guides, mut each: impl FnMut(&edigate::edi::Tree<'_>, usize)) -> usize {
    let mut reader = Reader::new(bytes, ReadOptions { limits: Limits::default(), charset: None });
    let mut count = 0;
    while let Ok(Some(piece)) = reader.next_piece() {
        if let Piece::Set(set) = piece {
            let (guide, _) = guides.select(&set, None).unwrap();
            let (tree, findings) = structure(&set, &guide);
            assert!(findings.is_empty(), "{findings:?}");
            each(&tree, count);
            count += 1;
        }
    }
    count
}
