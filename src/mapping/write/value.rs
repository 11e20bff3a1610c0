//! Values on their way back: from the document's spelling to the wire's, codec by codec in reverse.

use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::Value;

use super::Writing;
use super::want::Wire;
use crate::canon::Kind;
use crate::edi::guide::{ElementDef, ElementType};
use crate::mapping::program::{Codec, Condition, DateFormat, Part, Reach};

/// Why a value cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unwritable {
    pub code: &'static str,
    pub expected: &'static str,
}

const NO_CODE: Unwritable = Unwritable { code: "no-code", expected: "a word for which the list has a code" };
const NO_FLAG: Unwritable = Unwritable { code: "no-code", expected: "a value for which the flag has a code" };
const TOO_MANY_DECIMALS: Unwritable =
    Unwritable { code: "too-many-decimals", expected: "no more decimals than the element implies" };
const NOT_A_NUMBER: Unwritable = Unwritable { code: "not-a-number", expected: "a number" };
const NOT_A_WHOLE_NUMBER: Unwritable = Unwritable { code: "not-a-number", expected: "a whole number" };
const NOT_A_DATE: Unwritable = Unwritable { code: "not-a-date", expected: "a day, YYYY-MM-DD" };
const NOT_AN_INSTANT: Unwritable = Unwritable { code: "not-an-instant", expected: "an instant with its offset" };
const CENTURY: Unwritable =
    Unwritable { code: "not-a-date", expected: "a day from 1980 to 2079: the year has two digits" };
const PAD: Unwritable = Unwritable { code: "too-long", expected: "no more characters than the codec pads to" };
const MISFIT: Unwritable = Unwritable { code: "misfit", expected: "a value the place can have" };

/// What came of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Out {
    /// A text for each place.
    Wires(Vec<Wire>),
    /// The value is what stands there without being written.
    LeftOut,
}

/// A value between two codecs.
enum Stage<'v> {
    Member(&'v Value),
    Text(String),
    Parts(Vec<Option<String>>),
}

impl Writing<'_, '_> {
    /// A member's value as its places have it. `code` is the wire's code that stands beside a member that is `other`.
    pub(super) fn wires(
        &mut self,
        value: &Value,
        kind: &Kind,
        codecs: &[Codec],
        reaches: &[Reach],
        code: Option<&str>,
    ) -> Result<Out, Unwritable> {
        let mut stage = Stage::Member(value);
        for codec in codecs.iter().rev() {
            stage = match codec {
                Codec::Default { value: default, always } => {
                    if !always && stage.is(default) {
                        return Ok(Out::LeftOut);
                    }
                    stage
                }
                Codec::Code(list) => {
                    let word = stage.text()?;
                    Stage::Text(self.code_of(*list, &word, kind, code).ok_or(NO_CODE)?)
                }
                Codec::Lookup(table) => {
                    let own = stage.text()?;
                    let table = self.program.tables.get(*table).ok_or(MISFIT)?;
                    let found = table.wire(&own).map(str::to_owned);
                    let name = table.name.clone();
                    Stage::Text(found.unwrap_or_else(|| {
                        self.tell_unlisted(&own, &name);
                        own
                    }))
                }
                Codec::Flag { yes, no } => match stage {
                    Stage::Member(Value::Bool(flag)) => {
                        let codes = if *flag { yes } else { no };
                        Stage::Text(codes.first().ok_or(NO_FLAG)?.clone())
                    }
                    _ => return Err(MISFIT),
                },
                Codec::Date(format) => Stage::Text(day_text(&stage.text()?, *format)?),
                Codec::Implied(digits) => Stage::Text(implied(&stage.text()?, *digits)?),
                Codec::From | Codec::Until => stage,
                Codec::Instant if reaches.iter().any(|reach| reach.format.is_some()) => stage,
                Codec::Instant => self.instant(&stage.text()?, reaches)?,
                Codec::Text | Codec::Lines if reaches.len() > 1 => self.cut(&stage.text()?, reaches),
                Codec::Sscc { identifier: true } => Stage::Text(format!("00{}", stage.text()?)),
                Codec::Pad { width, filler } => Stage::Text(padded(&stage.text()?, *width, *filler)?),
                Codec::Text
                | Codec::Lines
                | Codec::Gtin
                | Codec::Sscc { identifier: false }
                | Codec::Trim
                | Codec::Upper => Stage::Text(stage.text()?),
            };
        }
        let plain = |text| Wire { text, format: None };
        Ok(Out::Wires(match stage {
            Stage::Parts(parts) => parts.into_iter().map(plain).collect(),
            Stage::Text(text) => vec![plain(Some(text))],
            Stage::Member(value) => {
                let reach = reaches.first().ok_or(MISFIT)?;
                vec![self.by_type(&text_of(value)?, kind, reach)?]
            }
        }))
    }

