//! What becomes of a value between the wire and the document, from codec to codec.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::apply::Reading;
use super::code::Meaning;
use super::convert::{self, Unfit};
use super::find::Found;
use super::notes::location;
use super::period::{self, Moment};
use super::program::{Codec, DateFormat, Reach};
use super::trace::{StepBy, codec_text};
use crate::base::Diagnostic;
use crate::canon::Kind;
use crate::edi::guide::ElementType;
use crate::edi::{Element, Place, Segment};

/// One of several places that make a value.
#[derive(Clone)]
pub(super) struct PartOfValue<'a> {
    text: Cow<'a, str>,
    /// As long as the guide allows: what stands in the next place goes on without a break.
    is_full: bool,
}

/// What stands between two codecs.
pub(super) enum Stage<'a> {
    Wire(Cow<'a, str>, ElementType),
    Several(Vec<Option<PartOfValue<'a>>>),
    /// A date or time, and the code that says how it is written.
    Period(Cow<'a, str>, Cow<'a, str>),
    Ready(Value),
    /// The list says that this code is something else: the member is `other`, and keeps the code.
    Other(Cow<'a, str>),
    /// No word stands for this code.
    Unlisted(Cow<'a, str>),
}

impl<'a> Reading<'_, '_, 'a> {
    pub(super) fn convert(
        &mut self,
        codecs: &[Codec],
        stage: Stage<'a>,
        kind: &Kind,
        place: Stand<'a>,
    ) -> Result<Stage<'a>, Unfit> {
        let mut stage = stage;
        for codec in codecs {
            stage = self.step(codec, stage, kind, place)?;
            if self.is_followed() {
                self.step_done(StepBy::Codec(codec_text(codec, self.program)), || stage.shown());
            }
        }
        let value = match stage {
            Stage::Wire(text, element_type) => self.by_type(&text, element_type, kind, place)?,
            Stage::Period(text, code) => self.moment(&text, &code, kind, place)?,
            done => return Ok(done),
        };
        self.step_done(StepBy::Type, || shown(&value));
        Ok(Stage::Ready(value))
    }

    /// Takes note that the default stands in for a value.
    pub(super) fn stood_in(&mut self, default: Option<&str>) {
        if let Some(default) = default {
            self.step_done(StepBy::Default, || default.to_owned());
        }
    }

    /// What the engine does without being told: the element's type on one side, the member's kind on the other.
    pub(super) fn by_type(
        &mut self,
        text: &str,
        element_type: ElementType,
        kind: &Kind,
        place: Stand<'a>,
    ) -> Result<Value, Unfit> {
        Ok(match kind {
            Kind::Text => Value::from(text),
            Kind::Decimal => Value::from(convert::decimal(text, element_type)?),
            Kind::Integer => Value::from(convert::integer(text, element_type)?),
            Kind::Date if element_type == ElementType::Dt => Value::from(self.day(text, None, place)?.to_string()),
            Kind::Date | Kind::Instant | Kind::Boolean | Kind::Word(_) => {
                convert::constant(text, kind).ok_or(MISFIT)?
            }
        })
    }

    fn day(&mut self, text: &str, format: Option<DateFormat>, place: Stand<'a>) -> Result<jiff::civil::Date, Unfit> {
        let day = convert::day(text, format)?;
        if day.century_assumed {
            self.assume_century(place);
        }
        Ok(day.date)
    }

    fn assume_century(&mut self, place: Stand<'a>) {
        self.notes.assume(format!("{} has two digits for its year: 1980 to 2079 taken", place_name(place)));
    }

    fn assume_no_time(&mut self, place: Stand<'a>) {
        self.notes.assume(format!("{} has a time of day, which is left out", place_name(place)));
    }

    fn step(&mut self, codec: &Codec, stage: Stage<'a>, kind: &Kind, place: Stand<'a>) -> Result<Stage<'a>, Unfit> {
        if let (Codec::Instant, Stage::Wire(..) | Stage::Several(_)) = (codec, &stage) {
            return self.instant(stage, place).map(Stage::Ready);
        }
        if let (Codec::From | Codec::Until, Stage::Period(text, code)) = (codec, &stage) {
            let (first, last) = period::span(text, code)?;
            let day = if *codec == Codec::From { first } else { last };
            if day.century_assumed {
                self.assume_century(place);
            }
            match period::moment(text, code) {
                Ok(Moment::Time { .. }) => self.assume_no_time(place),
                Ok(Moment::Day(_)) => {}
                // A year, month or week by its number; other periods name their days.
                Err(_) if matches!(&**code, "602" | "610" | "616") => {
                    let which = if *codec == Codec::From { "first" } else { "last" };
                    self.notes.assume(format!("{} is a period: its {which} day taken", place_name(place)));
                }
                Err(_) => {}
            }
            return Ok(Stage::Ready(Value::from(day.date.to_string())));
        }
        let (text, element_type) = match stage {
            Stage::Wire(text, element_type) => (text, element_type),
            Stage::Period(text, _) if matches!(codec, Codec::Date(_)) => (text, ElementType::An),
            Stage::Several(parts) => {
                let parts = parts.into_iter().flatten();
                let joined = if *codec == Codec::Lines { lines(parts) } else { parts.map(|part| part.text).collect() };
                (Cow::Owned(joined), ElementType::An)
            }
            // A default behind a value that is there, or a date that becomes what the member is by itself.
            done @ (Stage::Ready(_) | Stage::Other(_) | Stage::Unlisted(_) | Stage::Period(..)) => return Ok(done),
        };
        let text_of = |text: Cow<'a, str>| Ok(Stage::Wire(text, ElementType::An));
        match codec {
            Codec::Default { .. } => Ok(Stage::Wire(text, element_type)),
            Codec::Text | Codec::Lines => text_of(text),
            Codec::Code(list) => Ok(self.word(*list, text, kind)),
            Codec::Lookup(table) => {
                let found = self.program.tables.get(*table).and_then(|table| table.canonical(&text));
                match found {
                    Some(own) => text_of(Cow::Owned(own.to_owned())),
                    None => Ok(Stage::Unlisted(text)),
                }
            }
            Codec::Flag { yes, no } => {
                match (yes.iter().any(|code| *code == text), no.iter().any(|code| *code == text)) {
                    (true, _) => Ok(Stage::Ready(Value::Bool(true))),
                    (false, true) => Ok(Stage::Ready(Value::Bool(false))),
                    (false, false) => Ok(Stage::Unlisted(text)),
                }
            }
            Codec::Date(format) => Ok(Stage::Ready(Value::from(self.day(&text, Some(*format), place)?.to_string()))),
            Codec::Implied(digits) => Ok(Stage::Ready(Value::from(convert::implied(&text, *digits)?))),
            Codec::Gtin => {
                self.check_digit(&text, &[8, 12, 13, 14], GTIN, place);
                text_of(text)
            }
            Codec::Sscc { .. } => {
                let digits = match text.strip_prefix("00") {
                    Some(rest) if text.len() == 20 => rest.to_owned(),
                    _ => text.into_owned(),
                };
                self.check_digit(&digits, &[18], SSCC, place);
                text_of(Cow::Owned(digits))
            }
            Codec::Trim => text_of(Cow::Owned(text.trim().to_owned())),
            Codec::Upper => text_of(Cow::Owned(text.to_uppercase())),
            Codec::Pad { filler, .. } => text_of(stripped(&text, *filler)),
            // Handled above; here for the compiler, which wants every codec named.
            Codec::Instant | Codec::From | Codec::Until => Err(MISFIT),
        }
    }

    /// A number with a wrong check digit is still what the partner calls the thing: a warning, and the number stays.
    fn check_digit(&mut self, digits: &str, lengths: &[usize], unfit: Unfit, place: Stand<'a>) {
        if !lengths.contains(&digits.len()) || !convert::has_check_digit(digits) {
            let message = format!("the number in {} has a wrong length or check digit", place_name(place));
            let finding = Diagnostic::warning(unfit.code, message).expecting(unfit.expected);
            self.notes.find(finding.hinting("ask the partner").at(location(place.place(), None, None)));
        }
    }

    fn word(&self, list: usize, code: Cow<'a, str>, kind: &Kind) -> Stage<'a> {
        let entry = self.program.lists.get(list).and_then(|list| list.find(&code));
        let word = entry.and_then(|(_, entry)| match &entry.meaning {
            Meaning::Word(word) => convert::constant(word, kind),
            Meaning::Members(_) => None,
        });
        match word {
            Some(Value::String(word)) if matches!(kind, Kind::Word(_)) && word.eq_ignore_ascii_case("other") => {
                Stage::Other(code)
            }
            Some(word) => Stage::Ready(word),
            None => Stage::Unlisted(code),
        }
    }

    /// Date, time and time code as one instant.
    fn instant(&mut self, stage: Stage<'a>, place: Stand<'a>) -> Result<Value, Unfit> {
        let parts = match stage {
            Stage::Several(parts) => parts,
            Stage::Wire(text, _) => vec![Some(PartOfValue { text, is_full: false })],
            Stage::Period(..) | Stage::Ready(_) | Stage::Other(_) | Stage::Unlisted(_) => return Err(MISFIT),
        };
        let part = |index: usize| parts.get(index).cloned().flatten().map(|part| part.text);
        let date = self.day(&part(0).ok_or(MISFIT)?, None, place)?;
        let time = match part(1) {
            Some(text) => convert::time(&text)?,
            None => {
                self.notes.assume(format!("{} has no time: 00:00 taken", place_name(place)));
                jiff::civil::Time::midnight()
            }
        };
        let code = part(2);
        let zone = code.as_deref().and_then(convert::zone_of_time_code);
        // LT is local time, which is the partner's.
        if let (None, Some(code)) = (&zone, code.filter(|code| *code != "LT")) {
            self.notes.assume(format!("{} has the time code '{code}', which names no zone", place_name(place)));
        }
        self.local_time(date, time, zone.as_ref(), place).map(Value::from)
    }

    /// A time on the clock of a zone, the partner's where the wire names none.
    fn local_time(
        &mut self,
        date: jiff::civil::Date,
        time: jiff::civil::Time,
        zone: Option<&TimeZone>,
        place: Stand<'a>,
    ) -> Result<String, Unfit> {
        if zone.is_none() {
            let name =
                self.context.time_zone.iana_name().map_or_else(|| "the partner's zone".to_owned(), str::to_owned);
            self.notes.assume(format!("{} read as {name} (partner setting)", place_name(place)));
        }
        let local = convert::instant(date, time, zone.unwrap_or(self.context.time_zone))?;
        if local.ambiguous {
            let name = place_name(place);
            self.notes.assume(format!("{name} is a time at which the clock changes: the earlier offset taken"));
        }
        Ok(local.text)
    }

    /// A date or time of EDIFACT as what the member is; a member that is a text takes whatever it is.
    fn moment(&mut self, text: &str, code: &str, kind: &Kind, place: Stand<'a>) -> Result<Value, Unfit> {
        let moment = period::moment(text, code)?;
        let (Moment::Day(day) | Moment::Time { day, .. }) = moment;
        if day.century_assumed {
            self.assume_century(place);
        }
        let value = match (moment, kind) {
            (Moment::Day(day), Kind::Date | Kind::Text) => day.date.to_string(),
            (Moment::Time { day, .. }, Kind::Date) => {
                self.assume_no_time(place);
                day.date.to_string()
            }
            (Moment::Time { day, time, zone }, _) => self.local_time(day.date, time, zone.as_ref(), place)?,
            (Moment::Day(day), _) => {
                self.notes.assume(format!("{} has no time: 00:00 taken", place_name(place)));
                self.local_time(day.date, jiff::civil::Time::midnight(), None, place)?
            }
        };
        Ok(Value::from(value))
    }
}

impl Stage<'_> {
    /// The value between two codecs, for people.
    fn shown(&self) -> String {
        match self {
            Self::Wire(text, _) => text.clone().into_owned(),
            Self::Several(parts) => {
                parts.iter().flatten().map(|part| part.text.as_ref()).collect::<Vec<_>>().join(" + ")
            }
            Self::Period(text, code) => format!("{text} by {code}"),
            Self::Ready(value) => shown(value),
            Self::Unlisted(code) => format!("{code}, which is in no list"),
            Self::Other(code) => format!("{code}, which the list has as other"),
        }
    }
}

pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Where a value stands on the wire. Its place is worked out when there is something to tell of it.
#[derive(Clone, Copy)]
pub(super) enum Stand<'a> {
    Element(Element<'a>),
    Segment(Segment<'a>),
    /// A constant.
    Nowhere,
}

impl Stand<'_> {
    pub(super) fn place(self) -> Option<Place> {
        match self {
            Self::Element(element) => Some(element.place()),
            Self::Segment(segment) => Some(segment.place()),
            Self::Nowhere => None,
        }
    }
}

pub(super) const MISFIT: Unfit = Unfit { code: "misfit", expected: "a value the member can have" };
const GTIN: Unfit = Unfit { code: "not-a-gtin", expected: "8, 12, 13 or 14 digits, the last a check digit" };
const SSCC: Unfit = Unfit { code: "not-an-sscc", expected: "18 digits, the last a check digit" };

pub(super) fn stripped<'a>(text: &str, filler: char) -> Cow<'a, str> {
    let rest = text.trim_start_matches(filler);
    // A value of nothing but filler is one of it: `000` is `0`.
    Cow::Owned(if rest.is_empty() { text.chars().take(1).collect() } else { rest.to_owned() })
}

pub(super) fn part_of_value<'a>(found: &Found<'a>, reach: &Reach) -> PartOfValue<'a> {
    let text = found.text();
    let is_full = reach.longest.is_some_and(|longest| text.chars().count() >= longest as usize);
    PartOfValue { text, is_full }
}

/// The text of several places. One that has room left ends a line: a blank goes between it and the next.
fn lines<'a>(parts: impl Iterator<Item = PartOfValue<'a>>) -> String {
    let mut joined = String::new();
    let mut is_full = true;
    for part in parts {
        let blanks = joined.ends_with(char::is_whitespace) || part.text.starts_with(char::is_whitespace);
        if !is_full && !blanks {
            joined.push(' ');
        }
        joined.push_str(&part.text);
        is_full = part.is_full;
    }
    joined
}

/// `DTM02`: the place without its position, for sentences that speak of all such places.
pub(super) fn place_name(place: Stand<'_>) -> String {
    let Some(place) = place.place() else { return "a constant".to_owned() };
    let tag = place.tag.map(|tag| tag.to_string()).unwrap_or_default();
    let element = place.element.map(|element| format!("{element:02}")).unwrap_or_default();
    let component = place.component.map(|component| format!("-{component}")).unwrap_or_default();
    format!("{tag}{element}{component}")
}
