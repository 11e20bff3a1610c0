//! `edigate exchange submit | resubmit | retry`: messages that the gateway is to send.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::args::{SocketArgument, SubmitArguments, WaitArgument};
use super::client::{self, encoded};
use super::doc::{ask, print_one, socket_path};
use super::exit::Exit;
use super::print::{Failure, Output};

/// How often the gateway is asked how far a message has come.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Hands a file over.
pub(super) fn submit(arguments: &SubmitArguments, out: &mut Output) -> Result<Exit, Failure> {
    let payload = std::fs::read(&arguments.file)
        .map_err(|fault| Failure::new(Exit::Usage, format!("{} cannot be read: {fault}", arguments.file.display())))?;
    let own_name = arguments.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let naming = [
        ("contentType", arguments.content_type.clone()),
        ("fileName", arguments.file_name.clone().or(own_name)),
        ("subject", arguments.subject.clone()),
    ];
    let query: Vec<String> =
        naming.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(&value?)))).collect();
    let path = format!("/v1/partners/{}/messages?{}", encoded(&arguments.partner), query.join("&"));
    hand_over(&path, payload, &arguments.socket, arguments.wait, out)
}

/// Has something done without a payload by which a message goes out.
pub(super) fn again(
    path: &str,
    socket: &SocketArgument,
    wait: WaitArgument,
    out: &mut Output,
) -> Result<Exit, Failure> {
    hand_over(path, Vec::new(), socket, wait, out)
}

fn hand_over(
    path: &str,
    body: Vec<u8>,
    socket: &SocketArgument,
    wait: WaitArgument,
    out: &mut Output,
) -> Result<Exit, Failure> {
    let answer = client::post(&socket_path(socket)?, path, body)?;
    let answer: Value = serde_json::from_slice(&answer)
        .map_err(|fault| Failure::new(Exit::Failed, format!("the gateway's answer cannot be read: {fault}")))?;
    let Some(seconds) = wait.wait else {
        print_one(&answer, socket.json, out)?;
        return Ok(Exit::Clean);
    };
    let id = answer.get("exchangeId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let exchange = wait_for_end(&id, socket, Duration::from_secs(seconds))?;
    print_one(&exchange, socket.json, out)?;
    let delivered = exchange.get("stage").and_then(Value::as_str) == Some("delivered");
    Ok(if delivered { Exit::Clean } else { Exit::Failed })
}

/// Asks until nothing more happens by itself, or the time is over.
fn wait_for_end(id: &str, socket: &SocketArgument, time: Duration) -> Result<Value, Failure> {
    let begun = Instant::now();
    loop {
        let exchange = ask(socket, &format!("/v1/exchanges/{}", encoded(id)))?;
        let stage = exchange.get("stage").and_then(Value::as_str).unwrap_or_default();
        // One that is delivered may be on its way once more.
        let step = exchange.pointer("/next/step").and_then(Value::as_str).unwrap_or_default();
        let goes_on = matches!(stage, "submitted" | "sending" | "awaiting-receipt") || step == "deliver";
        if !goes_on || begun.elapsed() >= time {
            return Ok(exchange);
        }
        thread::sleep(LOOK_EVERY);
    }
}
