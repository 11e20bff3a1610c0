//! Writing the report inside a receipt: multipart/report with a sentence for people and fields for machines (RFC 4130,
//! section 7.4; RFC 8098).

use crate::base::Entropy;
use crate::smime::Mic;

use super::signed::{Body, mint_boundary};
use super::{As2Name, Disposition, MessageId};

/// What a receipt says.
pub(super) struct Report<'a> {
    /// The sentence for people. It says nothing the disposition does not.
    pub(super) text: &'a str,
    /// Who received the message, which is us, as its sender wrote our name.
    pub(super) recipient: &'a As2Name,
    pub(super) original_message_id: &'a MessageId,
    pub(super) mic: Option<&'a Mic>,
    pub(super) disposition: &'a Disposition,
}

impl Report<'_> {
    /// The report as a body, the same for the same report and entropy.
    pub(super) fn body(&self, entropy: &dyn Entropy) -> Body {
        let boundary = mint_boundary(entropy);
        let text = format!(
            "--{boundary}\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\
             Content-Transfer-Encoding: 7bit\r\n\
             \r\n\
             {}\r\n\
             \r\n\
             --{boundary}\r\n\
             Content-Type: message/disposition-notification\r\n\
             Content-Transfer-Encoding: 7bit\r\n\
             \r\n\
             {}\r\n\
             --{boundary}--\r\n",
            self.text,
            self.fields()
        );
        Body {
            content_type: format!("multipart/report; report-type=disposition-notification; boundary=\"{boundary}\""),
            bytes: text.into_bytes(),
        }
    }

    /// The fields of RFC 4130, section 7.4.3, one unfolded line each.
    fn fields(&self) -> String {
        let recipient = self.recipient.on_wire();
        let mic = self.mic.map(|mic| format!("Received-Content-MIC: {mic}\r\n")).unwrap_or_default();
        format!(
            "Reporting-UA: edigate\r\n\
             Original-Recipient: rfc822; {recipient}\r\n\
             Final-Recipient: rfc822; {recipient}\r\n\
             Original-Message-ID: {}\r\n\
             {mic}Disposition: {}\r\n",
            self.original_message_id, self.disposition
        )
    }
}
