//! Commanding in the running engine: one thread holds the journal, the accounts, the documents and
//! the right to release. Orders come in one after the other, a picture of everything goes out.

mod act;
mod deliver;
mod desk;
mod hear;
mod knowledge;
mod order;
mod picture;
mod prepare;
mod release;
mod requests;
#[cfg(test)]
mod tests;
mod uplinks;

pub(super) use desk::{Desk, DeskOrder};
pub use order::{Answered, Draft, DraftOf, Order, OrderId, Reply, Token};
pub use picture::{AuditLine, CommandingPicture, SessionView, UplinkView};
pub use uplinks::{set_uplinks, uplinks};
