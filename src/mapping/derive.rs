//! Derived members: the small arithmetic of `[….derive]`, its grammar and its evaluation.
//!
//! ```text
//! expression = term { ( "+" | "-" ) term }
//! term       = factor { ( "*" | "/" ) factor }
//! factor     = number | path | "(" expression ")" | "-" factor | "position"
//!            | "count(" path ")" | "sum(" path [ " where " member "=" word ] ")" | "round(" expression "," digits ")"
//! ```

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use super::file::Spot;
use super::program::PathStep;
use super::scan::{RuleFault, Scanner};
use crate::canon::Kind;

/// Brackets inside one another. An expression that nests deeper is not meant for people.
const MAX_NESTING: usize = 16;

/// Digits that `round` may ask for; amounts and factors need at most a dozen.
const MAX_DIGITS: u32 = 12;

/// One derived member.
#[derive(Debug)]
pub(super) struct Derivation {
    /// The member, from the document down.
    pub target: Vec<PathStep>,
    /// As the file names it: `lines.lineAmount`.
    pub name: String,
    pub expression: Expression,
    /// The expression as the file has it: it is what `meta.derived` says.
    pub text: String,
    pub kind: Kind,
    pub at: Spot,
}

/// An expression. Paths are relative to the innermost array item around the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Number(Decimal),
    Member(Vec<PathStep>),
    Position,
    Count(Vec<PathStep>),
    Sum { path: Vec<PathStep>, only: Option<(String, String)> },
    Round(Box<Self>, u32),
    Negative(Box<Self>),
    Binary(Box<Self>, Operator, Box<Self>),
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoValue {
    /// An operand is absent: nothing is derived.
    Absent,
    /// A number is out of bounds or no number, or was divided by zero.
    Arithmetic(&'static str),
}

impl Expression {
    pub(super) fn parse(text: &str) -> Result<Self, RuleFault> {
        let mut scanner = Scanner::new(text);
        let expression = sum(&mut scanner, MAX_NESTING)?;
        scanner.end("+, -, * or /")?;
        Ok(expression)
    }

    /// Every path in it. The parser takes each step for a plain member; the compiler, who knows the schema, tells
    /// which are arrays.
    pub(super) fn paths(&mut self) -> Vec<&mut Vec<PathStep>> {
        match self {
            Self::Number(_) | Self::Position => Vec::new(),
            Self::Member(path) | Self::Count(path) | Self::Sum { path, .. } => vec![path],
            Self::Round(inner, _) | Self::Negative(inner) => inner.paths(),
            Self::Binary(left, _, right) => {
                let mut paths = left.paths();
                paths.append(&mut right.paths());
                paths
            }
        }
    }

    /// Whether the file says itself how many digits the result has.
    pub(super) fn is_rounded(&self) -> bool {
        matches!(self, Self::Round(..))
    }

    /// The value for one item; `position` is the item's place in its array, from 1.
    pub(super) fn evaluate(&self, item: &Value, position: usize) -> Result<Decimal, NoValue> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Position => Ok(Decimal::from(position)),
            Self::Member(path) => decimal_at(item, path),
            Self::Count(path) => {
                let mut count = 0_u64;
                walk(item, path, &mut |_, value| {
                    count += u64::from(value.is_some());
                    Ok(())
                })?;
                Ok(Decimal::from(count))
            }
            Self::Sum { path, only } => add_up(item, path, only.as_ref()),
            Self::Round(inner, digits) => Ok(round(inner.evaluate(item, position)?, *digits)),
            Self::Negative(inner) => Ok(-inner.evaluate(item, position)?),
            Self::Binary(left, operator, right) => {
                let (left, right) = (left.evaluate(item, position)?, right.evaluate(item, position)?);
                let value = match operator {
                    Operator::Add => left.checked_add(right),
                    Operator::Subtract => left.checked_sub(right),
                    Operator::Multiply => left.checked_mul(right),
                    Operator::Divide if right.is_zero() => {
                        return Err(NoValue::Arithmetic("something is divided by zero"));
                    }
                    Operator::Divide => left.checked_div(right),
                };
                value.ok_or(NoValue::Arithmetic("the result has more digits than fit"))
            }
        }
    }
}

/// Rounds half away from zero, and keeps the digits: `round(0, 2)` is `0.00`.
pub(super) fn round(value: Decimal, digits: u32) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(digits);
    rounded
}

fn number_of(value: &Value) -> Result<Decimal, NoValue> {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64().map(Decimal::from),
        _ => None,
    };
    number.ok_or(NoValue::Arithmetic("an operand has more digits than fit"))
}

fn decimal_at(item: &Value, path: &[PathStep]) -> Result<Decimal, NoValue> {
    let mut value = item;
    for step in path {
        value = value.get(step.name()).ok_or(NoValue::Absent)?;
    }
    number_of(value)
}

