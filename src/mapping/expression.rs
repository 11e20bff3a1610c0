//! Expressions of a rule: what no codec can say, in pairs, one for reading and one for writing.
//!
//! Arithmetic on `value` is exact: it is the arithmetic of derived members. Everything else is an expression of minijinja
//! over `value`, a text; it sees no files, no clock and nothing of other messages, and it stops when its fuel is burnt.

use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};
use serde_json::json;

use super::derive::{Expression, NoValue};
use super::nearest::did_you_mean;
use super::program::PathStep;
use super::scan::RuleFault;

/// Steps that one evaluation may take. Texts of an element need a few dozen.
const FUEL: u64 = 10_000;

/// Characters that an expression may give; no element is a tenth as long.
const MAX_TEXT: usize = 100_000;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
});

/// One half of a pair.
pub(super) enum ValueExpression {
    Arithmetic(Expression),
    Text(minijinja::Expression<'static, 'static>),
}

impl std::fmt::Debug for ValueExpression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Arithmetic(expression) => expression.fmt(f),
            Self::Text(_) => f.write_str("a text expression"),
        }
    }
}

impl ValueExpression {
    pub(super) fn parse(text: &str) -> Result<Self, RuleFault> {
        if let Ok(mut arithmetic) = Expression::parse(text)
            && !matches!(arithmetic, Expression::Member(_))
            && !arithmetic.paths().is_empty()
            && arithmetic.paths().into_iter().all(|path| is_value(path))
        {
            return Ok(Self::Arithmetic(arithmetic));
        }
        let environment: &'static Environment<'static> = &ENVIRONMENT;
        let expression = environment.compile_expression_owned(text.to_owned()).map_err(|error| {
            let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            RuleFault::new(0, detail).expecting("an expression over 'value', such as value / 100 or value[2:]")
        })?;
        let unknown =
            expression.undeclared_variables(false).into_iter().find(|name| name != "value" && !is_global(name));
        match unknown {
            Some(name) => {
                let at = text.find(&name).unwrap_or_default();
                Err(RuleFault::new(at, format!("'{name}' is not known here"))
                    .expecting("'value', the text of the place"))
            }
            None => match unworkable(text) {
                Some(fault) => Err(fault),
                None => Ok(Self::Text(expression)),
            },
        }
    }

    /// What becomes of a value; nothing where the expression gives none.
    pub(super) fn evaluate(&self, value: &str) -> Result<Option<String>, String> {
        match self {
            Self::Arithmetic(expression) => match expression.evaluate(&json!({ "value": value }), 1) {
                Ok(number) => Ok(Some(number.normalize().to_string())),
                Err(NoValue::Absent) => Err(format!("'{value}' is no number")),
                Err(NoValue::Arithmetic(why)) => Err(why.to_owned()),
            },
            Self::Text(expression) => {
                let given = expression.eval(context! { value }).map_err(|error| error.to_string())?;
                match given.kind() {
                    ValueKind::None | ValueKind::Undefined => Ok(None),
                    ValueKind::String | ValueKind::Bool => bounded(given.to_string()),
                    ValueKind::Number if given.is_integer() => bounded(given.to_string()),
                    ValueKind::Number => Err("it gives a number that is not exact".to_owned()),
                    _ => Err(format!("it gives {}", given.kind())),
                }
            }
        }
    }
}

/// Filters that a rule may have use for, for hints.
const FILTERS: [&str; 14] = [
    "upper",
    "lower",
    "trim",
    "replace",
    "length",
    "first",
    "last",
    "int",
    "default",
    "capitalize",
    "title",
    "split",
    "join",
    "reverse",
];

/// The first filter, test or method of an expression that is not there. Texts have no methods.
fn unworkable(text: &str) -> Option<RuleFault> {
    let words = words(text);
    let fails_as = |expression: String, kind: ErrorKind| {
        let compiled = ENVIRONMENT.compile_expression(&expression);
        compiled.is_ok_and(|compiled| compiled.eval(context! { value => "1" }).is_err_and(|error| error.kind() == kind))
    };
    words.iter().enumerate().find_map(|(index, (at, word))| {
        let before =
            |back: usize| index.checked_sub(back).and_then(|index| words.get(index)).map_or("", |(_, word)| *word);
        let after = words.get(index + 1).map_or("", |(_, word)| *word);
        let is_test = before(1) == "is" || (before(1) == "not" && before(2) == "is");
        if before(1) == "|" && fails_as(format!("value|{word}"), ErrorKind::UnknownFilter) {
            let mut fault = RuleFault::new(*at, format!("there is no filter '{word}'"));
            fault.hint = did_you_mean(word, FILTERS);
            return Some(fault.expecting(format!("a filter, such as {}", FILTERS.join(", "))));
        }
        if is_test && *word != "not" && fails_as(format!("value is {word}"), ErrorKind::UnknownTest) {
            let fault = RuleFault::new(*at, format!("there is no test '{word}'"));
            return Some(
                fault.expecting("a test, such as defined, startingwith('A'), endingwith('A') or in ['A', 'B']"),
            );
        }
        let is_name = word.starts_with(|first: char| first.is_alphabetic() || first == '_');
        if before(1) == "." && is_name && after == "(" {
            let fault = RuleFault::new(*at, format!("there is no method '{word}'"));
            return Some(fault.expecting("a filter behind '|', such as value|upper"));
        }
        None
    })
}

