//! Where "now" comes from: the system, a simulation, or a replay.
//!
//! [`SystemClock`] is the one place of the engine that reads the system time. Everything
//! else takes a `&dyn Clock` or an [`Instant`].

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Instant;

/// A source of "now".
pub trait Clock: Send + Sync {
    /// The present instant of this clock.
    fn now(&self) -> Instant;
}

/// The computer's own UTC.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let ns = |d: Duration| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX);
        Instant::from_unix_ns(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => ns(after),
            Err(before) => -ns(before.duration()),
        })
    }
}

/// A clock that stands until it is told to move; may be shared between threads.
#[derive(Debug)]
pub struct SimulatedClock(AtomicI64);

impl SimulatedClock {
    /// A clock that stands at an instant.
    pub fn new(at: Instant) -> Self {
        Self(AtomicI64::new(at.unix_ns()))
    }

    /// Sets the clock.
    pub fn set(&self, at: Instant) {
        self.0.store(at.unix_ns(), Ordering::Relaxed);
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        let moved = |ns: i64| Some(ns.saturating_add(by));
        // The update never refuses, so there is no error to look at.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Instant {
        Instant::from_unix_ns(self.0.load(Ordering::Relaxed))
    }
}

/// A clock that plays recorded time: a start, a speed, and the real time passed in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReplayClock {
    start: Instant,
    speed: f64,
    elapsed: Duration,
}

impl ReplayClock {
    /// A clock at `start` that runs `speed` times as fast as real time (0 stands, negative
    /// runs backwards).
    pub fn new(start: Instant, speed: f64) -> Self {
        Self { start, speed, elapsed: Duration::ZERO }
    }

    /// Lets real time pass.
    pub fn tick(&mut self, real: Duration) {
        self.elapsed = self.elapsed.saturating_add(real);
    }

    /// Times as fast as real time.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Changes the speed from here on, without a jump.
    pub fn set_speed(&mut self, speed: f64) {
        *self = Self::new(self.now(), speed);
    }

    /// Jumps to an instant and goes on at the same speed.
    pub fn jump(&mut self, to: Instant) {
        *self = Self::new(to, self.speed);
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Instant {
        let ns = self.elapsed.as_nanos() as f64 * self.speed;
        self.start.plus_ns(ns.round() as i64)
    }
}
