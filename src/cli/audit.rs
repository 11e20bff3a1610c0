//! `edigate audit list | verify`: what operators did, and whether nothing of it was changed or taken out.

use serde_json::Value;

use super::args::AuditCommand;
use super::client::encoded;
use super::columns::{Column, lines};
use super::doc::{ask, instant};
use super::exit::Exit;
use super::print::{Failure, Output};

/// Runs `edigate audit …`.
pub(super) fn run(command: &AuditCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        AuditCommand::List { socket, since, until, subject, limit, before } => {
            let mut path = format!("/v1/audit?limit={limit}");
            let selectors = [
                ("since", instant(since)?),
                ("until", instant(until)?),
                ("subject", subject.clone()),
                ("before", before.map(|before| before.to_string())),
            ];
            for (name, value) in selectors {
                if let Some(value) = value {
                    path.push_str(&format!("&{name}={}", encoded(&value)));
                }
            }
            let answer = ask(socket, &path)?;
            if socket.json {
                out.json(&answer)?;
            } else {
                list(&answer, out)?;
            }
            Ok(Exit::Clean)
        }
        AuditCommand::Verify { socket } => {
            let answer = ask(socket, "/v1/audit/verify")?;
            let faults = answer.get("faults").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            if socket.json {
                out.json(&answer)?;
            } else {
                told(&answer, faults, out)?;
            }
            Ok(if faults.is_empty() { Exit::Clean } else { Exit::Findings })
        }
    }
}

fn list(answer: &Value, out: &mut Output) -> Result<(), Failure> {
    const HEADINGS: [&str; 7] = ["ROW", "AT", "WHO", "ACTION", "SUBJECT", "OUTCOME", "REASON"];
    const MEMBERS: [&str; 7] = ["number", "at", "who", "action", "subject", "outcome", "reason"];
    const COLUMNS: [Column; 7] = {
        let mut columns = [Column::Text; 7];
        columns[0] = Column::Number;
        columns
    };
    let rows = answer.get("rows").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let cell = |row: &Value, member: &str| match row.get(member) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let cells = rows.iter().map(|row| MEMBERS.iter().map(|member| cell(row, member)).collect::<Vec<_>>());
    let table: Vec<Vec<String>> = [HEADINGS.map(str::to_owned).to_vec()].into_iter().chain(cells).collect();
    lines(&COLUMNS, &table).iter().try_for_each(|line| out.line(line))?;
    match answer.get("next").and_then(Value::as_u64) {
        Some(next) => out.line(&format!("… there are more: --before {next}")),
        None => Ok(()),
    }
}

fn told(answer: &Value, faults: &[Value], out: &mut Output) -> Result<(), Failure> {
    for fault in faults {
        out.line(fault.as_str().unwrap_or_default())?;
    }
    let number = |member: &str| answer.get(member).and_then(Value::as_u64).unwrap_or(0);
    let (rows, first, last) = (number("rows"), number("first"), number("last"));
    let hash = answer.get("hash").and_then(Value::as_str).unwrap_or("-");
    if faults.is_empty() {
        out.line(&format!("{rows} rows, {first} to {last}: none is missing, none is changed"))?;
    }
    out.line(&format!("the hash of row {last} is {hash}; written down elsewhere, it vouches for all of them"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_read_as_a_table_and_the_chain_as_a_sentence() {
        let printed = |print: &dyn Fn(&mut Output)| {
            let mut text = Vec::new();
            print(&mut Output::to(&mut text));
            String::from_utf8(text).unwrap()
        };
        let answer = json!({"rows": [{"number": 12, "at": "2026-11-24T16:00:00.000Z", "who": "op",
            "action": "document.release", "subject": "document 01A", "reason": null, "outcome": "done"}], "next": 12});
        insta::assert_snapshot!(printed(&|out| list(&answer, out).unwrap()), @r"
        ROW  AT                        WHO  ACTION            SUBJECT       OUTCOME  REASON
         12  2026-11-24T16:00:00.000Z  op   document.release  document 01A  done     -
        … there are more: --before 12
        ");
        let answer = json!({"rows": 3, "first": 2, "last": 4, "hash": "ab12", "faults": []});
        insta::assert_snapshot!(printed(&|out| told(&answer, &[], out).unwrap()), @r"
        3 rows, 2 to 4: none is missing, none is changed
        the hash of row 4 is ab12; written down elsewhere, it vouches for all of them
        ");
    }
}
