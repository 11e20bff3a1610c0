//! What a change does to a text, line by line.

/// Unchanged lines shown around a change.
const AROUND: usize = 2;

/// Lines of a longest common part are found for texts up to this many changed lines; beyond it all of them are told as
/// taken out and put in.
const MOST: usize = 200;

/// The lines that differ, `-` before those that go and `+` before those that come, with a few around them; `…` where
/// some are left out.
pub(super) fn difference(before: &str, after: &str) -> Vec<String> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let all = marked(&before, &after);
    let near = |index: usize| {
        let from = index.saturating_sub(AROUND);
        all.iter().skip(from).take(index + AROUND + 1 - from).any(|(mark, _)| *mark != ' ')
    };
    let mut shown = Vec::new();
    let mut left_out = false;
    for (index, (mark, line)) in all.iter().enumerate() {
        if !near(index) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) && !shown.is_empty() {
            shown.push("  …".to_owned());
        }
        shown.push(format!("{mark} {line}").trim_end().to_owned());
    }
    shown
}

/// Every line of both, in order, with its mark.
fn marked<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<(char, &'t str)> {
    let head = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (before_rest, after_rest) = (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let tail = before_rest.iter().rev().zip(after_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let old = before_rest.get(..before_rest.len() - tail).unwrap_or_default();
    let new = after_rest.get(..after_rest.len() - tail).unwrap_or_default();
    let same = |lines: &[&'t str]| lines.iter().map(|line| (' ', *line)).collect::<Vec<_>>();
    let common = common(old, new);
    let mut all = same(before.get(..head).unwrap_or_default());
    let (mut old, mut new) = (old.iter(), new.iter());
    for line in common {
        all.extend(old.by_ref().take_while(|other| **other != line).map(|line| ('-', *line)));
        all.extend(new.by_ref().take_while(|other| **other != line).map(|line| ('+', *line)));
        all.push((' ', line));
    }
    all.extend(old.map(|line| ('-', *line)));
    all.extend(new.map(|line| ('+', *line)));
    all.extend(same(before.get(before.len() - tail..).unwrap_or_default()));
    all
}

/// The longest common subsequence.
fn common<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<&'t str> {
    if old.len() > MOST || new.len() > MOST {
        return Vec::new();
    }
    // The longest for each beginning of `new`, all of `old` that was looked at taken into account.
    let mut longest: Vec<Vec<&'t str>> = vec![Vec::new(); new.len() + 1];
    for line in old {
        let above = longest.clone();
        for (index, other) in new.iter().enumerate() {
            let (Some(diagonal), Some(up), Some(left)) = (above.get(index), above.get(index + 1), longest.get(index))
            else {
                continue;
            };
            let best = if line == other {
                diagonal.iter().copied().chain([*line]).collect()
            } else if up.len() >= left.len() {
                up.clone()
            } else {
                left.clone()
            };
            if let Some(place) = longest.get_mut(index + 1) {
                *place = best;
            }
        }
    }
    longest.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_shown_with_a_little_around_it() {
        let check = |before: &str, after: &str, expect: &[&str]| {
            let lines = |text: &str| text.replace(' ', "\n");
            assert_eq!(difference(&lines(before), &lines(after)), expect, "{before} -> {after}");
        };
        check("a b c", "a b c", &[]);
        check("a b c d e f g", "a b c d x e f g", &["  c", "  d", "+ x", "  e", "  f"]);
        check("a b c", "a c", &["  a", "- b", "  c"]);
        check(
            "a b c d e f g h i",
            "a x c d e f g h y",
            &["  a", "- b", "+ x", "  c", "  d", "  …", "  g", "  h", "- i", "+ y"],
        );
        check("", "a", &["+ a"]);
        check("a", "", &["- a"]);
    }
}
