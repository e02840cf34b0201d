//! Placeholder of the skeleton commit.
fn main() {}
