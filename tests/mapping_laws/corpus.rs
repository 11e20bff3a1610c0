//! The files of the corpus beside the project: how much of them the templates use, and law 2 on them.

use std::collections::BTreeMap;
use std::path::Path;

use edigate::canon;
use edigate::edi::TransactionSet;

use crate::equal::Equality;
use crate::template::{Hands, lines, mapping, shared};
use crate::wire;

/// What stays unmapped, by template and how the place begins, and why. A place that is not here fails the test, and so does a
/// reason that nothing needs any more.
const REASONS: &[(&str, &str, &str)] = &[
    ("order", "DTM01", "the same date twice: the first is read"),
    ("order", "DTM02", "the same date twice: the first is read"),
    ("order-response", "BAK06", "the number of an enquiry about the order, which the document has no member for"),
    ("order-response", "CSH04", "an account of the buyer's for this order, which the document has no member for"),
    ("order-response", "PO1/SCH/SCH0", "where it goes; what is promised has no place"),
    ("order-response", "PO1/SCH/SCH11", "a code of the book trade for the state of the title"),
    ("shipment-notice", "DTM01", "said at the top and again at the shipment's level, which is read"),
    ("shipment-notice", "DTM02", "said at the top and again at the shipment's level, which is read"),
    ("remittance-advice", "BPR17", "a code for what the payment is for, which the document has no member for"),
    ("remittance-advice", "N1/REF", "a number that the payer has for the party; a party's own are of taxes"),
    ("remittance-advice", "ENT/RMR/ADX/REF", "further numbers of an adjustment, which has one"),
    ("application-advice", "BGN08", "a code for what is to be done, which the document has no member for"),
    ("application-advice", "N1/PER", "a contact's extension, which the document has no member for"),
    ("application-advice", "OTI/OTI07", "the time of day at which the document was made; its date is read"),
    ("application-advice", "OTI/OTI11", "the release of the document"),
    ("application-advice", "OTI/NM1", "a person, in place of the parties of N1"),
    ("application-advice", "OTI/TED/CTX", "where the error is, in words of its own"),
    ("application-advice", "OTI/TED/RED", "more of an error, in codes of a trade"),
    ("application-advice", "OTI/LM", "codes of a trade"),
    ("delivery-schedule", "LIN/PRS", "what state the part is in, which the document has no member for"),
    ("delivery-schedule", "LIN/QTY", "2 is no quantity that the line has a member for"),
    ("delivery-schedule", "LIN/SLN", "components, which a schedule has none of"),
    ("delivery-schedule", "LIN/LM", "codes of a trade"),
    ("delivery-schedule", "LIN/FST/QTY", "1 is not 02, the quantity since the count began"),
    ("delivery-schedule", "LIN/FST/LM", "codes of a trade"),
    ("delivery-schedule", "LIN/SDP", "a pattern of deliveries, which the document has no member for"),
    ("delivery-schedule", "LIN/SHP", "the day of shipment; a receipt has the day on which it came"),
    ("shipping-schedule", "LIN/PRS", "what state the part is in, which the document has no member for"),
    ("shipping-schedule", "LIN/FST/FST01", "the sum of what JIT says in parts"),
    ("shipping-schedule", "LIN/SHP", "the day of shipment; a receipt has the day on which it came"),
    ("shipping-schedule", "LIN/TD5", "a carrier for the line; the document has one for all"),
    ("inventory-report", "LIN/QTY/QTY0", "the sum of what SCH says in parts"),
    ("receiving-advice", "RCD/SLN", "components, which a receipt has none of"),
    ("receiving-advice", "RCD/N1", "parties of a line beside the place it came to"),
    ("order-change", "SAC/CUR", "a currency of a charge; the document has one for all"),
    ("order-change", "DTM0", "the order's day, which BCH06 says too"),
    ("order-change", "POC/QTY", "39 is not 38, what was ordered before"),
    ("order-change-response", "DTM0", "the order's day, which BCA06 says too"),
    ("order-change-response", "POC/POC04", "what is still to come, which a response has no member for"),
    ("order-change-response", "POC/QTY", "what was ordered before, which a response has no member for"),
    ("order-change-response", "POC/SLN/ACK", "an answer to a component; a response answers lines"),
    ("order-change-response", "POC/PD", "a price plan, which the document has no member for"),
];

