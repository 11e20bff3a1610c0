//! What was attached to a message, on its way from one stage to payloads of its own.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::decide::Unable;
use crate::as2::{Attached, Received};
use crate::base::Diagnostic;
use crate::exchange::{NewAttachment, Payload};
use crate::store::{Spool, Staged};

/// Keeps the business content that lies in a stage, and every attachment in there apart from it.
pub(super) fn keep(
    spool: &Spool,
    written: Staged,
    received: &Received,
) -> Result<(Payload, Vec<NewAttachment>), Unable> {
    if received.attachments.is_empty() && received.payload == (0..written.length()) {
        return Ok((written.keep()?, Vec::new()));
    }
    let cut = |at: &Range<u64>| -> Result<Staged, Unable> {
        let length = at.end.saturating_sub(at.start);
        let mut stage = spool.stage(length);
        let mut source = written.reader()?;
        source.seek(SeekFrom::Start(at.start))?;
        io::copy(&mut source.take(length), &mut stage)?;
        Ok(stage.finish()?)
    };
    let payload = cut(&received.payload)?.keep()?;
    let attachments = received.attachments.iter().map(|attached| {
        let Attached { file_name, content_type, at, .. } = attached.clone();
        Ok(NewAttachment { file_name, content_type, content: cut(&at)?.keep_apart()? })
    });
    let attachments = attachments.collect::<Result<_, Unable>>()?;
    Ok((payload, attachments))
}

/// What an operator should know of attachments: interchanges among them are not translated.
pub(super) fn noted(attachments: &[Attached]) -> Option<Diagnostic> {
    let numbered = attachments.iter().zip(1..).filter(|(attached, _)| attached.is_interchange);
    let numbers: Vec<String> = numbered.map(|(_, number): (_, u32)| number.to_string()).collect();
    if numbers.is_empty() {
        return None;
    }
    let what = format!(
        "of several interchanges in one message the first is translated; see attachment {}",
        numbers.join(", ")
    );
    let next =
        "take it out with `edigate exchange show ID --attachment NUMBER`, and ask the partner for a message each";
    Some(Diagnostic::warning("interchange-attached", what).hinting(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interchanges_among_attachments_are_told_by_their_numbers() {
        let attached =
            |is_interchange| Attached { file_name: None, content_type: "x/y".into(), at: 0..1, is_interchange };
        assert_eq!(noted(&[attached(false)]), None);
        let told = noted(&[attached(false), attached(true), attached(true)]).unwrap();
        assert!(told.message.ends_with("see attachment 2, 3"), "{told}");
    }
}
