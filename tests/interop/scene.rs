//! A gateway and a product as partners of each other, and one message between them at a time.

use std::time::{Duration, Instant};
use std::{fs, thread};

use edigate::base::Sha256;
use rustix::process::Signal;
use serde_json::Value;

use crate::gateway::Gateway;
use crate::matrix::Cell;
use crate::order;
use crate::peer::{Peer, Place};
use crate::plan::Plan;
use crate::product::{Product, Tells};

/// What is legacy is accepted and sent until then.
const LEGACY: &str = "2099-12-31";

pub struct Scene<'a> {
    product: &'a Product,
    gateway: Gateway,
    peer: Peer,
    orders: u32,
    documents: usize,
}

impl<'a> Scene<'a> {
    pub fn new(product: &'a Product) -> Self {
        let place = Place::new();
        let mut gateway = lenient().partner_url(&place.url()).send("#send").prepare();
        gateway.start();
        let peer = Peer::start(product, &place, &gateway);
        Self { product, gateway, peer, orders: 0, documents: 0 }
    }

    /// The gateway sends; the product judges the message, the gateway the receipt.
    pub fn send(&mut self, cell: &Cell) -> Result<(), String> {
        reconfigure(&self.gateway, &send_tables(cell, &self.gateway.url(), self.product.base64));
        let file = self.order();
        let order = String::from_utf8(fs::read(&file).unwrap()).unwrap();
        // From us, whom a partner may know by the name we have in AS2.
        let order = order.replace("*ZZ*ACMEBRG        *01*123456789      *", "*ZZ*NORTHWIND      *ZZ*ACMEBRG        *");
        fs::write(&file, order.replace("GS*PO*ACMEBRG*123456789*", "GS*PO*NORTHWIND*ACMEBRG*")).unwrap();
        let exchange = submit(&self.gateway, &file);
        let id = exchange["detail"]["messageId"].as_str().unwrap_or_default().to_owned();
        if id.is_empty() {
            return Err(format!("it was not packed: {exchange:#}"));
        }
        settled(cell, &exchange, &self.gateway)?;
        if self.product.own_orders && cell.receipt.mode == "none" {
            return Ok(()); // It tells of what it gave a receipt for.
        }
        let received = self.peer.received(&id);
        expect(&received["status"], "processed", "status", &received)?;
        if self.product.tells == Tells::All {
            expect(&sorted(received["form"].as_str().unwrap_or_default()), sorted(cell.form), "form", &received)?;
        }
        if self.product.tells != Tells::Arrival {
            let content = Sha256::of(&fs::read(&file).unwrap()).to_string();
            expect(&received["content"], content, "content", &received)?;
        }
        Ok(())
    }

    /// The product sends; the gateway judges the message, the product the receipt.
    pub fn receive(&mut self, cell: &Cell) -> Result<(), String> {
        let file = self.order();
        let sent = self.peer.send(&file, cell);
        if !sent["fault"].is_null() {
            return Err(format!("{sent}\n{}\n{}", self.peer.log(), alarms(&self.gateway)));
        }
        expect(&sent["http"], 200, "http", &sent)?;
        if cell.receipt.mode != "none" {
            expect(&sent["status"], "processed", "status", &sent)?;
            let mic =
                |name: &str| sent[name].as_str().map(|mic| mic.split(',').next().unwrap_or_default().trim().to_owned());
            if let (Some(ours), Some(theirs)) = (mic("mic"), mic("received_mic"))
                && ours != theirs
            {
                return Err(format!("the MIC differs: {sent}"));
            }
            let signed = !sent["receipt_digest"].is_null();
            if !self.product.own_orders && signed != cell.receipt.signed {
                return Err(format!("signed receipt: {signed}: {sent}"));
            }
        }
        // Orders of a product's own making are between other parties: there the receipt is the proof.
        if !self.product.own_orders {
            self.documents += 1;
            let documents = self.gateway.wait_for_documents(self.documents);
            if documents.len() != self.documents {
                return Err(format!("{} documents of {}", documents.len(), self.documents));
            }
        }
        Ok(())
    }

    fn order(&mut self) -> std::path::PathBuf {
        self.orders += 1;
        let file = self.gateway.path(&format!("order-{}.x12", self.orders));
        fs::write(&file, order::interchange(self.orders)).unwrap();
        file
    }
}

/// A gateway that takes every form, and the legacy algorithms until a date.
pub fn lenient() -> Plan {
    Plan::default().lenient().receive(&format!(
        "accept_algs = [{{ alg = \"sha-1\", until = {LEGACY} }}, {{ alg = \"3des\", until = {LEGACY} }}]"
    ))
}