/// The same for EDIFACT, by place alone.
const EDIFACT_REASONS: &[(&str, &str)] = &[
    ("AJT/AJT01", "the reason of the whole answer as a code; the document has words for it"),
    ("AJT/AJT02", "the reason of the whole answer as a code; the document has words for it"),
    ("BGM01", "a document name of the German energy market"),
    ("CUX/CUX01", "the currency three times without its code"),
    ("CUX/DTM01", "stands behind PYT, which D.01B does not have"),
    ("CUX/PYT01", "PYT came after D.01B"),
    ("DTM01", "dates of the German energy market, which the document has no member for"),
    ("IMD02", "what an order or invoice of the German energy market is about"),
    ("IMD03", "what an order or invoice of the German energy market is about"),
    ("LIN/ALC/MOA/MOA01-3", "the currency, said again"),
    ("LIN/DTM01", "the period of a line, which the document has no member for"),
    ("LIN/FTX02", "that the text is one for those who get it"),
    ("LIN/LIN02", "that an order adds the line"),
    ("LIN/LIN03", "an item number that is none, with its type"),
    ("LIN/MOA/MOA01", "the price of a package, which the document has no member for"),
    ("LIN/MOA/MOA01-3", "the currency, said again"),
    ("LIN/PRI/PRI01-3", "that a price is from a contract"),
    ("LIN/QTY01", "a quantity of the German energy market that was neither ordered nor is it confirmed"),
    ("MOA/MOA01", "amounts of freight and insurance beside the totals, which the document has no member for"),
    ("MOA/MOA01-3", "the currency, said again"),
    ("MOA01", "an amount of the German energy market without a member"),
    ("NAD/CTA/COM01", "numbers of a kind that no list has"),
    ("NAD/NAD04-6", "how the name is put together"),
    ("RFF/DTM01", "a date with a month 99, which is told"),
    ("taxTotal/MOA01-3", "the currency, said again"),
    ("taxTotal/MOA01-5", "a status of the amount"),
];

/// At most so many of a hundred elements of a kind of document may stay unmapped.
const MOST_UNMAPPED: usize = 10;

/// EDIFACT files and the templates that read them. Only a few of their releases have templates of their own; the nearest
/// one takes the others.
const EDIFACT: &[(&str, &str)] = &[
    ("ORDERS/hupe1980+mako_edi-energy__beispiel_17132_bestellung.edi", "d01b/order"),
    ("ORDERS/smooks+smooks-edi-cartridge__ORDERS_D.03B_Interchange.txt", "d01b/order"),
    ("ORDRSP/hupe1980+mako_edi-energy__pid_19003_1_4b.edi", "d01b/order-response"),
    ("ORDRSP/indice-co+EDI.Net__edifact.ORDRSP.edi", "d01b/order-response"),
    ("INVOIC/xlate+staedi__invoic_d93a_una.edi", "d96a/invoice"),
    ("INVOIC/xlate+staedi__invoic_d97b.edi", "d96a/invoice"),
    ("INVOIC/xlate+staedi__invoic_d97b_una.edi", "d96a/invoice"),
    ("INVOIC/smooks+smooks-edi-cartridge__invoic.txt", "d01b/invoice"),
    ("INVOIC/smooks+smooks-edi-cartridge__INVOIC_D.03B_Interchange_with_UNA.txt", "d01b/invoice"),
    ("INVOIC/hupe1980+mako_edi-energy__beispiel_31001_abschlagsrechnung.edi", "d01b/invoice"),
];

/// A message of the corpus.
struct Sample {
    file: String,
    kind: &'static str,
    template: String,
    set: TransactionSet,
    /// Whether it is one that partners might send: sound, and of no implementation guide of health insurance.
    is_usual: bool,
}

/// The messages that the corpus calls valid; of the documents that it has few of, also pieces without an envelope and files
/// whose segments are counted wrong. The 820s of health insurance are left out: they pay premiums.
fn samples() -> Option<Vec<Sample>> {
    let corpus = shared()?.join("corpus");
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let rows = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let is_wanted = |row: &Vec<&str>| {
        let is_scarce = !["850", "855", "856", "810"].contains(&row[4]);
        let is_sound = row[8] == "valid" || is_scarce && (row[8] == "fragment" || row[9].starts_with("SE01="));
        row[6] == "x12" && is_sound && kind_of(row[4]).is_some() && ["004010", "005010", ""].contains(&row[5])
    };
    let rows: Vec<Vec<&str>> = rows.filter(is_wanted).collect();
    assert_eq!(rows.len(), 34);
    Some(rows.iter().flat_map(|row| of_file(&corpus, row)).collect())
}

