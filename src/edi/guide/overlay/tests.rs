//! What a partner's overlay does to a guide, and what is wrong with one.

use super::*;
use crate::edi::guide::{Max, NoteRule, SyntaxNote};
use crate::edi::{Piece, ReadOptions, Reader, TransactionSet};

const DICTIONARY: &str = r#"
    [elements]
    "1" = "ID 1/2"
    "2" = "AN 1/20"
    "3" = "ID 1/2"
    [composites]
    C1 = "1 M, 2"
    [segments]
    AA = "1 M, 2, C1"
    N1 = "3 M, 2"
    DD = "2"
    [names]
    AA = "first"
    [codes.1]
    A = "ay"
    B = "bee"
    [codes.3]
    whole = true
    X = "ex"
    Y = "why"
"#;

const SET: &str = "[set]\nname = 'plain'\nparts = ['AA M', 'DD', 'AA 2', 'loop N1 10', 'EE']\n\
                   [set.N1]\nparts = ['N1 M', 'AA', 'loop DD >1']\n[set.N1.DD]\nparts = ['DD M']";

/// The guides with one overlay `acme/850`, and the faults as line and text.
fn with(overlay: &str) -> (Guides, Vec<String>) {
    let files = [("x12/004010/850", SET), ("x12/004010/dictionary", DICTIONARY), ("acme/850", overlay)];
    let files = files.map(|(path, text)| (path.to_owned(), Source::new(path, text)));
    let (mut guides, faults) = (Guides::shipped(), Faults::new());
    guides.add_files(&files.into(), &faults);
    let told = |fault: Diagnostic| {
        let hint = fault.hint.map(|hint| format!(" — {hint}")).unwrap_or_default();
        format!("{}: {}{hint}", fault.location.line.unwrap_or_default(), fault.message)
    };
    (guides, faults.into_sorted().into_iter().map(told).collect())
}

/// The guide amended by the lines that follow `extends`, which is line 1.
fn amended(lines: &str) -> Arc<Guide> {
    let (guides, faults) = with(&format!("extends = 'x12/004010/850'\n{lines}"));
    assert_eq!(faults, Vec::<String>::new(), "{lines}");
    guides.named("acme/850").unwrap()
}

fn faults(lines: &str) -> Vec<String> {
    let (guides, faults) = with(&format!("extends = 'x12/004010/850'\n{lines}"));
    assert!(guides.named("acme/850").is_none() || faults.is_empty());
    faults
}

