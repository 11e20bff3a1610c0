//! The commands as they are typed, on files of our own.

use clap::Parser;
use proptest::prelude::*;
use serde_json::Value;

use crate::cli::args::{Arguments, Command};

use super::*;

/// What a command writes, and how it ends; a failure's text is the last line.
fn typed(line: &[&str], paint: Paint) -> (String, Exit) {
    let arguments = Arguments::try_parse_from(["edigate", "edi"].iter().chain(line)).expect("arguments");
    let Command::Edi(command) = arguments.command else { panic!("an edi command") };
    let mut out = Vec::new();
    let ended = run(&command, paint, &mut out);
    // Answers are written in the character set of what they answer.
    let out = String::from_utf8_lossy(&out).into_owned();
    match ended {
        Ok(exit) => (out, exit),
        Err(failure) => (format!("{out}edigate: {}\n", failure.text), failure.exit),
    }
}

fn of(command: &str, file: &str, rest: &[&str]) -> (String, Exit) {
    let file = format!("tests/fixtures/edi/{file}");
    let line: Vec<&str> = [command, &file].into_iter().chain(rest.iter().copied()).collect();
    typed(&line, Paint::Plain)
}

/// The output and the exit code, for a snapshot.
fn told((out, exit): (String, Exit)) -> String {
    format!("{out}exit {}", exit as u8)
}

#[test]
fn show_names_what_is_sent_and_tells_findings_at_their_place() {
    insta::assert_snapshot!("show_edifact", told(of("show", "edifact_faults.edi", &[])));
    insta::assert_snapshot!("show_x12", told(of("show", "x12_850_story.edi", &[])));
    insta::assert_snapshot!("show_names", told(of("show", "x12_856_faults.edi", &["--no-elements"])));
    insta::assert_snapshot!("show_raw_set_2", told(of("show", "x12_856_faults.edi", &["--raw", "--set", "2"])));
    insta::assert_snapshot!("show_acknowledgements", told(of("show", "x12_997_stray.edi", &[])));
    insta::assert_snapshot!("show_json", told(of("show", "x12_856_faults.edi", &["--json", "--set", "2"])));
}

#[test]
fn show_says_when_there_is_no_such_set() {
    let (text, exit) = of("show", "x12_850_story.edi", &["--set", "2"]);
    let expect = "edigate: tests/fixtures/edi/x12_850_story.edi has 1 transaction set, there is none at 2\n";
    assert_eq!((text.as_str(), exit), (expect, Exit::Failed));
    assert_eq!(of("show", "x12_850_story.edi", &["--set", "0"]).1, Exit::Failed);
}

#[test]
fn check_points_at_what_is_wrong_and_quotes_the_answer() {
    insta::assert_snapshot!("check_x12", told(of("check", "x12_856_faults.edi", &[])));
    insta::assert_snapshot!(
        "check_x12_999",
        told(of("check", "x12_856_faults.edi", &["--ack", "999", "--note-warnings"]))
    );
    insta::assert_snapshot!("check_edifact", told(of("check", "edifact_faults.edi", &[])));
    insta::assert_snapshot!("check_clean", told(of("check", "x12_850_story.edi", &[])));
    insta::assert_snapshot!("check_json", told(of("check", "edifact_faults.edi", &["--json"])));
    let strays = ["tests/fixtures/edi/x12_850_story.edi", "tests/fixtures/edi/x12_850_story.edi"];
    insta::assert_snapshot!("check_several", told(of("check", "x12_997_stray.edi", &strays)));
}

#[test]
fn weights_and_bounds_decide_what_is_told_and_how_it_ends() {
    let check = |rest: &[&str], expect: Exit, holds: &str| {
        let (text, exit) = of("check", "x12_856_faults.edi", rest);
        assert_eq!(exit, expect, "{text}");
        assert!(text.contains(holds), "{text}");
    };
    check(&["--severity", "count=warn,control-number=ignore"], Exit::Findings, "warning[count-wrong]");
    check(&["--severity", "count=warn,control-number=warn,type=warn,missing-element=warn"], Exit::Clean, "2 accepted");
    check(&["--max", "0"], Exit::Findings, "9 more findings not shown");
    check(&["--max", "2"], Exit::Findings, "7 more findings not shown");
    check(&["--least", "error"], Exit::Findings, "4 errors, 4 warnings, 1 info");
    check(&["--severity", "nothing=warn"], Exit::Usage, "there is no class 'nothing'");
    check(&["--ack", "none"], Exit::Findings, "answer: none");
    let (text, _) = of("check", "x12_856_faults.edi", &["--least", "error"]);
    assert!(!text.contains("warning["), "{text}");
}

