//! Packages of npm and PyPI that make JSON of EDI, each a program of its own.

use std::path::Path;
use std::process::Command;

use edigate::edi::GuideKey;

/// What runs a package, and which packages there are for a standard.
const RUNNERS: [(&str, &str, &str, &[&str]); 4] = [
    ("x12", "node", "benches/peers/json.js", &["node-x12", "x12-parser"]),
    ("x12", ".tools/python/bin/python", "benches/peers/json_peer.py", &["draftedi"]),
    ("edifact", "node", "benches/peers/json.js", &["edifact"]),
    ("edifact", ".tools/python/bin/python", "benches/peers/json_peer.py", &["pydifact"]),
];

/// Prints what each peer takes for a file, beside our `rate` of reading to JSON.
pub(crate) fn beside(file: &str, message: &GuideKey, rate: f64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = std::env::temp_dir().join(format!("edigate-bench-{}.edi", std::process::id()));
    std::fs::write(&path, file).unwrap();
    for (_, program, script, packages) in RUNNERS.iter().filter(|(standard, ..)| *standard == message.standard) {
        for package in *packages {
            let mut command = Command::new(program);
            command.current_dir(root).env("NODE_PATH", root.join(".tools/node/node_modules"));
            let run = command.arg(script).arg(package).arg(&path).output();
            let Ok(run) = run else {
                println!("  there is no {program} for {package}: scripts/tools.sh bench installs it");
                continue;
            };
            match String::from_utf8_lossy(&run.stdout).trim().parse::<f64>() {
                Ok(peer) => {
                    let what = format!("{package}: JSON");
                    println!("  {what:42} {peer:8.1} MB/s   we read {:.1} times as fast", rate / peer);
                }
                Err(_) => {
                    let why = String::from_utf8_lossy(&run.stderr);
                    let why =
                        why.lines().find(|line| line.contains("Error")).unwrap_or("scripts/tools.sh bench installs it");
                    println!("  {package} does not read it here: {why}");
                }
            }
        }
    }
    std::fs::remove_file(&path).unwrap();
}
