//! The form of guides, those that are shipped, and the choice of one.

mod edifact;
mod messages;

use std::sync::Arc;

use crate::base::Severity;
use crate::base::table::{Faults, Source};
use crate::edi::guide::dictionary::Dictionary;
use crate::edi::guide::load::guide;
use crate::edi::{FindingCode, Piece, ReadOptions, Reader, TransactionSet};

use super::*;

#[test]
fn every_shipped_guide_is_read_whole() {
    let faults = shipped::faults();
    assert!(faults.is_empty(), "{faults:#?}");
    let guides = Guides::shipped();
    for key in guides.keys() {
        let guide = guides.get(key).unwrap();
        assert_eq!((guide.key(), &guide.root().name), (key, &key.set));
        assert_eq!(shipped(&key.to_string()).unwrap().root(), guide.root());
        // Read once, however often it is asked for.
        assert!(Arc::ptr_eq(&guide, &guides.clone().get(key).unwrap()));
    }
    for key in ["x12/004010/850", "x12/005010/850"] {
        assert!(guides.keys().any(|known| known.to_string() == key), "{key}");
    }
    assert!(shipped("x12/004010/999").is_none() && shipped("x12/003010/850").is_none() && shipped("850").is_none());
}

#[test]
fn the_sets_of_x12_are_shipped_for_both_releases() {
    let guides = Guides::shipped();
    let sets = |release: &str| {
        let of_release = guides.keys().filter(|key| key.standard == "x12" && key.release == release);
        of_release.map(|key| key.set.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(sets("004010"), "810 820 824 830 846 850 855 856 860 861 862 864 865 997");
    assert_eq!(sets("005010"), "810 820 824 830 846 850 855 856 860 861 862 864 865 997 999");
}

#[test]
fn every_segment_of_a_shipped_guide_is_described_and_named() {
    fn tags(definition: &LoopDef, found: &mut Vec<String>) {
        found.extend(definition.segments().map(|segment| segment.tag.to_string()));
        definition.loops().for_each(|child| tags(child, found));
    }
    fn nameless(elements: &[ElementDef], found: &mut Vec<String>) {
        for element in elements {
            if element.name.is_empty() {
                found.push(element.id.clone());
            }
            if let ElementKind::Composite { components, .. } = &element.kind {
                nameless(components, found);
            }
        }
    }
    let guides = Guides::shipped();
    for key in guides.keys() {
        let guide = guides.get(key).unwrap();
        let mut found = Vec::new();
        tags(guide.root(), &mut found);
        found.retain(|tag| guide.segment(tag).is_none_or(|segment| segment.name.is_empty()));
        guide.segments().for_each(|segment| nameless(&segment.elements, &mut found));
        assert_eq!(found, Vec::<String>::new(), "{key}");
    }
}

#[test]
fn releases_differ_where_they_say_so() {
    let length = |key: &str| shipped(key).unwrap().element("REF", 2).unwrap().max_length();
    assert_eq!((length("x12/004010/850"), length("x12/005010/850")), (Some(30), Some(50)));
    let repetitions = |key: &str| shipped(key).map(|guide| guide.element("CTX", 1).unwrap().repeats);
    assert_eq!((repetitions("x12/004010/999"), repetitions("x12/005010/999")), (None, Some(10)));
    let guide = shipped("x12/004010/850").unwrap();
    let unit = guide.element("MEA", 4).unwrap();
    assert_eq!(unit.value_type(), None);
    assert_eq!(unit.component(1).map(|component| component.id.as_str()), Some("355"));
    assert_eq!(guide.element("SAC", 5).unwrap().value_type(), Some(ElementType::N(2)));
    assert_eq!(guide.element("BEG", 0), None);
    assert_eq!(guide.element("BEG", 99), None);
}

const DICTIONARY: &str = r#"
    [elements]
    "1" = "AN 1/10"
    "2" = "N2 1/5"
    [composites]
    C1 = "1 M, 2"
    [segments]
    AA = "1 M, 2, C1, 1 x5"
    N1 = "1 M, 1"
    [pairs]
    AA = "1/2"
"#;

/// A guide of `set` by a dictionary over these files, or all their faults as place and text.
fn load_by(files: &[&str], set: &str) -> Result<Guide, Vec<String>> {
    let faults = Faults::new();
    let files: Vec<Source> =
        (1..).zip(files).map(|(number, text)| Source::new(format!("d{number}"), text.to_string())).collect();
    let dictionary = Dictionary::read(&files, &faults);
    let loaded = guide(GuideKey::new("x12", "1", "100"), &Source::new("s", set), &dictionary, &faults);
    let faults = faults.into_sorted();
    match loaded.filter(|_| faults.is_empty()) {
        Some(guide) => Ok(guide),
        None => Err(faults.iter().map(told).collect()),
    }
}

/// `file:line: message`.
fn told(fault: &crate::base::Diagnostic) -> String {
    let location = &fault.location;
    let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line}: {}", location.file.as_deref().unwrap_or_default(), fault.message)
}

fn load(set: &str) -> Result<Guide, String> {
    load_by(&[DICTIONARY], set).map_err(|faults| faults.join("; "))
}

#[test]
fn a_guide_says_all_its_faults() {
    let check =
        |set: &str, fault: &str| assert_eq!(load(set).map(|_| "fine".to_owned()).unwrap_or_else(|it| it), fault);
    check("[set]\nparts = ['AA M', 'loop N1 >1']\n[set.N1]\nparts = ['N1 M', 'ZZ 3']", "fine");
    check("", "s: 'set' is missing");
    check("[sets]", "s:1: there is no key 'sets'");
    check("[set]", "s: 100 has no parts");
    check(
        "[set]\nparts = ['AA X',\n5, 'AA 0',\n'toolong',\n'aa']",
        "s:2: 100: \"AA X\" is not written 'TAG [M|O] [max]'; s:3: 100: a part is not written 'TAG [M|O] [max]'; \
         s:3: 100: \"AA 0\" is not written 'TAG [M|O] [max]'; s:4: 100: \"toolong\" is not written 'TAG [M|O] [max]'; \
         s:5: 100: \"aa\" is not written 'TAG [M|O] [max]'",
    );
    check("[set]\nparts = ['loop N1']", "s:2: 100/N1 has no table");
    check("[set]\nparts = ['AA']\nmin = 3", "s:3: 'set.min' is a whole number");
    check("[set]\nparts = ['AA']\n[set.N1]\nparts = ['N1 M']", "s:3: 100/N1 is named by 0 parts, not by one");
    check(
        "[set]\nparts = ['loop N1', 'loop N1']\n[set.N1]\nparts = ['N1 M']",
        "s:3: 100/N1 is named by 2 parts, not by one",
    );
    let in_loop = |line: &str| format!("[set]\nparts = ['loop N1']\n[set.N1]\nparts = ['N1 M']\n{line}");
    check(
        "[set]\nparts = ['loop N1']\n[set.N1]\nparts = ['N1']",
        "s:3: 100/N1 does not begin with a mandatory segment",
    );
    let when = "s:5: 100/N1: 'when' is not written 'N101 in (ST BY)' of its first segment";
    check(&in_loop("when = 'N101 in (ST)'"), "fine");
    check(&in_loop("when = 'N201 in (ST)'"), when);
    check(&in_loop("when = 'N103 in (ST)'"), when);
    check(&in_loop("when = 'N101 in ()'"), when);
    check(&in_loop("when = 5"), when);
    check(&in_loop("group = 0"), "s:5: 'set.N1.group' cannot be 0");
    check(&in_loop("hierarchy = 'N101'"), "s:5: 'set.N1.hierarchy' is a text");
    check(&in_loop("hierarchy = { id = 'N101' }"), "s:5: 'parent' is missing in [set.N1.hierarchy]");
    check(
        &in_loop("hierarchy = { id = 'N101', parent = 'N103', level = 'AA01' }"),
        "s:5: 100/N1: 'parent' is no element of its first segment; \
         s:5: 100/N1: 'level' is no element of its first segment",
    );
    let nested = |depth: usize| {
        let names: Vec<&str> = vec!["N1"; depth];
        let tables = (0..=depth).map(|level| {
            let path: String = names.iter().take(level).flat_map(|name| [".", name]).collect();
            let first = if level == 0 { "AA" } else { "N1 M" };
            let more = if level == depth { "" } else { ", 'loop N1'" };
            format!("[set{path}]\nparts = ['{first}'{more}]\n")
        });
        load(&tables.collect::<String>())
    };
    assert!(nested(31).is_ok());
    assert!(nested(32).unwrap_err().contains("more than 32 loops inside one another"));
}

#[test]
fn a_dictionary_says_its_faults() {
    let check = |text: &str, fault: &str| {
        let loaded = load_by(&[DICTIONARY, text], "[set]\nparts = ['AA M']");
        assert_eq!(loaded.map(|_| "fine".to_owned()).unwrap_or_else(|faults| faults.join("; ")), fault, "{text}");
    };
    check("", "fine");
    check("x", "d2:1: this is not TOML: key with no value, expected `=`");
    check("[words]\nAA = '4/5'", "d2:1: there is no key 'words'");
    check("[segments]\nAA = 5", "d2:2: 'segments.AA' is a whole number");
    check("[segments]\nAA = '7 M'", "d2:2: AA: element 7 is not described");
    check("[segments]\nAA = '1 Q'", "d2:2: AA: 'Q' after 1 is neither M nor O nor a repetition");
    check("[segments]\nAA = '1 x0'", "d2:2: AA: 'x0' after 1 is neither M nor O nor a repetition");
    check("[segments]\nAA = '1,,2'", "d2:2: AA: an element without a number");
    check("[segments]\nABCD = '1'", "d2:2: 'ABCD' is no segment tag");
    check("[composites]\nC2 = '1 Q'", "d2:2: composite C2: 'Q' after 1 is neither M nor O nor a repetition");
    check("[composites]\nC2 = 'C1'", "d2:2: composite C2: composite C1 inside a composite");
    check("[composites]\nC1 = '7'", "d2:2: composite C1: element 7 is not described");
    check("[pairs]\nAA = '4/5'", "d2:2: pairs of AA are not qualifier/value elements of it");
    check("[pairs]\nAA = '0/1'", "d2:2: pairs of AA are not qualifier/value elements of it");
    check("[pairs]\nBB = '1/2'", "d2:2: pairs.BB is about no segment");
    for note in ["P01", "P0101", "Q0102", "p0102", "P010", "P0001", "P01+2", "Pää", ""] {
        let fault = format!("d2:2: notes of AA: '{note}' is no syntax note such as P0304");
        check(&format!("[notes]\nAA = '{note}'"), if note.is_empty() { "fine" } else { &fault });
    }
    check("[notes]\nAA = 'P0102 C0305'", "d2:2: notes of AA: 'C0305' is about element 5, and there are 4");
    check("[notes]\nC1 = 'P0103'", "d2:2: notes of C1: 'P0103' is about element 3, and there are 2");
    check("[notes]\nBB = 'P0103'", "d2:2: notes.BB is about no segment and no composite");
    check("[names]\nBB = 'x'", "d2:2: names.BB names no element, composite or segment");
    check("[names]\nAA = ''", "d2:2: 'names.AA' has 0 characters");
    check(&format!("[names]\nAA = '{}'", "x".repeat(80)), "fine");
    check(&format!("[names]\nAA = '{}'", "x".repeat(81)), "d2:2: 'names.AA' has 81 characters");
    check("[codes.9]\nA = 'a'", "d2:1: codes.9 is about no element");
    check("[codes.1]\nA = 5", "d2:2: 'codes.1.A' is a whole number");
    check("[codes.1]\nwhole = 'A'", "d2:2: 'codes.1.whole' is a text");
    check(
        "[segments]\nAA = '7 M'\nBB = '8'\n[names]\nZZ = 'z'",
        "d2:2: AA: element 7 is not described; d2:3: BB: element 8 is not described; \
         d2:5: names.ZZ names no element, composite or segment",
    );
}

#[test]
fn elements_are_written_as_either_standard_writes_them() {
    let check = |entry: &str, expect: Option<(ElementType, u32, u32)>| {
        let loaded = load_by(&[DICTIONARY, &format!("[elements]\n1 = '{entry}'")], "[set]\nparts = ['AA M']");
        let expect = match expect {
            Some((value, min, max)) => Ok(ElementKind::Simple { value, min, max }),
            None => {
                let form = "'TYPE min/max' (X12) or 'an ..35', 'n 3' (EDIFACT)";
                Err(vec![format!("d2:2: element 1 is not written {form}")])
            }
        };
        assert_eq!(loaded.map(|guide| guide.element("AA", 1).unwrap().kind.clone()), expect, "{entry}");
    };
    check("AN 1/35", Some((ElementType::An, 1, 35)));
    check("ID 2/2", Some((ElementType::Id, 2, 2)));
    check("N0 1/9", Some((ElementType::N(0), 1, 9)));
    check("N2 1/15", Some((ElementType::N(2), 1, 15)));
    check("R 1/10", Some((ElementType::R, 1, 10)));
    check("DT 8/8", Some((ElementType::Dt, 8, 8)));
    check("TM 4/8", Some((ElementType::Tm, 4, 8)));
    check("B 1/99", Some((ElementType::B, 1, 99)));
    check("an ..35", Some((ElementType::An, 1, 35)));
    check("an 3", Some((ElementType::An, 3, 3)));
    check("n ..15", Some((ElementType::Numeric, 1, 15)));
    check("n 4", Some((ElementType::Numeric, 4, 4)));
    check("a 3", Some((ElementType::Alpha, 3, 3)));
    check("a ..3", Some((ElementType::Alpha, 1, 3)));
    for entry in
        ["AN 1", "XX 1/2", "N10 1/2", "AN 0/2", "AN 3/2", "an ..", "an 0", "an ..0", "an 1/3", "AN", "", "AN ..3"]
    {
        check(entry, None);
    }
}

#[test]
fn later_files_amend_earlier_ones_and_what_they_say_is_all_there() {
    let more = "[elements]\n3 = 'an ..3'\n[segments]\nN1 = '1 M, C1, 3'\n[notes]\nN1 = 'P0203 L010203'\nC1 = 'R0102'\n\
                [names]\nN1 = 'name'\nC1 = 'pair'\n1 = 'text'\n[codes.1]\nwhole = true\nA = 'first'\nB = 'second'";
    let last = "[codes.1]\nB = ''\nC = 'third'\n[names]\nN1 = 'party'";
    let guide = load_by(&[DICTIONARY, more, last], "[set]\nname = 'test'\nparts = ['AA M', 'N1']").unwrap();
    assert_eq!(guide.name(), "test");
    let segment = guide.segment("N1").unwrap();
    let notes: Vec<String> = segment.notes.iter().map(ToString::to_string).collect();
    assert_eq!((segment.name.as_str(), notes), ("party", vec!["P0203".to_owned(), "L010203".to_owned()]));
    let text = guide.element("N1", 1).unwrap();
    let codes = text.codes.as_deref().unwrap();
    assert_eq!((text.name.as_str(), codes.whole, codes.authority), ("text", true, Authority::Standard));
    assert_eq!(
        codes.codes.iter().map(|(code, name)| format!("{code}={name}")).collect::<Vec<_>>(),
        ["A=first", "C=third"]
    );
    let composite = guide.element("N1", 2).unwrap();
    assert_eq!(composite.name, "pair");
    let ElementKind::Composite { components, notes } = &composite.kind else { panic!("{composite:?}") };
    assert_eq!(notes, &[SyntaxNote { rule: NoteRule::Required, elements: vec![1, 2] }]);
    assert_eq!(components.first().unwrap().codes.as_deref(), Some(codes));
    // What stands in several segments is held once.
    let other = guide.element("AA", 1).unwrap().codes.clone().unwrap();
    assert!(std::ptr::eq(codes, &*other));
    assert_eq!(guide.element("AA", 4).unwrap().repeats, 5);
}

#[test]
fn loops_say_their_group_and_their_hierarchy() {
    let guide = load(
        "[set]\nparts = ['AA M', 'loop N1 M >1']\n[set.N1]\nparts = ['N1 M']\ngroup = 25\n\
         hierarchy = { id = 'N101', parent = 'N102', level = 'N101', order = ['S', 'O'] }",
    );
    let guide = guide.unwrap();
    let definition = guide.root().child("N1").unwrap();
    assert_eq!((definition.group, definition.max, guide.root().group), (Some(25), Max::Unbounded, None));
    let order = vec!["S".to_owned(), "O".to_owned()];
    assert_eq!(definition.hierarchy, Some(Hierarchy { id: 1, parent: 2, level: Some(1), order }));
}

#[test]
fn notes_are_written_as_they_were_read() {
    for note in ["P0304", "R0203", "E0305", "C0405", "L030405", "P01020399"] {
        assert_eq!(note.parse::<SyntaxNote>().unwrap().to_string(), note);
    }
}

#[test]
fn keys_name_directories_without_their_point() {
    let check = |text: &str, expect: Option<&str>| {
        assert_eq!(text.parse::<GuideKey>().ok().map(|key| key.to_string()).as_deref(), expect, "{text}");
    };
    check("x12/004010/850", Some("x12/004010/850"));
    check("edifact/D96A/ORDERS", Some("edifact/D96A/ORDERS"));
    check("edifact/D.96A/ORDERS", Some("edifact/D96A/ORDERS"));
    check("edifact/d96a/ORDERS", Some("edifact/D96A/ORDERS"));
    for text in
        ["", "x12", "x12/004010", "x12/004010/850/1", "x12//850", "x12/0.1/850", "edifact/./ORDERS", "x12/../850"]
    {
        check(text, None);
    }
    let ages = |keys: &[&str]| -> Vec<u32> { keys.iter().map(|key| key.parse::<GuideKey>().unwrap().age()).collect() };
    let directories = ages(&[
        "edifact/D93A/X",
        "edifact/D96A/X",
        "edifact/D96B/X",
        "edifact/D99B/X",
        "edifact/D00A/X",
        "edifact/D21B/X",
    ]);
    assert!(directories.is_sorted_by(|a, b| a < b), "{directories:?}");
    assert_eq!(ages(&["edifact/2/X", "x12/ABC/X", "x12/004010/X"]), [0, 0, 4010]);
}

#[test]
fn loops_that_begin_alike_are_told_apart_by_a_qualifier() {
    let guide = load(
        "[set]\nparts = ['AA M', 'loop shipTo M', 'loop other >1']
        [set.shipTo]\nparts = ['N1 M']\nwhen = 'N101 in (ST SF)'
        [set.other]\nparts = ['N1 M']",
    );
    let guide = guide.unwrap();
    let set = set("004010", "AA*1~N1*BY~N1*ST~N1*BT~");
    let (tree, findings) = crate::edi::structure(&set, &guide);
    let names: Vec<&str> = tree.root().loops().map(|child| child.name()).collect();
    assert_eq!(names, ["other", "shipTo", "other"]);
    assert_eq!(findings, vec![]);
    let set = self::set("004010", "AA*1~N1*BY~");
    let (_, findings) = crate::edi::structure(&set, &guide);
    assert_eq!(
        findings.iter().map(|finding| &*finding.text).collect::<Vec<_>>(),
        ["the mandatory loop shipTo of 100 is missing"]
    );
}

fn set(release: &str, segments: &str) -> TransactionSet {
    let isa =
        "ISA*00*          *00*          *ZZ*S              *ZZ*R              *261102*0815*U*00401*000000001*0*P*>~";
    let file =
        format!("{isa}GS*PO*S*R*20261102*0815*1*X*{release}~ST*850*0001~{segments}SE*2*0001~GE*1*1~IEA*1*000000001~");
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    loop {
        if let Piece::Set(set) = reader.next_piece().unwrap().expect("a set") {
            return *set;
        }
    }
}

#[test]
fn a_guide_is_chosen_by_release_then_agreement_then_nearness() {
    let guides = Guides::shipped();
    let agreed: GuideKey = "x12/005010/850".parse().unwrap();
    let check = |release: &str, agreed: Option<&GuideKey>, expect: &str, nearest: bool| {
        let (guide, finding) = guides.select(&set(release, ""), agreed).unwrap();
        assert_eq!((guide.key().to_string().as_str(), finding.is_some()), (expect, nearest), "{release}");
        if let Some(finding) = finding {
            assert_eq!((finding.code, finding.severity), (FindingCode::NearestGuide, Severity::Info));
        }
    };
    check("004010", None, "x12/004010/850", false);
    check("004010", Some(&agreed), "x12/004010/850", false);
    check("004010VICS", None, "x12/004010/850", false);
    check("005010X231A1", None, "x12/005010/850", false);
    check("004030", None, "x12/004010/850", true);
    check("004030", Some(&agreed), "x12/005010/850", false);
    check("006020", None, "x12/005010/850", true);
    check("003040", None, "x12/004010/850", true);
    check("", None, "x12/004010/850", true);
    check("ÄÖÜ", None, "x12/004010/850", true);
    assert!(Guides::default().select(&set("004010", ""), None).is_none());
}
