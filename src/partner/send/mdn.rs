//! `[as2.send.mdn]`: the receipt we ask for.

use std::time::Duration;

use crate::as2::MicDeviation;
use crate::partner::layers::Layers;
use crate::partner::url::url;

/// The receipt we ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendMdn {
    /// Whether, and how it comes.
    pub mode: MdnMode,
    /// Ask for a signature; an answer without one then proves nothing.
    pub signed: bool,
    /// Where an asynchronous one is to be sent; there when `mode` is [`MdnMode::Async`].
    pub url: Option<String>,
    /// How long we wait for it before it is overdue.
    pub timeout: Duration,
    /// The way in which this partner's product is known to make its MIC, where it is not RFC 4130's: no longer told.
    pub mic: Option<MicDeviation>,
}

/// Whether a receipt is asked for, and how it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MdnMode {
    /// None is.
    None,
    /// As the answer to the message.
    #[default]
    Sync,
    /// By a request of the partner's own.
    Async,
}

/// 76 minutes, as OpenAS2 has it: partners that queue receipts answer within the hour.
const TIMEOUT: Duration = Duration::from_secs(76 * 60);

impl SendMdn {
    pub(super) fn read(table: &Layers<'_>) -> Self {
        let modes = [("none", MdnMode::None), ("sync", MdnMode::Sync), ("async", MdnMode::Async)];
        let pin = |deviation: MicDeviation| (deviation.as_str(), Some(deviation));
        let mics = [
            ("rfc", None),
            pin(MicDeviation::WithoutHeaders),
            pin(MicDeviation::CanonicalLines),
            pin(MicDeviation::Uncompressed),
        ];
        Self {
            mode: table.one_of("mode", &modes).map(|mode| mode.value).unwrap_or_default(),
            signed: table.flag("signed").unwrap_or(true),
            url: table.get("url", url).map(|url| url.value),
            timeout: table.duration("timeout").unwrap_or(TIMEOUT),
            mic: table.one_of("mic", &mics).and_then(|mic| mic.value),
        }
    }
}