fn kind_of(set: &str) -> Option<&'static str> {
    match set {
        "850" => Some("order"),
        "855" => Some("order-response"),
        "856" => Some("shipment-notice"),
        "810" => Some("invoice"),
        "860" => Some("order-change"),
        "865" => Some("order-change-response"),
        "830" => Some("delivery-schedule"),
        "862" => Some("shipping-schedule"),
        "846" => Some("inventory-report"),
        "861" => Some("receiving-advice"),
        "820" => Some("remittance-advice"),
        "824" => Some("application-advice"),
        _ => None,
    }
}

fn of_file(corpus: &Path, row: &[&str]) -> Vec<Sample> {
    let mut bytes = std::fs::read(corpus.join(row[0])).unwrap();
    if row[8] == "fragment" {
        let text = String::from_utf8(bytes).unwrap();
        let body = text.split('~').map(str::trim).filter(|one| !one.is_empty());
        let body = body.filter(|one| !one.starts_with("ST*") && !one.starts_with("SE*"));
        let body: String = body.map(|segment| format!("{segment}~")).collect();
        bytes = wire::enveloped(&format!("x12/005010/{}", row[4]).parse().unwrap(), &body);
    }
    let sample = |set: TransactionSet| {
        let kind = kind_of(&set.id)?;
        let template = format!("templates/x12/{}/{kind}", set.release.get(..6)?);
        let is_usual = row[8] == "valid" && set.implementation.is_none();
        Some(Sample { file: row[0].to_owned(), kind, template, set, is_usual })
    };
    wire::sets(&bytes).into_iter().filter_map(sample).collect()
}

#[test]
fn the_valid_files_are_used_almost_whole_and_give_valid_documents() {
    let Some(samples) = samples() else { return };
    let mut sums: BTreeMap<(&str, bool), (usize, usize)> = BTreeMap::new();
    let mut left: BTreeMap<(&str, bool, String), usize> = BTreeMap::new();
    for Sample { file, kind, template, set, is_usual } in &samples {
        let mapping = mapping(template);
        let read = Hands { mapping: &mapping, parties: &[] }.read(set);
        println!("{:>4} of {:>4} elements unmapped: {file}", read.coverage.unmapped, read.coverage.elements);
        assert!(read.is_usable() || !is_usual, "{file}\n{}", lines(&read.findings));
        assert_eq!(canon::check(&read.document, mapping.document().name), [], "{file}");
        let schema = canon::schema(mapping.document().name).unwrap();
        let faults: Vec<String> = jsonschema::validator_for(schema)
            .unwrap()
            .iter_errors(&read.document)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new(), "{file}");
        let (unmapped, elements) = sums.entry((kind, *is_usual)).or_default();
        (*unmapped, *elements) = (*unmapped + read.coverage.unmapped, *elements + read.coverage.elements);
        read.unmapped.into_iter().for_each(|one| *left.entry((kind, *is_usual, one.path)).or_default() += 1);
    }
    let mut told = String::new();
    for ((kind, is_usual), (unmapped, elements)) in &sums {
        let odd = if *is_usual { "" } else { ", made to try readers" };
        told += &format!("{kind}{odd}: {unmapped} of {elements} elements\n");
        let patterns = left.iter().filter(|((of, usual, _), _)| (of, usual) == (kind, is_usual));
        for ((.., path), count) in patterns {
            let reason = REASONS.iter().find(|(of, known, _)| of == kind && path.starts_with(known));
            let (.., reason) = reason.unwrap_or_else(|| panic!("{kind}: nobody has said why {path} stays unmapped"));
            told += &format!("  {count} {path}: {reason}\n");
        }
        assert!(!is_usual || unmapped * 100 < elements * MOST_UNMAPPED, "{kind}: {unmapped} of {elements}");
    }
    let is_left = |kind: &str, path: &str| left.keys().any(|(of, _, place)| *of == kind && place.starts_with(path));
    let unneeded = REASONS.iter().filter(|(kind, path, _)| !is_left(kind, path));
    assert_eq!(unneeded.count(), 0, "a reason is given for what is mapped");
    insta::assert_snapshot!(told);
}

