//! The real binary in a folder of its own: its process, what it says and what it wrote.

#![allow(dead_code, reason = "each test binary that includes this uses a part of it")]

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::wire::{self, Reply};

/// How long a start or a drain may take on a loaded machine. Recovery aims at two seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// The URL path of the AS2 listener.
pub const AS2_PATH: &str = "/as2";

/// The processor time a process has used so far: its own, and the kernel's on its behalf.
pub fn processor_time_of(process: u32) -> [Duration; 2] {
    // Hundredths of a second, fields 14 and 15 of proc(5)'s stat; the name in field 2 may hold anything but ')'.
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    [fields[11], fields[12]].map(|ticks| Duration::from_millis(ticks.parse::<u64>().unwrap() * 10))
}

/// A gateway in its folder; its process may be started, stopped and killed any number of times.
pub struct Gateway {
    folder: TempDir,
    address: SocketAddr,
    scheme: &'static str,
    process: Option<Child>,
}

impl Gateway {
    /// A gateway whose configuration was written into this folder.
    pub fn in_folder(folder: TempDir, address: SocketAddr, scheme: &'static str) -> Self {
        Self { folder, address, scheme, process: None }
    }

    /// Starts the daemon and waits until it says that it is ready.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// The same with more in the daemon's environment.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) {
        if let Err(why) = self.try_start(environment) {
            panic!("the daemon did not become ready: {why}\n{}", self.log());
        }
    }

    /// The same for a daemon that may refuse to start: then says how it ended.
    pub fn try_start(&mut self, environment: &[(&str, &str)]) -> Result<(), String> {
        self.spawn(environment);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.process.as_mut().unwrap().try_wait().unwrap() {
                self.process = None;
                return Err(format!("it ended with {status}"));
            }
            if self.admin("/readyz").is_ok_and(|reply| reply.status == 200) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err(format!("not ready after {PATIENCE:?}"))
    }

    /// Starts the daemon without waiting for anything.
    pub fn spawn(&mut self, environment: &[(&str, &str)]) {
        assert!(self.process.is_none(), "started twice");
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_edigate"));
        command.args(["serve", "--config"]).arg(self.path("edigate.toml"));
        command.envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.process = Some(command.spawn().unwrap());
    }

    /// SIGKILL: nothing of the daemon gets to say goodbye.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// SIGTERM, then waits for the drain to end.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        let mut process = self.process.take().unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = process.try_wait().unwrap() {
                return status;
            }
            if Instant::now() > deadline {
                process.kill().unwrap();
                process.wait().unwrap();
                panic!("the drain did not end within {PATIENCE:?}\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal to the daemon.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(self.process.as_ref().unwrap()), signal).unwrap();
    }

    /// The processor time the daemon has used so far: its own, and the kernel's on its behalf.
    pub fn processor_time(&self) -> [Duration; 2] {
        processor_time_of(self.process.as_ref().unwrap().id())
    }

    /// The most memory the daemon had at once, in bytes: VmHWM of proc(5).
    pub fn peak_memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.as_ref().unwrap().id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("{}://{}{AS2_PATH}", self.scheme, self.address)
    }

    /// A path inside the gateway's folder.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    /// The store's folder: journal, spool, index.
    pub fn store(&self) -> PathBuf {
        self.path("var/edigate")
    }

    /// Deletes sled's folder, which must never matter. Only between two runs.
    pub fn delete_index(&self) {
        assert!(self.process.is_none(), "the index is deleted between two runs only");
        match fs::remove_dir_all(self.store().join("index")) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => panic!("{fault}"),
            _ => {}
        }
    }

    /// Waits until the AS2 listener answers at all.
    pub fn wait_until_listening(&self) {
        let request = format!("HEAD {AS2_PATH} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");
        let deadline = Instant::now() + PATIENCE;
        while wire::send_raw(self.address, request.as_bytes()).is_err() {
            assert!(Instant::now() < deadline, "nobody listens\n{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks the admin socket.
    pub fn admin(&self, path: &str) -> std::io::Result<Reply> {
        wire::get_over_socket(&self.path("run/admin.sock"), path)
    }

    /// Runs another command of the binary on this gateway's configuration.
    pub fn run(&self, arguments: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_edigate"))
            .args(arguments)
            .arg("--config")
            .arg(self.path("edigate.toml"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What a list prints for programs: an object a line.
    pub fn listed(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Every document in the directory sink, in the order of their ids.
    pub fn documents(&self) -> Vec<Value> {
        let files = self.document_files();
        files.iter().map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
    }

    /// Every event in the directory sink, in the order in which they were written down, as CloudEvents.
    pub fn events(&self) -> Vec<Value> {
        let mut files = files_below(&self.path("var/erp/to-erp/events"));
        files.retain(|file| file.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")));
        let mut events: Vec<Value> =
            files.iter().map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect();
        events.sort_by_key(|event| event["sequence"].as_str().unwrap_or_default().to_owned());
        events
    }

    /// Waits until an event of this name is there, and gives its data.
    pub fn wait_for_event(&self, name: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let events = self.events();
            if let Some(event) = events.iter().find(|event| event["data"]["event"] == name) {
                return event["data"].clone();
            }
            let names: Vec<_> = events.iter().map(|event| event["data"]["event"].clone()).collect();
            assert!(Instant::now() < deadline, "no {name} among {names:?}\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The sink's files, less those that are still being written, whose names are hidden.
    fn document_files(&self) -> Vec<PathBuf> {
        let mut files = files_below(&self.path("var/erp/to-erp/documents"));
        files.retain(|file| file.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")));
        files.sort();
        files
    }

    /// Waits until the directory sink holds at least `count` documents.
    pub fn wait_for_documents(&self, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let arrived = self.document_files().len();
            if arrived >= count {
                return self.documents();
            }
            assert!(Instant::now() < deadline, "{arrived} of {count} documents\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// How many lines the daemon logged so far.
    pub fn log_lines(&self) -> usize {
        fs::read(self.path("log")).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()
    }

    /// How many lines of all its runs name this event.
    pub fn logged(&self, event: &str) -> usize {
        let log = fs::read(self.path("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).lines().filter(|line| line.contains(&format!("\"{event}\""))).count()
    }

    /// The lines in which the daemon told of parked messages, of all its runs.
    pub fn log_of_parked(&self) -> String {
        let log = fs::read(self.path("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        log.lines().filter(|line| line.contains(".parked\"")).collect::<Vec<_>>().join("\n")
    }

    /// The last of what the daemon logged.
    pub fn log(&self) -> String {
        const LINES: usize = 60;
        let log = fs::read(self.path("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let skip = log.lines().count().saturating_sub(LINES);
        log.lines().skip(skip).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Every regular file below a folder, or none when it is not there.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}