/// Adds up a member over the items of arrays. No items give 0; an item without the member gives nothing, because a sum
/// that leaves something out is wrong.
fn add_up(item: &Value, path: &[PathStep], only: Option<&(String, String)>) -> Result<Decimal, NoValue> {
    let mut total = Decimal::ZERO;
    walk(item, path, &mut |holder, value| {
        let counts = only.is_none_or(|(member, word)| holder.get(member).and_then(Value::as_str) == Some(word));
        if counts {
            let number = number_of(value.ok_or(NoValue::Absent)?)?;
            total = total.checked_add(number).ok_or(NoValue::Arithmetic("the sum has more digits than fit"))?;
        }
        Ok(())
    })?;
    Ok(total)
}

type Visitor<'v> = dyn FnMut(&Value, Option<&Value>) -> Result<(), NoValue> + 'v;

/// Visits every value at the end of `path`, through all items of the arrays on the way, with the object that holds it.
/// An absent array has no items; an object that lacks a member on the way has no value, and the visitor hears so.
fn walk(value: &Value, path: &[PathStep], visit: &mut Visitor<'_>) -> Result<(), NoValue> {
    let Some((step, rest)) = path.split_first() else { return Ok(()) };
    match (step, value.get(step.name())) {
        (PathStep::Items(_), Some(Value::Array(items))) => items.iter().try_for_each(|item| match rest {
            [] => visit(value, Some(item)),
            rest => walk(item, rest, visit),
        }),
        (PathStep::Items(_), _) => Ok(()),
        (PathStep::Member(_), None) => visit(value, None),
        (PathStep::Member(_), Some(found)) => match rest {
            [] => visit(value, Some(found)),
            rest => walk(found, rest, visit),
        },
    }
}

fn sum(scanner: &mut Scanner<'_>, nesting: usize) -> Result<Expression, RuleFault> {
    binary(scanner, nesting, &[('+', Operator::Add), ('-', Operator::Subtract)], product)
}

fn product(scanner: &mut Scanner<'_>, nesting: usize) -> Result<Expression, RuleFault> {
    binary(scanner, nesting, &[('*', Operator::Multiply), ('/', Operator::Divide)], factor)
}

