//! The order of the floors, held: a module uses only modules listed before it, an adapter never names another
//! adapter, and the pure floors touch neither files, network, clock, runtime nor log. A list cannot hold a cycle.
//!
//! Test code (`#[cfg(test)]` items and files named `tests.rs`) is exempt: a test may look anywhere.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a panic here is a failed test")]

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// What a module may do besides using the modules below it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Words everybody uses.
    Word,
    /// Bytes, values, a time and some entropy in; values out.
    Pure,
    /// One outside thing; knows no other adapter.
    Adapter,
    /// Puts the adapters together.
    Wiring,
}

/// The floors, lowest first: a module may use only modules that stand above its own line. `src/lib.rs` declares the
/// same modules in the same order.
const FLOORS: &[(&str, Kind)] = &[
    ("base", Kind::Word),
    ("observe", Kind::Word),
    ("mime", Kind::Pure),
    ("smime", Kind::Pure),
    ("as2", Kind::Pure),
    ("edi", Kind::Pure),
    ("canon", Kind::Pure),
    ("mapping", Kind::Pure),
    ("partner", Kind::Pure),
    ("exchange", Kind::Pure),
    ("evidence", Kind::Pure),
    ("amqp", Kind::Adapter),
    ("config", Kind::Adapter),
    ("directory", Kind::Adapter),
    ("http", Kind::Adapter),
    ("store", Kind::Adapter),
    ("admin", Kind::Wiring),
    ("daemon", Kind::Wiring),
    ("cli", Kind::Wiring),
];

/// What a pure module may not name: a path that begins so.
const BANNED_IN_PURE: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "process"],
    &["tokio"],
    &["sled"],
    &["lapin"],
    &["hyper"],
    &["axum"],
    &["rustls"],
    &["rustix"],
    &["getrandom"],
    &["tracing"],
    &["crate", "observe"],
];

/// What a pure module may not name: a path that contains this anywhere.
const BANNED_ANYWHERE_IN_PURE: &[&[&str]] = &[&["SystemTime"], &["Instant", "now"], &["thread", "sleep"]];

/// One place where a module looks up, sideways or outside.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    file: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

#[test]
fn every_module_looks_down_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let mut found = Vec::new();
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).unwrap();
        if inside == Path::new("lib.rs") || inside == Path::new("main.rs") {
            continue;
        }
        seen += 1;
        found.extend(breaches(inside, &fs::read_to_string(&file).unwrap()));
    }
    assert!(seen >= FLOORS.len(), "only {seen} files under {}", source.display());
    assert!(found.is_empty(), "{}", found.iter().map(|b| format!("\n  src/{b}")).collect::<String>());
}

#[test]
fn lib_declares_the_floors_in_this_order() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: Vec<&str> =
        library.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let listed: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    assert_eq!(declared, listed);
}

#[test]
fn planted_faults_are_found() {
    let cases: &[(&str, &str, &str)] = &[
        ("edi/parse.rs", "use crate::partner::Partner;", "1: edi may not use partner, which stands above it"),
        ("base/id.rs", "use crate::{\n    observe::{Event, Metric},\n};", "2: base may not use observe"),
        ("http/server.rs", "use crate::store::Spool;", "1: adapter http names adapter store"),
        ("store/spool.rs", "fn f() {\n    crate::config::load();\n}", "2: adapter store names adapter config"),
        ("admin/router.rs", "fn f() -> edigate::daemon::App {}", "1: admin may not use daemon"),
        ("as2/mdn.rs", "use super::super::mapping::Mapping;", "1: as2 may not use mapping"),
        ("as2/mod.rs", "use super::exchange::Change;", "1: as2 may not use exchange"),
        ("edi/x12/envelope.rs", "use super::super::super::partner;", "1: edi may not use partner"),
        ("as2/mdn.rs", "let now = std::time::SystemTime::now();", "1: as2 is pure and names"),
        ("as2/mdn.rs", "use std::time::Instant;\nfn f() { Instant::now(); }", "2: as2 is pure and names Instant::now"),
        ("exchange/inbound.rs", "fn f() { tracing::info!(\"received\"); }", "1: exchange is pure and names tracing"),
        ("exchange/retry.rs", "use crate::observe::event;", "1: exchange is pure and names crate::observe"),
        ("mime/header.rs", "use std::{fmt, fs::File, io};", "1: mime is pure and names std::fs"),
        ("smime/ber.rs", "pub async fn f() { tokio::task::yield_now().await }", "1: smime is pure and names tokio"),
        ("partner/registry.rs", "const A: &str = \"//\"; use std::env;", "1: partner is pure and names std::env"),
        ("cellar/wine.rs", "", "0: cellar is not among the floors"),
        ("canon/mod.rs", "#[cfg(test)]\nmod tests;\nuse std::net::IpAddr;", "3: canon is pure and names std::net"),
        ("canon/mod.rs", "#[cfg(test)]\nmod t { fn f() { \"}\" } }\nuse std::net::IpAddr;", "3: canon is pure"),
    ];
    for (file, source, expect) in cases {
        let found: Vec<String> = breaches(Path::new(file), source).iter().map(Breach::to_string).collect();
        let expect = format!("{file}:{expect}");
        assert!(found.len() == 1 && found[0].starts_with(&expect), "{source:?}\n  gave   {found:?}\n  expect {expect}");
    }
}

