//! What becomes of constants and defaults: they are known when a file is compiled, so what can never be read is told then.

use std::borrow::Cow;

use super::compile::Compiler;
use super::convert;
use super::file::Node;
use super::nearest::did_you_mean;
use super::program::Codec;
use super::rule;
use super::stage::{MISFIT, stripped};
use crate::base::Diagnostic;
use crate::canon::Kind;
use crate::edi::guide::ElementType;

/// Why a text comes out of its codecs as nothing.
enum Failure {
    Unfit(&'static str),
    /// The list has no such code.
    Unlisted(usize),
    /// A table or flag has no such code.
    Unknown,
}

impl Compiler<'_> {
    /// Takes the constants of a rule through all of its codecs and each default through those behind it.
    pub(super) fn try_constants(&mut self, node: &Node, rule: &rule::Rule, codecs: &[Codec], kind: &Kind) {
        if codecs.len() < rule.codecs.len() || codecs.is_empty() {
            return;
        }
        let constants = rule.sources.iter().filter_map(|source| match source {
            rule::Source::Constant(text) => Some((text.as_str(), codecs, 0)),
            rule::Source::Places { .. } => None,
        });
        let defaults = codecs.iter().enumerate().filter_map(|(index, codec)| match codec {
            // What stands last was held against the member itself.
            Codec::Default { value, .. } if index + 1 < codecs.len() => {
                let at = rule.codecs.get(index).map_or(0, |codec| codec.at);
                Some((value.as_str(), codecs.get(index + 1..)?, at))
            }
            _ => None,
        });
        for (text, codecs, at) in constants.chain(defaults) {
            let Err(failure) = self.tried(text, codecs, kind) else { continue };
            let fault = Diagnostic::error("type-clash", format!("'{text}' cannot stand there"));
            let fault = match failure {
                Failure::Unfit(expected) => fault.expecting(expected).hinting("give a text that the codecs can read"),
                Failure::Unlisted(list) => self.lists.get(list).map_or(fault.clone(), |list| {
                    let codes = list.entries.iter().map(|entry| entry.code.as_str());
                    let hint = did_you_mean(text, codes);
                    let hint = hint.unwrap_or_else(|| format!("add '{text}' to [codes.{}]", list.name));
                    fault.expecting(format!("a code of codes.{}", list.name)).hinting(hint)
                }),
                Failure::Unknown => fault.hinting("give a code that the codec behind it knows"),
            };
            self.faults.at(&node.spot_in(at), fault);
        }
    }

    /// Whether a text becomes a value, as reading goes through codecs.
    fn tried(&self, text: &str, codecs: &[Codec], kind: &Kind) -> Result<(), Failure> {
        let unfit = |unfit: convert::Unfit| Failure::Unfit(unfit.expected);
        let mut text = Cow::Borrowed(text);
        for codec in codecs {
            match codec {
                Codec::Default { .. } | Codec::Text | Codec::Lines | Codec::Gtin | Codec::Sscc { .. } => {}
                Codec::Code(list) => {
                    let entry = self.lists.get(*list).and_then(|list| list.find(&text));
                    // What the list itself has wrong was told of it.
                    return entry.map(|_| ()).ok_or(Failure::Unlisted(*list));
                }
                Codec::Lookup(table) => {
                    let own = self.tables.get(*table).and_then(|table| table.canonical(&text));
                    text = Cow::Owned(own.ok_or(Failure::Unknown)?.to_owned());
                }
                Codec::Flag { yes, no } => {
                    let is_known = yes.iter().chain(no).any(|code| *code == text);
                    return if is_known { Ok(()) } else { Err(Failure::Unknown) };
                }
                Codec::Date(format) => return convert::day(&text, Some(*format)).map(|_| ()).map_err(unfit),
                Codec::Instant => return convert::day(&text, None).map(|_| ()).map_err(unfit),
                Codec::Implied(digits) => return convert::implied(&text, *digits).map(|_| ()).map_err(unfit),
                Codec::From | Codec::Until => return Err(unfit(MISFIT)),
                Codec::Trim => text = Cow::Owned(text.trim().to_owned()),
                Codec::Upper => text = Cow::Owned(text.to_uppercase()),
                Codec::Pad { filler, .. } => text = Cow::Owned(stripped(&text, *filler).into_owned()),
            }
        }
        match kind {
            Kind::Text => Ok(()),
            Kind::Decimal => convert::decimal(&text, ElementType::An).map(|_| ()).map_err(unfit),
            Kind::Integer => convert::integer(&text, ElementType::An).map(|_| ()).map_err(unfit),
            _ if convert::constant_fits(&text, kind) => Ok(()),
            _ => Err(unfit(MISFIT)),
        }
    }

    /// A constant or default of a spread must be a code of its list.
    pub(super) fn try_spread(&mut self, node: &Node, rule: &rule::Rule, codecs: &[Codec], list: usize) {
        if codecs.len() == rule.codecs.len() {
            let whole: Vec<Codec> = codecs.iter().cloned().chain([Codec::Code(list)]).collect();
            self.try_constants(node, rule, &whole, &Kind::Text);
        }
    }
}
