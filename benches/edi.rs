//! How fast EDI is tokenised, read and validated, beside a bound and beside the fastest peer, in one run:
//!
//! - the bound: the same masks of 64 bytes written down as positions, without EDI meaning;
//! - tokenising: segments and elements with their positions;
//! - reading: envelopes, transaction sets given whole, counts and control numbers checked;
//! - reading and validating against the guide, and reading and checking as for acknowledgements;
//! - edifact-rs on the same EDIFACT: its tokeniser, its parser, parser and envelope checks;
//! - with `EDIGATE_ORACLES`, and then alone, the crates `edi` and x12-types on X12: `make oracles` builds them.
//!
//! The input is made here: valid 850, 856 and ORDERS of 3 to 4 KB, a hundred to an interchange. Absolute figures depend
//! on the machine and on what else it does; the ratios are what to watch. `EDIGATE_BENCH_MEGABYTES` sets the size of each
//! input.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a panic here is a failed run")]
#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use edigate::base::Limits;
use edigate::edi::{Checker, Delimiters, Guides, Piece, ReadOptions, Reader, Tokens, structure};
use wide::u8x16;

mod samples;
mod speed;

use samples::{SETS, orders_850, orders_edifact, ship_notices_856};
use speed::rate;

/// Bytes tokenised at a time: what a reader has in its window.
const WINDOW: usize = 64 << 10;

fn main() {
    let megabytes = std::env::var("EDIGATE_BENCH_MEGABYTES").map_or(24, |count| count.parse().unwrap());
    let guides = Guides::shipped();
    let x12 = Delimiters {
        element: b'*',
        component: Some(b'>'),
        repetition: None,
        release: None,
        terminator: b'~',
        wide: None,
    };
    let edifact = Delimiters { element: b'+', component: Some(b':'), release: Some(b'?'), terminator: b'\'', ..x12 };
    for (name, delimiters, interchange) in [
        ("X12 850, 004010", x12, orders_850 as fn(usize) -> String),
        ("X12 856, 004010", x12, ship_notices_856),
        ("EDIFACT ORDERS, D.96A", edifact, orders_edifact),
    ] {
        if let Some(folder) = std::env::var_os("EDIGATE_ORACLES") {
            if delimiters.release.is_none() {
                beside_oracles(name, &interchange(1), &delimiters, &guides, Path::new(&folder));
            }
            continue;
        }
        let mut file = String::new();
        let mut number = 0;
        while file.len() < megabytes << 20 {
            number += 1;
            file += &interchange(number);
        }
        let bytes = file.as_bytes();
        println!("{name}: {:.1} MB, {} documents", bytes.len() as f64 / 1e6, number * SETS);
        measure(bytes, &delimiters, &guides);
        if delimiters.release.is_some() {
            beside(bytes);
        }
    }
}

fn measure(bytes: &[u8], delimiters: &Delimiters, guides: &Guides) {
    let bound = rate(bytes, || positions(bytes, delimiters));
    tell("the bound: positions of the same bytes", bound, bound);
    let mut tokens = Tokens::new(*delimiters);
    tell("tokenise", rate(bytes, || tokenise(&mut tokens, bytes)), bound);
    let (sets, _) = read(bytes, None);
    if sets == 0 {
        println!("  this standard is not read yet");
        return;
    }
    tell("read envelopes and sets", rate(bytes, || read(bytes, None).0), bound);
    tell("read and validate", rate(bytes, || read(bytes, Some(guides)).0), bound);
    tell("read and check", rate(bytes, || check(bytes, guides)), bound);
    let (_, findings) = read(bytes, Some(guides));
    println!("  ({sets} sets, {findings} findings)");
}

