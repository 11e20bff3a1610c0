//! What `edigate guide` prints, on made-up guides.

use std::path::PathBuf;

use clap::Parser;

use super::*;
use crate::cli::args::{Arguments, Command};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/guides")
}

/// What the command prints, or why it fails.
fn run(arguments: &[&str]) -> Result<String, (Exit, String)> {
    let arguments = ["edigate", "guide"].iter().chain(arguments);
    let Command::Guide(command) = Arguments::try_parse_from(arguments).unwrap().command else { panic!("not a guide") };
    let mut out = Vec::new();
    match guide(&command, &mut Output::to(&mut out)) {
        Ok(exit) => {
            assert_eq!(exit, Exit::Clean);
            Ok(String::from_utf8(out).unwrap())
        }
        Err(failure) => Err((failure.exit, failure.text)),
    }
}

/// With the made-up guides beside the shipped ones.
fn own(arguments: &[&str]) -> Result<String, (Exit, String)> {
    let folder = fixtures().join("own");
    run(&[arguments, &["--guides", folder.to_str().unwrap()]].concat())
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../../../tests/fixtures/guides/snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn a_guide_is_shown_with_its_loops_and_its_elements() {
    snapshot("x12", &own(&["show", "x12/009000/123"]).unwrap());
    snapshot("edifact", &own(&["show", "edifact/D99Z/TESTIN"]).unwrap());
}

#[test]
fn a_loop_or_segment_is_shown_wherever_it_stands() {
    snapshot("x12-N1", &own(&["show", "x12/009000/123", "N1"]).unwrap());
    snapshot("x12-REF", &own(&["show", "x12/009000/123", "REF"]).unwrap());
    snapshot("x12-HL-LIN", &own(&["show", "x12/009000/123", "HL/LIN"]).unwrap());
    snapshot("x12-XX", &own(&["show", "x12/009000/123", "XX"]).unwrap());
}

#[test]
fn parts_are_found_by_segment_group_and_in_small_letters() {
    let check = |name: &str, part: &str, paths: &[&str], segments: &[&str]| {
        let json: Value = serde_json::from_str(&run(&["show", name, part, "--json"]).unwrap()).unwrap();
        let all = |list: &str, member: &str| {
            json[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one[member].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(all("parts", "path"), paths, "{part}");
        assert_eq!(all("segments", "segment"), segments, "{part}");
    };
    check("edifact/D96A/ORDERS", "SG10", &["TDT/LOC"], &["LOC", "DTM"]);
    check("edifact/D96A/ORDERS", "sg35/sg36", &["LIN/NAD/RFF"], &["RFF", "DTM"]);
    check("edifact/d96a/orders", "sg2/loc", &["NAD/LOC"], &["LOC"]);
    check("edifact/d96a/orders", "nad", &["NAD", "LIN/NAD"], &["NAD", "LOC", "FII"]);
    check("x12/004010/850", "n1/per", &["N1/PER", "PO1/N1/PER", "PO1/SLN/N1/PER"], &["PER"]);
}

#[test]
fn segments_of_the_envelope_are_shown_too() {
    let check = |arguments: &[&str], first: &str, holds: &str| {
        let text = run(&[&["show"], arguments].concat()).unwrap();
        assert_eq!(text.lines().next(), Some(first));
        assert!(text.lines().any(|line| line.starts_with(holds)), "{text}");
    };
    let ta1 = "x12/004010/TA1  stands between the ISA and the first group";
    check(&["x12/004010/TA1"], ta1, "  TA105     I18    M     ID 3/3 ");
    check(&["x12/004010/850", "ta1"], ta1, "TA1  interchange acknowledgement");
    check(&["x12/005010/isa"], "x12/005010/ISA  begins an interchange", "  ISA11     I65");
    check(&["x12/004010/850", "GS"], "x12/004010/GS  begins a functional group", "  GS08      480");
    check(&["edifact/D96A/ORDERS", "UNH"], "edifact/D96A/UNH  begins a message", "  UNH02-5   0057   O     an..6");
    check(&["edifact/d01b/unb"], "edifact/D01B/UNB  begins an interchange", "  UNB05     0020");
    check(&["x12/004010/850", "TDS"], "x12/004010/TDS  no part of x12/004010/850", "  TDS01 ");
    check(&["x12/004010/tds"], "x12/004010/TDS  as sets of this release have it", "  TDS01 ");
    let json: Value = serde_json::from_str(&run(&["show", "x12/004010/TA1", "--json"]).unwrap()).unwrap();
    assert_eq!(json["guide"], "x12/004010/TA1");
    assert_eq!(json["segments"][0]["elements"].as_array().unwrap().len(), 5);
    assert!(run(&["list"]).unwrap().contains("\nx12/004010/TA1       interchange acknowledgement\n"));
}

#[test]
fn an_overlay_is_shown_as_it_amends_its_guide() {
    snapshot("overlay", &own(&["show", "acme/123"]).unwrap());
    snapshot("overlay-REF-json", &own(&["show", "acme/123", "REF", "--json"]).unwrap());
    let list = own(&["list"]).unwrap();
    assert!(list.contains("acme/123             made-up order of Acme, extends x12/009000/123\n"), "{list}");
}

#[test]
fn guides_beside_a_configuration_are_read_without_it() {
    let site = tempfile::tempdir().unwrap();
    let (file, overlay) = (site.path().join("edigate.toml"), site.path().join("guides/acme/850.toml"));
    std::fs::create_dir_all(overlay.parent().unwrap()).unwrap();
    std::fs::write(&file, "this is not looked at").unwrap();
    std::fs::write(&overlay, "extends = \"x12/004010/850\"\n[parts]\nCUR = \"not used\"\n").unwrap();
    let arguments = ["show", "acme/850", "CUR", "--config", file.to_str().unwrap()];
    let shown = run(&arguments).unwrap();
    assert!(shown.starts_with("acme/850") && shown.contains("extends x12/004010/850"), "{shown}");
    assert!(shown.lines().any(|line| line == "  CUR  -         not used"), "{shown}");
    std::fs::write(&overlay, "extends = \"x12/004010/850\"\n[parts]\nCURR = \"not used\"\n").unwrap();
    let (exit, text) = run(&arguments).unwrap_err();
    assert_eq!(exit, Exit::Configuration);
    assert!(text.contains("--> guides/acme/850.toml:3:1\n  |\n3 | CURR = "), "{text}");
    let (exit, text) = run(&["list", "--config", "/nowhere"]).unwrap_err();
    assert_eq!((exit, text.as_str()), (Exit::Usage, "/nowhere is no file"));
}

#[test]
fn guides_are_shown_as_json() {
    snapshot("x12-json", &own(&["show", "x12/009000/123", "--json"]).unwrap());
    snapshot("x12-N1-json", &own(&["show", "x12/009000/123", "shipTo", "--json"]).unwrap());
}

/// An archive of these files.
pub(super) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The made-up directory as UNECE would publish it: an archive of archives.
fn directory() -> Vec<u8> {
    let read = |name: &str| std::fs::read(fixtures().join("unece").join(name)).unwrap();
    let one = |name: &str| zipped(&[(name, &read(name))]);
    let codes = zipped(&[("UNCL-1.96A", &read("UNCL-1.96A")), ("UNCL-2.96A", &read("UNCL-2.96A"))]);
    zipped(&[
        ("README.txt", &read("README.txt")),
        ("EDMD.ZIP", &one("TESTIN_D.96A")),
        ("EDSD.ZIP", &one("EDSD.96A")),
        ("Edcd.zip", &one("EDCD.96A")),
        ("EDED.ZIP", &one("EDED.96A")),
        ("UNCL.ZIP", &codes),
        ("IDMD.ZIP", &zipped(&[("IDMDI1.96A", b"interactive")])),
    ])
}

#[test]
fn a_unece_directory_becomes_guides() {
    let folder = tempfile::tempdir().unwrap();
    let (source, into) = (folder.path().join("d96a.zip"), folder.path().join("guides"));
    std::fs::write(&source, directory()).unwrap();
    let (source, into) = (source.to_str().unwrap(), into.to_str().unwrap());
    let told = run(&["import", source, "--into", into]).unwrap().replace(into, "DIR");
    snapshot("import-unece", &told);
    snapshot("import-unece-shown", &run(&["show", "edifact/D96A/TESTIN", "--guides", into]).unwrap());
    // What is there stays, unless one says otherwise.
    let (exit, text) = run(&["import", source, "--into", into]).unwrap_err();
    assert_eq!(exit, Exit::Failed);
    assert!(text.contains("dictionary.toml is there already; nothing is written"), "{text}");
    let again = run(&["import", source, "--into", into, "--replace", "--only", "TESTIN", "--json"]).unwrap();
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["guides"], json!(["edifact/D96A/TESTIN"]));
    assert_eq!(again["passedOver"].as_array().unwrap().len(), 2);
    let other = run(&["import", source, "--into", into, "--replace", "--only", "ORDERS"]);
    assert_eq!(other, Err((Exit::Failed, "there is no message ORDERS in it".to_owned())));
}

#[test]
fn a_schema_becomes_a_guide() {
    let folder = tempfile::tempdir().unwrap();
    let (source, into) = (fixtures().join("xsd/X12_00999_129.xsd"), folder.path().join("guides"));
    let (source, into) = (source.to_str().unwrap(), into.to_str().unwrap());
    let told = run(&["import", source, "--into", into]).unwrap().replace(into, "DIR");
    snapshot("import-xsd", &told);
    snapshot("import-xsd-shown", &run(&["show", "x12/009990/129", "--guides", into]).unwrap());
    let dictionary = std::fs::read_to_string(folder.path().join("guides/x12/009990/set-129.toml")).unwrap();
    let head = "# Made of X12_00999_129.xsd by 'edigate guide import'. It stays under the terms of its publisher.\n\n[elements]\n";
    assert!(dictionary.starts_with(head), "{dictionary}");
}

#[test]
fn what_cannot_be_imported_is_told_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("guides");
    let check = |bytes: &[u8], expect: &str| {
        let source = folder.path().join("source");
        std::fs::write(&source, bytes).unwrap();
        let (exit, text) = run(&["import", source.to_str().unwrap(), "--into", into.to_str().unwrap()]).unwrap_err();
        assert_eq!(exit, Exit::Failed);
        let text = text.replace(&format!("{}: ", source.display()), "");
        assert!(text.starts_with(expect), "{text}");
        assert!(!into.exists());
    };
    check(b"", "source: this is no XML schema");
    check(b"<a/>", "source: this is no XML schema");
    check(b"<schema>", "source: this is not XML: it ends too early");
    check(b"PK\x03\x04", "it cannot be unpacked: ");
    check(&zipped(&[("a.txt", b"")]), "there is no message of a UN/EDIFACT directory in it; expected files such as");
    check(b"<schema/>", "source: no annotation schemaInfo says which message this is (document_type)");
    let missing = folder.path().join("missing");
    let (exit, _) = run(&["import", missing.to_str().unwrap(), "--into", into.to_str().unwrap()]).unwrap_err();
    assert_eq!(exit, Exit::Failed);
}

#[test]
fn shipped_guides_and_own_ones_are_listed() {
    let list = own(&["list"]).unwrap();
    for line in ["x12/004010/850", "x12/009000/123       made-up order", "edifact/D99Z/TESTIN"] {
        assert!(list.lines().any(|one| one.starts_with(line)), "{line} in\n{list}");
    }
    let list: Value = serde_json::from_str(&own(&["list", "--json"]).unwrap()).unwrap();
    let own = json!({ "guide": "x12/009000/123", "name": "made-up order", "extends": null });
    assert!(list["guides"].as_array().unwrap().contains(&own));
    assert!(!run(&["list"]).unwrap().contains("009000"));
}

#[test]
fn every_shipped_guide_can_be_shown() {
    for name in Guides::shipped().names() {
        let text = run(&["show", &name]).unwrap();
        assert!(text.starts_with(&name) && text.lines().count() > 10, "{name}:\n{text}");
        let json: Value = serde_json::from_str(&run(&["show", &name, "--json"]).unwrap()).unwrap();
        assert_eq!(json["guide"], name);
    }
}

#[test]
fn what_is_not_there_is_told_with_what_was_meant() {
    let check = |arguments: &[&str], exit: Exit, text: &str| {
        assert_eq!(own(arguments).unwrap_err(), (exit, text.to_owned()));
    };
    check(&["show", "x12/004010/851"], Exit::Failed, "there is no guide x12/004010/851; did you mean x12/004010/850?");
    check(&["show", "order"], Exit::Failed, "there is no guide order; 'edigate guide list' tells which there are");
    check(&["show", "x12/004010/999"], Exit::Failed, "there is no guide x12/004010/999; did you mean x12/005010/999?");
    check(
        &["show", "edifact/d96a/DESADW"],
        Exit::Failed,
        "there is no guide edifact/d96a/DESADW; did you mean edifact/D96A/DESADV?",
    );
    check(&["show", "edifact/d3/ORDERS2"], Exit::Failed, "there is no guide edifact/d3/ORDERS2; edifact/D3 has CONTRL");
    check(
        &["show", "x12/009000/123", "shiptoo"],
        Exit::Failed,
        "x12/009000/123 has no part shiptoo; did you mean shipTo?",
    );
    check(
        &["show", "x12/009000/123", "N1/REF/summary"],
        Exit::Failed,
        "x12/009000/123 has no part N1/REF/summary; 'edigate guide show x12/009000/123' tells what there is",
    );
    let (exit, text) = run(&["list", "--guides", "/nowhere"]).unwrap_err();
    assert_eq!((exit, text.as_str()), (Exit::Usage, "/nowhere is no folder"));
}

/// The TOML of docs/guides.md that begins with this line.
fn documented(first: &str) -> String {
    let text = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/guides.md")).unwrap();
    let mut blocks = text.split("```toml\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    blocks.find(|block| block.starts_with(first)).unwrap()
}

#[test]
fn what_the_documentation_shows_is_read_without_a_fault() {
    let site = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = site.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("acme-bearings/810.toml", &documented("# guides/acme-bearings/810.toml"));
    // What the documented dictionary takes from files before it.
    let before =
        "[elements]\n127 = 'AN 1/30'\n128 = 'ID 2/3'\n352 = 'AN 1/80'\n[segments]\nLIN = '127, 128, 127, 128, 127'";
    write("x12/009000/a.toml", before);
    write("x12/009000/dictionary.toml", &documented("[elements] "));
    write("x12/009000/850.toml", &documented("[set]"));
    let folder = site.path().to_str().unwrap();
    for name in ["acme-bearings/810", "x12/009000/850"] {
        run(&["show", name, "--guides", folder]).unwrap_or_else(|(_, text)| panic!("{text}"));
    }
    let shown = run(&["show", "acme-bearings/810", "REF", "--guides", folder]).unwrap();
    assert!(shown.contains("agreed  DP  department"), "{shown}");
}