    /// What the engine does without being told: the member's kind on one side, the element's type on the other.
    pub(super) fn by_type(&self, text: &str, kind: &Kind, reach: &Reach) -> Result<Wire, Unwritable> {
        if reach.format.is_some() {
            return self.moment(text, kind);
        }
        let element_type = reach.element_type;
        let text = match (kind, element_type) {
            (Kind::Decimal | Kind::Integer, ElementType::N(digits)) => implied(text, u32::from(digits))?,
            (Kind::Decimal | Kind::Integer, ElementType::R) => {
                let text = shortest(text)?;
                match text
                    .strip_prefix("0.")
                    .map(|digits| ("", digits))
                    .or(text.strip_prefix("-0.").map(|digits| ("-", digits)))
                {
                    Some((sign, digits)) => format!("{sign}.{digits}"),
                    None => text,
                }
            }
            (Kind::Decimal | Kind::Integer, _) => shortest(text)?,
            (Kind::Date, ElementType::Dt) => {
                let format = match self.definition(reach).and_then(ElementDef::max_length) {
                    Some(6) => DateFormat::Short,
                    _ => DateFormat::Long,
                };
                day_text(text, format)?
            }
            _ => text.to_owned(),
        };
        Ok(Wire { text: Some(text), format: None })
    }

    /// A date or time of EDIFACT: days by 102, instants on the partner's clock by 203, or 204 where there are seconds.
    fn moment(&self, text: &str, kind: &Kind) -> Result<Wire, Unwritable> {
        let is_instant = *kind == Kind::Instant || (*kind == Kind::Text && text.contains('T'));
        if !is_instant {
            return Ok(Wire { text: Some(day_text(text, DateFormat::Long)?), format: Some("102") });
        }
        let local = local(text, self.context.time_zone)?;
        let day = local.date().strftime("%Y%m%d").to_string();
        Ok(match local.second() {
            0 => Wire { text: Some(format!("{day}{}", local.time().strftime("%H%M"))), format: Some("203") },
            _ => Wire { text: Some(format!("{day}{}", local.time().strftime("%H%M%S"))), format: Some("204") },
        })
    }

    /// An instant as date, time, and X12's time code where the rule has a place for it: then it is universal time.
    fn instant(&self, text: &str, reaches: &[Reach]) -> Result<Stage<'static>, Unwritable> {
        let (universal, own) = (TimeZone::UTC, self.context.time_zone);
        let local = local(text, if reaches.len() > 2 { &universal } else { own })?;
        let short =
            reaches.first().and_then(|reach| self.definition(reach)).and_then(ElementDef::max_length) == Some(6);
        let day = local.date().strftime(if short { "%y%m%d" } else { "%Y%m%d" }).to_string();
        let time = local.time().strftime(if local.second() == 0 { "%H%M" } else { "%H%M%S" }).to_string();
        let mut parts = vec![Some(day), Some(time), Some("UT".to_owned())];
        parts.truncate(reaches.len());
        Ok(Stage::Parts(parts))
    }

    /// A text cut at each place's longest length. What is left over cannot be sent.
    fn cut(&mut self, text: &str, reaches: &[Reach]) -> Stage<'static> {
        let mut rest = text;
        let mut parts = Vec::new();
        for reach in reaches {
            let longest =
                self.definition(reach).and_then(ElementDef::max_length).map_or(usize::MAX, |max| max as usize);
            let end = rest.char_indices().nth(longest).map_or(rest.len(), |(end, _)| end);
            let (part, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            parts.push((!part.is_empty()).then(|| part.to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            self.tell_cut(rest.chars().count());
        }
        Stage::Parts(parts)
    }

    /// The code that is written for a word: that of the list; for `other` the one that stands beside it; and where codes
    /// are plain text the word itself.
    pub(super) fn code_of(&mut self, list: usize, word: &str, kind: &Kind, beside: Option<&str>) -> Option<String> {
        if let (Kind::Word(_), true, Some(code)) = (kind, word.eq_ignore_ascii_case("other"), beside) {
            return Some(code.to_owned());
        }
        let list = self.program.lists.get(list)?;
        match (list.code_of(word), kind) {
            (Some(code), _) => Some(code.to_owned()),
            (None, Kind::Text) => {
                let place = format!("[codes.{}]", list.name);
                self.tell_unlisted(word, &place);
                Some(word.to_owned())
            }
            (None, _) => None,
        }
    }

    /// What the guide says of a place.
    pub(super) fn definition(&self, reach: &Reach) -> Option<&ElementDef> {
        let segment = self.draft.guide().segment(reach.route.tag.as_str())?;
        let cell = match &reach.part {
            Part::Whole { .. } => return None,
            Part::Element(cell) => *cell,
            Part::Pair { pairs, .. } => pairs.first()?.value,
        };
        segment.element(cell.number)?.component(cell.sub.component.max(1))
    }
}

/// Instants at midnight on the partner's clock as days, which is how most of them came: a day is read as that instant
/// again. Not where the rule asks for a time.
pub(super) fn as_days(mut wires: Vec<Wire>, reaches: &[Reach], conditions: &[Condition]) -> Vec<Wire> {
    for (wire, reach) in wires.iter_mut().zip(reaches) {
        let asks = |condition: &Condition| matches!((&condition.reach.part, reach.format), (Part::Element(cell), Some(format)) if *cell == format);
        if wire.format != Some("203") || conditions.iter().any(asks) {
            continue;
        }
        if let Some(day) = wire.text.as_deref().and_then(|text| text.strip_suffix("0000")) {
            *wire = Wire { text: Some(day.to_owned()), format: Some("102") };
        }
    }
    wires
}

/// What the clock of a zone shows at an instant.
fn local(text: &str, zone: &TimeZone) -> Result<jiff::civil::DateTime, Unwritable> {
    let instant: jiff::Timestamp = text.parse().map_err(|_| NOT_AN_INSTANT)?;
    Ok(zone.to_offset(instant).to_datetime(instant))
}

impl Stage<'_> {
    fn text(&self) -> Result<String, Unwritable> {
        match self {
            Self::Member(value) => text_of(value),
            Self::Text(text) => Ok(text.clone()),
            Self::Parts(_) => Err(MISFIT),
        }
    }

    /// Whether this is the default; numbers by value.
    fn is(&self, default: &str) -> bool {
        let Ok(text) = self.text() else { return false };
        let number = |text: &str| text.parse::<Decimal>().ok();
        text == default || (number(&text).is_some() && number(&text) == number(default))
    }
}

