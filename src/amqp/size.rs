//! Messages that are larger than the broker takes (`max_message_size` of RabbitMQ). It says how much it takes only by closing
//! the channel, and with it everything else in flight there; so it is remembered.

use crate::exchange::Confirm;

/// Bytes of the largest body that the broker takes, out of its words: `message size 70000 is larger than configured max
/// size 65536`.
pub(super) fn largest_in(text: &str) -> Option<u64> {
    let (_, behind) = text.split_once("message size ")?.1.split_once("max size ")?;
    let digits = behind.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// What becomes of a message with so many bytes: nobody has it, and nobody will until a person has acted.
pub(super) fn too_large(bytes: u64, largest: u64) -> Confirm {
    Confirm::Returned {
        code: CONTENT_TOO_LARGE,
        text: format!(
            "the message has {bytes} bytes and the broker takes {largest}; name a claim_check in [erp.amqp], or raise the \
             broker's max_message_size"
        ),
    }
}

/// AMQP 0-9-1, `content-too-large`.
const CONTENT_TOO_LARGE: u16 = 311;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_broker_says_how_much_it_takes_in_its_own_words() {
        let check = |text: &str, expect: Option<u64>| assert_eq!(largest_in(text), expect, "{text}");
        check("PRECONDITION_FAILED - message size 70000 is larger than configured max size 65536", Some(65_536));
        check("PRECONDITION_FAILED - message size 600000000 is larger than max size 536870912", Some(536_870_912));
        check("PRECONDITION_FAILED - fast reply consumer does not exist", None);
        check("message size 5", None);
        check("", None);
    }
}
