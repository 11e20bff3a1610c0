//! The form of guides, those that are shipped, and the choice of one.

use crate::base::Severity;
use crate::edi::guide::load::{Dictionary, guide};
use crate::edi::{FindingCode, Piece, ReadOptions, Reader, TransactionSet};

use super::*;

#[test]
fn every_shipped_guide_is_read_whole() {
    let faults = shipped::faults();
    assert!(faults.is_empty(), "{faults:#?}");
    let guides = Guides::shipped();
    let keys: Vec<String> = guides.keys().map(ToString::to_string).collect();
    assert_eq!(keys, ["x12/004010/850", "x12/005010/850"]);
    for key in keys {
        assert_eq!(guides.get(&key.parse().unwrap()).unwrap().key().to_string(), key);
        assert_eq!(shipped(&key).unwrap().root().name, "850");
    }
    assert!(shipped("x12/004010/999").is_none() && shipped("x12/003010/850").is_none() && shipped("850").is_none());
}

#[test]
fn segments_without_a_description_are_few_and_known() {
    fn tags(definition: &LoopDef, found: &mut Vec<String>) {
        found.extend(definition.segments().map(|segment| segment.tag.to_string()));
        definition.loops().for_each(|child| tags(child, found));
    }
    for key in ["x12/004010/850", "x12/005010/850"] {
        let guide = shipped(key).unwrap();
        let mut found = Vec::new();
        tags(guide.root(), &mut found);
        found.sort_unstable();
        found.dedup();
        found.retain(|tag| guide.segment(tag).is_none());
        found.retain(|tag| tag != "EFI");
        assert_eq!(found, ["ADV", "CB1", "IT8", "SPI"], "{key}");
    }
}

#[test]
fn releases_differ_where_they_say_so() {
    let length = |key: &str| shipped(key).unwrap().element("REF", 2).unwrap().max_length();
    assert_eq!((length("x12/004010/850"), length("x12/005010/850")), (Some(30), Some(50)));
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

fn load(set: &str) -> Result<Guide, String> {
    let dictionary = Dictionary::parse(DICTIONARY).unwrap();
    let key = GuideKey { standard: "x12".into(), release: "1".into(), set: "100".into() };
    guide(key, set, &dictionary)
        .map_err(|faults| faults.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>().join("; "))
}

#[test]
fn a_guide_says_all_its_faults() {
    let check =
        |set: &str, fault: &str| assert_eq!(load(set).map(|_| "fine".to_owned()).unwrap_or_else(|it| it), fault);
    check("[set]\nparts = ['AA M', 'loop N1 >1']\n[set.N1]\nparts = ['N1 M', 'ZZ 3']", "fine");
    check("", "a guide needs a table [set]");
    check("[set]", "100 has no parts");
    check(
        "[set]\nparts = ['AA X', 5]",
        "100: \"AA X\" is not written 'TAG [M|O] [max]'; 100: 5 is not written 'TAG [M|O] [max]'",
    );
    check("[set]\nparts = ['loop N1']", "100/N1 has no table");
    check("[set]\nparts = ['AA']\n[set.N1]\nparts = ['N1 M']", "100/N1 is named by 0 parts, not by one");
    check(
        "[set]\nparts = ['loop N1', 'loop N1']\n[set.N1]\nparts = ['N1 M']",
        "100/N1 is named by 2 parts, not by one",
    );
    check("[set]\nparts = ['loop N1']\n[set.N1]\nparts = ['N1']", "100/N1 does not begin with a mandatory segment");
    check(
        "[set]\nparts = ['loop N1']\n[set.N1]\nparts = ['N1 M']\nwhen = 'N201 in (ST)'",
        "100/N1: 'when' is not written 'N101 in (ST BY)' of its first segment",
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
    let segment = |text: &str| {
        let dictionary = Dictionary::parse(&format!("{DICTIONARY}\n"))
            .unwrap()
            .amended(text)
            .map_err(|faults| faults.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>().join("; "));
        let key = GuideKey { standard: "x12".into(), release: "1".into(), set: "100".into() };
        let loaded = dictionary.and_then(|dictionary| {
            guide(key, "[set]\nparts = ['AA M']", &dictionary).map_err(|faults| faults[0].message.clone())
        });
        loaded.map(|_| "fine".to_owned()).unwrap_or_else(|it| it)
    };
    assert_eq!(segment(""), "fine");
    assert_eq!(segment("[segments]\nAA = '7 M'"), "AA: element 7 is not described");
    assert_eq!(segment("[segments]\nAA = '1 Q'"), "AA: 'Q' after 1 is neither M nor O nor a repetition");
    assert_eq!(segment("[segments]\nAA = '1,,2'"), "AA: an element without a number");
    assert_eq!(segment("[elements]\n1 = 'AN 1'"), "AA: element 1 is not written 'TYPE min/max'");
    assert_eq!(segment("[elements]\n1 = 'XX 1/2'"), "AA: element 1 is not written 'TYPE min/max'");
    assert_eq!(segment("[composites]\nC1 = 'C1'"), "AA: composite C1 inside a composite");
    assert_eq!(segment("[pairs]\nAA = '4/5'"), "pairs of AA are not qualifier/value elements of it");
    assert_eq!(segment("[words]\nAA = '4/5'"), "a dictionary has no section 'words'");
    assert_eq!(segment("[segments]\nAA = 5"), "segments.AA is not a text");
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
        findings.iter().map(|finding| finding.text.as_str()).collect::<Vec<_>>(),
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
