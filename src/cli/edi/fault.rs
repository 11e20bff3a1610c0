//! What is said when a file cannot be read, or not to its end.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::paint::{Paint, severity_word};
use crate::base::{Diagnostic, Severity};
use crate::edi::ReadFault;

/// Why a file was given up.
pub(in crate::cli) fn of_reading(fault: &ReadFault) -> Diagnostic {
    Diagnostic::from(fault)
}

/// Why a file was not read at all.
pub(in crate::cli) fn of_opening(fault: &io::Error) -> Diagnostic {
    let text = match fault.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder; name the files in it".to_owned(),
        _ => format!("it cannot be opened: {fault}"),
    };
    Diagnostic::error("read-failed", text)
}

/// The fault in a sentence, and what to do.
pub(in crate::cli) fn sentence(fault: &Diagnostic) -> String {
    let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("{}{hint}", fault.message)
}

/// The fault in lines: what, where, what was expected, what to do.
pub(super) fn tell(file: &str, fault: &Diagnostic, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let word = format!("{}[{}]", severity_word(fault.severity), fault.code);
    writeln!(out, "{}{}", paint.severity(Severity::Error, &word), paint.bold(&format!(": {}", fault.message)))?;
    let byte = fault.location.bytes.as_ref().map(|bytes| format!(", byte {}", bytes.start)).unwrap_or_default();
    writeln!(out, " {} {file}{byte}", paint.dim("-->"))?;
    if let Some(expected) = &fault.expected {
        writeln!(out, " {} expected {expected}", paint.dim("="))?;
    }
    if let Some(hint) = &fault.hint {
        writeln!(out, "{} {hint}", paint.good("help:"))?;
    }
    writeln!(out)
}

/// The fault as a line of JSON.
pub(super) fn record(file: &str, fault: &Diagnostic) -> Value {
    let byte = fault.location.bytes.as_ref().map(|bytes| bytes.start);
    json!({
        "type": "fault",
        "file": file,
        "code": fault.code,
        "message": fault.message,
        "byte": byte,
        "hint": fault.hint,
    })
}
