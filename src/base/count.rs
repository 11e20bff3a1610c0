//! Counts in sentences.

use std::fmt::Display;

/// A count of things: `1 segment`, `2 segments`.
pub(crate) fn counted(count: impl Count, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

/// The noun for so many things: `segment`, `segments`.
pub(crate) fn plural(count: impl Count, noun: &str) -> String {
    format!("{noun}{}", agreeing(count, "", "s"))
}

/// How often: `once`, `2 times`.
pub(crate) fn times(count: impl Count) -> String {
    if is_one(count) { "once".to_owned() } else { format!("{count} times") }
}

/// The form of a word that goes with so many things: `was` or `were`.
pub(crate) fn agreeing<'w>(count: impl Count, one: &'w str, many: &'w str) -> &'w str {
    if is_one(count) { one } else { many }
}

/// A number of things.
pub(crate) trait Count: Copy + Display + PartialEq + From<u8> {}

impl<N: Copy + Display + PartialEq + From<u8>> Count for N {}

fn is_one<N: Count>(count: N) -> bool {
    count == N::from(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_told_otherwise_than_any_other_number() {
        let check = |count: u64, expect: [&str; 3]| {
            let told = [counted(count, "element"), times(count), agreeing(count, "was", "were").to_owned()];
            assert_eq!(told, expect);
        };
        check(0, ["0 elements", "0 times", "were"]);
        check(1, ["1 element", "once", "was"]);
        check(2, ["2 elements", "2 times", "were"]);
        assert_eq!((plural(1_usize, "set"), plural(21_u32, "set")), ("set".to_owned(), "sets".to_owned()));
    }
}
