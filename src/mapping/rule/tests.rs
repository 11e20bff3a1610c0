use super::*;

/// Writes a rule back in a plain form that shows how it was understood.
fn shown(rule: &Rule) -> String {
    let sources: Vec<String> = rule.sources.iter().map(show_source).collect();
    let codecs: String = rule.codecs.iter().map(|codec| format!(" | {}{:?}", codec.name, codec.arguments)).collect();
    format!("{}{codecs}", sources.join(" OR "))
}

fn show_source(source: &Source) -> String {
    match source {
        Source::Constant(text) => format!("'{text}'"),
        Source::Places { places, conditions } => {
            let places: Vec<String> = places.iter().map(show_place).collect();
            format!("{}{}", places.join(" + "), show_conditions(conditions))
        }
    }
}

fn show_conditions(conditions: &[Condition]) -> String {
    let shown: Vec<String> =
        conditions.iter().map(|condition| format!("{} {:?}", show_place(&condition.place), condition.test)).collect();
    if shown.is_empty() { String::new() } else { format!(" IF {}", shown.join(" AND ")) }
}

fn show_place(place: &Place) -> String {
    let from = match &place.from {
        From::Here => String::new(),
        From::Message => "MESSAGE:".to_owned(),
        From::Level(level) => format!("LEVEL {level}:"),
    };
    let loops: String = place.loops.iter().map(|name| format!("{name}>")).collect();
    let part = match &place.part {
        Part::Whole => String::new(),
        Part::Pair(qualifier) => format!("[{qualifier}]"),
        Part::Element { element, component, repetition } => {
            format!(" {element}/{}/{}", component.unwrap_or(0), repetition.unwrap_or(0))
        }
    };
    format!("{from}{loops}{}{part}", place.segment)
}

#[test]
fn rules_are_read_as_an_analyst_reads_them() {
    let check = |text: &str, expect: &str| assert_eq!(shown(&Rule::parse(text).unwrap()), expect, "{text}");
    check("BEG03", "BEG 3/0/0");
    check("N102", "N1 2/0/0");
    check("TD107 if TD106=G", "TD1 7/0/0 IF TD1 6/0/0 OneOf([\"G\"])");
    check("BEG06 or REF02 if REF01=CT", "BEG 6/0/0 OR REF 2/0/0 IF REF 1/0/0 OneOf([\"CT\"])");
    check("CTT/AMT02 if AMT01=TT", "CTT>AMT 2/0/0 IF AMT 1/0/0 OneOf([\"TT\"])");
    check("DTM01-2 if DTM01-1 in (137 4)", "DTM 1/2/0 IF DTM 1/1/0 OneOf([\"137\", \"4\"])");
    check("SV101-2(3)", "SV1 1/2/3");
    check("BEG07 | flag(AD AC AK, NA)", "BEG 7/0/0 | flag[[\"AD\", \"AC\", \"AK\"], [\"NA\"]]");
    check("PO1[UK] or PO1[EN] | gtin", "PO1[UK] OR PO1[EN] | gtin[]");
    check("DTM02 + DTM03 if DTM01=011 | instant", "DTM 2/0/0 + DTM 3/0/0 IF DTM 1/0/0 OneOf([\"011\"]) | instant[]");
    check("^O.PRF01", "LEVEL O:PRF 1/0/0");
    check("REF02 if REF01=PO or /BIG04", "REF 2/0/0 IF REF 1/0/0 OneOf([\"PO\"]) OR MESSAGE:BIG 4/0/0");
    check("'discount'", "'discount'");
    check("  BEG01   |   code(purpose) | trim  ", "BEG 1/0/0 | code[[\"purpose\"]] | trim[]");
    check("BEG04 | default('no release', always)", "BEG 4/0/0 | default[[\"no release\"], [\"always\"]]");
    check("TD101 if TD102 present and TD103 absent", "TD1 1/0/0 IF TD1 2/0/0 Present AND TD1 3/0/0 Absent");
}