#[test]
fn findings_alike_are_shown_a_few_times_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.edi");
    let story = std::fs::read_to_string("tests/fixtures/edi/x12_850_story.edi").unwrap();
    let line = "PO1*10*500*EACH*2.45~\n";
    std::fs::write(&path, story.replace("CTT*2", &format!("{}CTT*2", line.repeat(10)))).unwrap();
    let (text, _) = typed(&["check", path.to_str().unwrap()], Paint::Plain);
    assert_eq!(text.matches("[too-long]: PO103").count(), 3, "{text}");
    assert!(text.contains("\n  7 more too-long at PO103\n"), "{text}");
    let (text, _) = typed(&["check", path.to_str().unwrap(), "--alike", "100"], Paint::Plain);
    assert_eq!(text.matches("[too-long]: PO103").count(), 10, "{text}");
}

#[test]
fn ack_writes_what_the_partner_gets() {
    let at = ["--at", "2026-11-30T09:15", "--interchange-number", "41", "--group-number", "7"];
    let with = |rest: &[&'static str]| at.iter().copied().chain(rest.iter().copied()).collect::<Vec<_>>();
    insta::assert_snapshot!("ack_x12", told(of("ack", "x12_856_faults.edi", &at)));
    insta::assert_snapshot!("ack_x12_999", told(of("ack", "x12_856_faults.edi", &with(&["--ack", "999"]))));
    insta::assert_snapshot!("ack_edifact", told(of("ack", "edifact_faults.edi", &at)));
    insta::assert_snapshot!("ack_json", told(of("ack", "edifact_faults.edi", &with(&["--json"]))));
    // A group of acknowledgements is not acknowledged, and what does not ask gets no CONTRL.
    assert_eq!(of("ack", "x12_997_stray.edi", &at), (String::new(), Exit::Clean));
    assert_eq!(of("ack", "edifact_d96a.edi", &at), (String::new(), Exit::Clean));
}

#[test]
fn answers_count_on_and_are_clean_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.edi");
    let out = path.to_str().unwrap();
    let again = "tests/fixtures/edi/x12_850_latin1.edi";
    let (text, exit) = of("ack", "x12_856_faults.edi", &[again, "--out", out, "--interchange-number", "999999999"]);
    assert_eq!((text.as_str(), exit), ("", Exit::Clean));
    let answers = std::fs::read_to_string(&path).unwrap();
    let numbers: Vec<&str> = answers.lines().filter(|line| line.starts_with("IEA") || line.starts_with("GE")).collect();
    assert_eq!(numbers, ["GE*1*1~", "IEA*1*999999999~", "GE*1*2~", "IEA*1*000000001~"]);
    let (text, exit) = typed(&["check", out], Paint::Plain);
    assert_eq!(exit, Exit::Clean, "{text}");
    assert!(text.contains("nothing found"), "{text}");
}

#[test]
fn a_guide_that_is_insisted_on_reads_all_messages_it_is_on() {
    let folder = tempfile::tempdir().unwrap();
    let (guides, file) = (folder.path().join("guides"), folder.path().join("guides/acme/850.toml"));
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "extends = \"x12/004010/850\"\n[parts]\n\"CTT\" = \"not used\"\n").unwrap();
    let (guides, file) = (guides.to_str().unwrap(), file.to_str().unwrap());
    let named = file.trim_end_matches(".toml");
    let check = |rest: &[&str], key: &str| {
        let (text, exit) = of("check", "x12_850_story.edi", rest);
        assert_eq!(exit, Exit::Findings, "{text}");
        assert!(text.contains("error[not-used-segment]: ") && text.contains(&format!("  ({key})\n")), "{text}");
        let (text, exit) = of("show", "x12_850_story.edi", rest);
        assert!(exit == Exit::Clean && text.contains(&format!("guide {key}\n")), "{text}");
        let (text, exit) = of("ack", "x12_850_story.edi", rest);
        assert!(exit == Exit::Clean && text.contains("AK5*R*5~"), "{text}");
    };
    check(&["--guides", guides, "--guide", "acme/850"], "acme/850");
    check(&["--guides", guides, "--guide", "Acme/850"], "acme/850");
    check(&["--guide", file], named);
    // One of another release is taken all the same, and that is told.
    let latin = ["tests/fixtures/edi/x12_850_latin1.edi", "--guide", "x12/004010/850"];
    let (text, _) = of("check", "x12_850_story.edi", &latin);
    assert_eq!(text.matches("info[nearest-guide]: release '005010' is read by x12/004010/850\n").count(), 1, "{text}");
    let (text, _) = of("check", "x12_850_latin1.edi", &["--guide", file]);
    assert!(text.contains(&format!("release '005010' is read by {named}, which amends x12/004010/850\n")), "{text}");
}

