//! The ERP as a program of its own, which knows the gateway by its contract alone (tests/peers/erp.py).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gateway::Gateway;

/// Where a test puts the token with which documents are fetched.
pub const TOKEN: &str = "certs/token";

const PATIENCE: Duration = Duration::from_secs(60);

/// The ERP; it ends when it is dropped.
pub struct Erp {
    process: Child,
    commands: ChildStdin,
    arrived: Arc<Mutex<Vec<Value>>>,
}

impl Erp {
    /// Starts it beside a broker, with the contract that the gateway prints.
    pub fn start(url: &str, gateway: &Gateway) -> Self {
        let printed = gateway.run(&["asyncapi"]);
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        let contract = gateway.path("asyncapi.json");
        std::fs::write(&contract, printed.stdout).unwrap();
        let mut command = Command::new(python());
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/erp.py")).arg(url).arg(contract);
        let token = gateway.path(TOKEN);
        if token.exists() {
            command.arg(token);
        }
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (commands, said) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let arrived: Arc<Mutex<Vec<Value>>> = Arc::default();
        let lines = Arc::clone(&arrived);
        thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                lines.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        let erp = Self { process, commands, arrived };
        erp.wait_for("ready", |_| true);
        erp
    }

    /// Publishes a command.
    pub fn publish(&mut self, command: &Value) {
        writeln!(self.commands, "{command}").unwrap();
    }

    /// Everything that arrived so far in one of its queues, in order.
    pub fn arrived(&self, queue: &str) -> Vec<Value> {
        self.arrived.lock().unwrap().iter().filter(|line| line["in"] == queue).cloned().collect()
    }

    /// Waits for something in one of its queues.
    pub fn wait_for(&self, queue: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let arrived = self.arrived(queue);
            if let Some(found) = arrived.iter().find(|line| wanted(line)) {
                return found.clone();
            }
            assert!(Instant::now() < deadline, "nothing of the kind in {queue}: {arrived:#?}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for an event of this name about the document with this number.
    pub fn wait_for_event(&self, name: &str, number: &str) -> Value {
        let event = |line: &Value| line["data"]["event"] == name && line["data"]["document"]["number"] == number;
        self.wait_for("events", event)
    }
}

/// The Python that has what the programs of other make need.
pub fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/python/bin/python");
    assert!(python.exists(), "{} is not there: run `make tools`", python.display());
    python
}

impl Drop for Erp {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}
