//! The parts of a message beside its business content (RFC 6362): kept, named in the detail, and not translated.

use serde::{Deserialize, Serialize};

use super::change::{Change, Payload};
use super::detail::Detail;
use super::record::BlobRef;

/// Bytes that the file names of one message's attachments take together in its detail, which has 64 KiB in a change.
const NAMES: usize = 4 << 10;

/// Bytes that their content types take together.
const CONTENT_TYPES: usize = 4 << 10;

/// Bytes of one content type that are kept.
const CONTENT_TYPE: usize = 80;

/// What is known of an attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The name the partner gave it. Data only: it is never used as a path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file_name: Option<String>,
    /// Its content type as the partner said it, parameters left out.
    pub content_type: String,
    /// Its bytes, decoded.
    pub content: BlobRef,
}

/// An attachment that came, with its bytes.
#[derive(Debug)]
pub struct NewAttachment {
    /// The name the partner gave it.
    pub file_name: Option<String>,
    /// Its content type.
    pub content_type: String,
    /// Its bytes. They are kept outside of the change: many of them would not fit into a record of the journal.
    pub content: Payload,
}

/// Names attachments in a detail and takes their payloads into the change. Texts are cut to what a detail has room for.
pub(super) fn attach(change: &mut Change, detail: &mut Detail, attachments: Vec<NewAttachment>) {
    let share = |of: usize| of.checked_div(attachments.len()).unwrap_or(of);
    let (name_share, type_share) = (share(NAMES), share(CONTENT_TYPES).min(CONTENT_TYPE));
    for NewAttachment { file_name, content_type, content } in attachments {
        detail.attachments.push(Attachment {
            file_name: file_name.map(|name| cut(name, name_share)),
            content_type: cut(content_type, type_share),
            content: content.reference,
        });
        change.payloads.push(content);
    }
}

fn cut(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Limits, Sha256, Timestamp};
    use crate::exchange::{Encoding, PayloadBody};

    #[test]
    fn as_many_attachments_as_a_message_may_have_leave_room_in_its_detail() {
        /// Bytes of a detail that attachments may take: half of a payload in a change.
        const ROOM: usize = 32 << 10;
        let content = |number: usize| Payload {
            reference: BlobRef { sha256: Sha256::of(&[]), length: number as u64, encoding: Encoding::Plain },
            body: PayloadBody::Kept,
        };
        let attachments = (0..Limits::MOST_MIME_PARTS).map(|number| NewAttachment {
            // Each quote takes two bytes as JSON.
            file_name: Some("\"".repeat(255)),
            content_type: "x/".to_owned() + &"y".repeat(900),
            content: content(number),
        });
        let (mut change, mut detail) = (Change::new(Timestamp::default()), Detail::default());
        attach(&mut change, &mut detail, attachments.collect());
        assert_eq!((detail.attachments.len(), change.payloads.len()), (128, 128));
        assert!(detail.to_json().len() < ROOM, "{}", detail.to_json().len());
        assert_eq!(detail.references().len(), 128);

        let one = NewAttachment {
            file_name: Some("n".repeat(255)),
            content_type: "application/pdf".to_owned(),
            content: content(1),
        };
        let mut detail = Detail::default();
        attach(&mut change, &mut detail, vec![one]);
        assert_eq!(detail.attachments[0].file_name.as_ref().map(String::len), Some(255), "one name is kept whole");
    }
}
