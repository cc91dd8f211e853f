//! What an operator can do on this screen: the one table of user commands, and the queue that
//! panels send into.

mod queue;

pub use queue::{IntentQueue, UiIntent};
