//! Pages of docs/ that hold what they show: files to be put down, sessions to be typed.
//!
//! A block that begins with ```` ```LANGUAGE file=PATH ```` is that file. A `console` block is a session: lines after `$ ` are
//! typed in the folder of those files, the others are what comes.

#![allow(unreachable_pub, reason = "each test binary that includes this exports nothing")]

use std::path::Path;
use std::process::Command;

/// A fenced block of the page.
pub struct Block<'t> {
    pub info: &'t str,
    pub text: &'t str,
}

/// The blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block<'_>> {
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

/// Types the commands of a session and writes down what comes.
pub fn session(text: &str, folder: &Path) -> String {
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