#[test]
fn a_guide_that_cannot_be_insisted_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.toml");
    std::fs::write(&file, "extends = \"x12/004010/850\"\n[parts]\n\"CTTT\" = \"not used\"\n").unwrap();
    let file = file.to_str().unwrap();
    for command in ["show", "check", "ack"] {
        let check = |rest: &[&str], exit: Exit, holds: &str| {
            let (text, found) = of(command, "x12_850_story.edi", rest);
            assert!(found == exit && text.contains(holds), "{text}");
        };
        check(&["--guide", "x12/004010/810"], Exit::Failed, "no set was read by x12/004010/810: there is no 810\n");
        check(
            &["--guide", "x12/004010/851"],
            Exit::Failed,
            "there is no guide x12/004010/851; did you mean x12/004010/850?",
        );
        check(&["--guide", "gone.toml"], Exit::Failed, "gone.toml cannot be read: ");
        check(&["--guide", file], Exit::Configuration, &format!("--> {file}:3:1\n  |\n3 | \"CTTT\" = "));
        let twice = ["--guide", "x12/004010/850", "--guide", "x12/005010/850"];
        check(&twice, Exit::Usage, "x12/004010/850 and x12/005010/850 are on the same message; name one of them");
        let whole = ["--guide", "own/x12/004010/204.toml"];
        check(&whole, Exit::Usage, "is a whole guide; type --guides own --guide x12/004010/204");
    }
}

#[test]
fn fmt_lays_out_anew_and_changes_nothing() {
    insta::assert_snapshot!("fmt_d01b", told(of("fmt", "edifact_d01b.edi", &["--una", "if-needed"])));
    let story = std::fs::read_to_string("tests/fixtures/edi/x12_850_story.edi").unwrap();
    assert_eq!(of("fmt", "x12_850_story.edi", &[]), (story.clone(), Exit::Clean));
    assert_eq!(of("fmt", "x12_850_story.edi", &["--suffix", "none"]).0, story.replace('\n', ""));
    // What is wrong stays wrong.
    let wrong = of("fmt", "x12_856_faults.edi", &[]).0;
    assert!(wrong.contains("SE*19*0001~\n") && wrong.contains("GE*2*378~\n"), "{wrong}");
}

/// Three interchanges, each with one order; the text of the second holds what is customarily a delimiter.
fn with_a_star() -> String {
    let story = std::fs::read_to_string("tests/fixtures/edi/x12_850_story.edi").unwrap().replace('*', "|");
    let second = story.replace("000000071", "000000072").replace("SE|21|", "MSG|2 * 3~\nSE|22|");
    format!("{story}{second}{}", story.replace("000000071", "000000073"))
}

#[test]
fn fmt_writes_whole_interchanges_and_nothing_of_one_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("star.edi");
    std::fs::write(&path, with_a_star()).unwrap();
    let path = path.to_str().unwrap();
    let (text, exit) = typed(&["fmt", path, "--delimiters", "customary"], Paint::Plain);
    let story = std::fs::read_to_string("tests/fixtures/edi/x12_850_story.edi").unwrap();
    let told = format!(
        "edigate: {path}: interchange 000000072 is left out: MSG01 in segment 21 of set 0001 holds the delimiter '*'; \
         choose others with --delimiters, or what to --replace it by\n"
    );
    assert_eq!(text, format!("{story}{}{told}", story.replace("000000071", "000000073")));
    assert_eq!(exit, Exit::Failed);
    let (text, exit) = typed(&["fmt", path, "--delimiters", "customary", "--replace", "x"], Paint::Plain);
    assert!(exit == Exit::Clean && text.contains("\nMSG*2 x 3~\n"), "{text}");
    let (text, exit) = typed(&["fmt", path, "--delimiters", "element=^,component=0x1f"], Paint::Plain);
    assert!(exit == Exit::Clean && text.contains("\nMSG^2 * 3~\n") && text.contains("^0^P^\u{1f}~\n"), "{text}");
    // One that was not read to its end is not written either.
    std::fs::write(path, with_a_star().replace("2 * 3", &"x".repeat(2 << 20))).unwrap();
    let (text, exit) = typed(&["fmt", path], Paint::Plain);
    assert_eq!((text.matches("ISA|").count(), exit), (1, Exit::Failed), "{text}");
    assert!(text.contains("\nIEA|1|000000071~\nedigate: "), "{text}");
    assert!(text.contains("interchange 000000072 is left out, as its end was not read"), "{text}");
}

