//! `edigate edi` from the front door: the real binary, on files, in pipes, and on streams far larger than its memory.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a panic here is a failed test")]

use std::fmt::Write as _;
use std::io::{ErrorKind, Write};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;

use serde_json::{Value, json};

const STORY: &str = "tests/fixtures/edi/x12_850_story.edi";
const FAULTS: &str = "tests/fixtures/edi/x12_856_faults.edi";

/// The most memory a command may use on a stream of any length, beside what the program itself takes.
const MEMORY: u64 = 48 << 20;

/// Runs `edigate edi …` and feeds it what `input` writes.
fn run(line: &[&str], input: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_edigate"))
        .arg("edi")
        .args(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeding = thread::spawn(move || match input(&mut stdin) {
        // A command that has seen enough hangs up.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    });
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap().unwrap();
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn exit_codes_are_what_scripts_rely_on() {
    let check = |line: &[&str], input: &'static str, expect: i32| {
        let output = run(line, |stdin| stdin.write_all(input.as_bytes()));
        assert_eq!(output.status.code(), Some(expect), "{line:?}: {}", text(&output));
    };
    check(&["check", STORY], "", 0);
    check(&["check", FAULTS], "", 2);
    check(&["check", "no such file"], "", 1);
    check(&["check"], "this is no EDI", 1);
    check(&["check", "-"], "", 1);
    check(&["check", "--nonsense"], "", 64);
    check(&["check", STORY, "--severity", "x"], "", 64);
    check(&["check", STORY, "--charset", "klingon"], "", 64);
    check(&["show", FAULTS], "", 0);
    check(&["ack", FAULTS], "", 0);
    check(&["fmt", "--check", STORY], "", 0);
    check(&["fmt", "--check", STORY, "--suffix", "crlf"], "", 2);
    check(&["fmt", "--json", STORY], "", 64);
    check(&["split", STORY], "", 64);
    check(&["--help"], "", 0);
}

#[test]
fn a_pipe_is_as_good_as_a_file_and_gets_no_colour() {
    let story = || std::fs::read(FAULTS).unwrap();
    for line in [&["check"][..], &["check", "-"], &["show"], &["fmt"]] {
        let bytes = story();
        let piped = run(line, move |stdin| stdin.write_all(&bytes));
        let named: Vec<&str> = line.iter().copied().filter(|word| *word != "-").chain([FAULTS]).collect();
        let read = run(&named, |_| Ok(()));
        assert_eq!(text(&piped).replace("standard input", FAULTS), text(&read));
        assert_eq!(piped.status.code(), read.status.code());
        assert!(!text(&piped).contains('\x1b'));
    }
}

#[test]
fn what_is_split_is_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().to_str().unwrap();
    let output = run(&["split", FAULTS, "--into", into, "--json"], |_| Ok(()));
    let parts: Vec<Value> = text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(parts.len(), 2);
    let second = std::fs::read_to_string(parts[1]["path"].as_str().unwrap()).unwrap();
    let whole = std::fs::read_to_string(FAULTS).unwrap();
    let body: Vec<&str> = second.lines().skip(2).take(10).collect();
    assert!(whole.contains(&body.join("\n")), "{second}");
    assert!(second.ends_with("GE*1*377~\nIEA*1*000000377~\n"), "{second}");
    assert_eq!(parts[1]["bytes"].as_u64(), Some(second.len() as u64));
}

/// What one interchange of the stream holds.
#[derive(Clone, Copy)]
enum Body {
    /// Good orders.
    Sound,
    /// Orders with something wrong in every line.
    Faulty,
}

/// Interchanges of some 600 kB with 200 orders each, until there are `bytes` of them.
fn orders(bytes: usize, body: Body, out: &mut dyn Write) -> std::io::Result<()> {
    interchanges(bytes, 200, body, out)
}

/// Interchanges with so many orders of 3 kB each, until there are `bytes` of them.
fn interchanges(bytes: usize, sets: usize, body: Body, out: &mut dyn Write) -> std::io::Result<()> {
    let unit = match body {
        Body::Sound => "EA",
        Body::Faulty => "EACH",
    };
    let lines: String = (1..=20)
        .map(|line| {
            format!(
                "PO1*{line}*500*{unit}*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3*UK*00012345678905*EC*C~\n\
                 PID*F****Deep groove ball bearing 6205-2RS C3~\nSCH*300*EA***002*20261116~\n"
            )
        })
        .collect();
    let mut written = 0;
    for interchange in 1.. {
        let mut file = format!(
            "ISA*00*          *00*          *01*123456789      *ZZ*ACMEBRG        *261102*0815*U*00401*{interchange:09}\
             *0*P*>~\nGS*PO*NORTHWIND*ACMEBRG*20261102*0815*{interchange}*X*004010~\n"
        );
        for set in 1..=sets {
            write!(
                file,
                "ST*850*{set:04}~\nBEG*00*SA*45{interchange}{set}**20261102~\n{lines}CTT*20~\nSE*64*{set:04}~\n"
            )
            .unwrap();
        }
        write!(file, "GE*{sets}*{interchange}~\nIEA*1*{interchange:09}~\n").unwrap();
        out.write_all(file.as_bytes())?;
        written += file.len();
        if written >= bytes {
            break;
        }
    }
    Ok(())
}

/// Checks and acknowledges a stream, and gives what `--stats` says of it.
fn stats(bytes: usize, body: Body) -> Value {
    let output = run(&["check", "--stats", "--json", "--note-warnings"], move |stdin| orders(bytes, body, stdin));
    let text = text(&output);
    let stats: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(stats["type"], "stats");
    assert!(stats["bytes"].as_u64().unwrap() >= bytes as u64, "{stats}");
    assert_eq!(stats["answers"], stats["interchanges"]);
    stats
}

/// What the program itself takes, the pages of its own file among them, which grow with every build.
fn program() -> u64 {
    static PROGRAM: OnceLock<u64> = OnceLock::new();
    *PROGRAM.get_or_init(|| stats(1, Body::Sound)["peakMemoryBytes"].as_u64().unwrap())
}

fn assert_small(stats: &Value) {
    let peak = stats["peakMemoryBytes"].as_u64().unwrap();
    let program = program();
    assert!(program > 1 << 20 && peak < program + MEMORY, "{program} {stats}");
}

#[test]
fn a_stream_is_checked_and_acknowledged_in_little_memory() {
    let sound = stats(64 << 20, Body::Sound);
    assert_small(&sound);
    assert_eq!(sound["findings"], 0);
    let faulty = stats(8 << 20, Body::Faulty);
    assert_small(&faulty);
    assert_eq!(faulty["findings"].as_u64().unwrap(), faulty["sets"].as_u64().unwrap() * 20);
}

/// One interchange with as many parts as the bound on them lets through.
#[test]
fn an_interchange_of_many_parts_is_checked_and_acknowledged_in_little_memory() {
    const ISA: &str = "ISA*00*          *00*          *01*123456789      *ZZ*ACMEBRG        *261102*0815*U*00401*\
                       000000071*0*P*>~";
    const UNB: &str = "UNB+UNOC:3+4012345000009:14+4012345000016:14+261102:0815+71++++1'";
    let group = |number: u32| format!("GS*PO*NORTHWIND*ACMEBRG*20261102*0815*{number}*X*004010~");
    let order = |number: u32| format!("ST*850*{number:05}~BEG*00*SA*1**20261102~PO1*1*5*EA*2.45~SE*4*{number:05}~");
    let message = |number: u32| {
        format!(
            "UNH+{number}+ORDERS:D:96A:UN:EAN008'BGM+220+1+9'DTM+137:20261102:102'NAD+BY+4012345000009::9'LIN+1'\
             UNS+S'UNT+7+{number}'"
        )
    };
    let check = |sets: u32, findings: u32, head: String, part: &dyn Fn(u32) -> String, count: u32, end: &str| {
        let file = (1..=count).fold(head, |file, number| file + &part(number)) + end;
        let output = run(&["check", "--stats", "--json"], move |stdin| stdin.write_all(file.as_bytes()));
        let stats: Value = serde_json::from_str(text(&output).lines().last().unwrap()).unwrap();
        assert_small(&stats);
        assert_eq!((&stats["sets"], &stats["findings"]), (&json!(sets), &json!(findings)), "{stats}");
        assert!(stats["answerBytes"].as_u64().unwrap() > u64::from(count) * 20, "{stats}");
    };
    check(99_000, 0, ISA.to_owned() + &group(1), &order, 99_000, "GE*99000*1~IEA*1*000000071~");
    check(99_000, 0, UNB.to_owned(), &message, 99_000, "UNZ+99000+71'");
    let empty = |number: u32| group(number) + &format!("GE*0*{number}~");
    check(0, 100_000, ISA.to_owned(), &empty, 100_000, "IEA*100000*000000071~");
}

#[test]
#[ignore = "300 MB and a minute: make soak runs it"]
fn a_long_stream_is_checked_and_acknowledged_in_little_memory() {
    assert_small(&stats(300_000_000, Body::Sound));
    assert_small(&stats(100_000_000, Body::Faulty));
}

#[test]
fn a_stream_is_shown_and_laid_out_anew_in_little_memory() {
    // No command but `check` tells its memory, so the system holds them to it: reads and writes go on, or they fail.
    // An interchange that is kept back until it is whole may be long.
    for (line, sets) in [("show --no-elements", 200), ("fmt", 200), ("fmt", 8000), ("ack", 200), ("fmt --check", 8000)]
    {
        let script = format!("ulimit -v 262144; exec \"$0\" edi {line} > /dev/null");
        let mut child = Command::new("bash")
            .args(["-c", &script, env!("CARGO_BIN_EXE_edigate")])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let peak_of = child.id();
        interchanges(12 << 20, sets, Body::Sound, &mut stdin).unwrap();
        let status = std::fs::read_to_string(format!("/proc/{peak_of}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().strip_suffix("kB").unwrap().trim().parse().unwrap();
        assert!(peak * 1024 < program() + MEMORY, "{line}: {peak} kB");
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0), "{line}");
    }
}

#[test]
fn a_reader_that_hangs_up_is_no_failure() {
    let binary = env!("CARGO_BIN_EXE_edigate");
    let script = format!("\"{binary}\" edi show {FAULTS} | head -1; exit ${{PIPESTATUS[0]}}");
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text(&output), "X12 interchange 000000377, production\n");
}

/// The examples of the documentation: a command behind `$`, then what it writes. Where that is `…`, anything follows.
#[test]
fn the_examples_of_the_documentation_are_true() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir("tests/fixtures/edi").unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_edigate")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let document = std::fs::read_to_string("docs/edi.md").unwrap();
    let mut examples = 0;
    for block in document.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        for example in block.split("$ edigate").skip(1) {
            let (command, expect) = example.split_once('\n').unwrap();
            let mut shell = Command::new("bash");
            shell.args(["-c", &format!("edigate{command}")]).current_dir(folder.path()).env("PATH", &path);
            let output = shell.output().unwrap();
            let found = text(&output) + &String::from_utf8_lossy(&output.stderr);
            match expect.split_once("…\n") {
                Some((start, "")) => assert!(found.starts_with(start), "{command}\n{found}"),
                _ => assert_eq!(found, expect, "{command}"),
            }
            examples += 1;
        }
    }
    assert!(examples >= 10, "{examples}");
}
