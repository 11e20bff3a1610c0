//! `README.txt`: the story for people who have never heard of AS2.

use super::facts::Facts;

/// The text.
pub(super) fn text(facts: &Facts<'_>) -> String {
    let story = facts.story;
    let detail = &story.detail;
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(&format!("Evidence of AS2 message {}", detail.message_id));
    line("");
    let (from, to) = (shown(&detail.as2_from), shown(&detail.as2_to));
    if facts.is_ours() {
        line(&format!(
            "We are {from}. We sent payload.bin to {to}, which is partner {} in our configuration.",
            story.partner
        ));
        line(&format!("It was handed over to be sent at {}.", story.received_at));
        if let Some(packed) = &detail.packed {
            line(&format!("The message was made at {}.", packed.at));
        }
        for attempt in &detail.attempts {
            let status = attempt.status.map(|status| format!(", HTTP {status}")).unwrap_or_default();
            line(&format!("It was offered at {}: {}{status}.", attempt.at, shown(&attempt.outcome)));
        }
        match &detail.settled_by {
            Some(by) => {
                line(&format!("The partner's receipt came at {}.", by.at));
                if let Some(named) = &by.message_id {
                    line(&format!("Attempts had a Message-ID each; it names that of an earlier one, {named}."));
                }
                line(&format!("It says: {}", shown(&by.disposition)));
            }
            None => line("There is no receipt of the partner's."),
        }
    } else {
        line(&format!(
            "We are {to}. We received payload.bin from {from}, which is partner {} in our configuration.",
            story.partner
        ));
        line(&format!(
            "The last byte of the message arrived at {}, from {}.",
            story.received_at,
            shown(&detail.remote)
        ));
        match (&detail.answer, &detail.disposition) {
            (Some(_), Some(disposition)) => {
                line("We answered with a receipt.");
                line(&format!("It says: {disposition}"));
            }
            _ => line("No receipt was asked for."),
        }
    }
    line(&format!("The exchange is {} in our records, its id {}.", story.stage.as_str(), story.exchange_id));
    line("");
    line("Run verify.sh. It asks the openssl command whether");
    line("  - who signed message-content.bin held the key of the certificate that is here;");
    line("  - payload.bin is the business content of message-content.bin;");
    line("  - who signed receipt-content.bin held the key of the certificate that is here;");
    line("  - that receipt names this message, and its MIC is the digest of message-content.bin.");
    line("Together: the one who received says, signed, that the very content which the sender signed was processed.");
    line("");
    line("What it cannot show: that a certificate is whose name it bears. Ask its owner for its fingerprint.");
    line("Times are those of this gateway's clock; a time inside a signature is its signer's word.");
    line("A body that was encrypted is opened by its recipient's private key alone. What was inside was kept when the");
    line("message was made or opened, and is message-content.bin: both signature and MIC are over that.");
    line("Header lines are kept without those that HTTP adds (Host, Content-Length), and without credentials.");
    line("");
    line("Files:");
    for file in facts.files() {
        line(&format!("  {:<36}{}", file.name, file.what));
    }
    line(&format!("  {:<36}{}", "manifest.json", "the same for programs: ids, times, digests, attempts"));
    line(&format!("  {:<36}{}", "SHA256SUMS", "the SHA-256 of every other file"));
    text
}

/// Text of others', without what could move a terminal's cursor.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