#[test]
fn what_is_allowed_is_let_pass() {
    let cases: &[(&str, &str)] = &[
        ("as2/receive.rs", "use crate::{base::Timestamp, mime::HeaderList, smime};\nuse super::name::As2Name;"),
        ("edi/x12/envelope.rs", "use super::super::token::Token;\nuse crate::edi::place::Place;"),
        ("daemon/app.rs", "use crate::{amqp, config, http, store};\nuse tokio::task;\nfn f() { Instant::now(); }"),
        ("as2/mdn.rs", "// crate::daemon\n/* std::fs /* nested */ tokio::spawn */\nconst A: &str = \"tracing::info\";"),
        ("as2/mdn.rs", "/// Not like [`std::fs::File`].\nconst B: &str = r#\"\"crate::cli\"#; const C: char = '\"';"),
        ("as2/mdn.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n    use crate::daemon::App;\n}"),
        ("as2/mdn.rs", "#[cfg(test)]\nuse std::env;\nfn f<'a>(x: &'a str) -> &'a str { x }"),
        ("as2/tests.rs", "use std::fs;"),
        ("edi/tests/corpus.rs", "use std::fs;"),
        ("as2/mdn.rs", "use std::time::Duration;\nuse std::net_like::X;\nlet hyperspace = tokio_like::f();"),
    ];
    for (file, source) in cases {
        assert_eq!(breaches(Path::new(file), source), [], "{source:?}");
    }
}

/// Every place in one file, named relative to `src/`, that the order of the floors forbids.
fn breaches(file: &Path, source: &str) -> Vec<Breach> {
    if file.file_name().is_some_and(|name| name == "tests.rs") || file.iter().any(|folder| folder == "tests") {
        return Vec::new();
    }
    let breach = |line, what| Breach { file: file.to_owned(), line, what };
    let module = file.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
    let Some(own) = floor(module) else {
        return vec![breach(0, format!("{module} is not among the floors"))];
    };
    let mut found = Vec::new();
    for path in paths(&without_tests(&tokens(source))) {
        let segments = from_the_root(&path.segments, depth(file));
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(what) = forbidden(own, &names) {
            found.push(breach(path.line, what));
        }
    }
    found.dedup();
    found
}

/// Why the module at floor `own` may not name this path, or nothing.
fn forbidden(own: usize, path: &[&str]) -> Option<String> {
    let (module, kind) = FLOORS[own];
    if kind == Kind::Pure
        && let Some(banned) = banned_in_pure(path)
    {
        return Some(format!("{module} is pure and names {banned}"));
    }
    let ["crate" | "edigate", other, ..] = path else { return None };
    let target = floor(other)?;
    if target == own {
        None
    } else if kind == Kind::Adapter && FLOORS[target].1 == Kind::Adapter {
        Some(format!("adapter {module} names adapter {other}"))
    } else if target > own {
        Some(format!("{module} may not use {other}, which stands above it"))
    } else {
        None
    }
}

