//! The known word a mistyped one was probably meant to be.

/// The nearest of `known` within a third of the word's length (at least one edit, a swap of neighbours counting as one).
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let reach = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_of_the_hand_and_nothing_far_fetched() {
        let known = ["as2_id", "identity", "url", "require_signed", "require_encrypted"];
        let check = |word: &str, expected: Option<&str>| assert_eq!(nearest(word, known), expected, "{word}");
        check("as2_idd", Some("as2_id"));
        check("rul", Some("url"));
        check("ulr", Some("url"));
        check("required_signed", Some("require_signed"));
        check("colour", None);
    }
}