#[test]
fn layouts_that_are_mistyped_are_told() {
    let check = |line: &[&str], expect: &str| {
        let line = ["edigate", "edi", "fmt", "a.edi"].iter().chain(line);
        let fault = Arguments::try_parse_from(line).unwrap_err().to_string();
        assert!(fault.contains(expect), "{fault}");
    };
    check(&["--delimiters", "usual"], "'usual' is neither as-sent nor customary, and not written NAME=CHARACTER");
    check(&["--delimiters", "elements=*"], "'elements' is none of element, component, repetition, release and segment");
    check(&["--delimiters", "element=é"], "'é' is no character of ASCII and no byte as 0x1c");
    check(&["--delimiters", "element=0x1cc"], "'0x1cc' is no character of ASCII");
    check(&["--to-charset", "klingon"], "'klingon' is no character set");
    check(&["--replace", "??"], "too many characters");
}

#[test]
fn fmt_and_split_write_in_another_character_set() {
    let (text, exit) = of("fmt", "x12_850_latin1.edi", &["--to-charset", "utf-8"]);
    assert_eq!(exit, Exit::Clean);
    assert!(text.contains('ü') && !text.contains(char::REPLACEMENT_CHARACTER), "{text}");
    let (text, exit) = of("fmt", "x12_850_latin1.edi", &["--to-charset", "x12-basic"]);
    assert_eq!(exit, Exit::Failed);
    assert!(
        text.starts_with("edigate: tests/fixtures/edi/x12_850_latin1.edi: interchange 000000072 is left out: "),
        "{text}"
    );
    assert!(
        text.ends_with("which x12-basic cannot carry; choose a larger set, or what to --replace it by\n"),
        "{text}"
    );
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().to_str().unwrap();
    let (text, exit) = of("split", "x12_850_latin1.edi", &["--into", into, "--to-charset", "x12-basic"]);
    assert_eq!(exit, Exit::Failed);
    assert!(text.contains("a part is left out: ") && std::fs::read_dir(into).unwrap().next().is_none(), "{text}");
}

#[test]
fn answers_are_laid_out_as_asked() {
    let at = ["--at", "2026-11-30T09:15", "--delimiters", "element=|", "--una", "always", "--suffix", "none"];
    assert!(of("ack", "x12_856_faults.edi", &at).0.contains("~AK1|SH|377~"));
    assert!(of("ack", "edifact_faults.edi", &at).0.starts_with("UNA:|.? 'UNB|UNOC:3|4012345000016:14|"));
}

#[test]
fn fmt_tells_which_files_would_change() {
    let latin = "tests/fixtures/edi/x12_850_latin1.edi";
    let (text, exit) = of("fmt", "x12_850_story.edi", &[latin, "--check"]);
    assert_eq!((text, exit), (format!("{latin} would change\n"), Exit::Findings));
    assert_eq!(of("fmt", "x12_850_story.edi", &["--check"]), (String::new(), Exit::Clean));
    let (text, _) = of("fmt", "x12_850_story.edi", &["--check", "--json"]);
    assert_eq!(text, "{\"type\":\"file\",\"file\":\"tests/fixtures/edi/x12_850_story.edi\",\"changes\":false}\n");
    assert_eq!(of("fmt", "x12_850_story.edi", &[latin]).1, Exit::Usage);
}

#[test]
fn what_is_not_written_again_is_complained_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stray.edi");
    let story = std::fs::read_to_string("tests/fixtures/edi/x12_850_story.edi").unwrap();
    std::fs::write(&path, story.replace("GE*1", "ZZZ*lost~\nGE*1") + "tail").unwrap();
    for line in [vec!["fmt"], vec!["split", "--into", folder.path().to_str().unwrap()]] {
        let line: Vec<&str> = line.into_iter().chain([path.to_str().unwrap()]).collect();
        let (text, exit) = typed(&line, Paint::Plain);
        assert_eq!(exit, Exit::Failed);
        assert!(text.contains("left out: the segment ZZZ stands outside"), "{text}");
        assert!(text.contains("left out: what follows the last interchange is no interchange"), "{text}");
    }
    std::fs::write(&path, story.split_once("BRG-6205").unwrap().0).unwrap();
    let (text, exit) = typed(&["fmt", path.to_str().unwrap()], Paint::Plain);
    let told = "set 0001 was cut off inside its last segment, which is now written like a whole one\n";
    assert!(exit == Exit::Failed && text.ends_with(told), "{text}");
}

