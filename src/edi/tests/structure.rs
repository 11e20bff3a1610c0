//! Loops and elements: what does not fit the guide, and where it goes.

use super::*;

/// Reads the segments of an order, given without ST and SE, by a guide, and compares tree and findings.
fn check_by(key: &str, segments: &str, tree: &str, findings: &[&str]) {
    let count = segments.matches('~').count() + 2;
    let set = only_set(&wrap(&format!("ST*850*0001~{segments}SE*{count}*0001~")));
    assert!(set.findings.is_empty(), "{:?}", set.findings);
    let guide = guide(key);
    let (found, diagnostics) = crate::edi::structure(&set, &guide);
    let short = |diagnostic: Diagnostic| {
        let text = Diagnostic { hint: None, ..diagnostic }.to_string();
        let (place, rest) = text.split_once(" at byte ").unwrap();
        format!("{place}: {}", rest.split_once(": ").unwrap().1)
    };
    let diagnostics: Vec<String> = diagnostics.into_iter().map(|finding| short(finding.into())).collect();
    assert_eq!(diagnostics, findings, "{segments}");
    if !tree.is_empty() {
        assert_eq!(outline(found.root()), tree, "{segments}");
    }
}

fn check(segments: &str, tree: &str, findings: &[&str]) {
    check_by("x12/004010/850", segments, tree, findings);
}

/// Tags in the order of the wire, each loop instance in brackets.
fn outline(instance: Instance<'_, '_>) -> String {
    let parts: Vec<String> = instance
        .parts()
        .map(|part| match part {
            InstancePart::Segment(segment) => segment.tag().to_string(),
            InstancePart::Loop(child) => format!("({})", outline(child)),
        })
        .collect();
    parts.join(" ")
}

const BEG: &str = "BEG*00*SA*1**20261102~";

fn order(rest: &str) -> String {
    format!("{BEG}{rest}")
}

#[test]
fn segments_go_to_the_innermost_loop_that_takes_them() {
    check(
        &order("REF*CT*1~PER*BD*X~N1*BY*B~REF*DP*1~PER*BD*X~PO1**1~REF*CO*1~"),
        "ST BEG REF PER (N1 REF PER) (PO1 REF) SE",
        &[],
    );
    check(
        &order(
            "N9*L1*NOTE~MSG*a~MSG*b~N9*L1*X~PO1**1~PID*F****x~MEA*WT**5~N9*L1*l~MSG*c~N1*ST*x~N3*a~PO1**2~CTT*2~AMT*TT*5~",
        ),
        "ST BEG (N9 MSG MSG) (N9) (PO1 (PID MEA) (N9 MSG) (N1 N3)) (PO1) (CTT AMT) SE",
        &[],
    );
    check(
        &order("PO1**1~SCH*1*EA***002*20261116~REF*CO*1~SLN*1**I~PID*F****x~SAC*C*D240~N1*ST*x~N3*x~PO1**1~"),
        "ST BEG (PO1 (SCH REF) (SLN PID (SAC) (N1 N3))) (PO1) SE",
        &[],
    );
    check_by(
        "x12/005010/850",
        &order("N9*L1*NOTE~MTX**a~N1*ST*x~IN2*02*y~PO1**1~N9*L1*z~MTX**b~"),
        "ST BEG (N9 MTX) (N1 IN2) (PO1 (N9 MTX)) SE",
        &[],
    );
}

#[test]
fn segments_that_do_not_fit() {
    check(
        "CUR*BY*USD~PO1**1~",
        "ST CUR (PO1) SE",
        &["BEG (segment 2): error[missing-segment]: the mandatory segment BEG of 850 is missing; expected BEG"],
    );
    check(
        BEG,
        "ST BEG SE",
        &["PO1 (segment 3): error[missing-segment]: the mandatory loop PO1 of 850 is missing; expected PO1"],
    );
    check(
        &order("DTM*002*20261116~REF*CT*1~PO1**1~"),
        "ST BEG DTM REF (PO1) SE",
        &["REF (segment 4): warning[out-of-sequence]: REF comes too late in 850"],
    );
    check(
        &order("PO1**1~SCH*1*EA***002*20261116~PID*F****x~MEA*WT**5~SCH*2*EA***002*20261117~"),
        "ST BEG (PO1 (SCH) (PID MEA) (SCH)) SE",
        &["PID (segment 5): warning[out-of-sequence]: PID comes too late in PO1"],
    );
    check(
        &order("ZZZ*1~N3*street~PO1**1~"),
        "ST BEG ZZZ N3 (PO1) SE",
        &[
            "ZZZ (segment 3): warning[unknown-segment]: x12/004010/850 has no segment ZZZ",
            "N3 (segment 4): error[unexpected-segment]: N3 has no place in 850 nor in the loops around it",
        ],
    );
    // A segment of another set of the release is another thing than a tag that nobody knows.
    check(
        &order("BSN*00*1*20261102*0815~PO1**1~"),
        "ST BEG BSN (PO1) SE",
        &[
            "BSN (segment 3): warning[segment-not-of-set]: x12/004010/850 has no segment BSN; other sets of its release have",
        ],
    );
    check(
        &order("CUR*BY*USD~CUR*SE*EUR~PO1**1~CTT*1~CTT*1~"),
        "ST BEG CUR CUR (PO1) (CTT) (CTT) SE",
        &[
            "CUR (segment 4): warning[too-many-segments]: CUR comes more often than once in 850; expected at most 1",
            "CTT (segment 7): warning[too-many-loops]: CTT comes more often than once in 850; expected at most 1",
        ],
    );
    check(
        &order("LM*AX~PO1**1~"),
        "ST BEG (LM) (PO1) SE",
        &["LQ (segment 4): error[missing-segment]: the mandatory segment LQ of LM is missing; expected LQ"],
    );
}