fn banned_in_pure(path: &[&str]) -> Option<String> {
    let begins = BANNED_IN_PURE.iter().find(|banned| path.starts_with(banned));
    let contains =
        || BANNED_ANYWHERE_IN_PURE.iter().find(|banned| path.windows(banned.len()).any(|part| part == **banned));
    begins.or_else(contains).map(|banned| banned.join("::"))
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|(name, _)| *name == module)
}

/// How many `super` lead from this file's module to the crate's root.
fn depth(file: &Path) -> usize {
    let parts = file.iter().count();
    if file.file_name().is_some_and(|name| name == "mod.rs") { parts - 1 } else { parts }
}

/// A path of `super`s that reaches the root, written from `crate`; any other path as it is.
fn from_the_root(segments: &[String], depth: usize) -> Vec<String> {
    let ups = segments.iter().take_while(|segment| *segment == "super").count();
    if ups == 0 || ups < depth {
        return segments.to_vec();
    }
    std::iter::once("crate".to_owned()).chain(segments[ups..].iter().cloned()).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A piece of Rust source that matters here, with its line. Comments and literals are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    line: usize,
    text: String,
}

/// Splits source into names, `::` and single punctuation characters.
fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, keep) = match first {
            _ if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
            _ if rest.starts_with("/*") => (block_comment(rest), false),
            _ if raw_string(rest).is_some() => (raw_string(rest).unwrap(), false),
            '"' => (quoted(rest, '"'), false),
            '\'' if is_char_literal(rest) => (quoted(rest, '\''), false),
            '\'' => (1, false),
            _ if first.is_alphanumeric() || first == '_' => (
                rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len()),
                true,
            ),
            _ if rest.starts_with("::") => (2, true),
            _ => (first.len_utf8(), !first.is_whitespace()),
        };
        let (piece, after) = rest.split_at(length);
        if keep {
            found.push(Token { line, text: piece.to_owned() });
        }
        line += piece.matches('\n').count();
        rest = after;
    }
    found
}

/// The length of a block comment; they nest in Rust.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().unwrap().len_utf8();
        }
    }
    text.len()
}

/// The length of `r"…"`, `r#"…"#`, `br"…"`, if that is what stands here.
fn raw_string(text: &str) -> Option<usize> {
    let body = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = inside.find(&close).map_or(text.len(), |at| text.len() - inside.len() + at + close.len());
    Some(end)
}

/// The length of a literal that opens here and closes at the next unescaped `quote`.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Tells `'x'` and `'\n'` from a lifetime.
fn is_char_literal(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    match characters.next() {
        Some('\\') => true,
        Some(_) => characters.next() == Some('\''),
        None => false,
    }
}

/// The same tokens less every item that carries `#[cfg(test)]`.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].iter().map(|token| token.text.as_str()).take(ATTRIBUTE.len()).eq(ATTRIBUTE) {
            at = end_of_item(tokens, at + ATTRIBUTE.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// The index behind the item that begins at `at`: behind its `;`, or behind its outermost closing brace.
fn end_of_item(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_i32;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth -= 1;
                if depth == 0 && token.text == "}" {
                    return index + 1;
                }
            }
            ";" if depth == 0 => return index + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// A path as the source spells it, groups unfolded: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
struct Named {
    line: usize,
    segments: Vec<String>,
}

fn paths(tokens: &[Token]) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = if is_name(&tokens[at].text) { path(tokens, at, &[], &mut found) } else { at + 1 };
    }
    found
}

/// Reads the path at `at` with what the groups around it put in front; gives the index behind it.
fn path(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Named>) -> usize {
    let line = tokens[at].line;
    let mut segments = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            return group(tokens, at + 1, &segments, found);
        }
        if !is_name(&token.text) {
            break;
        }
        segments.push(token.text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    found.push(Named { line, segments });
    at
}

/// Reads the paths of a group up to its closing brace; gives the index behind it.
fn group(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Named>) -> usize {
    while let Some(token) = tokens.get(at) {
        at = match token.text.as_str() {
            "}" => return at + 1,
            text if is_name(text) => path(tokens, at, prefix, found),
            _ => at + 1,
        };
    }
    at
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}