#[test]
fn split_gives_every_part_its_envelope() {
    let check = |file: &str, by: &str, expect: &[(&str, u64)]| {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("parts");
        let into = into.to_str().unwrap();
        let (text, exit) = of("split", file, &["--into", into, "--by", by]);
        assert_eq!(exit, Exit::Clean, "{text}");
        let names: Vec<&str> = text.lines().map(|line| line.strip_prefix(into).unwrap()).collect();
        assert_eq!(names, expect.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for (name, sets) in expect {
            let (text, exit) = typed(&["check", &format!("{into}{name}"), "--json", "--least", "error"], Paint::Plain);
            let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            assert_eq!(
                (exit, last["interchanges"].as_u64(), last["sets"].as_u64()),
                (Exit::Clean, Some(1), Some(*sets)),
                "{text}"
            );
        }
        let (text, exit) = of("split", file, &["--into", into, "--by", by]);
        assert_eq!(exit, Exit::Failed);
        assert!(text.contains("is there already"), "{text}");
    };
    check("x12_850_story.edi", "set", &[("/0001-000000071-71-850-0001.edi", 1)]);
    check("x12_850_story.edi", "group", &[("/0001-000000071-71.edi", 1)]);
    check("x12_850_story.edi", "interchange", &[("/0001-000000071.edi", 1)]);
    check(
        "edifact_contrl.edi",
        "set",
        &[("/0001-901-CONTRL-1.edi", 1), ("/0002-901-CONTRL-2.edi", 1), ("/0003-902-CONTRL-1.edi", 1)],
    );
    check("edifact_contrl.edi", "interchange", &[("/0001-901.edi", 2), ("/0002-902.edi", 1)]);
}

#[test]
fn files_that_cannot_be_read_are_named_and_the_others_go_on() {
    let gone = "tests/fixtures/edi/gone.edi";
    for command in ["show", "check", "ack"] {
        let (text, exit) = of(command, "x12_850_story.edi", &[gone, "tests/fixtures/edi"]);
        assert_eq!(exit, Exit::Failed, "{command}");
        assert!(text.contains(gone) && text.contains("there is no such file"), "{text}");
        assert!(text.contains("it is a folder"), "{text}");
    }
}

#[test]
fn what_is_no_edi_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("note.txt");
    std::fs::write(&path, "Dear Sir, the order is enclosed").unwrap();
    let path = path.to_str().unwrap();
    for command in ["show", "check", "ack", "fmt"] {
        let (text, exit) = typed(&[command, path], Paint::Plain);
        assert_eq!(exit, Exit::Failed, "{command}");
        assert!(text.contains("this is no EDI: it begins with 'Dear Sir, the order "), "{text}");
    }
    let (text, _) = typed(&["check", path, "--json"], Paint::Plain);
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((first["type"].as_str(), first["code"].as_str()), (Some("fault"), Some("not-edi")));
}

#[test]
fn an_interchange_beyond_reading_is_named_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("headless.edi");
    std::fs::write(&path, "UNA:+.? 'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNT+3+1'").unwrap();
    let path = path.to_str().unwrap();
    let (text, exit) = typed(&["check", path], Paint::Plain);
    assert_eq!(exit, Exit::Findings);
    assert!(text.contains(&format!("┌─ {path}: interchange at place 1, byte 0\n")), "{text}");
    assert!(text.contains("\ninterchange at place 1: rejected; answer: none\n"), "{text}");
    let (text, exit) = typed(&["show", path], Paint::Plain);
    assert_eq!(exit, Exit::Clean);
    assert!(text.starts_with("an interchange that cannot be read, bytes 0 to "), "{text}");
    assert_eq!(typed(&["fmt", path], Paint::Plain).1, Exit::Failed);
}

