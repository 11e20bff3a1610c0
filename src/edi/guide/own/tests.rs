//! Guides of one's own in a folder: where they lie, what describes them, what is wrong with them.

use super::*;

const DICTIONARY: &str = "[elements]\n1 = 'AN 1/9'\n[segments]\nAA = '1 M'";
const SET: &str = "[set]\nparts = ['AA M']";

/// The shipped guides with these files, and the faults as file and text.
fn add(files: &[(&str, &str)]) -> (Guides, Vec<String>) {
    let files = files.iter().map(|(path, text)| (path.to_string(), Source::new(format!("{path}.toml"), *text)));
    let (mut guides, faults) = (Guides::shipped(), Faults::new());
    guides.add_files(&files.collect(), &faults);
    let told = |fault: Diagnostic| format!("{}: {}", fault.location.file.as_deref().unwrap_or_default(), fault.message);
    (guides, faults.into_sorted().into_iter().map(told).collect())
}

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    add(files).1
}

#[test]
fn a_release_of_ones_own_is_described_by_its_own_dictionary() {
    let (guides, faults) = add(&[
        ("x12/009000/dictionary", DICTIONARY),
        ("x12/009000/names", "[names]\nAA = 'first'"),
        ("x12/009000/100", SET),
        ("edifact/d.99z/dictionary", "[elements]\n1 = 'an ..3'\n[segments]\nAAA = '1'"),
        ("edifact/d.99z/TESTIN", "[set]\nparts = ['AAA']"),
    ]);
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(guides.named("x12/009000/100").unwrap().segment("AA").unwrap().name, "first");
    assert!(guides.named("edifact/D99Z/TESTIN").unwrap().segment("AAA").is_some());
}

#[test]
fn a_shipped_release_is_described_by_the_shipped_dictionary_or_an_amended_one() {
    let reference = |files: &[(&str, &str)]| {
        let (guides, faults) = add(files);
        assert_eq!(faults, Vec::<String>::new());
        let guide = guides.named("x12/004010/204").unwrap();
        (guide.element("REF", 2).and_then(|element| element.max_length()), guide.segment("ZA").is_some())
    };
    let set = ("x12/004010/204", "[set]\nparts = ['REF M', 'ZA']");
    assert_eq!(reference(&[set]), (Some(30), false));
    let amended = "extends = 'x12/004010'\n[segments]\nZA = '127'\n[elements]\n127 = 'AN 1/99'";
    assert_eq!(reference(&[set, ("x12/004010/dictionary", amended)]), (Some(99), true));
    // Without `extends` it stands alone.
    assert_eq!(reference(&[set, ("x12/004010/dictionary", DICTIONARY)]), (None, false));
}

#[test]
fn a_guide_of_ones_own_takes_the_place_of_a_shipped_one() {
    let (guides, faults) = add(&[("x12/004010/850", "[set]\nname = 'mine'\nparts = ['BEG M']")]);
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(guides.named("x12/004010/850").unwrap().name(), "mine");
    assert_eq!(guides.keys().count(), Guides::shipped().keys().count());
}

#[test]
fn whatever_is_wrong_in_a_folder_is_told() {
    let none: Vec<String> = Vec::new();
    assert_eq!(faults(&[("x12/009000/dictionary", DICTIONARY)]), none);
    assert_eq!(
        faults(&[("x12/009000/100", SET), ("x12/009000/101", SET)]),
        [
            "x12/009000/100.toml: nothing describes the segments of x12/009000",
            "x12/009000/101.toml: nothing describes the segments of x12/009000"
        ]
    );
    for path in ["x12/100", "x12/009000/inner/100", "edifact/x"] {
        assert_eq!(faults(&[(path, SET)]), [format!("{path}.toml: no guide lies here")]);
    }
    assert_eq!(
        faults(&[("x12/004010/1-2", SET)]),
        ["x12/004010/1-2.toml: 'x12/004010/1-2' names no message; write standard/release/set, as in x12/004010/850"]
    );
    for extends in ["'x12/005010'", "'x12/009000'", "5"] {
        assert_eq!(
            faults(&[("x12/009000/dictionary", &format!("extends = {extends}\n{DICTIONARY}"))]),
            ["x12/009000/dictionary.toml: this names no dictionary of the same release"],
            "{extends}"
        );
    }
    let both = faults(&[("x12/009000/dictionary", "[segments]\nAA = '1'"), ("x12/009000/100", "[set]"), ("a/b", "")]);
    assert_eq!(
        both,
        [
            "a/b.toml: 'extends' is missing",
            "x12/009000/100.toml: 100 has no parts",
            "x12/009000/dictionary.toml: AA: element 1 is not described"
        ]
    );
}
