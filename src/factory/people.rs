//! People: workers with skills and shifts, and what asks for them.

pub mod worker;