#[test]
fn faults_say_where_and_what_was_expected() {
    let check = |text: &str, at: usize, message: &str, expected: &str| {
        let fault = Rule::parse(text).unwrap_err();
        assert_eq!((fault.at, fault.message.as_str()), (at, message), "{text}");
        assert_eq!(fault.expected.unwrap_or_default(), expected, "{text}");
    };
    check("", 0, "the rule ends too early", "a segment, such as BEG03");
    check("BEG", 0, "'BEG' names no element", "an element of the segment, such as BEG01");
    check("BEG03 x", 6, "'x' does not belong here", "' or ', ' if ', ' and ', ' + ' or ' | '");
    check(
        "BEG03 if BEG01",
        14,
        "the condition says nothing",
        "'=VALUE', ' in (VALUE VALUE)', ' not in (VALUE VALUE)', ' not named', ' present' or ' absent'",
    );
    check("BEG03 if BEG01 not 1", 19, "'not' stands alone", "'not in (VALUE VALUE)' or 'not named'");
    check("BEG03 if BEG=1", 9, "'BEG' names no element", "an element of the segment, such as BEG01");
    check("BEG6", 0, "'BEG6' names no element", "BEG06");
    check("beg06", 0, "'beg06' names no element", "BEG06");
    check("DTM+137", 0, "'DTM' names no element", "an element of the segment, such as DTM01");
    check("BEG03 if BEG01==1", 15, "'=1' does not belong here", "a value");
    check("BEG03 if BEG01 in (1, 2)", 20, "',' does not belong here", "the next value or ')'");
    check("BEG00", 0, "'BEG00' has no element", "elements count from 01");
    check("'open", 0, "the quoted text has no end", "a closing '");
    check("BEG03 | ", 8, "the rule ends too early", "the name of a codec, such as code(list)");
    check("BEG03 if BEG01 in (A", 20, "the rule ends too early", "a value");
    check("BEG03-0", 6, "'0' does not belong here", "the number of a component, from 1");
    check(&vec!["BEG03"; 33].join(" or "), 288, "there are more than 32 parts in one rule", "");
}

#[test]
fn instances_have_alternatives() {
    let read = |text: &str| Instances::parse(text).unwrap();
    assert_eq!(show_place(&read("PO1").place), "PO1");
    assert_eq!(show_place(&read("N9/MSG if N9/N901=L1").place), "N9>MSG");
    let either = read("ITD if ITD07 present or ITD06 present and ITD03 absent");
    let shown: Vec<String> = either.alternatives.iter().map(|all| show_conditions(all)).collect();
    assert_eq!(shown, [" IF ITD 7/0/0 Present", " IF ITD 6/0/0 Present AND ITD 3/0/0 Absent"]);
    assert_eq!(show_conditions(&read("PO1 if SCH absent").alternatives[0]), " IF SCH Absent");
    assert_eq!(show_conditions(&read("REF if REF01 not named").alternatives[0]), " IF REF 1/0/0 NotNamed");
    let none = read("REF if REF01 not in (CT ZZ) and ^PO1.PO106 present");
    let shown = show_conditions(&none.alternatives[0]);
    assert_eq!(shown, r#" IF REF 1/0/0 NoneOf(["CT", "ZZ"]) AND LEVEL PO1:PO1 6/0/0 Present"#);
    assert!(Instances::parse("PO101").is_err());
}

#[test]
fn emits_are_constants_members_or_counts() {
    let check = |text: &str, expect: Emit| assert_eq!(Emit::parse(text).unwrap(), [expect], "{text}");
    check("'DF'", Emit::Constant("DF".to_owned()));
    check("count(lines)", Emit::Count("lines".to_owned()));
    check("sum(lines.quantity.value)", Emit::Sum("lines.quantity.value".to_owned()));
    check("segments(HL)", Emit::Segments("HL".to_owned()));
    check("levels()", Emit::Levels(Vec::new()));
    let code = Codec { at: 18, name: "code".to_owned(), arguments: vec![vec!["unit".to_owned()]] };
    check(
        "^.quantity.unit | code(unit)",
        Emit::Member { outward: 1, path: "quantity.unit".to_owned(), codecs: vec![code] },
    );
    let either = [Emit::Segments("HL".to_owned()), Emit::Count("lines".to_owned())];
    assert_eq!(Emit::parse("segments(HL) or count(lines)").unwrap(), either);
    assert!(Emit::parse("'08' '01'").is_err());
    assert!(Emit::parse("average(lines)").is_err());
    assert!(Emit::parse("^.").is_err());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_grammar_panic(text in "[A-Z0-9a-z /^.()\\[\\]'|=+,-]{0,40}|\\PC{0,40}") {
        // Only whether it comes back is asked here.
        drop((Rule::parse(&text), Instances::parse(&text), Emit::parse(&text), EmitPlace::parse(&text)));
    }
}
