//! RabbitMQ as private processes: own node name, own ports on loopback, own folder. What happens to brokers happens to
//! these: they are stopped, killed, paused and put out of disk.

#![allow(dead_code, reason = "each test binary that includes this uses a part of it")]

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::ports::free_port;

/// The wrapper in /usr/sbin changes the user and drops the environment; this is what it wraps.
const PROGRAMS: &str = "/usr/lib/rabbitmq/bin";

/// A start takes 9 to 14 s on two busy cores.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the broker until this process's standard input ends: it must not outlive the test, however the test ends. The
/// port mapper (epmd) that Erlang leaves behind goes with it.
const LEASH: &str = r#"
"$1/rabbitmq-server" >"$RABBIT_FOLDER/output" 2>&1 </dev/null &
broker=$!
echo "$broker"
cat >/dev/null
kill -CONT "$broker" 2>/dev/null
kill -TERM "$broker" 2>/dev/null
wait "$broker"
epmd -kill >/dev/null 2>&1
true
"#;

/// One broker that all tests share which do nothing to it. It ends with the test process.
pub fn shared() -> &'static Rabbit {
    static SHARED: OnceLock<Rabbit> = OnceLock::new();
    SHARED.get_or_init(Rabbit::start)
}

/// A broker's certificate and what it wants of its clients', all in PEM.
pub struct BrokerTls {
    /// Root of the clients' certificates; a client without one is refused.
    pub ca: Vec<u8>,
    pub certificate: Vec<u8>,
    pub key: Vec<u8>,
}

/// A broker of one's own.
pub struct Rabbit {
    folder: TempDir,
    port: u16,
    tls_port: u16,
    only_tls: bool,
    distribution_port: u16,
    mapper_port: u16,
    process: Mutex<Option<Leashed>>,
}

/// A broker's process, with the end of the leash that keeps it alive.
struct Leashed {
    shell: Child,
    leash: ChildStdin,
    pid: String,
}

impl Rabbit {
    /// Starts a new, empty broker and waits until it takes connections.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// The same, listening under TLS on a second port as well.
    pub fn start_with(tls: Option<&BrokerTls>) -> Self {
        Self::start_configured(tls, "")
    }

    /// The same, listening under TLS alone.
    pub fn start_under_tls(tls: &BrokerTls) -> Self {
        Self::start_configured(Some(tls), "listeners.tcp = none\n")
    }

    /// The same with more lines of rabbitmq.conf, which take the place of those before them.
    pub fn start_configured(tls: Option<&BrokerTls>, more: &str) -> Self {
        let server = PathBuf::from(PROGRAMS).join("rabbitmq-server");
        assert!(server.exists(), "{} is not there: run `make tools`", server.display());
        let rabbit = Self {
            folder: tempfile::Builder::new().prefix("rabbit-").tempdir().unwrap(),
            port: free_port(),
            tls_port: free_port(),
            only_tls: more.contains("listeners.tcp = none"),
            distribution_port: free_port(),
            mapper_port: free_port(),
            process: Mutex::new(None),
        };
        let plain = format!("listeners.tcp.default = 127.0.0.1:{}\n", rabbit.port);
        let mut configuration = format!(
            "{}\
             disk_free_limit.absolute = 50MB\n\
             vm_memory_high_watermark.absolute = 1GB\n\
             log.file.level = warning\n\
             {more}",
            if rabbit.only_tls { "" } else { &plain },
        );
        if let Some(tls) = tls {
            configuration += &rabbit.tls_configuration(tls);
        }
        fs::write(rabbit.folder.path().join("rabbitmq.conf"), configuration).unwrap();
        fs::write(rabbit.folder.path().join("enabled_plugins"), "[].").unwrap();
        rabbit.start_again();
        rabbit
    }

    fn tls_configuration(&self, tls: &BrokerTls) -> String {
        let put = |name: &str, pem: &[u8]| {
            let path = self.folder.path().join(name);
            fs::write(&path, pem).unwrap();
            path.display().to_string()
        };
        format!(
            "listeners.ssl.default = 127.0.0.1:{}\n\
             ssl_options.cacertfile = {}\n\
             ssl_options.certfile = {}\n\
             ssl_options.keyfile = {}\n\
             ssl_options.verify = verify_peer\n\
             ssl_options.fail_if_no_peer_cert = true\n",
            self.tls_port,
            put("ca.pem", &tls.ca),
            put("cert.pem", &tls.certificate),
            put("key.pem", &tls.key)
        )
    }

