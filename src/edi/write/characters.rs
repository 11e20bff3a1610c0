//! Text to bytes, with what becomes of characters that cannot be sent.

use std::borrow::Cow;

use crate::edi::charset::CharacterSet;

use super::options::Unsendable;

/// The bytes of a text; the first character that cannot be sent is the error.
pub(super) fn encode(text: &str, set: CharacterSet, unencodable: Unsendable) -> Result<Cow<'_, [u8]>, char> {
    set.encode(text).or_else(|foreign| match unencodable {
        Unsendable::Replace(other) if set.allows(other) => {
            let sent: String = text.chars().map(|one| if set.allows(one) { one } else { other }).collect();
            set.encode(&sent).map(|bytes| Cow::Owned(bytes.into_owned())).map_err(|_| foreign)
        }
        Unsendable::Replace(_) | Unsendable::Reject => Err(foreign),
    })
}
