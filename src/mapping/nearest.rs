//! The known word that an unknown one was probably meant to be.

/// The nearest of `known`, at most a third of the word's letters away.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let reach = (word.chars().count() / 3).max(1);
    let ranked = known.into_iter().map(|candidate| (strsim::osa_distance(word, candidate), candidate));
    ranked.filter(|(distance, _)| *distance <= reach).min().map(|(_, candidate)| candidate)
}

/// `did you mean 'x'?`, if there is an x.
pub(super) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(word, known).map(|candidate| format!("did you mean '{candidate}'?"))
}
