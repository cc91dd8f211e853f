//! FOP-1: how the ground sends telecommand frames until they have arrived (CCSDS 232.1-B-2,
//! section 5), as a state machine without clock or link.
//!
//! Names of events (E1 …) and states are those of table 5-1. It differs where a report (CLCW) comes
//! only as an answer to a CLTU and not by itself as in telemetry: the timer runs also while the
//! spacecraft has no room (state S3), so that something is sent that it can answer. An Unlock is
//! done once a report shows no lockout, and frames go on from its N(R). Frames wait in a queue
//! instead of one at a time.

use std::collections::VecDeque;

use super::{Clcw, Control, Service, TcFrame};
use crate::problem::Problem;
use crate::time::Instant;

/// Frames that wait for the window; more are refused.
const MOST_WAITING: usize = 4096;

/// How a procedure is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FopConfig {
    /// Spacecraft identifier, 0 to 1023.
    pub spacecraft: u16,
    /// Virtual channel, 0 to 63.
    pub channel: u8,
    /// The sliding window K: frames sent and not acknowledged, 1 to 127, at most half the window
    /// of the spacecraft.
    pub window: u8,
    /// The timer T1, nanoseconds: longer than the way there and back.
    pub timer_ns: i64,
    /// How often a frame is sent at most, 1 and more.
    pub limit: u32,
}

/// States (232.1-B-2, 5.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FopState {
    /// S1: frames are sent.
    Active,
    /// S2: frames are sent again.
    Retransmitting,
    /// S3: frames are to be sent again once there is room on board.
    Waiting,
    /// S4: it is to become active with the next report that fits.
    Checking,
    /// S5: a control command is to be answered.
    Initialising,
    /// S6: it does not work.
    #[default]
    Initial,
}

/// How the service of frames in sequence begins (232.1-B-2, 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// At once, with the number that is next.
    WithoutCheck,
    /// When a report confirms the number that is next.
    WithCheck,
    /// After the spacecraft was told the number.
    SetVr(u8),
    /// After a lockout was ended.
    Unlock,
}

/// Why the service ended (232.1-B-2, 5.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// A frame was sent as often as is allowed, without an answer.
    Limit,
    /// The spacecraft is in lockout.
    Lockout,
    /// A report acknowledges what was never sent.
    Number,
    /// A report contradicts what was sent.
    Synch,
    /// The flags of a report contradict each other.
    Report,
    /// It was ended from outside.
    Terminated,
}

