//! What every twin can have: a life with a beginning and an end, messages to and from others; and the language in which its
//! conditions are written.

pub mod expression;
pub mod life;
pub mod messages;
pub mod who;
