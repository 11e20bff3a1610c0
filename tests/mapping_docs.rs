//! docs/mapping.md holds what it shows: its files are put down, its commands are run, its rules are compiled.
//!
//! A block that begins with ```` ```LANGUAGE file=PATH ```` is that file. A `console` block is a session: lines after `$ ` are
//! typed in the folder of those files, the others are what comes. `EDIGATE_UPDATE=1` writes what came into the page.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use edigate::edi::Guides;
use edigate::mapping::Mapping;

/// A fenced block of the page.
struct Block<'t> {
    info: &'t str,
    text: &'t str,
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mapping.md")
}

/// The blocks of a page, in order.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((_, behind)) = rest.split_once("\n```") {
        let (info, behind) = behind.split_once('\n').unwrap();
        let (text, behind) = match behind.strip_prefix("```") {
            Some(behind) => ("", behind),
            None => behind.split_once("\n```").unwrap(),
        };
        blocks.push(Block { info, text });
        rest = behind;
    }
    blocks
}

#[test]
fn what_the_page_shows_is_what_happens() {
    let text = std::fs::read_to_string(page()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut now = text.clone();
    for Block { info, text } in blocks(&text) {
        if let Some((_, file)) = info.split_once("file=") {
            let file = folder.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, format!("{text}\n")).unwrap();
        } else if info == "console" {
            let session = session(text, folder.path());
            now = now.replace(&format!("```console\n{text}\n```"), &format!("```console\n{session}\n```"));
        }
    }
    if std::env::var_os("EDIGATE_UPDATE").is_some() {
        std::fs::write(page(), &now).unwrap();
        return;
    }
    let behind: Vec<_> = text.lines().zip(now.lines()).filter(|(shown, comes)| shown != comes).take(8).collect();
    assert!(text == now, "docs/mapping.md is behind; EDIGATE_UPDATE=1 writes what comes, then read it: {behind:#?}");
}

/// Types the commands of a session and writes down what comes.
fn session(text: &str, folder: &Path) -> String {
    let edigate = Path::new(env!("CARGO_BIN_EXE_edigate"));
    let path = format!("{}:{}", edigate.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut lines = Vec::new();
    for typed in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let mut shell = Command::new("bash");
        let run = shell.args(["-c", &format!("{{ {typed}\n}} 2>&1")]).current_dir(folder).env("PATH", &path);
        let run = run.output().unwrap();
        lines.push(format!("$ {typed}"));
        lines.extend(String::from_utf8(run.stdout).unwrap().lines().map(|line| line.trim_end().to_owned()));
    }
    lines.join("\n")
}

/// Every rule that the page shows compiles over the mapping that it extends.
#[test]
fn the_rules_of_the_page_compile() {
    let text = std::fs::read_to_string(page()).unwrap();
    let shown: Vec<_> = blocks(&text).into_iter().filter(|block| block.info.starts_with("toml")).collect();
    assert!(shown.len() > 8, "{} blocks of rules", shown.len());
    for Block { text, .. } in shown {
        let source = |name: &str| (name == "shown").then(|| text.to_owned());
        if let Err(faults) = Mapping::compile("shown", &source, &Guides::shipped()) {
            panic!("{text}\n{}", faults.iter().map(|fault| format!("{fault}\n")).collect::<String>());
        }
    }
}