/// The parts of a loop as a line: `AA M1 DD O1`.
fn parts(definition: &LoopDef) -> String {
    let words = definition.parts.iter().map(|part| format!("{} {}{}", part.name(), part.requirement(), part.max()));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn an_overlay_has_a_name_of_its_own_and_leaves_its_guide_alone() {
    let (guides, faults) = with("extends = 'x12/004010/850'\nname = 'mine'\n[parts]\nDD = 'M 3'");
    assert_eq!(faults, Vec::<String>::new());
    let (plain, mine) = (guides.named("x12/004010/850").unwrap(), guides.named("acme/850").unwrap());
    assert_eq!((plain.name(), mine.name(), amended("").name()), ("plain", "mine", "plain"));
    assert_eq!((plain.overlay(), mine.overlay()), (None, Some("acme/850")));
    assert_eq!((mine.key().to_string(), mine.key().plain()), ("acme/850".to_owned(), plain.key().clone()));
    assert_eq!(parts(plain.root()), "AA M1 DD O1 AA O2 N1 O10 EE O1");
    assert_eq!(parts(mine.root()), "AA M1 DD M3 AA O2 N1 O10 EE O1");
    // Mappings and the nearest release look among plain guides only.
    assert!(guides.keys().all(|key| key.overlay.is_none()));
}

#[test]
fn parts_are_asked_for_left_out_and_counted_otherwise() {
    let check = |line: &str, root: &str, inner: &str| {
        let guide = amended(&format!("[parts]\n{line}"));
        let found = (parts(guide.root()), parts(guide.root().child("N1").unwrap()));
        assert_eq!(found, (root.to_owned(), inner.to_owned()), "{line}");
    };
    let (root, inner) = ("AA M1 DD O1 AA O2 N1 O10 EE O1", "N1 M1 AA O1 DD O>1");
    check("", root, inner);
    check("DD = 'not used'", "AA M1 DD -1 AA O2 N1 O10 EE O1", inner);
    check("DD = 'M'", "AA M1 DD M1 AA O2 N1 O10 EE O1", inner);
    check("DD = '7'", "AA M1 DD O7 AA O2 N1 O10 EE O1", inner);
    check("N1 = 'M >1'", "AA M1 DD O1 AA O2 N1 M>1 EE O1", inner);
    check("'AA#2' = 'not used'", "AA M1 DD O1 AA -2 N1 O10 EE O1", inner);
    check("'AA#1' = 'O'", "AA O1 DD O1 AA O2 N1 O10 EE O1", inner);
    check("'N1/AA' = 'M 2'", root, "N1 M1 AA M2 DD O>1");
    check("'N1/DD' = '3'", root, "N1 M1 AA O1 DD O3");
    check("'N1/N1' = 'M'", root, inner);
}

#[test]
fn elements_differ_at_one_place_or_everywhere() {
    let guide = amended(
        "[elements.'AA#1']\n02 = 'M 2/5'\n03 = 'not used'\n03-2 = 'M ..7'\nnotes = 'P0203'\n[elements.'N1']\n02 = '9'",
    );
    let at = |index: usize| match guide.root().parts.get(index) {
        Some(Part::Segment(segment)) => segment.definition.clone(),
        _ => None,
    };
    let first = at(0).unwrap();
    let text = first.element(2).unwrap();
    let lengths = |element: &ElementDef| match element.kind {
        ElementKind::Simple { min, max, .. } => (min, max),
        ElementKind::Composite { .. } => (0, 0),
    };
    assert_eq!((text.requirement, lengths(text)), (Requirement::Mandatory, (2, 5)));
    assert_eq!(first.element(3).unwrap().requirement, Requirement::NotUsed);
    let component = first.element(3).unwrap().component(2).unwrap();
    assert_eq!((component.requirement, lengths(component)), (Requirement::Mandatory, (1, 7)));
    assert_eq!(first.notes, [SyntaxNote { rule: NoteRule::Paired, elements: vec![2, 3] }]);
    assert_eq!((at(2), guide.element("AA", 2).map(lengths)), (None, Some((1, 20))));
    // A loop's name is its first segment.
    let party = guide.root().child("N1").unwrap().first().unwrap().definition.clone().unwrap();
    assert_eq!(party.element(2).map(lengths), Some((9, 9)));

    let guide =
        amended("[elements.'*/AA']\n02 = { use = 'M', length = '1/3', name = 'note' }\n[elements.'N1/AA']\n01 = '1'");
    let text = guide.element("AA", 2).unwrap();
    assert_eq!((text.requirement, text.name.as_str(), lengths(text)), (Requirement::Mandatory, "note", (1, 3)));
    // What holds everywhere holds at a place that has more of its own.
    let inner = guide.root().child("N1").unwrap().segment("AA").unwrap().definition.clone().unwrap();
    assert_eq!((inner.element(1).map(lengths), inner.element(2).map(lengths)), (Some((1, 1)), Some((1, 3))));
}

#[test]
fn codes_are_listed_added_and_taken_away() {
    let check = |segment: &str, line: &str, whole: bool, authority: Authority, expect: &str| {
        let guide = amended(&format!("[elements.'*/{segment}']\n{line}"));
        let list = guide.element(segment, 1).unwrap().codes.clone().unwrap();
        let codes: Vec<String> = list.codes.iter().map(|(code, name)| format!("{code}={name}")).collect();
        assert_eq!((list.whole, list.authority, codes.join(" ")), (whole, authority, expect.to_owned()), "{line}");
    };
    use Authority::{Partner, Standard};
    check("AA", "", false, Standard, "A=ay B=bee");
    check("AA", "01 = { codes = ['B', 'C'] }", true, Partner, "B=bee C=");
    check("AA", "01 = { codes = { B = 'mine', C = 'sea' } }", true, Partner, "B=mine C=sea");
    check("AA", "01 = { add = { C = 'sea' } }", false, Standard, "A=ay B=bee C=sea");
    check("N1", "01 = { add = ['Z'], remove = ['X'] }", true, Partner, "Y=why Z=");
    check("N1", "01 = { codes = ['X', 'Y'], remove = ['X'] }", true, Partner, "Y=why");
    let guide = amended("[dictionary.codes.2]\nwhole = true\nQ = 'cue'");
    let list = guide.element("AA", 2).unwrap().codes.clone().unwrap();
    assert_eq!((list.whole, list.authority, list.codes.len()), (true, Partner, 1));
}

#[test]
fn segments_and_loops_are_added_where_they_belong() {
    let guide = amended(
        "[dictionary.segments]\nZA = '1 M, 2'\nEE = '2'\n[[add]]\nafter = 'DD'\nparts = ['ZA 5']\n\
         [[add]]\ninto = 'N1'\nparts = ['loop ZA O 3']\n[add.ZA]\nparts = ['ZA M', 'DD 2']\nwhen = 'ZA01 in (A)'\n\
         [parts]\n'ZA' = 'M'\n[elements.'N1/ZA']\n02 = 'M'",
    );
    assert_eq!(parts(guide.root()), "AA M1 DD O1 ZA M5 AA O2 N1 O10 EE O1");
    assert_eq!(parts(guide.root().child("N1").unwrap()), "N1 M1 AA O1 DD O>1 ZA O3");
    let added = guide.root().child("N1").unwrap().child("ZA").unwrap();
    assert_eq!((parts(added), added.max), ("ZA M1 DD O2".to_owned(), Max::Times(3)));
    assert!(added.when.is_some() && added.first().unwrap().definition.is_some());
    assert_eq!(guide.segment("ZA").unwrap().elements.len(), 2);
    // What the guide named and nothing described is described now.
    assert!(guide.segment("EE").is_some());
}

#[test]
fn an_overlay_says_all_its_faults() {
    let check = |lines: &str, expect: &[&str]| assert_eq!(faults(lines), expect, "{lines}");
    check("[part]\nDD = 'M'", &["2: there is no key 'part' — write 'parts'"]);
    check("[parts]\nDD = 'often'", &["3: 'often' is not written 'M', 'O 5' or 'not used'"]);
    check("[parts]\nDD = ''", &["3: '' is not written 'M', 'O 5' or 'not used'"]);
    check("[parts]\nDD = 'M O'", &["3: 'M O' is not written 'M', 'O 5' or 'not used'"]);
    check("[parts]\nDD = 5", &["3: 'parts.DD' is a whole number"]);
    check("[parts]\nDE = 'M'", &["3: 850 has no part DE — did you mean DD?"]);
    check("[parts]\n'N1/ABC' = 'M'", &["3: N1 has no part ABC — 'edigate guide show' tells which there are"]);
    check("[parts]\n'DD/AA' = 'M'", &["3: DD is a segment, not a loop"]);
    check("[parts]\nAA = 'M'", &["3: 850 has 2 parts called AA — write AA#1 for the first of them"]);
    for path in ["AA#3", "AA#0", "AA#", "AA#x", "", "/", "N1/"] {
        let fault = faults(&format!("[parts]\n'{path}' = 'M'"));
        assert!(fault.len() == 1 && fault[0].contains("has no part"), "{path}: {fault:?}");
    }
    check(
        "[parts]\n'N1/N1' = 'not used'",
        &["3: N1/N1 starts its loop and stays mandatory — write the loop's own path instead"],
    );
    check("[elements.DD]\n04 = 'M'", &["3: DD has no element 04"]);
    check("[elements.DD]\n00 = 'M'\n01-1 = 'M'", &["3: DD has no element 00", "4: DD has no element 01-1"]);
    check("[elements.'AA#1']\n03-3 = 'M'", &["3: AA has no element 03-3"]);
    check(
        "[elements.EE]\n01 = 'M'",
        &["2: the elements of EE are not described in acme/850 — describe it in [dictionary.segments]: EE = \"…\""],
    );
    check(
        "[elements.'*/ZZ']\n01 = 'M'",
        &["2: the elements of ZZ are not described in acme/850 — describe it in [dictionary.segments]: ZZ = \"…\""],
    );
    check("[elements.DD]\n01 = 'X'", &["3: 'X' does not fit 'elements.DD.01'"]);
    check("[elements.DD]\n01 = 'M 5/2'", &["3: 'M 5/2' does not fit 'elements.DD.01'"]);
    check("[elements.DD]\n01 = { use = 'N' }", &["3: 'elements.DD.01.use' cannot be 'N' — did you mean \"M\"?"]);
    check("[elements.DD]\n01 = { length = '0/2' }", &["3: '0/2' does not fit 'elements.DD.01.length'"]);
    check("[elements.DD]\n01 = { size = '1/2' }", &["3: there is no key 'size' in [elements.DD.01]"]);
    check("[elements.DD]\n01 = 5", &["3: 'elements.DD.01' is a whole number"]);
    check("[elements.DD]\nnotes = 'P0102'", &["3: 'P0102' is about element 2, and there are 1"]);
    check("[elements.'AA#2']\n03 = 'M 1/2'", &["3: C1 is a composite: lengths belong to its components"]);
    check("[elements.'AA#2']\n03 = { codes = ['A'] }", &["3: C1 is a composite: codes belong to its components"]);
    let unknown = "not all codes of 1 are known, so none can be taken away — list those that are used: codes = [ … ]";
    check("[elements.'AA#2']\n01 = { remove = ['A'] }", &[&format!("3: {unknown}")]);
    check("[elements.'N1/N1']\n01 = { remove = ['Q'] }", &["3: 3 has no code 'Q'"]);
    check("[[add]]\nparts = ['ZA']\ninto = 'DD'", &["4: DD is a segment, not a loop"]);
    check(
        "[[add]]\nparts = ['ZA']\ninto = 'ABC'",
        &["4: 850 has no part ABC — 'edigate guide show' tells which there are"],
    );
    check(
        "[[add]]\nparts = ['ZA']\nafter = 'ABC'",
        &["4: 850 has no part ABC — 'edigate guide show' tells which there are"],
    );
    check("[[add]]\nparts = ['loop N1']\n[add.N1]\nparts = ['N1 M']", &["2: 850 has a loop N1 already"]);
    check("[[add]]\ninto = 'N1'", &["2: N1 has no parts"]);
    check("[[add]]\nparts = ['Z 1']", &["3: 850: \"Z 1\" is not written 'TAG [M|O] [max]'"]);
    check("[dictionary.segments]\nZA = '7'", &["3: ZA: element 7 is not described"]);
    check(
        "[parts]\nDE = 'M'\n[elements.DD]\n09 = 'M'\n[[add]]\nparts = ['loop ZA']",
        &["3: 850 has no part DE — did you mean DD?", "5: DD has no element 09", "7: 850/ZA has no table"],
    );
}

#[test]
fn an_overlay_amends_a_guide_that_is_there() {
    let check = |text: &str, expect: &[&str]| assert_eq!(with(text).1, expect, "{text}");
    check("", &["0: 'extends' is missing"]);
    check("[parts]\nDD = 'M'", &["0: 'extends' is missing"]);
    check("extends = 5", &["1: 'extends' is a whole number"]);
    check("extends = 'x12/004010/851'", &["1: there is no guide 'x12/004010/851' — did you mean x12/004010/850?"]);
    check("extends = 'order'", &["1: there is no guide 'order'"]);
    // An overlay on an overlay would hide where a rule comes from.
    check("extends = 'acme/850'", &["1: there is no guide 'acme/850'"]);
}

fn set(release: &str, id: &str) -> TransactionSet {
    set_of(release, id, "")
}

fn set_of(release: &str, id: &str, segments: &str) -> TransactionSet {
    let isa =
        "ISA*00*          *00*          *ZZ*S              *ZZ*R              *261102*0815*U*00401*000000001*0*P*>~";
    let file =
        format!("{isa}GS*PO*S*R*20261102*0815*1*X*{release}~ST*{id}*0001~{segments}SE*2*0001~GE*1*1~IEA*1*000000001~");
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    loop {
        if let Piece::Set(set) = reader.next_piece().unwrap().expect("a set") {
            return *set;
        }
    }
}

#[test]
fn an_agreed_overlay_goes_before_the_plain_guide() {
    let (guides, faults) = with("extends = 'x12/004010/850'");
    assert_eq!(faults, Vec::<String>::new());
    let agreed = guides.key("acme/850").cloned();
    let check = |release: &str, id: &str, expect: Option<&str>, finding: Option<&str>| {
        let chosen = guides.select(&set(release, id), agreed.as_ref());
        let (guide, told) = chosen.map_or((None, None), |(guide, told)| (Some(guide.key().to_string()), told));
        assert_eq!((guide.as_deref(), told.map(|told| told.text).as_deref()), (expect, finding), "{release} {id}");
    };
    check("004010", "850", Some("acme/850"), None);
    check("004010VICS", "850", Some("acme/850"), None);
    let other = "release '005010' is read by acme/850, which amends x12/004010/850";
    check("005010", "850", Some("acme/850"), Some(other));
    // One that was agreed on for another message is none for this one.
    check("004010", "999999", None, None);
    let (guide, _) = guides.select(&set("004010", "850"), None).unwrap();
    assert_eq!(guide.overlay(), None);
}

#[test]
fn messages_are_held_against_what_an_overlay_asks() {
    let (guides, faults) = with(
        "extends = 'x12/004010/850'\n[parts]\nDD = 'not used'\nN1 = 'M 1'\n[elements.'AA#1']\n01 = { codes = ['A'] }\n\
         02 = 'M ..3'\n[elements.'*/AA']\n03 = 'not used'",
    );
    assert_eq!(faults, Vec::<String>::new());
    // The last AA stands in N1, where only what holds everywhere holds.
    let set = set_of("004010", "850", "AA*B*long*A>x~DD*x~N1*X~AA*B*long~N1*X~");
    let found = |name: &str| -> Vec<String> {
        let (_, findings) = crate::edi::structure(&set, &guides.named(name).unwrap());
        let told = findings.into_iter().map(|finding| {
            let (place, code) = (finding.place, finding.code.as_str());
            let element = place.element.map(|element| format!("{element:02}")).unwrap_or_default();
            format!("{}{element} {code}", place.tag.unwrap_or_default())
        });
        told.collect()
    };
    assert_eq!(found("x12/004010/850"), [""; 0]);
    assert_eq!(
        found("acme/850"),
        ["AA01 code-unknown", "AA02 too-long", "AA03 not-used-element", "DD not-used-segment", "N1 too-many-loops"]
    );
}
