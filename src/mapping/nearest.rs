//! What to say beside a word that is not known.

use crate::base::nearest;

/// `did you mean 'x'?`, if there is an x.
pub(super) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(word, known).map(|candidate| format!("did you mean '{candidate}'?"))
}
