//! Reading from the front door of the module.

mod bytes;
mod charsets;
mod edifact;
mod envelope;
mod limits;
mod report;
mod package;
mod plausible;
mod structure;
mod tokens;
mod validate;

use std::fmt::Write as _;
use std::io::Read;

use crate::base::Diagnostic;

use super::*;

const STORY: &[u8] = include_bytes!("../../../tests/fixtures/edi/x12_850_story.edi");
const LATIN_1: &[u8] = include_bytes!("../../../tests/fixtures/edi/x12_850_latin1.edi");

const ISA: &str =
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261102*0815*U*00401*000000001*0*P*>~";

/// An envelope around transaction sets.
fn wrap(body: &str) -> Vec<u8> {
    format!("{ISA}GS*PO*S*R*20261102*0815*1*X*004010~{body}GE*1*1~IEA*1*000000001~").into_bytes()
}

fn pieces_of(source: impl Read, options: ReadOptions) -> (Vec<Piece>, Option<ReadFault>) {
    let mut reader = Reader::new(source, options);
    let mut pieces = Vec::new();
    loop {
        match reader.next_piece() {
            Ok(Some(piece)) => pieces.push(piece),
            Ok(None) => return (pieces, None),
            Err(fault) => {
                assert!(matches!(reader.next_piece(), Ok(None)), "nothing comes after a fault");
                return (pieces, Some(fault));
            }
        }
    }
}

fn read(bytes: &[u8]) -> (Vec<Piece>, Option<ReadFault>) {
    pieces_of(bytes, ReadOptions::default())
}

fn only_set(bytes: &[u8]) -> TransactionSet {
    let (pieces, fault) = read(bytes);
    assert!(fault.is_none(), "{fault:?}");
    let mut sets = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Set(set) => Some(*set),
        _ => None,
    });
    let set = sets.next().expect("one set");
    assert!(sets.next().is_none());
    set
}

fn guide(key: &str) -> Guide {
    guide::shipped(key).expect(key)
}

/// What was read, in lines: pieces and their findings.
fn told((pieces, fault): (Vec<Piece>, Option<ReadFault>)) -> String {
    let mut out = String::new();
    let findings = |out: &mut String, findings: &[Finding]| {
        findings.iter().for_each(|finding| writeln!(out, "  {}", Diagnostic::from(finding)).unwrap());
    };
    for piece in &pieces {
        match piece {
            Piece::Interchange(head) => {
                writeln!(out, "interchange {} from {} to {}", head.control_number, head.sender.id, head.receiver.id)
                    .unwrap();
                findings(&mut out, &head.findings);
            }
            Piece::Acknowledgement(ack) => {
                writeln!(out, "acknowledgement of {} {} {}", ack.control_number, ack.code, ack.note).unwrap()
            }
            Piece::Group(head) => {
                writeln!(out, "group {} {} {}", head.functional_id, head.control_number, head.version).unwrap()
            }
            Piece::Set(set) => {
                writeln!(out, "set {} {} of {} segments", set.id, set.control_number, set.segment_count()).unwrap();
                findings(&mut out, &set.findings);
            }
            Piece::GroupEnd(end) => {
                writeln!(out, "group end, {} sets, sound {}", end.sets, end.is_sound()).unwrap();
                findings(&mut out, &end.findings);
            }
            Piece::InterchangeEnd(end) => {
                writeln!(out, "interchange end, {} groups, sound {}", end.groups, end.is_sound()).unwrap();
                findings(&mut out, &end.findings);
            }
            Piece::Unreadable(interchange) => {
                let Place { start, end, .. } = interchange.place;
                writeln!(out, "unreadable {} at {start} to {end}", interchange.head.control_number).unwrap();
                findings(&mut out, &interchange.head.findings);
            }
            Piece::Finding(finding) => findings(&mut out, std::slice::from_ref(finding)),
        }
    }
    if let Some(fault) = fault {
        writeln!(out, "fault {}", Diagnostic::from(&fault)).unwrap();
    }
    out
}

