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

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use edigate::base::Limits;
use edigate::edi::{Checker, Delimiters, Guides, Piece, ReadOptions, Reader, Tokens, structure};
use rustix::time::{ClockId, clock_gettime};
use wide::u8x16;

/// Documents to an interchange.
const SETS: usize = 100;

/// How long each figure is measured; the best round counts.
const TIME: Duration = Duration::from_secs(2);

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

/// Megabytes per second of processor time in the best round. The machine has other things to do; on the wall they would
/// be counted too.
fn rate<T>(bytes: &[u8], mut round: impl FnMut() -> T) -> f64 {
    let start = processor_time();
    let mut best = Duration::MAX;
    while processor_time() - start < TIME {
        let before = processor_time();
        black_box(round());
        best = best.min(processor_time() - before);
    }
    bytes.len() as f64 / 1e6 / best.as_secs_f64()
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
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

/// Numbers that differ from one another and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

const WORDS: [&str; 8] =
    ["bearing", "deep groove", "shaft seal", "nitrile", "flange", "coupling", "M12 bolt", "gasket"];

fn x12(number: usize, group: &str, sets: impl Fn(usize, &mut Numbers) -> Vec<String>, id: &str) -> String {
    let mut numbers = Numbers(number as u64);
    let mut out = format!(
        "ISA*00*          *00*          *01*123456789      *ZZ*ACMEBRG        *261102*0815*U*00401*{number:09}*0*P*>~\
         GS*{group}*NORTHWIND*ACME*20261102*0815*{number}*X*004010~"
    );
    for set in 1..=SETS {
        let segments = sets(set, &mut numbers);
        write!(out, "ST*{id}*{set:04}~{}~SE*{}*{set:04}~", segments.join("~"), segments.len() + 2).unwrap();
    }
    write!(out, "GE*{SETS}*{number}~IEA*1*{number:09}~").unwrap();
    out
}

fn orders_850(number: usize) -> String {
    let order = |set: usize, numbers: &mut Numbers| {
        let mut segments = vec![
            format!("BEG*00*SA*45{:08}**20261102", numbers.next(100_000_000)),
            "CUR*BY*USD".to_owned(),
            format!("REF*CT*CTR-{:05}", numbers.next(100_000)),
            "ITD*08*3*2**10**30".to_owned(),
            "DTM*002*20261116".to_owned(),
            "N1*BY*Northwind Pumps Inc*1*123456789".to_owned(),
            "N1*SU*Acme Bearings*92*ACMEBRG".to_owned(),
            "N1*ST*Northwind Plant 0100*92*0100".to_owned(),
            "N3*1 Foundry Rd".to_owned(),
            "N4*Toledo*OH*43604*US".to_owned(),
        ];
        let lines = 26 + set % 8;
        for line in 1..=lines {
            let (part, word) = (numbers.next(9000) + 1000, WORDS[numbers.next(8) as usize]);
            let quantity = numbers.next(900) + 1;
            segments.push(format!(
                "PO1*{}*{quantity}*EA*{}.45*PE*BP*BRG-{part}*VP*{part}-2RS-C3",
                line * 10,
                part % 90
            ));
            segments.push(format!("PID*F****{word} {part}"));
            segments.push(format!("SCH*{quantity}*EA***002*20261{:03}", 101 + part % 30));
        }
        segments.push(format!("CTT*{lines}"));
        segments
    };
    x12(number, "PO", order, "850")
}

fn ship_notices_856(number: usize) -> String {
    let notice = |set: usize, numbers: &mut Numbers| {
        let mut segments = vec![
            format!("BSN*00*SH{:08}*20261112*1430", numbers.next(100_000_000)),
            "HL*1**S".to_owned(),
            "TD1*PLT94*4****G*1834.5*KG".to_owned(),
            "TD5**2*UPSN*M*UPS FREIGHT".to_owned(),
            format!("REF*BM*{:010}", numbers.next(1_000_000_000)),
            "DTM*011*20261112".to_owned(),
            "N1*SF*Acme Bearings*92*ACMEBRG".to_owned(),
            "N1*ST*Northwind Plant 0100*92*0100".to_owned(),
            "HL*2*1*O".to_owned(),
            format!("PRF*45{:08}***20261102", numbers.next(100_000_000)),
        ];
        let lines = 28 + set % 8;
        for line in 1..=lines {
            let (part, word) = (numbers.next(9000) + 1000, WORDS[numbers.next(8) as usize]);
            segments.push(format!("HL*{}*2*I", line + 2));
            segments.push(format!("LIN*{}*BP*BRG-{part}*VP*{part}-2RS-C3", line * 10));
            segments.push(format!("SN1**{}*EA", numbers.next(900) + 1));
            segments.push(format!("PID*F****{word} {part}"));
        }
        segments.push(format!("CTT*{}", lines + 2));
        segments
    };
    x12(number, "SH", notice, "856")
}

fn orders_edifact(number: usize) -> String {
    let mut numbers = Numbers(number as u64);
    let mut out = format!("UNB+UNOC:3+4012345000016:14+4098765000010:14+261102:0815+{number}'");
    for set in 1..=SETS {
        let mut segments = vec![
            format!("BGM+220+45{:08}+9", numbers.next(100_000_000)),
            "DTM+137:20261102:102".to_owned(),
            "DTM+2:20261116:102".to_owned(),
            "NAD+BY+4012345000016::9".to_owned(),
            "NAD+SU+4098765000010::9".to_owned(),
            "NAD+DP+4012345000023::9++Northwind Plant 0100+1 Foundry Rd+Toledo++43604+US".to_owned(),
            "CUX+2:EUR:9".to_owned(),
        ];
        for line in 1..=24 + set % 8 {
            let (part, word) = (numbers.next(9000) + 1000, WORDS[numbers.next(8) as usize]);
            let mark = if part % 20 == 0 { "?'" } else { "" };
            segments.push(format!("LIN+{line}++400{part:010}:EN"));
            segments.push(format!("PIA+1+BRG-{part}:BP+{part}-2RS-C3:SA"));
            segments.push(format!("IMD+F++:::{word} {part}{mark}"));
            segments.push(format!("QTY+21:{}:PCE", numbers.next(900) + 1));
            segments.push(format!("PRI+AAA:{}.45", part % 90));
        }
        segments.push("UNS+S".to_owned());
        segments.push(format!("CNT+2:{}", 24 + set % 8));
        let count = segments.len() + 2;
        write!(out, "UNH+{set}+ORDERS:D:96A:UN:EAN008'{}'UNT+{count}+{set}'", segments.join("'")).unwrap();
    }
    write!(out, "UNZ+{SETS}+{number}'").unwrap();
    out
}
