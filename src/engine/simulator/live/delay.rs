//! The way between Mars and Earth: what is sent arrives a light time later, where that is wanted.

use std::collections::VecDeque;

use crate::time::{Instant, light_time_s};

/// One direction of the way. What was sent first arrives first.
#[derive(Debug)]
pub struct Delay {
    is_far: bool,
    under_way: VecDeque<(Instant, Vec<u8>)>,
}

impl Delay {
    /// A way as long as light takes, or none at all.
    pub fn new(is_far: bool) -> Self {
        Self { is_far, under_way: VecDeque::new() }
    }

    /// Sends bytes at an instant; they arrive by the distance at that time.
    pub fn send(&mut self, sent: Instant, bytes: Vec<u8>) {
        let arrival = if self.is_far { sent.plus_s(light_time_s(sent)) } else { sent };
        // The distance changes by less than light goes: none overtakes another.
        let arrival = self.under_way.back().map_or(arrival, |(before, _)| arrival.max(*before));
        if !bytes.is_empty() {
            self.under_way.push_back((arrival, bytes));
        }
    }

    /// The next bytes that have arrived by an instant, with the moment of their arrival.
    pub fn arrived(&mut self, now: Instant) -> Option<(Instant, Vec<u8>)> {
        let (arrival, _) = self.under_way.front()?;
        if *arrival > now { None } else { self.under_way.pop_front() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_arrive_a_light_time_later_in_their_order() {
        // 2018-07-31, the closest approach of that year: 57.6 million km (NASA), 192 s.
        let start = Instant::from_unix_s(1_533_024_000.0);
        let mut near = Delay::new(false);
        near.send(start, vec![7]);
        assert_eq!(near.arrived(start), Some((start, vec![7])));
        let mut delay = Delay::new(true);
        for i in 0..5u8 {
            delay.send(start.plus_s(f64::from(i)), vec![i]);
        }
        delay.send(start.plus_s(2.5), Vec::new());
        assert_eq!(delay.arrived(start.plus_s(190.0)), None);
        let mut found = Vec::new();
        while let Some((time, bytes)) = delay.arrived(start.plus_s(194.5)) {
            assert!((191.0..195.0).contains(&time.s_since(start)), "{time:?}");
            found.extend(bytes);
        }
        assert!(found.len() >= 2 && found.iter().copied().eq(0..found.len() as u8), "{found:?}");
        assert!(delay.arrived(start.plus_s(300.0)).is_some());
    }
}
