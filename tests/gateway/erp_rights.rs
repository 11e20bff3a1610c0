//! What `edigate amqp topology` prints is enough, and no more: under these rights the gateway, an ERP of other make and the
//! programs of docs/erp.md work together.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::json;

use crate::broker::Rabbit;
use crate::desk::{Act, Desk};
use crate::erp::{ORDERS_OUT, order};
use crate::erp_peer::{Erp, python};
use crate::gateway::Gateway;
use crate::order as partners_order;
use crate::partner::{self, Terms};
use crate::plan::Plan;
use crate::sending::IMPATIENT;

/// Sets the broker up as an administrator does, by what is printed.
fn set_up(broker: &Rabbit, gateway: &Gateway) {
    let printed = |format: &str| {
        let output = gateway.run(&["amqp", "topology", "--format", format, "--broker", "3.10"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let definitions = gateway.path("definitions.json");
    fs::write(&definitions, printed("definitions")).unwrap();
    let mut imported = false;
    for line in printed("rabbitmqctl").lines() {
        let line = line.split(" #").next().unwrap();
        let words: Vec<&str> = line.split_whitespace().skip(1).map(|word| word.trim_matches('\'')).collect();
        if words.first().is_some_and(|word| *word != "add_user") && !imported {
            broker.control(&["import_definitions", definitions.to_str().unwrap()]);
            imported = true;
        }
        match words[..] {
            ["add_user", user] => broker.control(&["add_user", user, &format!("for-{user}")]),
            ["set_permissions" | "set_policy", ..] if line.starts_with("rabbitmqctl ") => broker.control(&words),
            _ => assert!(line.starts_with('#'), "{line}"),
        }
    }
    // From here on nobody may do more.
    broker.control(&["delete_user", "guest"]);
}

/// A program of docs/erp.md, by the heading that it stands under.
fn documented(heading: &str, folder: &Path) -> PathBuf {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/erp.md")).unwrap();
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let (program, _) = section.split_once("```python\n").unwrap().1.split_once("```").unwrap();
    let file = folder.join(format!("{}.py", heading.to_lowercase().replace(' ', "-")));
    fs::write(&file, program).unwrap();
    file
}

/// A program that runs until it is dropped, and what it prints.
struct Running(Child, BufReader<ChildStdout>);

impl Running {
    fn start(program: &Path, url: &str) -> Self {
        let mut command = Command::new(python());
        command.arg("-u").arg(program).arg(url).current_dir(program.parent().unwrap()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = child.stdout.take().unwrap();
        Self(child, BufReader::new(said))
    }

    /// The next line that has this in it. A program that ends without it has failed.
    fn says(&mut self, wanted: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert!(self.1.read_line(&mut line).unwrap() > 0, "it ended without '{wanted}': {all}");
            if line.contains(wanted) {
                return line;
            }
            all.push_str(&line);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

/// What a user of the broker's may not do: each line says how the broker answered.
const TRESPASS: &str = r#"
import sys, pika
for what in (
    lambda c: c.exchange_declare("erp-or-not", "topic"),
    lambda c: c.queue_declare("edigate.mine"),
    lambda c: c.basic_get("edigate.commands.q"),
    lambda c: c.basic_get("edigate.dlq"),
    lambda c: c.basic_publish("edigate.events", "document.sent.order.acme-bearings", b"{}"),
    lambda c: c.basic_publish("edigate.documents", "order.v1.acme-bearings.-", b"{}"),
    lambda c: c.basic_publish("", "edigate.commands.q", b"{}"),
):
    connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
    channel = connection.channel()
    channel.confirm_delivery()
    try:
        what(channel)
        print("allowed")
    except pika.exceptions.ChannelClosedByBroker as closed:
        print(closed.reply_code)
"#;

#[test]
fn with_the_rights_that_are_printed_everybody_works_and_nobody_can_do_more() {
    let broker = Rabbit::start();
    let desk = Desk::open(|_| Act::Receipt);
    let url = |user: &str| broker.url().replace("guest:guest@", &format!("{user}:for-{user}@"));
    let plan = Plan::default().broker(&url("edigate"), "edigate").amqp("declare = false").partner_url(&desk.url());
    let mut gateway = plan.send(IMPATIENT).agreement(ORDERS_OUT).prepare();
    set_up(&broker, &gateway);

    let mut erp = Erp::start(&url("erp"), &gateway);
    gateway.start();
    erp.publish(&json!({
        "key": "send.order.v1.acme-bearings", "body": order("1"), "messageId": "a", "replies": true,
    }));
    erp.wait_for_event("document.closed", "1");
    erp.wait_for("answers", |answer| answer["data"]["event"] == "document.closed");

    let folder = tempfile::tempdir().unwrap();
    let mut consumer = Running::start(&documented("A consumer", folder.path()), &url("erp"));
    let mut follower = Running::start(&documented("Following what happens", folder.path()), &url("erp"));
    let mut sender = Running::start(&documented("Sending an order", folder.path()), &url("erp"));
    sender.says("document.accepted");
    sender.says("document.closed");
    assert!(sender.0.wait().unwrap().success());
    follower.says("document.closed");
    let message = Terms::default().pack(&partners_order::interchange(1));
    partner::send(gateway.address(), &message).unwrap();
    let posted = consumer.says("posted");
    assert!(posted.starts_with(&format!("order/acme-bearings/{} ", partners_order::number(1))), "{posted}");
    erp.wait_for("documents", |document| document["data"]["orderNumber"] == partners_order::number(1));

    let trespass = folder.path().join("trespass.py");
    fs::write(&trespass, TRESPASS).unwrap();
    let answers = Command::new(python()).arg(trespass).arg(url("erp")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&answers.stdout), "403\n".repeat(7), "{answers:?}");
}
