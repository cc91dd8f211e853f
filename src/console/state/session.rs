//! Who sits at this console, as the engine knows it: a token that is logged in or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use marsdeck_engine::runtime::{OrderId, Token};

/// The console's token, and the numbers of its orders. Clones are the same session.
#[derive(Clone, Debug)]
pub struct Session {
    token: Token,
    next: Arc<AtomicU64>,
}

impl Session {
    /// From 32 random bytes, so that nobody guesses it.
    pub fn new(random: [u8; 32]) -> Self {
        // Orders of two consoles of one engine are told apart by the upper half of their numbers.
        let [a, b, c, d, ..] = random;
        let first = u64::from(u32::from_be_bytes([a, b, c, d])) << 32;
        Self { token: Token(random), next: Arc::new(AtomicU64::new(first)) }
    }

    /// The token.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// A number for the next order.
    pub fn next_order(&self) -> OrderId {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}