    /// Its URL under TLS.
    pub fn tls_url(&self) -> String {
        format!("amqps://guest:guest@localhost:{}/%2f", self.tls_port)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    pub fn url(&self) -> String {
        self.url_at(self.address())
    }

    /// Its URL by way of another address.
    pub fn url_at(&self, address: SocketAddr) -> String {
        format!("amqp://guest:guest@{address}/%2f")
    }

    /// Starts it after [`Rabbit::stop`]; durable queues and persistent messages are still there.
    pub fn start_again(&self) {
        let mut command = Command::new("sh");
        command.args(["-c", LEASH, "leash", PROGRAMS]).stdin(Stdio::piped()).stdout(Stdio::piped());
        self.surroundings(&mut command);
        let mut shell = command.spawn().unwrap();
        let leash = shell.stdin.take().unwrap();
        let mut pid = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.take().unwrap()), &mut pid).unwrap();
        *self.process.lock().unwrap() = Some(Leashed { shell, leash, pid: pid.trim().to_owned() });
        self.wait_until_up();
    }

    /// Ends it as an operator would.
    pub fn stop(&self) {
        let Leashed { mut shell, leash, .. } = self.process.lock().unwrap().take().unwrap();
        drop(leash);
        shell.wait().unwrap();
    }

    /// SIGKILL: nobody says goodbye. Start it again afterwards.
    pub fn kill(&self) {
        self.signal("KILL");
        self.stop();
    }

    /// SIGSTOP: connections stay open and nobody answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// The disk alarm: connections stay healthy, publishers are blocked, confirms do not come.
    pub fn raise_disk_alarm(&self) {
        self.control(&["set_disk_free_limit", "900GB"]);
    }

    pub fn clear_disk_alarm(&self) {
        self.control(&["set_disk_free_limit", "50MB"]);
    }

    /// The Erlang machine is a child of the script that the leash holds.
    fn signal(&self, signal: &str) {
        let process = self.process.lock().unwrap();
        let pid = &process.as_ref().unwrap().pid;
        let mut pids = vec![pid.clone()];
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        pids.extend(children.split_whitespace().map(str::to_owned));
        let status = Command::new("kill").arg(format!("-{signal}")).args(&pids).status().unwrap();
        assert!(status.success(), "kill -{signal} {pids:?}");
    }

    /// Runs `rabbitmqctl` against it.
    pub fn control(&self, arguments: &[&str]) {
        let mut command = Command::new(PathBuf::from(PROGRAMS).join("rabbitmqctl"));
        self.surroundings(&mut command);
        let output = command.args(["--quiet"]).args(arguments).output().unwrap();
        assert!(output.status.success(), "rabbitmqctl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Everything below one folder and on loopback; nothing of the machine's own broker is read or touched.
    fn surroundings(&self, command: &mut Command) {
        let folder = self.folder.path();
        command.env("RABBIT_FOLDER", folder);
        command.env("HOME", folder);
        command.env("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        command.env("RABBITMQ_NODENAME", format!("test{}@localhost", self.port));
        command.env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
        command.env("RABBITMQ_NODE_PORT", self.port.to_string());
        command.env("RABBITMQ_DIST_PORT", self.distribution_port.to_string());
        command.env("ERL_EPMD_PORT", self.mapper_port.to_string());
        command.env("ERL_EPMD_ADDRESS", "127.0.0.1");
        command.env("RABBITMQ_MNESIA_BASE", folder.join("mnesia"));
        command.env("RABBITMQ_LOG_BASE", folder.join("log"));
        command.env("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq"));
        command.env("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("enabled_plugins"));
        command.env("RABBITMQ_PID_FILE", folder.join("pid"));
        // Without this the distribution port listens on every address.
        command.env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
    }

    fn wait_until_up(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.greets() {
            assert!(Instant::now() < deadline, "RabbitMQ did not come up:\n{}", self.output());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether it answers the protocol header with a frame of its own (AMQP 0-9-1, section 4.2.2).
    fn greets(&self) -> bool {
        use std::io::Read as _;
        if self.only_tls {
            // A handshake wants a client's certificate; that somebody listens must do.
            return TcpStream::connect((Ipv4Addr::LOCALHOST, self.tls_port)).is_ok();
        }
        let Ok(mut stream) = TcpStream::connect(self.address()) else { return false };
        let mut first = [0];
        stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok()
            && stream.write_all(b"AMQP\0\0\x09\x01").is_ok()
            && stream.read_exact(&mut first).is_ok()
    }

    fn output(&self) -> String {
        fs::read_to_string(self.folder.path().join("output")).unwrap_or_default()
    }
}

impl Drop for Rabbit {
    fn drop(&mut self) {
        if self.process.lock().is_ok_and(|process| process.is_some()) {
            self.stop();
        }
    }
}
