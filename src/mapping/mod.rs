//! The mapping language.

mod file;
mod load;
mod nearest;
mod rule;
mod scan;
mod template;
