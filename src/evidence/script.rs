//! `verify.sh`: each claim of the folder as a command, made for what is there.

use super::facts::{Facts, Stands, Statement};
use super::mic::MicForm;
use super::payload::PayloadIn;
use crate::exchange::Stage;
use crate::smime::DigestAlgorithm;

/// The script's name.
pub(super) const NAME: &str = "verify.sh";
/// The name of the list of digests.
pub(super) const SUMS: &str = "SHA256SUMS";

const PRELUDE: &str = include_str!("prelude.sh");

/// The script for a folder in which `summed` files are listed with their digest.
pub(super) fn text(facts: &Facts<'_>, summed: usize) -> String {
    let mut script = Script(PRELUDE.to_owned());
    script.claim(&format!("The {summed} files of this folder are whole."), &format!("sums_hold {summed}"));
    for certificate in &facts.certificates {
        let (name, fingerprint) = (certificate.name, certificate.used.fingerprint);
        script.claim(
            &format!("{name} has the SHA-256 fingerprint {fingerprint}."),
            &format!("is_certificate {name} {fingerprint}"),
        );
    }
    message(facts, &mut script);
    receipt(facts, &mut script);
    script.0.push_str("\nexit \"$result\"\n");
    script.0
}

fn message(facts: &Facts<'_>, script: &mut Script) {
    let (whose, signed) = if facts.is_ours() { ("We", "we") } else { ("The partner", "the partner") };
    let message = &facts.message;
    if message.content.is_none() {
        return script.unshown(&format!(
            "What {signed} signed: the message is encrypted, and a version of edigate handled it that kept no more than that."
        ));
    }
    lies_open(message, "message", script);
    match (&message.signature, message.signer.and_then(|index| facts.certificates.get(index))) {
        (Some(_), Some(certificate)) => script.claim(
            &format!("{whose} signed message-content.bin, with the key of {}.", certificate.name),
            &format!("signed_by {} message-content.bin message-signature.p7s", certificate.name),
        ),
        (Some(_), None) => script.unshown(&format!("That {signed} signed: the certificate was not kept.")),
        (None, _) if facts.is_ours() => {
            script.note("The message is not signed: that it is ours, only the receipt can say.")
        }
        (None, _) => script.unshown("Who sent it: the message is not signed."),
    }
    let name = "payload.bin is the business content of message-content.bin";
    match &facts.payload_in {
        PayloadIn::Behind(at) => script.claim(
            &format!("{name}, byte for byte behind its headers."),
            &format!("is_rest_of message-content.bin {} payload.bin", at + 1),
        ),
        PayloadIn::OtherLines(at) => script.claim(
            &format!("{name}, behind its headers and but for line ends: those of message-content.bin were signed."),
            &format!("differs_in_line_ends {} message-content.bin payload.bin", at + 1),
        ),
        PayloadIn::Within(at) => script.claim(
            "payload.bin stands in message-content.bin as it is, among other parts.",
            &format!("stands_in message-content.bin payload.bin {} {}", at + 1, facts.payload.len()),
        ),
        PayloadIn::Base64(at) => script.claim(
            &format!("{name}, which has it in base64."),
            &format!("is_rest_in_base64 message-content.bin {} payload.bin", at + 1),
        ),
        PayloadIn::Compressed(inside) => {
            let from = inside.cms_at + 1;
            script.command(&match inside.base64 {
                true => format!(
                    "tail -c +{from} message-content.bin | tr -d ' \\t\\r\\n' | openssl base64 -d -A >\"$work/cms\""
                ),
                false => format!("tail -c +{from} message-content.bin >\"$work/cms\""),
            });
            script.claim(
                &format!("{name}, which has it compressed."),
                &format!(
                    "is_rest_inflated{} \"$work/cms\" {} {} payload.bin",
                    if inside.payload_in_base64 { "_in_base64" } else { "" },
                    inside.zlib_at + 1,
                    inside.payload_at + 1
                ),
            );
        }
        PayloadIn::Unclear => script.unshown(&format!(
            "That {name}: it is encoded there in a way that a shell does not undo. Any MIME reader shows it."
        )),
    }
}

fn receipt(facts: &Facts<'_>, script: &mut Script) {
    let ours = facts.is_ours();
    let (whose, whom) = if ours { ("The partner", "the partner") } else { ("We", "we") };
    let Some(receipt) = &facts.receipt else {
        return match (ours, facts.story.stage) {
            (false, _) => script.note("No receipt was asked for, so none was given."),
            (true, Stage::Delivered) => script.unshown("That the partner has it: no receipt was asked for."),
            (true, _) => script.unshown("That the partner has it: there is no receipt."),
        };
    };
    lies_open(receipt, "receipt", script);
    match (&receipt.signature, receipt.signer.and_then(|index| facts.certificates.get(index))) {
        (Some(_), Some(certificate)) => script.claim(
            &format!("{whose} signed receipt-content.bin, with the key of {}.", certificate.name),
            &format!("signed_by {} receipt-content.bin receipt-signature.p7s", certificate.name),
        ),
        (Some(_), None) => script.unshown(&format!("That {whom} signed the receipt: the certificate was not kept.")),
        (None, _) if ours => script.unshown("Who wrote the receipt: it is not signed."),
        (None, _) => script.note("The receipt is not signed, as was asked."),
    }
    let flat: Vec<u8> = receipt.content.iter().flatten().copied().filter(|byte| !b" \t\r\n".contains(byte)).collect();
    let is_there = |value: &str| memchr::memmem::find(&flat, value.as_bytes()).is_some();
    let says = |name: &str, value: &str, text: &str, script: &mut Script| {
        if is_there(value) {
            script.claim(text, &format!("says {name} {}", quoted(value)));
        } else {
            script.unshown(&format!("{text} It is encoded in the receipt; any MIME reader shows it."));
        }
    };
    let id: String = facts.message_id().chars().filter(|c| !c.is_whitespace()).collect();
    let bare = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(&id);
    let named = if is_there(&id) { id.as_str() } else { bare };
    says("original-message-id", named, &format!("The receipt is for the message {id}."), script);
    if facts.is_positive() {
        script.claim("The receipt says that the message was processed.", "says_processed");
    } else {
        script.unshown(&format!(
            "That {} processed it: the receipt says otherwise.",
            if ours { "the partner" } else { "we" }
        ));
    }
    mic(facts, script, says);
}