/// What we and two crates that are programs of their own take for one interchange, which is all that x12-types reads of a
/// file: `make oracles` builds them, and they measure as `rate` does. What they do is parsing: `edi` holds counts and
/// control numbers too, as our reading does, and x12-types puts segments into loops, as our validating does besides all
/// else. Tokenising alone they do not offer, so it has no ratio to them. The interchange fits the cache; larger files are
/// what the other figures are for.
fn beside_oracles(name: &str, file: &str, delimiters: &Delimiters, guides: &Guides, folder: &Path) {
    let bytes = file.as_bytes();
    println!("{name}: one interchange of {SETS} documents, {:.0} KB", bytes.len() as f64 / 1e3);
    let path = std::env::temp_dir().join(format!("edigate-bench-{}.x12", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let peer = |program: &str| {
        let run = Command::new(folder.join(program)).arg("time").arg(&path).output().unwrap();
        assert!(run.status.success(), "{program} does not read it: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8_lossy(&run.stdout).trim().parse::<f64>().unwrap()
    };
    let edi = peer("edi-oracle");
    let typed = peer("x12-types-oracle");
    std::fs::remove_file(&path).unwrap();
    let bound = rate(bytes, || positions(bytes, delimiters));
    tell("the bound: positions of the same bytes", bound, bound);
    let mut tokens = Tokens::new(*delimiters);
    tell("tokenise", rate(bytes, || tokenise(&mut tokens, bytes)), bound);
    let reading = rate(bytes, || read(bytes, None).0);
    tell("read envelopes and sets", reading, bound);
    let validating = rate(bytes, || read(bytes, Some(guides)).0);
    tell("read and validate", validating, bound);
    println!("  {:42} {edi:8.0} MB/s   we read {:.1} times as fast", "edi: parse", reading / edi);
    println!("  {:42} {typed:8.0} MB/s   we validate {:.1} times as fast", "x12-types: parse", validating / typed);
}

/// What the fastest peer takes for the same bytes.
fn beside(bytes: &[u8]) {
    let advice = edifact_rs::ServiceStringAdvice::from_bytes_unchecked(bytes);
    let tokens = rate(bytes, || edifact_rs::Tokenizer::new(bytes, advice).count());
    tell("edifact-rs: tokenise", tokens, tokens);
    let parse = rate(bytes, || edifact_rs::from_bytes(bytes).filter(|segment| segment.is_ok()).count());
    tell("edifact-rs: parse", parse, tokens);
    let envelope = rate(bytes, || {
        let mut interchange = Vec::new();
        let mut valid = 0;
        for segment in edifact_rs::from_bytes(bytes) {
            let segment = segment.unwrap();
            let ends = segment.tag == "UNZ";
            interchange.push(segment);
            if ends {
                valid += usize::from(edifact_rs::validate_envelope(&interchange).is_ok());
                interchange.clear();
            }
        }
        valid
    });
    tell("edifact-rs: parse and envelope", envelope, tokens);
}

fn tell(what: &str, rate: f64, beside: f64) {
    println!("  {what:42} {rate:8.0} MB/s   {:.3}", rate / beside);
}

/// The bound: one pass with the same masks, each set bit written down, nothing made of it.
fn positions(bytes: &[u8], delimiters: &Delimiters) -> usize {
    let mut found = vec![0_u32; WINDOW + 64];
    let needles = [delimiters.element, delimiters.terminator].map(u8x16::splat);
    let mut total = 0;
    for window in bytes.chunks(WINDOW) {
        let (blocks, _) = window.as_chunks::<64>();
        let mut length = 0;
        for (base, block) in (0..).step_by(64).zip(blocks) {
            let (quarters, _) = block.as_chunks::<16>();
            let mut bits = 0_u64;
            for (quarter, shift) in quarters.iter().zip([0, 16, 32, 48]) {
                let lane = u8x16::new(*quarter);
                let [element, terminator] = needles.map(|needle| lane.simd_eq(needle));
                bits |= u64::from((element | terminator).to_bitmask()) << shift;
            }
            let count = bits.count_ones() as usize;
            let mut rest = found.get_mut(length..).unwrap_or_default();
            while let Some((slots, behind)) = rest.split_first_chunk_mut::<16>() {
                for slot in slots {
                    *slot = bits.trailing_zeros().wrapping_add(base);
                    bits &= bits.wrapping_sub(1);
                }
                if bits == 0 {
                    break;
                }
                rest = behind;
            }
            length += count;
        }
        black_box(&found);
        total += length;
    }
    total
}

fn tokenise(tokens: &mut Tokens, bytes: &[u8]) -> usize {
    let mut total = 0;
    for window in bytes.chunks(WINDOW) {
        tokens.read(window);
        total += tokens.separator_count() + tokens.segment_count();
    }
    total
}

fn options() -> ReadOptions {
    ReadOptions { limits: Limits::default(), charset: None }
}

/// How many sets were read, and how many findings there were.
fn read(bytes: &[u8], guides: Option<&Guides>) -> (usize, usize) {
    let mut reader = Reader::new(bytes, options());
    let (mut sets, mut findings) = (0, 0);
    while let Ok(Some(piece)) = reader.next_piece() {
        match piece {
            Piece::Set(set) => {
                sets += 1;
                findings += set.findings.len();
                if let Some((guide, _)) = guides.and_then(|guides| guides.select(&set, None)) {
                    findings += black_box(structure(&set, &guide)).1.len();
                }
            }
            Piece::GroupEnd(end) => findings += end.findings.len(),
            Piece::InterchangeEnd(end) => findings += end.findings.len(),
            Piece::Finding(_) | Piece::Unreadable(_) => findings += 1,
            Piece::Interchange(_) | Piece::Group(_) | Piece::Acknowledgement(_) => {}
        }
    }
    (sets, findings)
}

fn check(bytes: &[u8], guides: &Guides) -> usize {
    let mut checker = Checker::new(Reader::new(bytes, options()), guides);
    let mut interchanges = 0;
    while let Ok(Some(checked)) = checker.next_checked() {
        black_box(checked);
        interchanges += 1;
    }
    interchanges
}
