//! Words for what envelopes say in codes. All of them are our own.
