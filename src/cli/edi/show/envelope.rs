//! Envelopes in words.

use std::io::{self, Write};

use crate::cli::edi::paint::Paint;
use crate::cli::edi::words;
use crate::edi::{Finding, GroupHead, InterchangeHead, Piece, Standard, Trailer};

use super::told;

/// Writes a piece that is no transaction set.
pub(super) fn write(piece: &Piece, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    match piece {
        Piece::Interchange(head) => interchange(head, paint, out),
        Piece::Unreadable(interchange) => {
            let head = &interchange.head;
            let title =
                format!("an interchange that cannot be read, bytes {} to {}", head.place.start, interchange.place.end);
            writeln!(out, "{}", paint.bold(&title))?;
            findings(&head.findings, 1, paint, out)
        }
        Piece::Acknowledgement(ta1) => {
            let code = match ta1.code.as_str() {
                "A" => "accepted",
                "E" => "accepted with errors",
                "R" => "rejected",
                _ => "answered",
            };
            let sent = words::moment(&ta1.date, &ta1.time);
            let (number, note) = (&ta1.control_number, &ta1.note);
            let title = paint.bold(&format!("TA1 interchange {number} {code}"));
            writeln!(out, "  {title}, note {note}, of {sent}")
        }
        Piece::Group(head) => group(head, paint, out),
        Piece::GroupEnd(end) => {
            let text = end_of("group", &end.head.control_number, end.sets, end.trailer.as_ref());
            writeln!(out, "  {}", paint.dim(&text))?;
            findings(&end.findings, 2, paint, out)
        }
        Piece::InterchangeEnd(end) => {
            let text = end_of("interchange", &end.head.control_number, end.groups, end.trailer.as_ref());
            writeln!(out, "{}", paint.dim(&text))?;
            findings(&end.findings, 1, paint, out)?;
            writeln!(out)
        }
        Piece::Finding(finding) => findings(std::slice::from_ref(finding), 1, paint, out),
        Piece::Set(_) => Ok(()),
    }
}

/// `end of group 71, 2 counted`, and what the trailer says when it says something else.
fn end_of(what: &str, number: &str, counted: u64, trailer: Option<&Trailer>) -> String {
    let said = match trailer {
        Some(trailer) if trailer.count.parse() == Ok(counted) => String::new(),
        Some(trailer) => format!(", its trailer says '{}'", trailer.count),
        None => ", its trailer never came".to_owned(),
    };
    format!("end of {what} {number}, {counted} counted{said}")
}

fn interchange(head: &InterchangeHead, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{} interchange {}", head.standard, head.control_number);
    writeln!(out, "{}, {}", paint.bold(&title), words::usage(head.usage))?;
    let mut line = |word: &str, value: &str| writeln!(out, "  {word:<11} {value}");
    let internal = |ids: &[String]| {
        let ids: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !id.is_empty()).collect();
        if ids.is_empty() { String::new() } else { format!(", inside {}", ids.join(" ")) }
    };
    line("from", &format!("{}{}", words::party(&head.sender, head.standard), internal(&head.sender_internal)))?;
    line("to", &format!("{}{}", words::party(&head.receiver, head.standard), internal(&head.receiver_internal)))?;
    line("sent", &words::moment(&head.date, &head.time))?;
    let (syntax, answer) = match head.standard {
        Standard::X12 => (format!("version {}", head.version), "TA1"),
        Standard::Edifact => (format!("syntax {} version {}", head.syntax, head.version), "CONTRL"),
    };
    let asked = if head.acknowledgement_asked { format!(", asks for a {answer}") } else { String::new() };
    line("envelope", &format!("{syntax}{asked}"))?;
    line("delimiters", &words::delimiters(&head.delimiters))?;
    findings(&head.findings, 1, paint, out)
}

fn group(head: &GroupHead, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let holds = words::functional_group(&head.functional_id).map(|kind| format!(", {kind}")).unwrap_or_default();
    let title = format!("group {} {}", head.functional_id, head.control_number);
    writeln!(out, "  {}{holds}, release {} of {}", paint.bold(&title), head.version, head.agency)?;
    let sent = words::moment(&head.date, &head.time);
    writeln!(out, "    from {} to {}, {sent}", head.sender.id, head.receiver.id)
}

fn findings(findings: &[Finding], depth: usize, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    findings.iter().try_for_each(|finding| writeln!(out, "{}{}", "  ".repeat(depth), told(finding, paint)))
}
