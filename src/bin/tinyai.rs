//! The native command line over `tinyai::lab`.
fn main() {}