impl Alert {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Limit => "no acknowledgement after the last repetition",
            Self::Lockout => "the spacecraft is in lockout",
            Self::Number => "the spacecraft acknowledges frames that were not sent",
            Self::Synch => "the report of the spacecraft contradicts what was sent",
            Self::Report => "the flags in the report of the spacecraft contradict each other",
            Self::Terminated => "the service was ended",
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FopEvent {
    /// Frames in sequence are taken from now on.
    Ready,
    /// The frame of this tag has arrived.
    Acknowledged(u64),
    /// The service ended; frames that are named are forgotten here.
    Alert {
        /// Why.
        reason: Alert,
        /// Tags of frames that were sent, so that they may have arrived.
        sent: Vec<u64>,
        /// Tags of frames that were never sent.
        unsent: Vec<u64>,
    },
}

/// A frame that is to be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmission {
    /// Its tag; none of control commands.
    pub tag: Option<u64>,
    /// Whether it was sent before.
    pub is_again: bool,
    /// Its bytes.
    pub frame: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Sent {
    tag: u64,
    frame: Vec<u8>,
    is_due: bool,
}

/// The procedure of one virtual channel.
#[derive(Clone, Debug)]
pub struct Fop {
    config: FopConfig,
    state: FopState,
    /// V(S), the number of the next new frame.
    next: u8,
    /// NN(R), the number of the first frame that is not acknowledged.
    oldest: u8,
    /// How often the first of the frames was sent.
    count: u32,
    deadline: Option<Instant>,
    sent: VecDeque<Sent>,
    waiting: VecDeque<(u64, Vec<u8>)>,
    control: Option<Control>,
    out: Vec<Transmission>,
    events: Vec<FopEvent>,
}

impl Fop {
    /// In state S6.
    pub fn new(config: FopConfig) -> Self {
        let window = config.window.clamp(1, 127);
        Self {
            config: FopConfig { window, limit: config.limit.max(1), ..config },
            state: FopState::Initial,
            next: 0,
            oldest: 0,
            count: 1,
            deadline: None,
            sent: VecDeque::new(),
            waiting: VecDeque::new(),
            control: None,
            out: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Where it stands.
    pub fn state(&self) -> FopState {
        self.state
    }

    /// V(S), the number of the next new frame.
    pub fn next_number(&self) -> u8 {
        self.next
    }

    /// Frames that are not acknowledged, sent or not.
    pub fn backlog(&self) -> usize {
        self.sent.len() + self.waiting.len()
    }

    /// How many more frames are taken.
    pub fn room(&self) -> usize {
        MOST_WAITING.saturating_sub(self.waiting.len())
    }

    /// The control command that is to be answered.
    pub fn control(&self) -> Option<Control> {
        self.control
    }

    /// When [`Fop::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Another time T1, from the next start of the timer on.
    pub fn set_timer_ns(&mut self, timer_ns: i64) {
        self.config.timer_ns = timer_ns;
    }

    /// Frames to send, in their order.
    pub fn take_transmissions(&mut self) -> Vec<Transmission> {
        std::mem::take(&mut self.out)
    }

    /// What happened, in its order.
    pub fn take_events(&mut self) -> Vec<FopEvent> {
        std::mem::take(&mut self.events)
    }

    /// Begins the service (E23 to E27); what it had under way before ends by an alert, and what
    /// was not taken by [`Fop::take_transmissions`] yet is not sent any more.
    pub fn initiate(&mut self, now: Instant, directive: Directive) {
        self.terminate();
        self.out.clear();
        self.count = 1;
        match directive {
            Directive::WithoutCheck => {
                self.oldest = self.next;
                self.become_active(now);
            }
            Directive::WithCheck => {
                self.oldest = self.next;
                self.state = FopState::Checking;
                self.start_timer(now);
            }
            Directive::SetVr(number) => {
                (self.next, self.oldest) = (number, number);
                self.begin_control(now, Control::SetVr(number));
            }
            Directive::Unlock => self.begin_control(now, Control::Unlock),
        }
    }

    /// Ends the service (E29). What was not acknowledged is named by an alert.
    pub fn terminate(&mut self) {
        if self.state != FopState::Initial {
            self.alert(Alert::Terminated);
        }
    }

    /// Sends the data field of a frame in sequence, or lets it wait for the window (E19, E20).
    /// Refused, without a trace, where the service has not begun, the queue is full or the bytes
    /// make no frame.
    pub fn send(&mut self, now: Instant, tag: u64, data: Vec<u8>) -> Result<(), Problem> {
        if matches!(self.state, FopState::Initial | FopState::Checking | FopState::Initialising) {
            return Err(Problem::of("FOP", "frames in sequence are not taken yet"));
        }
        if self.waiting.len() >= MOST_WAITING {
            return Err(Problem::of("FOP", format!("{MOST_WAITING} frames wait already")));
        }
        // A frame that cannot be written must not be found out about when it is its turn.
        self.frame(Service::Sequenced, 0, data.clone())?;
        self.waiting.push_back((tag, data));
        self.pump(now);
        Ok(())
    }

    /// Sends a frame that bypasses the sequence, once, in any state (E21).
    pub fn express(&mut self, tag: u64, data: Vec<u8>) -> Result<(), Problem> {
        let frame = self.frame(Service::Express, 0, data)?;
        self.out.push(Transmission { tag: Some(tag), is_again: false, frame });
        Ok(())
    }

    /// Takes a report of its virtual channel.
    pub fn report(&mut self, now: Instant, clcw: &Clcw) {
        if clcw.channel != self.config.channel {
            return;
        }
        match self.state {
            FopState::Initial => return,
            FopState::Initialising => return self.answered(now, clcw),
            _ => {}
        }
        let outstanding = self.next.wrapping_sub(self.oldest);
        let acknowledged = clcw.report.wrapping_sub(self.oldest);
        if clcw.lockout {
            self.alert(Alert::Lockout); // E14
        } else if acknowledged > outstanding {
            self.alert(Alert::Number); // E13
        } else if !clcw.retransmit && clcw.wait {
            self.alert(Alert::Report); // E3, E7
        } else if !clcw.retransmit {
            self.in_order(now, clcw.report);
        } else if acknowledged == outstanding {
            self.alert(Alert::Synch); // E4
        } else {
            self.missing(now, clcw);
        }
    }

    /// Looks at the timer.
    pub fn tick(&mut self, now: Instant) {
        if self.deadline.is_none_or(|at| at > now) {
            return;
        }
        self.deadline = None;
        // E17, E18; checking for a report sends nothing that could be repeated.
        if self.count >= self.config.limit || self.state == FopState::Checking {
            return self.alert(Alert::Limit);
        }
        if let Some(control) = self.control {
            self.count += 1;
            self.transmit_control(now, control, true);
        } else if !self.sent.is_empty() {
            self.repeat(now); // E16
        }
    }

    /// E1, E2, E5, E6: nothing is missing on board.
    fn in_order(&mut self, now: Instant, report: u8) {
        let is_new = report != self.oldest;
        match self.state {
            FopState::Active if !is_new => return,
            FopState::Checking if report == self.next => return self.become_active(now),
            FopState::Checking => return,
            // A retransmit flag goes only when a frame was accepted.
            FopState::Retransmitting | FopState::Waiting if !is_new => {
                return self.alert(Alert::Synch);
            }
            _ => {}
        }
        self.acknowledge(report);
        if report == self.next {
            self.deadline = None;
        }
        self.state = FopState::Active;
        self.pump(now);
    }

    /// E8 to E12 and E101 to E103: the frame of the report value is missing on board.
    fn missing(&mut self, now: Instant, clcw: &Clcw) {
        let is_new = clcw.report != self.oldest;
        self.acknowledge(clcw.report);
        if self.config.limit == 1 || self.state == FopState::Checking {
            return self.alert(Alert::Limit); // E101, E102
        }
        let before = self.state;
        self.state = if clcw.wait { FopState::Waiting } else { FopState::Retransmitting };
        let is_first = is_new || before != FopState::Retransmitting;
        if !clcw.wait && is_first && self.count < self.config.limit {
            self.repeat(now); // E8, E10
        }
    }

    /// A report in state S5. Only one that shows that the control command was carried out counts;
    /// for the others the timer decides.
    fn answered(&mut self, now: Instant, clcw: &Clcw) {
        if clcw.lockout || clcw.wait || clcw.retransmit {
            return;
        }
        match self.control {
            Some(Control::Unlock) => (self.next, self.oldest) = (clcw.report, clcw.report),
            _ if clcw.report != self.next => return,
            _ => {}
        }
        self.become_active(now);
    }

    fn become_active(&mut self, now: Instant) {
        self.control = None;
        self.deadline = None;
        self.state = FopState::Active;
        self.events.push(FopEvent::Ready);
        self.pump(now);
    }

    fn begin_control(&mut self, now: Instant, control: Control) {
        self.state = FopState::Initialising;
        self.control = Some(control);
        self.transmit_control(now, control, false);
    }

    fn transmit_control(&mut self, now: Instant, control: Control, is_again: bool) {
        self.start_timer(now);
        match self.frame(Service::Control, 0, control.to_bytes()) {
            Ok(frame) => self.out.push(Transmission { tag: None, is_again, frame }),
            // An identifier that is out of its range: nothing can ever be sent.
            Err(_) => self.alert(Alert::Limit),
        }
    }

    /// Takes frames before the number off the queue: they have arrived.
    fn acknowledge(&mut self, report: u8) {
        while self.oldest != report {
            let Some(sent) = self.sent.pop_front() else { break };
            self.oldest = self.oldest.wrapping_add(1);
            self.count = 1;
            self.events.push(FopEvent::Acknowledged(sent.tag));
        }
    }

    /// Sends all again that is not acknowledged.
    fn repeat(&mut self, now: Instant) {
        self.count += 1;
        self.start_timer(now);
        self.sent.iter_mut().for_each(|sent| sent.is_due = true);
        self.pump(now);
    }

    /// Sends what is due again, then new frames as far as the window goes ("look for FDU").
    fn pump(&mut self, now: Instant) {
        for sent in self.sent.iter_mut().filter(|sent| sent.is_due) {
            sent.is_due = false;
            let frame = sent.frame.clone();
            self.out.push(Transmission { tag: Some(sent.tag), is_again: true, frame });
        }
        if !matches!(self.state, FopState::Active | FopState::Retransmitting) {
            return;
        }
        while self.next.wrapping_sub(self.oldest) < self.config.window {
            let Some((tag, data)) = self.waiting.pop_front() else { break };
            // It was tried when it was taken.
            let Ok(frame) = self.frame(Service::Sequenced, self.next, data) else { continue };
            if self.sent.is_empty() {
                self.count = 1;
            }
            self.next = self.next.wrapping_add(1);
            self.out.push(Transmission { tag: Some(tag), is_again: false, frame: frame.clone() });
            self.sent.push_back(Sent { tag, frame, is_due: false });
            self.start_timer(now);
        }
    }

    fn start_timer(&mut self, now: Instant) {
        self.deadline = Some(now.plus_ns(self.config.timer_ns));
    }

    /// Ends the service: all is forgotten, and named.
    fn alert(&mut self, reason: Alert) {
        self.state = FopState::Initial;
        self.deadline = None;
        self.control = None;
        let sent = self.sent.drain(..).map(|sent| sent.tag).collect();
        let unsent = self.waiting.drain(..).map(|(tag, _)| tag).collect();
        self.events.push(FopEvent::Alert { reason, sent, unsent });
    }

    fn frame(&self, service: Service, number: u8, data: Vec<u8>) -> Result<Vec<u8>, Problem> {
        let FopConfig { spacecraft, channel, .. } = self.config;
        TcFrame { service, spacecraft, channel, number, data }.to_bytes()
    }
}