#[test]
fn the_storys_order_is_a_tree() {
    let set = only_set(STORY);
    assert!(set.findings.is_empty(), "{:?}", set.findings);
    let guide = guide("x12/004010/850");
    let (tree, findings) = super::structure(&set, &guide);
    assert_eq!(findings, vec![]);
    insta::assert_snapshot!(tree, @r"
    850
      ST*850*0001
      BEG*00*SA*4500012345**20261102*CTR-2026-07*AD
      CUR*BY*USD
      FOB*DF***01*FCA*OR*Dayton OH
      ITD*08*3*2**10**30
      N1
        N1*BY*Northwind Pumps Inc*1*123456789
      N1
        N1*SU*Acme Bearings*92*ACMEBRG
      N1
        N1*ST*Northwind Plant 0100*92*0100
        N3*1 Foundry Rd
        N4*Toledo*OH*43604*US
      N1
        N1*BT*Northwind AP*92*AP01
      PO1
        PO1*10*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3*UK*00012345678905*EC*C
        PID
          PID*F****Deep groove ball bearing 6205-2RS C3
        SCH
          SCH*300*EA***002*20261116
        SCH
          SCH*200*EA***002*20261123
      PO1
        PO1*20*1000*EA*.82*PE*BP*SEAL-40-62*VP*CS40X62X7
        PID
          PID*F****Shaft seal 40x62x7
        SCH
          SCH*1000*EA***002*20261116
      CTT
        CTT*2*1500
        AMT*TT*2045
      SE*21*0001
    ");
}

#[test]
fn the_storys_envelopes_are_carried_along() {
    let set = only_set(STORY);
    let head = &set.interchange;
    assert_eq!(head.sender, Party { qualifier: "01".into(), id: "123456789".into() });
    assert_eq!(head.receiver, Party { qualifier: "ZZ".into(), id: "ACMEBRG".into() });
    assert_eq!(
        (head.control_number.as_str(), head.usage, head.version.as_str()),
        ("000000071", Usage::Production, "00401")
    );
    let group = set.group.as_ref().unwrap();
    assert_eq!(
        (group.functional_id.as_str(), group.sender.id.as_str(), group.control_number.as_str()),
        ("PO", "NORTHWIND", "71")
    );
    assert_eq!((set.id.as_str(), set.release.as_str(), set.control_number.as_str()), ("850", "004010", "0001"));
    assert!(set.raw().starts_with(b"ST*850*0001~") && set.raw().ends_with(b"SE*21*0001~"));
}

#[test]
fn every_place_points_at_its_bytes() {
    let set = only_set(STORY);
    for segment in set.segments() {
        let slice = |place: Place| &STORY[place.start as usize..place.end as usize];
        assert_eq!(slice(segment.place()), segment.bytes());
        for element in segment.elements() {
            assert_eq!(slice(element.place()), element.bytes());
        }
    }
    let place = set.segment(2).unwrap().element(3).place();
    assert_eq!((place.tag.unwrap().as_str(), place.segment_position, place.element), ("BEG", Some(2), Some(3)));
}

#[test]
fn latin_1_characters_stay() {
    let set = only_set(LATIN_1);
    let guide = guide("x12/005010/850");
    let (tree, findings) = super::structure(&set, &guide);
    assert_eq!((&set.findings, findings), (&vec![], vec![]));
    insta::assert_snapshot!(tree, @r"
    850
      ST*850*0001
      BEG*00*SA*4500012346**20261102
      N1
        N1*ST*Müller & Söhne GmbH*92*0200
        N3*Grüner Weg 5
        N4*Köln**50667*DE
      PO1
        PO1*1*12*EA*3.5**BP*CAFÉ-1
        PID
          PID*F****Café crème µm
      CTT
        CTT*1
      SE*9*0001
    ");
    assert_eq!(set.delimiters().repetition, Some(b'^'));
    assert!(set.interchange.acknowledgement_asked);
}

#[test]
fn elements_have_components_and_repetitions() {
    let isa = ISA.replace("*U*00401*", "*^*00501*");
    let bytes =
        format!("{isa}GS*PO*S*R*20261102*0815*1*X*005010~ST*850*1~ZZ*a>b>c*x^y>z**q~SE*3*1~GE*1*1~IEA*1*000000001~");
    let set = only_set(bytes.as_bytes());
    let segment = set.segment(2).unwrap();
    let text = |element: Element<'_>| element.text().into_owned();
    assert_eq!(segment.element_count(), 4);
    assert_eq!(text(segment.element(1).component(2)), "b");
    assert_eq!(text(segment.element(1).component(4)), "");
    assert_eq!(segment.element(1).component_count(), 3);
    assert_eq!(text(segment.element(2).repetition(2).component(2)), "z");
    assert_eq!(text(segment.element(2).repetition(3)), "");
    assert_eq!((segment.element(2).repetition_count(), segment.element(3).repetition_count()), (2, 0));
    let repetitions = |number| segment.element(number).repetitions().map(text).collect::<Vec<_>>();
    assert_eq!((repetitions(2), repetitions(3)), (vec!["x".to_owned(), "y>z".to_owned()], vec![]));
    let parts: Vec<_> = segment.element(1).components().map(|part| (text(part), part.place().component)).collect();
    assert_eq!(parts, [("a".to_owned(), Some(1)), ("b".to_owned(), Some(2)), ("c".to_owned(), Some(3))]);
    assert_eq!(text(segment.element(4).component(1).repetition(1)), "q");
    assert_eq!((text(segment.element(0)), text(segment.element(9))), (String::new(), String::new()));
    let place = segment.element(2).repetition(2).component(2).place();
    assert_eq!((place.element, place.repetition, place.component), (Some(2), Some(2), Some(2)));
    assert_eq!(&bytes.as_bytes()[place.start as usize..place.end as usize], b"z");
}