type Part = fn(&mut Scanner<'_>, usize) -> Result<Expression, RuleFault>;

/// Parts with operators of one rank between them, from the left. Every operator costs one of `nesting`, as brackets
/// do: it bounds the depth of the tree and with it the stack that evaluating it takes.
fn binary(
    scanner: &mut Scanner<'_>,
    nesting: usize,
    operators: &[(char, Operator)],
    part: Part,
) -> Result<Expression, RuleFault> {
    let mut left = part(scanner, nesting)?;
    let mut count = 0;
    while let Some((symbol, operator)) =
        scanner.peek().and_then(|next| operators.iter().find(|(symbol, _)| *symbol == next))
    {
        count += 1;
        if count > MAX_NESTING {
            return Err(
                RuleFault::new(scanner.at(), "the expression is too long").expecting("fewer operators in a row")
            );
        }
        scanner.symbol(&symbol.to_string());
        let right = part(scanner, nesting)?;
        left = Expression::Binary(Box::new(left), *operator, Box::new(right));
    }
    Ok(left)
}

fn factor(scanner: &mut Scanner<'_>, nesting: usize) -> Result<Expression, RuleFault> {
    let at = scanner.at();
    let Some(nesting) = nesting.checked_sub(1) else {
        return Err(RuleFault::new(at, format!("brackets stand deeper than {MAX_NESTING}")));
    };
    match scanner.peek() {
        Some('(') => {
            scanner.demand("(")?;
            let inner = sum(scanner, nesting)?;
            scanner.demand(")")?;
            Ok(inner)
        }
        Some('-') => {
            scanner.demand("-")?;
            Ok(Expression::Negative(Box::new(factor(scanner, nesting)?)))
        }
        Some(first) if first.is_ascii_digit() => {
            let number = scanner.number();
            let parsed = number.parse().map_err(|_| RuleFault::new(at, format!("'{number}' is no number")))?;
            Ok(Expression::Number(parsed))
        }
        _ => named(scanner, nesting, at),
    }
}

fn named(scanner: &mut Scanner<'_>, nesting: usize, at: usize) -> Result<Expression, RuleFault> {
    let path = scanner.path()?;
    if !scanner.symbol("(") {
        return Ok(if path == "position" { Expression::Position } else { Expression::Member(split(&path)) });
    }
    let expression = match path.as_str() {
        "count" => Expression::Count(split(&scanner.path()?)),
        "sum" => {
            let path = split(&scanner.path()?);
            let only = if scanner.word("where") {
                let member = scanner.path()?;
                scanner.demand("=")?;
                Some((member, scanner.value()?))
            } else {
                None
            };
            Expression::Sum { path, only }
        }
        "round" => {
            let inner = sum(scanner, nesting)?;
            scanner.demand(",")?;
            scanner.blanks();
            let digits = scanner.number();
            match digits.parse() {
                Ok(digits) if digits <= MAX_DIGITS => Expression::Round(Box::new(inner), digits),
                _ => {
                    let fault = RuleFault::new(at, format!("round cannot give '{digits}' digits"));
                    return Err(fault.expecting(format!("a number from 0 to {MAX_DIGITS}")));
                }
            }
        }
        other => {
            let fault = RuleFault::new(at, format!("there is no function '{other}'"));
            return Err(fault.expecting("count(…), sum(…) or round(…, digits)"));
        }
    };
    scanner.demand(")")?;
    Ok(expression)
}

fn split(path: &str) -> Vec<PathStep> {
    path.split('.').map(|name| PathStep::Member(name.to_owned())).collect()
}

/// Digits of a currency's smaller unit (ISO 4217, table A.1); 2 for most, and for codes that are none.
pub(super) fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(text: &str) -> Result<String, NoValue> {
        let item = json!({
            "quantity": {"value": "500"}, "price": {"amount": "2.45", "per": "1"}, "lineCount": 2, "zero": "0",
            "huge": "79228162514264337593543950335",
            "lines": [{"amount": "1225.00", "kind": "a"}, {"amount": "820.00", "kind": "b"}],
            "gaps": [{"amount": "1"}, {}],
        });
        let mut expression = Expression::parse(text).unwrap();
        for step in expression.paths().into_iter().flatten() {
            if ["lines", "gaps", "none"].contains(&step.name()) {
                *step = PathStep::Items(step.name().to_owned());
            }
        }
        expression.evaluate(&item, 7).map(|value| value.to_string())
    }

    #[test]
    fn arithmetic_is_exact_and_absent_operands_derive_nothing() {
        let check = |text: &str, expect: Result<&str, NoValue>| {
            assert_eq!(evaluate(text).as_deref(), expect.as_ref().map(|value| *value), "{text}");
        };
        check("position", Ok("7"));
        check("1 + 2 * 3 - 4", Ok("3"));
        check("(1 + 2) * 3", Ok("9"));
        check("-2 - -3", Ok("1"));
        check("quantity.value * price.amount / price.per", Ok("1225.00"));
        check("round(quantity.value * price.amount / price.per, 2)", Ok("1225.00"));
        check("round(2.345, 2)", Ok("2.35"));
        check("round(-2.345, 2)", Ok("-2.35"));
        check("round(0, 2)", Ok("0.00"));
        check("lineCount + 1", Ok("3"));
        check("count(lines)", Ok("2"));
        check("count(none)", Ok("0"));
        check("sum(lines.amount)", Ok("2045.00"));
        check("sum(lines.amount where kind=b)", Ok("820.00"));
        check("sum(none.amount)", Ok("0"));
        check("sum(lines.absent.amount)", Err(NoValue::Absent));
        check("sum(gaps.amount)", Err(NoValue::Absent));
        check("absent", Err(NoValue::Absent));
        check("quantity.absent + 1", Err(NoValue::Absent));
        check("1 / zero", Err(NoValue::Arithmetic("something is divided by zero")));
        check("huge + 1", Err(NoValue::Arithmetic("the result has more digits than fit")));
        check("lines", Err(NoValue::Arithmetic("an operand has more digits than fit")));
    }

    #[test]
    fn faults_of_the_grammar_have_their_place() {
        let check = |text: &str, at: usize, message: &str| {
            let fault = Expression::parse(text).unwrap_err();
            assert_eq!((fault.at, fault.message.as_str()), (at, message), "{text}");
        };
        check("", 0, "the rule ends too early");
        check("1 +", 3, "the rule ends too early");
        check("max(lines)", 0, "there is no function 'max'");
        check("round(1, 13)", 0, "round cannot give '13' digits");
        check("1.2.3", 0, "'1.2.3' is no number");
        check("sum(lines.amount", 16, "the rule ends too early");
        check("1 2", 2, "'2' does not belong here");
        check(&format!("{}1{}", "(".repeat(16), ")".repeat(16)), 16, "brackets stand deeper than 16");
        assert!(Expression::parse(&format!("{}1{}", "(".repeat(15), ")".repeat(15))).is_ok());
        assert!(Expression::parse(&vec!["1"; 17].join("+")).is_ok());
        check(&vec!["1"; 18].join("+"), 33, "the expression is too long");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_grammar_or_the_arithmetic_panic(text in "[a-z0-9 ()+*/.,=-]{0,40}") {
            if let Ok(expression) = Expression::parse(&text) {
                expression.evaluate(&json!({"a": "1", "b": {"c": "0"}}), 1).ok();
            }
        }
    }
}