/// The switches of a cell.
pub fn send_tables(cell: &Cell, own_url: &str, base64: bool) -> String {
    let signs = cell.form.contains('S');
    let sign_alg = if signs { cell.digest } else { "none" };
    let encrypt_alg = if cell.form.contains('E') { cell.cipher } else { "none" };
    let compress = match (cell.form.find('C'), cell.form.find('S')) {
        (None, _) => "none",
        (Some(compressed), Some(signed)) if signed < compressed => "after-sign",
        (Some(_), _) => "before-sign",
    };
    let cte = if base64 { "base64" } else { "binary" };
    let legacy = sign_alg == "sha-1" || encrypt_alg == "3des";
    let legacy = if legacy { format!("legacy_until = {LEGACY}\n") } else { String::new() };
    let mode = cell.receipt.mode;
    let url = if mode == "async" { format!("url = \"{own_url}\"\n") } else { String::new() };
    let signed = cell.receipt.signed;
    format!(
        "[as2.send]\nsign_alg = \"{sign_alg}\"\nencrypt_alg = \"{encrypt_alg}\"\ncompress = \"{compress}\"\nouter_cte = \"{cte}\"\npayload_cte = \"{cte}\"\n{legacy}\
         [as2.send.mdn]\nmode = \"{mode}\"\nsigned = {signed}\n{url}\
         [as2.send.retry]\nschedule = [\"1s\"]\ngive_up_after = \"5s\"\n"
    )
}

/// Puts other `[as2.send]` tables in force: between the mark and `[x12]` of the partner's file.
pub fn reconfigure(gateway: &Gateway, tables: &str) {
    let path = gateway.path("partners/acme-bearings/partner.toml");
    let file = fs::read_to_string(&path).unwrap();
    let (head, rest) = file.split_once("#send").unwrap();
    let tail = &rest[rest.find("\n[x12]").unwrap()..];
    fs::write(&path, format!("{head}#send\n{tables}{tail}")).unwrap();
    let reloads = || count(gateway, "config.in-force");
    let (before, deadline) = (reloads(), Instant::now() + Duration::from_secs(30));
    gateway.signal(Signal::HUP);
    while reloads() == before {
        assert!(Instant::now() < deadline, "not reloaded\n{}", gateway.log());
        thread::sleep(Duration::from_millis(5));
    }
}

fn count(gateway: &Gateway, event: &str) -> usize {
    let log = fs::read(gateway.path("log")).unwrap_or_default();
    String::from_utf8_lossy(&log).matches(event).count()
}

/// Hands a file over and waits for its end, an asynchronous receipt's too.
pub fn submit(gateway: &Gateway, file: &std::path::Path) -> Value {
    let path = file.display().to_string();
    let output = gateway.run(&["exchange", "submit", "acme-bearings", &path, "--wait", "60", "--json"]);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|fault| panic!("{fault}: {}\n{}", String::from_utf8_lossy(&output.stderr), gateway.log()))
}

/// The message ended as it should: proven where a signed receipt was asked for.
pub fn settled(cell: &Cell, exchange: &Value, gateway: &Gateway) -> Result<(), String> {
    let detail = &exchange["detail"];
    if exchange["stage"] != "delivered" {
        let packed = &detail["packed"]["mics"];
        let (attempts, by, why) = (&detail["attempts"], &detail["settledBy"], &detail["diagnostics"]);
        let stage = &exchange["stage"];
        return Err(format!("{stage}: mic {packed}, settled by {by}, attempts {attempts}: {why}\n{}", alarms(gateway)));
    }
    if cell.receipt.mode != "none" {
        let settled = &detail["settledBy"];
        if cell.receipt.signed == settled["certificate"].is_null() {
            return Err(format!("the receipt's signature: {settled:#}"));
        }
        if !settled["deviation"].is_null() {
            return Err(format!("the MIC is not as RFC 4130 has it: {settled:#}"));
        }
    }
    Ok(())
}

/// What the gateway warned of last.
fn alarms(gateway: &Gateway) -> String {
    const MOST: usize = 3;
    let log = gateway.log();
    let alarms: Vec<&str> = log.lines().filter(|line| !line.contains("\"INFO\"")).collect();
    alarms.get(alarms.len().saturating_sub(MOST)..).unwrap_or_default().join("\n")
}

fn sorted(form: &str) -> Value {
    let mut letters: Vec<char> = form.chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect::<String>().into()
}

fn expect(found: &Value, wanted: impl Into<Value>, what: &str, whole: &Value) -> Result<(), String> {
    let wanted: Value = wanted.into();
    if *found == wanted { Ok(()) } else { Err(format!("{what} is {found}, not {wanted}: {whole:#}")) }
}
