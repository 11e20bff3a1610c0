//! What partners say, in one form.

use std::fmt::Write as _;

use super::super::edifact_codes::Reporter;
use super::super::meaning::{self, Lists};
use super::*;
use crate::edi::{InterchangeAcknowledgement, Piece, TransactionSet};

pub(super) fn sets(file: &str) -> Vec<TransactionSet> {
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    let mut sets = Vec::new();
    while let Ok(Some(piece)) = reader.next_piece() {
        if let Piece::Set(set) = piece {
            sets.push(*set);
        }
    }
    sets
}

pub(super) fn told(said: &[Acknowledged]) -> String {
    let mut out = String::new();
    for one in said {
        let verdict = one.verdict.map_or("unknown", Verdict::as_str);
        write!(out, "{} {verdict} ({})", one.subject.level.as_str(), one.code).unwrap();
        let subject = &one.subject;
        if let Some(interchange) = &subject.interchange {
            write!(out, " interchange {} of '{}'", interchange.control_number, interchange.sender.id).unwrap();
        }
        if let Some(group) = &subject.group {
            write!(out, " group {} {}", group.functional_id, group.control_number).unwrap();
            group.version.iter().for_each(|version| write!(out, " {version}").unwrap());
        }
        if let Some(set) = &subject.set {
            write!(out, " set {} {}", set.id, set.control_number).unwrap();
            Some(&set.release)
                .filter(|release| !release.is_empty())
                .iter()
                .for_each(|one| write!(out, " {one}").unwrap());
            set.implementation.iter().for_each(|convention| write!(out, " {convention}").unwrap());
        }
        if let Some(counts) = &one.counts {
            write!(out, " {:?}/{:?}/{:?}", counts.said, counts.received, counts.accepted).unwrap();
        }
        out.push('\n');
        for error in &one.errors {
            write!(out, "  {} {}", error.level.as_str(), error.code).unwrap();
            write!(out, " = {}", error.meaning.map_or("?", FindingCode::as_str)).unwrap();
            error.tag.iter().for_each(|tag| write!(out, " {tag}").unwrap());
            error.segment_position.iter().for_each(|at| write!(out, " at {at}").unwrap());
            error.loop_id.iter().for_each(|id| write!(out, " loop {id}").unwrap());
            for (name, number) in
                [("element", error.element), ("component", error.component), ("repetition", error.repetition)]
            {
                number.iter().for_each(|number| write!(out, " {name} {number}").unwrap());
            }
            error.data_element.iter().for_each(|id| write!(out, " ({id})").unwrap());
            error.copy.iter().for_each(|copy| write!(out, " '{copy}'").unwrap());
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}

fn read_x12(release: &str, set: &str) -> String {
    let sets = sets(&x12(release, &[set]).replace("GS*PO", "GS*FA"));
    told(&acknowledged(&sets[0]).unwrap())
}

fn read_edifact(message: &str) -> String {
    told(&acknowledged(&sets(&edifact("3", &[message]))[0]).unwrap())
}

#[test]
fn a_997_of_a_partner() {
    insta::assert_snapshot!(
        read_x12(
            "004010",
            "ST*997*0001~AK1*IN*77~AK2*810*0001~AK5*A~AK2*810*0002~AK3*N1*5*N1*8~AK4*2*93*5*A long name~AK4*4>2**1~\
             AK3*IT1*9**3~AK3*ZZZ*10**1*7~AK3*REF*11**8~AK5*R*5*4*19~AK2*810*0003~AK5*Q~AK9*P*3*3*2*5*19~SE*16*0001~"
        ),
        @r"
    set accepted (A) group IN 77 set 810 0001
    set rejected (R) group IN 77 set 810 0002
      element 5 = too-long N1 at 5 loop N1 element 2 (93) 'A long name'
      element 1 = missing-element N1 at 5 loop N1 element 4 component 2
      segment 3 = missing-segment IT1 at 9
      segment 1 = unknown-segment ZZZ at 10
      segment 7 = out-of-sequence ZZZ at 10
      segment 8 = ? REF at 11
      set 4 = count-wrong
      set 19 = ?
    set unknown (Q) group IN 77 set 810 0003
    group partly-accepted (P) group IN 77 Some(3)/Some(3)/Some(2)
      group 5 = count-wrong
      group 19 = ?
    "
    );
}

#[test]
fn a_999_of_a_partner() {
    insta::assert_snapshot!(
        read_x12(
            "005010X231A1",
            "ST*999*0001*005010X231A1~AK1*PO*77*005010~AK2*850*0001*005010X999~IK3*N1*5**8~CTX*SITUATIONAL TRIGGER~\
             IK4*2>>3*93*I10~IK3*REF*6**I4~IK5*R*I5*19~AK9*R*1*1*0*19~SE*10*0001~"
        ),
        @r"
    set rejected (R) group PO 77 005010 set 850 0001 005010X999
      element I10 = not-used-element N1 at 5 element 2 repetition 3 (93)
      segment I4 = not-used-segment REF at 6
      set 19 = code-unknown
    group rejected (R) group PO 77 005010 Some(1)/Some(1)/Some(0)
      group 19 = control-number-repeated
    "
    );
}

#[test]
fn a_contrl_of_a_partner() {
    insta::assert_snapshot!(
        read_edifact(
            "UNH+1+CONTRL:D:3:UN'UCI+71+ACME:ZZ+4012345000009:14+7'UCM+1+INVOIC:D:96A:UN:EAN008+7'\
             UCM+2+INVOIC:D:96A:UN:EAN008+4+29+UNT+2:1'UCS+5+13'UCS+6'UCD+39+3:2'UCD+12+1'UNT+9+1'"
        ),
        @r"
    interchange partly-accepted (7) interchange 71 of 'ACME'
    set accepted (7) interchange 71 of 'ACME' set INVOIC 1 D.96A EAN008
    set rejected (4) interchange 71 of 'ACME' set INVOIC 2 D.96A EAN008
      set 29 = count-wrong UNT element 1 component 1
      segment 13 = missing-segment at 6
      element 39 = too-long at 6 element 2 component 2
      element 12 = code-unknown at 6
    "
    );
}

#[test]
fn a_contrl_with_groups() {
    insta::assert_snapshot!(
        read_edifact(
            "UNH+1+CONTRL:4:1:UN'UCI+71+A+B+7'UCF+1+A+B+7'UCM+1+INVOIC:D:96A:UN+7'UCF+2+A+B+7'UCM+1+INVOIC:D:96A:UN+4'\
             UCF+3+A+B+4+13+UNE'UNT+8+1'"
        ),
        @r"
    interchange partly-accepted (7) interchange 71 of 'A'
    group accepted (7) interchange 71 of 'A' group  1
    set accepted (7) interchange 71 of 'A' group  1 set INVOIC 1 D.96A
    group partly-accepted (7) interchange 71 of 'A' group  2
    set rejected (4) interchange 71 of 'A' group  2 set INVOIC 1 D.96A
    group rejected (4) interchange 71 of 'A' group  3
      group 13 = trailer-missing UNE
    "
    );
}

#[test]
fn actions_of_a_contrl() {
    let check = |action: &str, expect: &str| {
        let text = read_edifact(&format!("UNH+1+CONTRL:D:3:UN'UCI+71+A+B+{action}'UNT+3+1'"));
        assert_eq!(text, format!("interchange {expect} ({action}) interchange 71 of 'A'"));
    };
    check("7", "accepted");
    check("1", "accepted");
    check("8", "received");
    check("4", "rejected");
    check("2", "unknown");
    check("", "unknown");
}

#[test]
fn a_ta1_of_a_partner() {
    let check = |code: &str, note: &str, verdict: Option<Verdict>, meaning: Option<FindingCode>, errors: usize| {
        let ta1 = InterchangeAcknowledgement {
            control_number: "000000071".into(),
            date: "261124".into(),
            time: "0815".into(),
            code: code.into(),
            note: note.into(),
            place: Place::default(),
        };
        let said = Acknowledged::from(&ta1);
        assert_eq!((said.verdict, said.errors.len()), (verdict, errors), "{code} {note}");
        assert_eq!(said.errors.first().and_then(|error| error.meaning), meaning, "{code} {note}");
        let subject = said.subject.interchange.unwrap();
        assert_eq!((subject.control_number, subject.date, subject.time), (ta1.control_number, ta1.date, ta1.time));
    };
    check("A", "000", Some(Verdict::Accepted), None, 0);
    check("A", "", Some(Verdict::Accepted), None, 0);
    check("E", "021", Some(Verdict::AcceptedWithErrors), Some(FindingCode::CountWrong), 1);
    check("R", "025", Some(Verdict::Rejected), Some(FindingCode::ControlNumberRepeated), 1);
    check("R", "031", Some(Verdict::Rejected), None, 1);
    check("Z", "000", None, None, 0);
}

#[test]
fn what_acknowledges_nothing_says_nothing() {
    assert_eq!(acknowledged(&sets(&x12("004010", &[SOUND]))[0]), None);
    assert_eq!(acknowledged(&sets(&edifact("3", &[ORDER]))[0]), None);
    assert_eq!(read_x12("004010", "ST*997*0001~SE*2*0001~"), "");
    assert_eq!(read_x12("004010", "ST*997*0001~AK4*1**1~AK5*A~AK3*X*1**1~SE*5*0001~"), "");
    let behind = read_x12("004010", "ST*997*0001~AK1*PO*1~AK9*A*x*1*1~AK5*R*5~AK3*X*1**1~SE*6*0001~");
    assert_eq!(behind, "group accepted (A) group PO 1 None/Some(1)/Some(1)");
}

#[test]
fn security_that_failed_is_a_rejection() {
    for code in ["R", "M", "W", "X"] {
        assert_eq!(meaning::of_letter(code), Some(Verdict::Rejected));
    }
    assert_eq!(meaning::of_letter("a"), None);
}

/// What each code of a list means, and which mean nothing to us.
#[test]
fn lists_of_codes() {
    let check = |found: Vec<(String, FindingCode)>, expect: &str| {
        let told: Vec<String> = found.iter().map(|(code, meaning)| format!("{code} {}", meaning.as_str())).collect();
        assert_eq!(told.join(", "), expect);
    };
    let codes = || (0..=48).map(|code| code.to_string()).chain((1..=13).map(|code| format!("I{code}")));
    let listed = |meaning: &dyn Fn(&str) -> Option<FindingCode>| {
        codes().filter_map(|code| Some((code.clone(), meaning(&code)?))).collect::<Vec<_>>()
    };
    check(
        listed(&|code| meaning::of_group(code, Lists::Newer)),
        "1 no-guide, 2 syntax-unknown, 3 trailer-missing, 4 control-number-differs, 5 count-wrong, 6 not-a-number, \
         19 control-number-repeated",
    );
    check(
        listed(&|code| meaning::of_set(code, Lists::Newer)),
        "1 no-guide, 2 trailer-missing, 3 control-number-differs, 4 count-wrong, 6 missing-element, 7 missing-element, \
         18 set-not-of-group, 19 code-unknown, 23 control-number-repeated, I6 no-guide",
    );
    assert_eq!((meaning::of_set("18", Lists::Older), meaning::of_group("19", Lists::Older)), (None, None));
    check(
        listed(&meaning::of_segment),
        "1 unknown-segment, 2 unexpected-segment, 3 missing-segment, 4 too-many-loops, 5 too-many-segments, \
         6 segment-not-of-set, 7 out-of-sequence, 10 trailing-separators, I4 not-used-segment, I6 missing-segment, \
         I7 missing-segment, I8 missing-segment, I9 not-used-segment",
    );
    assert_eq!(meaning::of_segment("511"), Some(FindingCode::TrailingSeparators));
    check(
        listed(&meaning::of_element),
        "1 missing-element, 2 conditional-element-missing, 3 too-many-elements, 4 too-short, 5 too-long, \
         6 invalid-character, 7 code-unknown, 8 not-a-date, 9 not-a-time, 10 excluded-element, 12 too-many-repetitions, \
         13 too-many-components, I6 code-unknown, I9 missing-element, I10 not-used-element, I11 missing-element, \
         I12 code-unknown, I13 not-used-element",
    );
    check(
        listed(&|code| meaning::of_contrl(code, Reporter::Ucd, false)),
        "2 syntax-unknown, 7 receiver-unknown, 12 code-unknown, 13 missing-element, 14 code-unknown, \
         15 not-used-element, 16 too-many-components, 19 not-a-number, 20 element-separator, 21 invalid-character, \
         22 release-character, 23 sender-unknown, 25 usage-not-agreed, 26 control-number-repeated, \
         28 control-number-differs, 29 count-wrong, 30 groups-and-messages, 31 set-not-of-group, 32 empty-envelope, \
         33 misplaced-envelope, 35 too-many-repetitions, 36 too-many-loops, 37 not-a-number, 38 not-a-number, \
         39 too-long, 40 too-short, 45 trailing-separators, 46 character-set, 48 conditional-element-missing",
    );
    assert_eq!(meaning::of_contrl("7", Reporter::Uci, true), None);
    assert_eq!(meaning::of_contrl("12", Reporter::Uci, true), Some(FindingCode::CodeUnknown));
}
