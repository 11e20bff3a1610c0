//! Documents that messages can carry: words that have codes, texts within the length of their element, numbers of few
//! digits, and members that the syntax of the message wants together.

pub(crate) mod application_advice;
pub(crate) mod delivery_schedule;
pub(crate) mod edifact;
pub(crate) mod edifact_application_advice;
pub(crate) mod edifact_delivery_schedule;
pub(crate) mod edifact_inventory_report;
pub(crate) mod edifact_just_in_time_delivery;
pub(crate) mod edifact_order_change;
pub(crate) mod edifact_others;
pub(crate) mod edifact_receiving_advice;
pub(crate) mod edifact_remittance_advice;
pub(crate) mod goods;
pub(crate) mod inventory_report;
pub(crate) mod invoice;
pub(crate) mod order;
pub(crate) mod order_change;
pub(crate) mod order_response;
pub(crate) mod party;
pub(crate) mod receiving_advice;
pub(crate) mod remittance_advice;
pub(crate) mod shipment_notice;
pub(crate) mod terms;

use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// A value that may not be there.
pub(crate) type Maybe = BoxedStrategy<Option<Value>>;

/// It is always there.
pub(crate) fn must(value: impl Strategy<Value = Value> + 'static) -> Maybe {
    value.prop_map(Some).boxed()
}

/// It is there in one of three.
pub(crate) fn may(value: impl Strategy<Value = Value> + 'static) -> Maybe {
    prop_oneof![2 => Just(None), 1 => value.prop_map(Some)].boxed()
}

/// Something that may not be there is, in one of three, not even asked for.
pub(crate) fn perhaps(value: Maybe) -> Maybe {
    prop_oneof![2 => Just(None), 1 => value].boxed()
}

/// An object of the members that are there; nothing if none is.
pub(crate) fn object(members: Vec<(&'static str, Maybe)>) -> Maybe {
    let (names, values): (Vec<&'static str>, Vec<Maybe>) = members.into_iter().unzip();
    values
        .prop_map(move |values| {
            let members = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
            let members: Map<String, Value> = members.collect();
            (!members.is_empty()).then_some(Value::Object(members))
        })
        .boxed()
}

/// An object whose members come from several lists of them.
pub(crate) fn joined(parts: Vec<Maybe>) -> Maybe {
    parts
        .prop_map(|parts| {
            let mut members = Map::new();
            for part in parts.into_iter().flatten() {
                if let Value::Object(own) = part {
                    members.extend(own);
                }
            }
            (!members.is_empty()).then_some(Value::Object(members))
        })
        .boxed()
}

/// An array of so many; nothing if none is there.
pub(crate) fn list(item: Maybe, most: usize) -> Maybe {
    proptest::collection::vec(item, 0..=most)
        .prop_map(|items| {
            let items: Vec<Value> = items.into_iter().flatten().collect();
            (!items.is_empty()).then_some(Value::Array(items))
        })
        .boxed()
}

/// Letters, digits and a few marks, of `least` to `most` characters.
pub(crate) fn text(least: usize, most: usize) -> BoxedStrategy<Value> {
    let inner = most.min(24).max(least);
    let pattern = match least.max(1) {
        1 => format!("[A-Z0-9]|[A-Za-z0-9][A-Za-z0-9 .,/()-]{{0,{}}}[A-Za-z0-9]", inner.saturating_sub(2)),
        least => format!("[A-Za-z0-9][A-Za-z0-9 .,/()-]{{{},{}}}[A-Za-z0-9]", least - 2, inner - 2),
    };
    let usual = proptest::string::string_regex(&pattern).unwrap();
    let longest = proptest::string::string_regex(&format!("[A-Z]{{{most}}}")).unwrap();
    prop_oneof![15 => usual, 1 => longest].prop_map(Value::from).boxed()
}

/// Something like a number of a paper or a part.
pub(crate) fn number(most: usize) -> BoxedStrategy<Value> {
    let pattern = format!("[A-Z0-9]{{2}}[A-Z0-9-]{{0,{}}}[0-9]", most.min(14) - 3);
    proptest::string::string_regex(&pattern).unwrap().prop_map(Value::from).boxed()
}

pub(crate) fn word(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(words).prop_map(Value::from).boxed()
}

/// Digits before the point, and up to `scale` behind it.
pub(crate) fn decimal(digits: u32, scale: u32) -> BoxedStrategy<Value> {
    (1..10_i64.pow(digits), 0..=scale, 0..1000_i64)
        .prop_map(move |(whole, scale, fraction)| {
            let number = Decimal::from(whole) + Decimal::new(fraction % 10_i64.pow(scale), scale);
            Value::from(number.to_string())
        })
        .boxed()
}

pub(crate) fn date() -> BoxedStrategy<Value> {
    (2000..2060_i32, 1..=12_u8, 1..=28_u8)
        .prop_map(|(year, month, day)| Value::from(format!("{year}-{month:02}-{day:02}")))
        .boxed()
}

/// An instant that no clock shows twice.
pub(crate) fn instant() -> BoxedStrategy<Value> {
    (date(), 12..20_u8, 0..60_u8, prop_oneof![Just(0_u8), 0..60_u8])
        .prop_map(|(day, hour, minute, second)| {
            Value::from(format!("{}T{hour:02}:{minute:02}:{second:02}Z", day.as_str().unwrap()))
        })
        .boxed()
}

pub(crate) fn unit() -> BoxedStrategy<Value> {
    word(&["EA", "H87", "KGM", "LBR", "MTR", "XCT", "XCS", "DZN", "SET"])
}

pub(crate) fn quantity(scale: u32) -> Maybe {
    object(vec![("value", must(decimal(4, scale))), ("unit", must(unit()))])
}

/// Words, and `other` with a code of its own.
pub(crate) fn word_or_other(
    name: &'static str,
    code: &'static str,
    words: &'static [&'static str],
    other: &'static str,
) -> Maybe {
    let known = word(words).prop_map(move |word| (word, None));
    let own = Just((Value::from("other"), Some(other)));
    prop_oneof![5 => known, 1 => own]
        .prop_map(move |(word, own)| {
            let mut members = Map::new();
            members.insert(name.to_owned(), word);
            if let Some(own) = own {
                members.insert(code.to_owned(), Value::from(own));
            }
            Some(Value::Object(members))
        })
        .boxed()
}

pub(crate) fn unwrapped(value: Maybe) -> BoxedStrategy<Value> {
    value.prop_map(|value| value.unwrap_or_else(|| Value::Object(Map::new()))).boxed()
}

/// The sum of some decimals.
pub(crate) fn total<'v>(values: impl Iterator<Item = &'v Value>) -> Value {
    let sum: Decimal = values.map(|value| value.as_str().unwrap().parse::<Decimal>().unwrap()).sum();
    Value::from(sum.to_string())
}

/// Whether the digits of a trade item or shipping number are followed by their check digit: this one.
pub(crate) fn check_digit(digits: &str) -> u32 {
    let weighted = digits.bytes().rev().enumerate().map(|(place, digit)| {
        let digit = u32::from(digit - b'0');
        if place % 2 == 0 { digit * 3 } else { digit }
    });
    (10 - weighted.sum::<u32>() % 10) % 10
}

/// Digits with their check digit behind them.
pub(crate) fn checked_number(length: usize) -> BoxedStrategy<Value> {
    proptest::string::string_regex(&format!("[1-9][0-9]{{{}}}", length - 2))
        .unwrap()
        .prop_map(|digits| Value::from(format!("{digits}{}", check_digit(&digits))))
        .boxed()
}