/// The words and marks of an expression that stand outside its texts, each with its offset.
fn words(text: &str) -> Vec<(usize, &str)> {
    let is_of_a_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut words = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        if matches!(character, '\'' | '"') {
            while let Some((_, inside)) = rest.next() {
                match inside {
                    '\\' => _ = rest.next(),
                    inside if inside == character => break,
                    _ => {}
                }
            }
            words.push((at, "''"));
        } else if !character.is_whitespace() {
            let mut end = at + character.len_utf8();
            while let Some((next, of_word)) = rest.next_if(|(_, next)| is_of_a_word(character) && is_of_a_word(*next)) {
                end = next + of_word.len_utf8();
            }
            words.push((at, text.get(at..end).unwrap_or_default()));
        }
    }
    words
}

fn bounded(text: String) -> Result<Option<String>, String> {
    match text.len() {
        0 => Ok(None),
        length if length > MAX_TEXT => Err("it gives a text that is too long".to_owned()),
        _ => Ok(Some(text)),
    }
}

fn is_value(path: &[PathStep]) -> bool {
    matches!(path, [only] if only.name() == "value")
}

fn is_global(name: &str) -> bool {
    ENVIRONMENT.globals().any(|(known, _)| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_exact_and_texts_are_texts() {
        let check = |expression: &str, value: &str, expect: Result<Option<&str>, ()>| {
            let found = ValueExpression::parse(expression).unwrap().evaluate(value);
            assert_eq!(
                found.as_ref().map(Option::as_deref).map_err(|_| ()),
                expect,
                "{expression} of {value}: {found:?}"
            );
        };
        check("value / 100", "245", Ok(Some("2.45")));
        check("value * 100", "2.4500", Ok(Some("245")));
        check("0.1 * value", "3", Ok(Some("0.3")));
        check("value / 100", "none", Err(()));
        check("value[2:]", "DEACME", Ok(Some("ACME")));
        check("'DE' ~ value", "ACME", Ok(Some("DEACME")));
        check("value|upper", "acme", Ok(Some("ACME")));
        check("value if value != '0' else none", "0", Ok(None));
        check("value|replace('-', '')", "12-34", Ok(Some("1234")));
        check("value|int / 3", "1", Err(()));
        check("value|length", "abc", Ok(Some("3")));
        check("range(100000)|join", "1", Err(()));
    }

    #[test]
    fn faults_have_their_place() {
        let check = |expression: &str| ValueExpression::parse(expression).unwrap_err();
        assert!(check("value |").expected.is_some());
        assert_eq!(
            (check("value ~ doc.x").at, check("value ~ doc.x").message),
            (8, "'doc' is not known here".to_owned())
        );
        let unknown = |expression: &str, at: usize, message: &str| {
            let fault = check(expression);
            assert_eq!((fault.at, fault.message.as_str()), (at, message), "{expression}");
        };
        unknown("value|uper", 6, "there is no filter 'uper'");
        unknown("value if value != 'X|Y' else 'it\\'s' | uper", 39, "there is no filter 'uper'");
        unknown("value.nomethod()", 6, "there is no method 'nomethod'");
        unknown("'A' if value is nosuchtest else 'B'", 16, "there is no test 'nosuchtest'");
        unknown("'A' if value is not nosuchtest else 'B'", 20, "there is no test 'nosuchtest'");
        unknown("nosuchfunction(value)", 0, "'nosuchfunction' is not known here");
        for works in [
            "value|replace('|x', '.y(')",
            "value if value is not none else ''",
            "value is in ['a', 'b']",
            "1.5 ~ value",
        ] {
            assert!(ValueExpression::parse(works).is_ok(), "{works}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_expression_and_no_value_makes_it_panic(expression in "[a-z0-9 ()'|*/+~\\[\\]:.-]{0,30}", value in "\\PC{0,20}") {
            if let Ok(expression) = ValueExpression::parse(&expression) {
                expression.evaluate(&value).ok();
            }
        }
    }
}
