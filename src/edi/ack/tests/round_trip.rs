//! Our acknowledgements are sound by their guides, and say to a reader what we meant.

use super::received::{sets, told};
use super::*;
use crate::edi::{Piece, ReadFault};

const FAULTY: &str = "ST*850*0002~BEG*00*SA***2026110~XYZ*1~N1*ST*Plant**9~PO1*1*five*EA*2.5**BP~PO1*2*5*EA*2.5~\
                      CTT*2*3*4*5*6*7*8*9~SE*9*0002~";
const FAULTY_MESSAGE: &str = "UNH+2+ORDERS:D:96A:UN:EAN008'BGM+220+B10002+9'XYZ+1'DTM+137:2026110X:102'\
                              NAD+BYER+4012345000009::9'LIN+1++4000862141404:EN:9:9:9:9'QTY+21:five'UNS+S'UNT+99+2'";

/// Nothing at all is to be said of what we write.
fn check_sound(interchange: &OutgoingInterchange) -> String {
    let file = written(interchange);
    let report = report(&file);
    let groups = report.groups.iter();
    let sets = groups.clone().flat_map(|group| &group.sets);
    let found: Vec<&Finding> = report
        .findings
        .iter()
        .chain(groups.flat_map(|group| &group.findings))
        .chain(sets.flat_map(|set| &set.findings))
        .collect();
    let told: Vec<String> = found.iter().map(|finding| Diagnostic::from(*finding).to_string()).collect();
    assert!(found.is_empty(), "{file}\n{}", told.join("\n"));
    file
}

/// What a partner who reads our answer understands.
fn understood(report: &InterchangeReport, policy: &AckPolicy) -> String {
    let answer = acknowledge(report, policy, &stamp(), &WriteOptions::of(report.head.standard));
    let file = check_sound(&answer.interchange.expect("an answer is due"));
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    let mut said = Vec::new();
    while let Some(piece) = reader.next_piece().unwrap_or_else(|fault: ReadFault| panic!("{fault}")) {
        match piece {
            Piece::Acknowledgement(ta1) => said.push(Acknowledged::from(&ta1)),
            Piece::Set(set) => said.extend(acknowledged(&set).expect("an acknowledgement")),
            _ => {}
        }
    }
    told(&said)
}

#[test]
fn a_997_is_understood() {
    let report = report(&x12("004010", &[SOUND, FAULTY]));
    let policy = AckPolicy { interchange: InterchangeAck::Always, warnings: Warnings::Noted, ..AckPolicy::default() };
    insta::assert_snapshot!(understood(&report, &policy));
}

#[test]
fn a_999_is_understood() {
    let report = report(&x12("005010", &[SOUND, FAULTY]));
    let policy = AckPolicy { functional: FunctionalAck::Group999, warnings: Warnings::Noted, ..AckPolicy::default() };
    insta::assert_snapshot!(understood(&report, &policy));
}

#[test]
fn a_contrl_is_understood() {
    for version in ["3", "4"] {
        let report = report(&edifact(version, &[ORDER, FAULTY_MESSAGE]));
        insta::assert_snapshot!(format!("contrl_{version}_is_understood"), understood(&report, &AckPolicy::default()));
    }
}

#[test]
fn every_answer_is_sound() {
    let policies = |standard: &str| {
        let mut policies = Vec::new();
        for accepted_sets in [AcceptedSets::Listed, AcceptedSets::LeftOut] {
            for warnings in [Warnings::Noted, Warnings::Untold] {
                let policy = AckPolicy {
                    accepted_sets,
                    warnings,
                    interchange: InterchangeAck::Always,
                    contrl_request: ContrlRequest::Ignored,
                    ..AckPolicy::default()
                };
                let other = match standard {
                    "x12" => AckPolicy { functional: FunctionalAck::Group999, ..policy.clone() },
                    _ => AckPolicy { contrl: ContrlAck::Both, ..policy.clone() },
                };
                policies.extend([policy, other]);
            }
        }
        policies
    };
    let group = |number: &str, messages: &str| {
        format!("UNG+ORDERS+HOUSE:14+DEPT+261102:0815+{number}+UN+D:96A'{messages}UNE+1+{number}'")
    };
    let grouped =
        edifact("3", &[]).replace("UNZ+0", &format!("{}{}UNZ+2", group("1", ORDER), group("2", FAULTY_MESSAGE)));
    let files = [
        ("x12", x12("004010", &[SOUND])),
        ("x12", x12("004010", &[SOUND, FAULTY])),
        ("x12", x12("005010", &[FAULTY])),
        ("x12", x12("004010", &[FAULTY]).replace("GE*1*7~", "")),
        ("x12", x12("004010", &[FAULTY]).replace("IEA*1*000000071~", "")),
        ("edifact", edifact("3", &[ORDER])),
        ("edifact", edifact("4", &[ORDER, FAULTY_MESSAGE])),
        ("edifact", edifact("3", &[FAULTY_MESSAGE]).replace("UNZ+1", "UNZ+2")),
        ("edifact", grouped),
    ];
    for (standard, file) in files {
        let report = report(&file);
        for policy in policies(standard) {
            let options = WriteOptions::of(report.head.standard);
            let answer = acknowledge(&report, &policy, &stamp(), &options);
            answer.interchange.iter().for_each(|interchange| drop(check_sound(interchange)));
            receipt(&report.head, &policy, &stamp(), &options)
                .iter()
                .for_each(|interchange| drop(check_sound(interchange)));
        }
    }
}

