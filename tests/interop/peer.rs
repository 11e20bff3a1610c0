//! A product as a process of its own: started in a folder, spoken to in JSON a line (`tests/peers/peer.py`), stopped by pid.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::matrix::Cell;
use crate::ports::free_port;
use crate::product::Product;

/// Longer than any step of a healthy product takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A product that runs.
pub struct Peer {
    process: Child,
    wishes: Option<ChildStdin>,
    said: Receiver<Value>,
    kept: Vec<Value>,
    log: std::path::PathBuf,
}

/// Where a product will listen, decided before the gateway's configuration is written.
pub struct Place {
    pub port: u16,
}

impl Place {
    pub fn new() -> Self {
        Self { port: free_port() }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/as2", self.port)
    }
}

/// Whether what `make tools` or `scripts/tools.sh interop` installs for a product is there.
pub fn installed(product: &Product) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match product.program {
        [program, ..] if program.contains('/') => root.join(program).exists(),
        _ if product.name == "libas2" => root.join(".tools/libas2/node_modules/libas2").exists(),
        _ => true,
    }
}

impl Peer {
    /// Starts a product as the gateway's partner and waits until it listens.
    pub fn start(product: &Product, place: &Place, gateway: &Gateway) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (program, arguments) = product.program.split_first().unwrap();
        let program = if program.contains('/') { root.join(program) } else { program.into() };
        let folder = gateway.path("peer");
        fs::create_dir_all(&folder).unwrap();
        let log = gateway.path("peer.log");
        let mut command = Command::new(program);
        for argument in arguments {
            if argument.contains('/') {
                command.arg(root.join(argument))
            } else {
                command.arg(argument)
            };
        }
        command.arg("--port").arg(place.port.to_string());
        command.arg("--folder").arg(&folder);
        command.args(["--name", "ACMEBRG", "--gateway", "NORTHWIND", "--gateway-url", &gateway.url()]);
        for (option, inside) in
            [("--cert", "certs/acme.pem"), ("--key", "certs/acme.key"), ("--gateway-cert", "certs/northwind.pem")]
        {
            command.arg(option).arg(gateway.path(inside));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(fs::File::create(&log).unwrap());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, said) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Ok(value) = serde_json::from_str(&line)
                    && sender.send(value).is_err()
                {
                    return;
                }
            }
        });
        let wishes = process.stdin.take();
        let mut peer = Self { process, wishes, said, kept: Vec::new(), log };
        let ready = peer.wait_for("ready", |_| true);
        assert_eq!(ready["product"], product.name);
        let version = ready["version"].as_str().unwrap();
        assert!(
            version.starts_with(product.version),
            "{} {version}: docs/interop.md says {}",
            product.name,
            product.version
        );
        peer
    }

    /// Has it send a file, and says how that went in the product's own judgement.
    pub fn send(&mut self, file: &Path, cell: &Cell) -> Value {
        let wish = json!({
            "file": file, "form": cell.form, "digest": cell.digest, "cipher": cell.cipher,
            "receipt": cell.receipt.mode, "signed_receipt": cell.receipt.signed,
        });
        writeln!(self.wishes.as_mut().unwrap(), "{wish}").unwrap();
        self.wait_for("sent", |_| true)
    }

    /// What it made of the message with this id.
    pub fn received(&mut self, message_id: &str) -> Value {
        self.wait_for("received", |value| {
            value["message_id"]
                .as_str()
                .is_none_or(|id| id.trim_matches(['<', '>']) == message_id.trim_matches(['<', '>']))
        })
    }

    /// What came next.
    #[allow(dead_code, reason = "the story asks, a bench does not")]
    pub fn received_next(&mut self) -> Value {
        self.wait_for("received", |_| true)
    }

    fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let fits = |value: &Value| value.get(what).is_some_and(&wanted);
        loop {
            if let Some(at) = self.kept.iter().position(fits) {
                return self.kept.remove(at)[what].take();
            }
            match self.said.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(value) => self.kept.push(value),
                Err(why) => panic!("it did not say \"{what}\" ({why}), but {:?}\n{}", self.kept, self.log()),
            }
        }
    }

    /// The processor time it has used so far, the kernel's on its behalf included.
    #[allow(dead_code, reason = "a bench asks")]
    pub fn processor_time(&self) -> Duration {
        crate::gateway::processor_time_of(self.process.id()).into_iter().sum()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Peer {
    /// A peer ends with its input, and then takes its own children along; one that does not is killed.
    fn drop(&mut self) {
        self.wishes = None;
        let deadline = Instant::now() + Duration::from_secs(10);
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                self.process.kill().unwrap();
                self.process.wait().unwrap();
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
