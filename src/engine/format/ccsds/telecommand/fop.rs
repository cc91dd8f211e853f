//! Frame operation on the ground: FOP-1 (CCSDS 232.1-B-2, section 5), reduced to the sequenced
//! service: begun with Set V(R), frames sent within a window, acknowledged by control words, sent
//! again on demand or when the timer runs out, given up with an alert.
//!
//! What the receiver says takes a round trip of light to follow what is sent, so demands to send
//! again are taken only once in a round trip.

use std::collections::VecDeque;

use super::clcw::Clcw;
use super::frame::{Control, FrameType, TcFrame};
use crate::problem::Problem;
use crate::time::Instant;

/// Frames that wait to be sent.
const MOST_WAITING: usize = 4_096;

/// How a channel is operated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FopOptions {
    /// Spacecraft identifier, 10 bits.
    pub spacecraft: u16,
    /// Virtual channel, 6 bits.
    pub channel: u8,
    /// Seconds after which an answer has to be there: the round trip of light and some time.
    pub timer_s: f64,
    /// How often a frame is sent at most.
    pub transmissions: u32,
    /// Frames that may be on the way, at most 63.
    pub window: u8,
    /// Whether frames go in their order and are acknowledged (AD); else they go once, as they are
    /// (BD), where a round trip is longer than anybody waits.
    pub sequenced: bool,
}

/// A frame that is to be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The frame.
    pub frame: Vec<u8>,
    /// The unit of which it is the last frame, sent for the first time.
    pub ends: Option<u64>,
}

/// What the operation tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FopEvent {
    /// All frames of a unit were taken on board.
    Acknowledged(u64),
    /// It gave up; units of which a frame may have arrived, and those of which none was sent.
    Alert {
        /// Why.
        reason: String,
        /// May have arrived.
        out: Vec<u64>,
        /// Were not sent.
        unsent: Vec<u64>,
    },
}

#[derive(Clone, Debug)]
struct Out {
    number: u8,
    unit: u64,
    is_last: bool,
    data: Vec<u8>,
    times: u32,
    again: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is sent before [`Fop::initiate`].
    Initial,
    /// Set V(R) is on its way.
    Initialising { unlock: bool, times: u32, sent: bool },
    /// Frames go.
    Active,
}

/// The operation of a channel.
#[derive(Clone, Debug)]
pub struct Fop {
    options: FopOptions,
    state: State,
    /// V(S).
    next: u8,
    out: VecDeque<Out>,
    waiting: VecDeque<(u64, bool, Vec<u8>)>,
    deadline: Option<Instant>,
    /// Demands are not taken before.
    quiet: Option<Instant>,
    events: Vec<FopEvent>,
    retransmissions: u64,
}

impl Fop {
    /// An operation that has not begun.
    pub fn new(options: FopOptions) -> Self {
        Self {
            options,
            state: State::Initial,
            next: 0,
            out: VecDeque::new(),
            waiting: VecDeque::new(),
            deadline: None,
            quiet: None,
            events: Vec::new(),
            retransmissions: 0,
        }
    }

    /// Begins anew: the next frame gets a number of the ground's choice, which is told to the
    /// spacecraft first. What was out is given up without an event; see [`Self::abandon`].
    pub fn initiate(&mut self, first: u8) {
        self.next = first;
        self.state = if self.options.sequenced {
            State::Initialising { unlock: false, times: 0, sent: false }
        } else {
            State::Active
        };
        (self.deadline, self.quiet) = (None, None);
    }

    /// Another time for an answer, in seconds, from the next frame on: the distance changes.
    pub fn set_timer(&mut self, timer_s: f64) {
        self.options.timer_s = timer_s;
    }

    /// Whether frames go.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    /// V(S): the number of the next frame.
    pub fn next_number(&self) -> u8 {
        self.next
    }

    /// Frames that are sent and not acknowledged.
    pub fn on_the_way(&self) -> usize {
        self.out.len()
    }

    /// Frames that were sent again.
    pub fn retransmissions(&self) -> u64 {
        self.retransmissions
    }

    /// Puts a unit of frames at the end; false where too many wait already.
    pub fn push(&mut self, unit: u64, frames: Vec<Vec<u8>>) -> bool {
        if frames.is_empty() || self.waiting.len() + frames.len() > MOST_WAITING {
            return false;
        }
        let last = frames.len() - 1;
        let frames = frames.into_iter().enumerate();
        self.waiting.extend(frames.map(|(at, data)| (unit, at == last, data)));
        true
    }