#[test]
fn an_answer_read_again_answers_nothing() {
    for file in [x12("004010", &[SOUND]), edifact("3", &[ORDER])] {
        let policy = AckPolicy { contrl_request: ContrlRequest::Ignored, ..AckPolicy::default() };
        let first = report(&file);
        let answer = acknowledge(&first, &policy, &stamp(), &WriteOptions::of(first.head.standard));
        let text = written(&answer.interchange.unwrap());
        assert_eq!(sets(&text).len(), 1);
        assert!(answered_file(&text, &policy).ends_with("no answer\n"), "{text}");
    }
}

#[test]
fn an_answer_has_the_delimiters_that_came_though_they_are_no_ascii() {
    let file = x12("004010", &[SOUND]).replace('*', "\u{a6}").replace('~', "\u{85}");
    let latin: Vec<u8> = file.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    let guides = Guides::shipped();
    let mut checker = Checker::new(Reader::new(latin.as_slice(), ReadOptions::default()), &guides);
    let Ok(Some(Checked::Interchange(report))) = checker.next_checked() else { panic!("an interchange") };
    let options = WriteOptions::like(&report.head);
    let answer = acknowledge(&report, &AckPolicy::default(), &stamp(), &options);
    let bytes = write(&answer.interchange.unwrap(), &options).unwrap();
    assert!(bytes.windows(10).any(|bytes| bytes == b"\x85AK1\xa6PO\xa67\x85"), "{}", decode(&bytes));
}

/// What the heads left out is filled in, or nobody could read the answer; what they said is copied.
#[test]
fn an_answer_to_heads_that_lack_their_numbers_is_sound() {
    let x12_file = |release: &str| {
        let file = x12(
            release,
            &[SOUND, SOUND_2, SOUND.replace("850*0001", "850*").as_str(), SOUND_2.replace("ST*850", "ST*").as_str()],
        );
        [
            file.replace("*0815*7*X*", "*0815**X*").replace("GE*4*7", "GE*4*"),
            file.replace("GS*PO*", "GS**"),
            file.replace("GS*PO*NORTHWIND*ACME*", "GS*PO***"),
        ]
    };
    let message = |unh: &str| ORDER.replace("UNH+1+ORDERS:D:96A:UN:EAN008", unh).replace("UNT+7+1", "UNT+7+");
    let messages = ["UNH++ORDERS:D:96A:UN", "UNH++ORDERS:D", "UNH++ORDERS", "UNH+1", "UNH"].map(message);
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    let group = |head: &str| {
        let unz = format!("{head}{}UNE+{}+'UNZ+1", messages.concat(), messages.len());
        edifact("3", &messages).replace(&messages.concat(), "").replace(&format!("UNZ+{}", messages.len()), &unz)
    };
    let edifact_files = [
        edifact("3", &messages),
        edifact("4", &messages),
        group("UNG+ORDERS+HOUSE:14+DEPT+261102:0815++UN+D:96A'"),
        group("UNG+ORDERS+++261102:0815++UN+D:96A'"),
    ];
    let files = ["004010", "005010"].into_iter().flat_map(x12_file).chain(edifact_files);
    for file in files {
        let report = report(&file);
        for functional in [FunctionalAck::Group997, FunctionalAck::Group999] {
            for warnings in [Warnings::Noted, Warnings::Untold] {
                let contrl_request = ContrlRequest::Ignored;
                let policy = AckPolicy { functional, warnings, contrl_request, ..AckPolicy::default() };
                let answer = acknowledge(&report, &policy, &stamp(), &WriteOptions::of(report.head.standard));
                check_sound(&answer.interchange.expect("an answer is due"));
            }
        }
    }
}