#[test]
fn what_was_read_from_real_files_and_written_is_read_as_before() {
    let Some(samples) = samples() else { return };
    for Sample { file, template, set, .. } in &samples {
        let mapping = mapping(template);
        let hands = Hands { mapping: &mapping, parties: &[] };
        let first = hands.read(set).document;
        let written = hands.write(&first);
        let again = hands.read_back(&written);
        let filled: Vec<String> = again.derived.iter().map(|one| one.path.clone()).collect();
        let found = Equality::of(template).differences(&first, &again.document, &filled);
        let text = wire::shown(mapping.message(), &written.segments);
        assert_eq!(found, Vec::<String>::new(), "{file}\n{text}{}", lines(&written.findings));
    }
}

#[test]
fn edifact_files_of_many_releases_are_used_as_far_as_the_document_has_members() {
    let Some(corpus) = shared().map(|shared| shared.join("corpus/edifact")) else { return };
    let mut told = String::new();
    let mut needed: Vec<&str> = Vec::new();
    for (file, template) in EDIFACT {
        let template = format!("templates/edifact/{template}");
        let mapping = mapping(&template);
        let hands = Hands { mapping: &mapping, parties: &[] };
        for set in wire::sets(&std::fs::read(corpus.join(file)).unwrap()) {
            let read = hands.read(&set);
            let (unmapped, all) = (read.coverage.unmapped, read.coverage.elements);
            told += &format!("{file}, {}: {unmapped} of {all} elements unmapped\n", set.release);
            told += &read.findings.iter().map(|one| format!("  {} {}\n", one.code, one.message)).collect::<String>();
            let mut places: BTreeMap<&str, usize> = BTreeMap::new();
            read.unmapped.iter().for_each(|one| *places.entry(one.path.as_str()).or_default() += 1);
            for (place, count) in places {
                let reason = EDIFACT_REASONS.iter().find(|(known, _)| *known == place);
                let (place, reason) =
                    reason.unwrap_or_else(|| panic!("{file}: nobody has said why {place} stays unmapped"));
                needed.push(place);
                told += &format!("  {count} {place}: {reason}\n");
            }
            if !read.is_usable() {
                continue;
            }
            assert_eq!(canon::check(&read.document, mapping.document().name), [], "{file}");
            let written = hands.write(&read.document);
            let again = hands.read_back(&written);
            let filled: Vec<String> = again.derived.iter().map(|one| one.path.clone()).collect();
            let found = Equality::of(&template).differences(&read.document, &again.document, &filled);
            let text = wire::shown(mapping.message(), &written.segments);
            assert_eq!(found, Vec::<String>::new(), "{file}\n{text}{}", lines(&written.findings));
        }
    }
    let unneeded: Vec<_> = EDIFACT_REASONS.iter().filter(|(place, _)| !needed.contains(place)).collect();
    assert!(unneeded.is_empty(), "a reason is given for what is mapped: {unneeded:?}");
    insta::assert_snapshot!(told);
}

#[test]
fn acknowledgements_are_read_as_what_they_say_of_a_group() {
    let Some(corpus) = shared().map(|shared| shared.join("corpus")) else { return };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let rows = manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let mut outcomes = BTreeMap::new();
    for row in rows.filter(|row| row[4] == "997" && row[8] == "valid") {
        for set in wire::sets(&std::fs::read(corpus.join(row[0])).unwrap()) {
            // One has nothing between its header and trailer.
            if set.segments().all(|segment| segment.tag().as_str() != "AK1") {
                continue;
            }
            let mapping = mapping(&format!("templates/x12/{}/acknowledgement", &set.release[..6]));
            let read = Hands { mapping: &mapping, parties: &[] }.read(&set);
            assert_eq!(canon::check(&read.document, mapping.document().name), [], "{}", row[0]);
            *outcomes.entry(read.document["outcome"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    println!("{outcomes:?}");
    assert!(outcomes.values().sum::<u32>() >= 9, "{outcomes:?}");
}