pub(super) fn text_of(value: &Value) -> Result<String, Unwritable> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(MISFIT),
    }
}

/// A number without what means nothing: `2.4500` is `2.45`, `5.` is `5`.
fn shortest(text: &str) -> Result<String, Unwritable> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return Err(NOT_A_NUMBER);
    }
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    Ok(format!("{sign}{whole}{point}{fraction}"))
}

/// A number whose last digits stand behind the point, without the point (X12.6, "numeric").
fn implied(text: &str, decimals: u32) -> Result<String, Unwritable> {
    let text = shortest(text)?;
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = decimals as usize;
    if fraction.len() > decimals {
        return Err(if decimals == 0 { NOT_A_WHOLE_NUMBER } else { TOO_MANY_DECIMALS });
    }
    let number = format!("{whole}{fraction:0<decimals$}");
    let number = number.trim_start_matches('0');
    Ok(if number.is_empty() { "0".to_owned() } else { format!("{sign}{number}") })
}

fn day_text(text: &str, format: DateFormat) -> Result<String, Unwritable> {
    let day: jiff::civil::Date = text.parse().map_err(|_| NOT_A_DATE)?;
    Ok(match format {
        DateFormat::Long => day.strftime("%Y%m%d").to_string(),
        DateFormat::Short if !(1980..2080).contains(&day.year()) => return Err(CENTURY),
        DateFormat::Short => day.strftime("%y%m%d").to_string(),
        DateFormat::Iso => day.to_string(),
    })
}

fn padded(text: &str, width: usize, filler: char) -> Result<String, Unwritable> {
    let length = text.chars().count();
    if length > width {
        return Err(PAD);
    }
    Ok(std::iter::repeat_n(filler, width - length).chain(text.chars()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_their_shortest_form() {
        let check = |text: &str, expect: Result<&str, &str>| {
            assert_eq!(shortest(text).as_deref().map_err(|fault| fault.code), expect, "{text}");
        };
        check("2.4500", Ok("2.45"));
        check("500", Ok("500"));
        check("0.00", Ok("0"));
        check("-0.0", Ok("0"));
        check("-0.50", Ok("-0.5"));
        check("1,5", Err("not-a-number"));
        check("", Err("not-a-number"));
    }

    #[test]
    fn implied_decimals_are_never_cut() {
        let check = |text: &str, decimals: u32, expect: Result<&str, &str>| {
            assert_eq!(implied(text, decimals).as_deref().map_err(|fault| fault.code), expect, "{text} N{decimals}");
        };
        check("1435.20", 2, Ok("143520"));
        check("45", 2, Ok("4500"));
        check("0.05", 2, Ok("5"));
        check("-45.00", 2, Ok("-4500"));
        check("0", 2, Ok("0"));
        check("0.123", 2, Err("too-many-decimals"));
        check("1.5", 0, Err("not-a-number"));
    }

    #[test]
    fn days_are_written_as_asked() {
        let check = |text: &str, format, expect: Result<&str, &str>| {
            assert_eq!(day_text(text, format).as_deref().map_err(|fault| fault.code), expect, "{text}");
        };
        check("2026-11-16", DateFormat::Long, Ok("20261116"));
        check("2026-11-16", DateFormat::Short, Ok("261116"));
        check("2026-11-16", DateFormat::Iso, Ok("2026-11-16"));
        check("1979-12-31", DateFormat::Short, Err("not-a-date"));
        check("soon", DateFormat::Long, Err("not-a-date"));
    }

    #[test]
    fn padding_does_not_cut() {
        assert_eq!(padded("70", 5, '0').as_deref(), Ok("00070"));
        assert_eq!(padded("123456", 5, '0').map_err(|fault| fault.code), Err("too-long"));
    }
}
