//! What is told of interchanges once they were read to their end.

use crate::base::Severity;

use super::*;

fn checked(bytes: &[u8]) -> Vec<Checked> {
    let guides = Guides::shipped();
    let mut checker = Checker::new(Reader::new(bytes, ReadOptions::default()), &guides);
    std::iter::from_fn(|| checker.next_checked().unwrap()).collect()
}

#[test]
fn every_finding_is_one_row_with_its_indices() {
    let sets = "ST*850*0001~BEG*00*SA*1**20261102~PO1**1~SE*4*0001~ST*850*0002~BEG*00*SA*1**x~PO1**1~SE*9*0002~\
        ST*998*0003~SE*2*0003~";
    let file = [wrap(sets), b"what is this".to_vec(), wrap("")].concat();
    let rows: Vec<String> = checked(&file)
        .iter()
        .flat_map(Checked::records)
        .map(|row| {
            let row = FindingRecord { message: String::new(), hint: None, ..row };
            serde_json::to_string(&row).unwrap()
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn findings_weigh_what_the_terms_say() {
    struct Careful(Vec<String>);
    impl Terms for Careful {
        fn severities(&mut self, _head: &InterchangeHead) -> Severities {
            let mut severities = Severities::default();
            severities.set("count", Weight::Warn);
            severities.set("length", Weight::Reject);
            severities
        }
        fn seen(&mut self, set: &TransactionSet, tree: Option<&Tree<'_>>, report: &SetReport) {
            self.0.push(format!("{} {} {}", set.control_number, tree.is_some(), report.is_sound()));
        }
    }
    let guides = Guides::shipped();
    let sets = "ST*850*0001~BEG*00*SA*1**20261102~PO1**1~SE*9*0001~ST*850*0002~BEG*0*SA*1**20261102~PO1**1~SE*4*0002~\
        ST*998*0003~SE*2*0003~";
    let file = wrap(sets);
    let mut checker = Checker::on_terms(Reader::new(&*file, ReadOptions::default()), &guides, Careful(Vec::new()));
    let Some(Checked::Interchange(report)) = checker.next_checked().unwrap() else { panic!("an interchange") };
    let group = &report.groups[0];
    assert_eq!(group.findings[0].severity, Severity::Warning);
    assert!(group.is_sound() && group.sets[0].is_sound() && !group.sets[1].is_sound());
    assert_eq!(group.sets[0].kind.guide.as_ref().unwrap().to_string(), "x12/004010/850");
    assert_eq!(checker.into_terms().0, ["0001 true true", "0002 true false", "0003 false false"]);
}

#[test]
fn a_missing_segment_has_two_positions() {
    let Some(Checked::Interchange(report)) = checked(&wrap("ST*850*0001~BEG*00*SA*1**20261102~SE*3*0001~")).pop()
    else {
        panic!("an interchange")
    };
    let missing = &report.groups[0].sets[0].findings[0];
    assert_eq!(missing.code, FindingCode::MissingSegment);
    assert_eq!((missing.place.segment_position, missing.position_reached()), (Some(3), Some(2)));
}

#[test]
fn findings_and_sets_of_an_interchange_are_bounded() {
    let set = |number: usize, strays: usize| {
        let strays = "ZZZ~".repeat(strays);
        let count = 4 + strays.len() / 4;
        format!("ST*850*{number:04}~BEG*00*SA*1**20261102~PO1**1~{strays}SE*{count}*{number:04}~")
    };
    let sets: String = (1..=12).map(|number| set(number, if number == 11 { 1_200 } else { 1_000 })).collect();
    let file = wrap(&sets).iter().map(|byte| *byte as char).collect::<String>().replace("GE*1*1~", "GE*12*1~");
    let Some(Checked::Interchange(report)) = checked(file.as_bytes()).pop() else { panic!("an interchange") };
    let kept: Vec<usize> = report.groups[0].sets.iter().map(|set| set.findings.len()).collect();
    assert_eq!(kept, [vec![1_000; 10], vec![1, 1]].concat());
    let last = report.groups[0].sets.last().unwrap();
    let told = (last.findings[0].code, last.findings[0].severity, &*last.findings[0].text);
    assert_eq!(told, (FindingCode::MoreFindings, Severity::Warning, "1000 more findings are not listed"));

    let strays =
        wrap("ZZZ~").iter().map(|byte| *byte as char).collect::<String>().replace("ZZZ~", &"ZZZ~".repeat(1_001));
    let Some(Checked::Interchange(report)) = checked(strays.as_bytes()).pop() else { panic!("an interchange") };
    let strays =
        |finding: &&Finding| matches!(finding.code, FindingCode::MisplacedEnvelope | FindingCode::MoreFindings);
    assert_eq!(report.groups[0].findings.iter().filter(strays).count(), 1_001);
    assert_eq!(report.findings, []);

    // Six elements of a GS that are empty, none of them told by a trailer, and a group that is empty.
    let groups = "GS*~GE*0*~".repeat(2_000);
    let file = [ISA, &groups, "IEA*2000*000000001~"].concat();
    let Some(Checked::Interchange(report)) = checked(file.as_bytes()).pop() else { panic!("an interchange") };
    let kept: Vec<usize> = report.groups.iter().map(|group| group.findings.len()).collect();
    let whole = kept[0];
    assert!(whole > 5);
    assert_eq!(kept.iter().filter(|count| **count == whole).count(), 10_000 / whole, "{kept:?}");
    assert!(kept.iter().sum::<usize>() <= 10_000 + kept.len());
    let last = report.groups.last().unwrap();
    assert_eq!((last.findings.len(), last.findings[0].level), (1, Level::Group));

    let file = wrap(&format!("{}{}", set(1, 0), set(2, 0)));
    for (limit, passes) in [(3, true), (2, false)] {
        let limits = crate::base::Limits { transaction_sets: limit, ..crate::base::Limits::default() };
        let guides = Guides::shipped();
        let mut checker = Checker::new(Reader::new(&*file, ReadOptions { limits, ..ReadOptions::default() }), &guides);
        let checked = checker.next_checked();
        let is_bound = matches!(checked, Err(ReadFault::Bound { bound: Bound::TransactionSets, limit: 2, .. }));
        assert_eq!((checked.is_ok(), is_bound), (passes, !passes));
        assert_eq!(checker.unfinished().map(|report| report.groups[0].sets.len()), (!passes).then_some(1));
    }
}
