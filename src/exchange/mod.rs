//! To be filled on its branch.
