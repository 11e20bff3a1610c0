//! What may be asked for: a member of the document, or a place in the message.

use crate::edi::{Segment, Tag};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `lines[1].price.amount`
    Member(String),
    /// `PO104`, `12:PO104`
    Element(WantedElement),
}

/// An element, in every such segment or in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WantedElement {
    /// Position of the segment, ST being 1.
    pub(super) segment: Option<u32>,
    pub(super) tag: String,
    pub(super) element: Option<u32>,
    pub(super) component: Option<u32>,
}

impl Wanted {
    /// Reads what was typed. Members begin with a small letter, places do not.
    pub(super) fn parse(text: &str) -> Self {
        if text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Self::Member(text.to_owned());
        }
        let (segment, place) = match text.split_once(':') {
            Some((number, place)) if number.parse::<u32>().is_ok() => (number.parse().ok(), place),
            _ => (None, text),
        };
        let (place, component) = match place.split_once('-') {
            Some((place, component)) => (place, component.parse().ok()),
            None => (place, None),
        };
        let digits = |at: usize| place.get(at..).and_then(|digits| digits.parse().ok()).filter(|number| *number > 0);
        let cut = place.len().saturating_sub(2);
        let (tag, element) = match place.len() {
            4 | 5 => digits(cut).map_or((place, None), |number| (place.get(..cut).unwrap_or_default(), Some(number))),
            _ => (place, None),
        };
        Self::Element(WantedElement { segment, tag: tag.to_owned(), element, component })
    }
}

impl WantedElement {
    /// Whether a segment is meant.
    pub(super) fn is_in(&self, segment: &Segment<'_>) -> bool {
        segment.tag() == Tag::new(self.tag.as_bytes()) && self.segment.is_none_or(|number| number == segment.position())
    }

    /// `PO104`
    pub(super) fn name(&self) -> String {
        let element = self.element.map(|element| format!("{element:02}")).unwrap_or_default();
        format!("{}{element}", self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_places_are_told_apart() {
        let check = |text: &str, segment: Option<u32>, tag: &str, element: Option<u32>, component: Option<u32>| {
            let wanted = WantedElement { segment, tag: tag.to_owned(), element, component };
            assert_eq!(Wanted::parse(text), Wanted::Element(wanted), "{text}");
        };
        check("PO104", None, "PO1", Some(4), None);
        check("12:N101", Some(12), "N1", Some(1), None);
        check("3:DTM01-2", Some(3), "DTM", Some(1), Some(2));
        check("PO1", None, "PO1", None, None);
        check("12:HL", Some(12), "HL", None, None);
        assert_eq!(Wanted::parse("lines[1].price"), Wanted::Member("lines[1].price".to_owned()));
    }
}
