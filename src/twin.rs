//! What every twin can have: a life, messages, quantities of its own; and what makes it autonomous: it perceives by
//! [`sensors`], makes [`beliefs`] of what they tell, decides by a mind ([`minds`]), and acts ([`actions`]).
//!
//! What an author writes of all that is compiled once for all twins of a make ([`faculties`]); what a twin knows is a list of
//! numbers ([`knowledge`]). Every condition is written in one language ([`expression`]).

pub mod actions;
pub mod beliefs;
pub mod contracts;
pub mod expression;
pub mod faculties;
pub mod gate;
pub mod groups;
pub mod knowledge;
pub mod life;
pub mod messages;
pub mod minds;
pub mod missions;
pub mod quantities;
pub mod radio;
pub mod readable;
pub mod sensors;
pub mod services;
pub mod source;
pub mod step;
pub mod who;
