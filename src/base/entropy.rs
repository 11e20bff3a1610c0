//! Randomness. Pure code is handed bytes; the operating system is asked here and nowhere else.

/// A source of bytes nobody can foretell.
pub trait Entropy: Send + Sync {
    /// Fills `out` whole.
    fn fill(&self, out: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// # Panics
    /// When the operating system has no randomness to give: no key, id or boundary may be made without it.
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the operating system gives randomness once it has booted");
    }
}
