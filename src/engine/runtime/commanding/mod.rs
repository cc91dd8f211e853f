//! Commanding in the running engine: one thread holds the journal, the accounts, the documents and
//! the right to release. Orders come in one after the other, a picture of everything goes out.

mod order;
mod picture;

pub use order::{Answered, Draft, DraftOf, Order, OrderId, Reply, Token};
pub use picture::{AuditLine, CommandingPicture, SessionView};