#[test]
fn a_bound_that_is_passed_ends_the_file_and_what_came_before_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.edi");
    let story = std::fs::read_to_string("tests/fixtures/edi/x12_850_story.edi").unwrap();
    let long = format!("SE*99*0001~\nST*850*0002~\nMSG*{}~\n", "x".repeat(1 << 20));
    std::fs::write(&path, story.replace("SE*21*0001~\n", &long)).unwrap();
    let (text, exit) = typed(&["check", path.to_str().unwrap()], Paint::Plain);
    assert_eq!(exit, Exit::Failed);
    assert!(text.contains("error[count-wrong]: SE01 says '99' segments"), "{text}");
    assert!(text.contains("error[too-large]: a segment has more bytes than 1048576"), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.contains("1 set (1 undecided); ") && last.ends_with(", not read to the end"), "{text}");
    std::fs::write(&path, "ST*850*0001~").unwrap();
    let (text, _) = typed(&["check", path.to_str().unwrap()], Paint::Plain);
    assert!(text.ends_with("long.edi: 0 interchanges, 0 sets; not read to the end\n"), "{text}");
}

#[test]
fn check_says_where_a_segment_belongs_and_names_a_set_that_says_not_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.edi");
    let checked = |from: &str, to: &str| {
        let story = std::fs::read_to_string("tests/fixtures/edi/x12_850_story.edi").unwrap();
        std::fs::write(&path, story.replace(from, to)).unwrap();
        typed(&["check", path.to_str().unwrap()], Paint::Plain).0
    };
    let text = checked("CTT*2", "PO4*12~\nPO1*30*5*EA*1~\nREF*ZZ*1~\nPO4*12~\nCTT*3");
    assert!(text.contains("= rule      PO4 stands in PO1 behind PWK and before REF  (x12/004010/850)\n"), "{text}");
    let text = checked("ST*850*", "ST**");
    assert!(text.contains(" › set #0001 › segment 1, byte "), "{text}");
}

#[test]
fn colour_adds_nothing_but_colour() {
    let strip = |text: &str| {
        let mut plain = String::new();
        for piece in text.split('\x1b') {
            plain.push_str(
                piece.strip_prefix('[').and_then(|code| code.split_once('m')).map_or(piece, |(_, rest)| rest),
            );
        }
        plain
    };
    for command in ["show", "check"] {
        let line = [command, "tests/fixtures/edi/x12_856_faults.edi"];
        let coloured = typed(&line, Paint::Colour).0;
        assert!(coloured.contains("\x1b[1;31merror[missing-element]\x1b[0m") || command == "show", "{coloured}");
        assert!(coloured.contains('\x1b'));
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(lines(&strip(&coloured)), lines(&typed(&line, Paint::Plain).0));
    }
}

/// A file of ours with some bytes changed, taken away or put in.
fn spoilt() -> impl Strategy<Value = Vec<u8>> {
    let files = ["x12_856_faults.edi", "edifact_faults.edi", "x12_997_stray.edi", "edifact_contrl.edi"];
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..3_u8);
    (prop::sample::select(files.to_vec()), prop::collection::vec(change, 0..12)).prop_map(|(file, changes)| {
        let mut bytes = std::fs::read(format!("tests/fixtures/edi/{file}")).unwrap();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_file_makes_a_command_panic_and_every_line_of_json_is_json(bytes in spoilt()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spoilt.edi");
        std::fs::write(&path, &bytes).unwrap();
        let path = path.to_str().unwrap();
        for command in ["show", "check", "ack"] {
            let (_, exit) = typed(&[command, path], Paint::Plain);
            prop_assert!(matches!(exit, Exit::Clean | Exit::Failed | Exit::Findings));
            let (text, _) = typed(&[command, path, "--json"], Paint::Plain);
            for line in text.lines().take_while(|line| !line.starts_with("edigate: ")) {
                let value: Value = serde_json::from_str(line).unwrap();
                prop_assert!(value["type"].is_string());
            }
        }
    }

    #[test]
    fn what_fmt_wrote_it_writes_alike(bytes in spoilt()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spoilt.edi");
        let arguments = ["fmt", path.to_str().unwrap()];
        let written = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let arguments = Arguments::try_parse_from(["edigate", "edi"].iter().chain(&arguments)).unwrap();
            let Command::Edi(command) = arguments.command else { panic!("an edi command") };
            let mut out = Vec::new();
            run(&command, Paint::Plain, &mut out).map(|_| out).ok()
        };
        if let Some(once) = written(&bytes) {
            prop_assert_eq!(written(&once), Some(once));
        }
    }
}