#[test]
fn elements_that_do_not_fit() {
    let elements = |segments: &str, findings: &[&str]| check(&format!("{segments}PO1**1~"), "", findings);
    elements(
        "BEG*00*SA***20261102~",
        &["BEG03 (segment 2): error[missing-element]: the mandatory element BEG03 is empty"],
    );
    elements(
        "BEG*00*SA*  **20261102~",
        &["BEG03 (segment 2): error[missing-element]: the mandatory element BEG03 is empty"],
    );
    elements("BEG*00*SA*1~", &["BEG05 (segment 2): error[missing-element]: the mandatory element BEG05 is empty"]);
    elements(
        "BEG*00*SA*1**20261302~",
        &["BEG05 (segment 2): error[not-a-date]: BEG05 '20261302' is no date; expected CCYYMMDD"],
    );
    elements(
        &order("DTM*002*261116*9999~"),
        &[
            "DTM02 (segment 3): error[not-a-date]: DTM02 '261116' is no date; expected CCYYMMDD",
            "DTM03 (segment 3): error[not-a-time]: DTM03 '9999' is no time; expected HHMM, HHMMSS or HHMMSSDD",
        ],
    );
    elements(
        &order("ITD*08*3*2,5**1.5~"),
        &[
            "ITD03 (segment 3): error[not-a-number]: ITD03 '2,5' is no number; expected digits, perhaps a decimal point and a minus sign",
            "ITD05 (segment 3): error[not-a-number]: ITD05 '1.5' is no whole number; expected digits, perhaps a minus sign",
        ],
    );
    elements(
        "BEG*0*SA*12345678901234567890123**20261102~",
        &[
            "BEG01 (segment 2): warning[too-short]: BEG01 has 1 character; expected at least 2",
            "BEG03 (segment 2): warning[too-long]: BEG03 has 23 characters; expected at most 22",
        ],
    );
    elements(
        &order("CUR*BY*USD*-12345.67890~PER*BD*x**~N4*a*b*c*d*e*f*g~"),
        &[
            "PER04 (segment 4): info[trailing-separators]: PER ends with a separator; it and those further on are passed over",
            "N4 (segment 5): error[unexpected-segment]: N4 has no place in 850 nor in the loops around it",
            "N401 (segment 5): warning[too-short]: N401 has 1 character; expected at least 2",
            "N402 (segment 5): warning[too-short]: N402 has 1 character; expected at least 2",
            "N403 (segment 5): warning[too-short]: N403 has 1 character; expected at least 3",
            "N404 (segment 5): warning[too-short]: N404 has 1 character; expected at least 2",
            "N407 (segment 5): warning[too-many-elements]: N4 has 6 elements, 7 were sent",
        ],
    );
    elements(
        &order("MEA*WT**1*XXX>1>1~"),
        &["MEA04-1 (segment 3): warning[too-long]: MEA04-1 has 3 characters; expected at most 2"],
    );
    elements(
        &order("N1*ST*Größe und so fort über sechzig Zeichen lang, aber kürzer in Wörtern~"),
        &["N102 (segment 3): warning[too-long]: N102 has 67 characters; expected at most 60"],
    );
}

#[test]
fn a_tree_is_walked_by_loops() {
    let set = only_set(STORY);
    let guide = guide("x12/004010/850");
    let (tree, _) = crate::edi::structure(&set, &guide);
    let lines: Vec<Instance<'_, '_>> = tree.root().loops().filter(|child| child.name() == "PO1").collect();
    let numbers: Vec<String> =
        lines.iter().filter_map(|line| Some(line.first()?.element(1).text().into_owned())).collect();
    assert_eq!(numbers, ["10", "20"]);
    let schedules: Vec<usize> =
        lines.iter().map(|line| line.loops().filter(|child| child.name() == "SCH").count()).collect();
    assert_eq!(schedules, [2, 1]);
    let schedule = lines[0].loops().find(|child| child.name() == "SCH").unwrap();
    assert_eq!(schedule.parent().unwrap().number(), lines[0].number());
    assert_eq!(tree.root().parent().map(|parent| parent.number()), None);
    assert_eq!(guide.element("PO1", 4).unwrap().value_type(), Some(guide::ElementType::R));
    assert_eq!(guide.segment("PO1").unwrap().pairs[0], guide::Pair { qualifier: 6, value: 7 });
}
