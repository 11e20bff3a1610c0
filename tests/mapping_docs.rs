//! docs/mapping.md holds what it shows: its files are put down, its commands are run, its rules are compiled.
//!
//! `EDIGATE_UPDATE=1` writes what came into the page.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};

use edigate::edi::Guides;
use edigate::mapping::Mapping;

#[path = "support/page.rs"]
mod page;

use page::{Block, blocks, session};

fn mapping_page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mapping.md")
}

#[test]
fn what_the_page_shows_is_what_happens() {
    let text = std::fs::read_to_string(mapping_page()).unwrap();
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
        std::fs::write(mapping_page(), &now).unwrap();
        return;
    }
    let behind: Vec<_> = text.lines().zip(now.lines()).filter(|(shown, comes)| shown != comes).take(8).collect();
    assert!(text == now, "docs/mapping.md is behind; EDIGATE_UPDATE=1 writes what comes, then read it: {behind:#?}");
}

/// Every rule that the page shows compiles over the mapping that it extends.
#[test]
fn the_rules_of_the_page_compile() {
    let text = std::fs::read_to_string(mapping_page()).unwrap();
    let shown: Vec<_> = blocks(&text).into_iter().filter(|block| block.info.starts_with("toml")).collect();
    assert!(shown.len() > 8, "{} blocks of rules", shown.len());
    for Block { text, .. } in shown {
        let source = |name: &str| (name == "shown").then(|| text.to_owned());
        if let Err(faults) = Mapping::compile("shown", &source, &Guides::shipped()) {
            panic!("{text}\n{}", faults.iter().map(|fault| format!("{fault}\n")).collect::<String>());
        }
    }
}
