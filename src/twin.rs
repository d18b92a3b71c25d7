//! What every twin can have: a life with a beginning and an end, and messages to and from others.

pub mod life;
pub mod messages;