    /// What is to be sent now.
    pub fn send(&mut self, now: Instant) -> Result<Vec<Sending>, Problem> {
        let mut frames = Vec::new();
        match self.state {
            State::Initial => {}
            State::Initialising { sent: true, .. } => {}
            State::Initialising { unlock, times, .. } => {
                if unlock {
                    frames.push(self.frame(FrameType::Control(Control::Unlock), Vec::new())?);
                }
                let set = FrameType::Control(Control::SetNext(self.next));
                frames.push(self.frame(set, Vec::new())?);
                self.state = State::Initialising { unlock, times: times + 1, sent: true };
                self.deadline = Some(now.plus_s(self.options.timer_s));
            }
            State::Active if !self.options.sequenced => {
                while let Some((unit, is_last, data)) = self.waiting.pop_front() {
                    let mut sending = self.frame(FrameType::Expedited, data)?;
                    sending.ends = is_last.then_some(unit);
                    frames.push(sending);
                }
            }
            State::Active => {
                let again: Vec<(u8, Vec<u8>)> = self
                    .out
                    .iter_mut()
                    .filter(|of| of.again)
                    .map(|of| {
                        of.again = false;
                        of.times += 1;
                        (of.number, of.data.clone())
                    })
                    .collect();
                self.retransmissions += again.len() as u64;
                for (number, data) in again {
                    frames.push(self.frame(FrameType::Sequenced(number), data)?);
                }
                while self.out.len() < usize::from(self.options.window.min(63))
                    && let Some((unit, is_last, data)) = self.waiting.pop_front()
                {
                    let number = self.next;
                    self.next = self.next.wrapping_add(1);
                    let mut sending = self.frame(FrameType::Sequenced(number), data.clone())?;
                    sending.ends = is_last.then_some(unit);
                    frames.push(sending);
                    self.out.push_back(Out { number, unit, is_last, data, times: 1, again: false });
                }
                if !frames.is_empty() {
                    self.deadline = Some(now.plus_s(self.options.timer_s));
                }
            }
        }
        Ok(frames)
    }

    fn frame(&self, kind: FrameType, data: Vec<u8>) -> Result<Sending, Problem> {
        let (spacecraft, channel) = (self.options.spacecraft, self.options.channel);
        let frame = TcFrame { spacecraft, channel, kind, data }.write()?;
        Ok(Sending { frame, ends: None })
    }

    /// Takes a control word.
    pub fn hear(&mut self, word: &Clcw, now: Instant) {
        if word.channel != self.options.channel || !self.options.sequenced {
            return;
        }
        match self.state {
            State::Initial => {}
            State::Initialising { times, unlock, .. } => {
                if !word.lockout && word.next == self.next {
                    self.state = State::Active;
                    (self.deadline, self.quiet) = (None, None);
                } else if word.lockout && !unlock {
                    self.state = State::Initialising { unlock: true, times, sent: false };
                }
            }
            State::Active => self.acknowledge(word, now),
        }
    }

    fn acknowledge(&mut self, word: &Clcw, now: Instant) {
        if word.lockout {
            return self.alert("the spacecraft has locked its frame acceptance");
        }
        let oldest = self.out.front().map_or(self.next, |of| of.number);
        let taken = usize::from(word.next.wrapping_sub(oldest));
        if taken > self.out.len() {
            return self.alert("the spacecraft expects a frame that was never sent");
        }
        for _ in 0..taken {
            if let Some(of) = self.out.pop_front()
                && of.is_last
            {
                self.events.push(FopEvent::Acknowledged(of.unit));
            }
        }
        if taken > 0 {
            let is_more = !self.out.is_empty();
            self.deadline = is_more.then(|| now.plus_s(self.options.timer_s));
            self.quiet = None;
        }
        let is_quiet = self.quiet.is_some_and(|until| now < until);
        if word.retransmit && !is_quiet && !self.out.is_empty() {
            self.again(now, "frames are missing on board again and again");
        }
    }

    /// All that is out is sent again, or given up.
    fn again(&mut self, now: Instant, reason: &str) {
        if self.out.iter().any(|of| of.times >= self.options.transmissions) {
            return self.alert(reason);
        }
        for of in &mut self.out {
            of.again = true;
        }
        self.quiet = Some(now.plus_s(self.options.timer_s));
        self.deadline = self.quiet;
    }

    /// Lets time pass: an answer that is overdue has frames sent again.
    pub fn tick(&mut self, now: Instant) {
        if self.deadline.is_none_or(|at| now < at) {
            return;
        }
        self.deadline = None;
        match self.state {
            State::Initial => {}
            State::Initialising { times, .. } if times >= self.options.transmissions => {
                self.alert("the spacecraft does not answer");
            }
            State::Initialising { times, unlock, .. } => {
                self.state = State::Initialising { unlock, times, sent: false };
            }
            State::Active if self.out.is_empty() => {}
            State::Active => self.again(now, "the spacecraft does not acknowledge"),
        }
    }

    /// Gives up all units, as when the station is lost.
    pub fn abandon(&mut self, reason: &str) {
        self.alert(reason);
    }

    fn alert(&mut self, reason: &str) {
        let mut out: Vec<u64> = self.out.drain(..).map(|of| of.unit).collect();
        out.dedup();
        let mut unsent: Vec<u64> = self.waiting.drain(..).map(|(unit, ..)| unit).collect();
        unsent.dedup();
        // A unit of which a part went may have an effect.
        unsent.retain(|unit| !out.contains(unit));
        self.state = State::Initial;
        (self.deadline, self.quiet) = (None, None);
        self.events.push(FopEvent::Alert { reason: reason.to_owned(), out, unsent });
    }

    /// What happened since the last call.
    pub fn take_events(&mut self) -> Vec<FopEvent> {
        std::mem::take(&mut self.events)
    }
}