fn mic(facts: &Facts<'_>, script: &mut Script, says: impl Fn(&str, &str, &str, &mut Script)) {
    let Some((mic, found)) = &facts.mic else {
        return script.unshown("What the receipt is about: it shows no MIC.");
    };
    let text = mic.to_string();
    let digest = text.split(',').next().unwrap_or_default();
    says("received-content-mic", digest, &format!("The receipt shows the MIC {text}."), script);
    let algorithm = match mic.algorithm() {
        DigestAlgorithm::Sha1 => "sha1",
        DigestAlgorithm::Sha256 => "sha256",
        DigestAlgorithm::Sha384 => "sha384",
        DigestAlgorithm::Sha512 => "sha512",
    };
    if facts.message.content.is_none() {
        return script.unshown("That this is the MIC of what was signed.");
    }
    let of =
        |file: &str| (format!("That MIC is the digest of {file}."), format!("is_mic {algorithm} {file} '{digest}'"));
    let Some(found) = found else {
        let (text, command) = of("message-content.bin");
        return script.claim(&text, &command);
    };
    let file = if found.bytes.is_some() { "mic-content.bin" } else { "message-content.bin" };
    let (text, command) = of(file);
    script.claim(&text, &command);
    let how = format!("mic-content.bin is message-content.bin {}.", found.form.as_str());
    match found.form {
        MicForm::Right => {}
        MicForm::WithoutHeaders(head) => {
            script.claim(&how, &format!("is_rest_of message-content.bin {} mic-content.bin", head + 1));
        }
        MicForm::CanonicalLines => script.claim(&how, "differs_in_line_ends 1 message-content.bin mic-content.bin"),
        MicForm::WithoutHeadersCanonicalLines(head) => {
            script.claim(&how, &format!("differs_in_line_ends {} message-content.bin mic-content.bin", head + 1))
        }
        MicForm::Uncompressed => match &facts.payload_in {
            PayloadIn::Compressed(inside) => script.claim(
                "mic-content.bin is what message-content.bin holds compressed.",
                &format!("is_rest_inflated \"$work/cms\" {} 1 mic-content.bin", inside.zlib_at + 1),
            ),
            _ => script.unshown("That mic-content.bin is what message-content.bin holds compressed."),
        },
        MicForm::WithHttpHeaders(head) => {
            script.claim(&how, &format!("is_rest_of mic-content.bin {} message-content.bin", head + 1));
        }
    }
}

/// Says how a statement's content stands in the bytes on the wire.
fn lies_open(statement: &Statement, name: &str, script: &mut Script) {
    match (statement.stands, &statement.content) {
        (Stands::At(at), Some(content)) => script.claim(
            &format!("{name}-content.bin stands in {name}-body.bin as it is."),
            &format!("stands_in {name}-body.bin {name}-content.bin {} {}", at + 1, content.len()),
        ),
        (Stands::Hidden, _) => script.note(&format!(
            "{name}-body.bin is encrypted or compressed; {name}-content.bin is what was inside, kept when it was made or opened."
        )),
        (Stands::Encoded, _) => script.note(&format!(
            "{name}-body.bin is encoded as a whole, as {name}-head.txt says; {name}-content.bin is what is in there."
        )),
        (Stands::OtherLines | Stands::At(_), _) => {
            script.note(&format!("{name}-content.bin has other line ends than {name}-body.bin: those were signed."))
        }
    }
}

/// A script as it grows.
struct Script(String);

impl Script {
    fn command(&mut self, command: &str) {
        self.0.push_str(command);
        self.0.push('\n');
    }

    fn claim(&mut self, text: &str, command: &str) {
        self.command(&format!("claim {} {command}", quoted(text)));
    }

    fn unshown(&mut self, text: &str) {
        self.command(&format!("unshown {}", quoted(text)));
    }

    fn note(&mut self, text: &str) {
        self.command(&format!("note {}", quoted(text)));
    }
}

/// A word for a shell, whatever a partner put into it.
fn quoted(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_partners_leaves_its_quotes() {
        let check = |text: &str, expect: &str| assert_eq!(quoted(text), expect);
        check("<1@acme>", "'<1@acme>'");
        check("it's $(x) `y` \\", r"'it'\''s $(x) `y` \'");
        check("one\r\nrm -rf /\u{1b}[2J", "'onerm -rf /[2J'");
    }
}
