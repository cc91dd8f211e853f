//! The spacecraft as a whole: time, passes, memory, transmitter.

use std::collections::VecDeque;

use super::super::SimulatorError;
use super::super::quake::Quake;
use super::super::sol::Sol;
use super::board::Board;
use super::fault::{Fault, FaultKind};
use super::instruments::{Instruments, Services};
use super::passes::{self, Pass, Passes};
use super::radio::{CADU_BYTES, Radio, Weather};
use super::seismic::{self, Seismic};
use super::values::{Environment, Shared};
use crate::mission::Mission;
use crate::time::Instant;

/// A step of the models.
const TICK_NS: i64 = 100_000_000;
/// Packets dumped last that are kept to be dumped again, and packets that wait in real time.
const RECENT: usize = 200;
const MOST_REALTIME: usize = 2_000;

/// How a spacecraft is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Same seed, same bytes.
    pub seed: u64,
    /// When it begins to live.
    pub start: Instant,
    /// When it is heard.
    pub passes: Passes,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Bytes of packets that the memory holds; the oldest are overwritten.
    pub memory_bytes: usize,
    /// Data rate of passes, bits per second; none: that of the orbiter.
    pub rate_bps: Option<u32>,
    /// By how much the on-board clock is fast at the start, seconds.
    pub clock_offset_s: f64,
    /// Drift of the on-board clock, parts per million.
    pub drift_ppm: f64,
    /// Whether commands that come outside of passes are lost; else it always listens.
    pub hears_in_passes_only: bool,
}

impl Options {
    /// A healthy spacecraft with the passes of real ones, 8 MiB of memory and a clock that is
    /// 0.35 s fast and gains 1.5 µs a second.
    pub fn new(seed: u64, start: Instant) -> Self {
        Self {
            seed,
            start,
            passes: Passes::Real,
            faults: Vec::new(),
            memory_bytes: 8 << 20,
            rate_bps: None,
            clock_offset_s: 0.35,
            drift_ppm: 1.5,
            hears_in_passes_only: false,
        }
    }
}

/// What became of all packets: made = sent + lost + overwritten + held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets made.
    pub made: u64,
    /// Packets that left whole, each counted once.
    pub sent: u64,
    /// Packets that left again (duplicated dumps) and arrived whole; not in `made`.
    pub repeated: u64,
    /// Packets that left in frames that were lost or damaged.
    pub lost: u64,
    /// Packets that the memory lost before they were sent.
    pub overwritten: u64,
    /// Packets on board that were not sent yet.
    pub held: u64,
    /// Frames sent, idle, lost and damaged ones included.
    pub frames: u64,
    /// Frames that never arrive.
    pub frames_lost: u64,
    /// Frames with wrong bits.
    pub frames_damaged: u64,
    /// Passes begun.
    pub passes: u64,
    /// Commands taken, refused ones included.
    pub commands: u64,
}

/// Something to tell the person who watches the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When, UTC of the simulation.
    pub time: Instant,
    /// What, one line.
    pub text: String,
}

/// A spacecraft that lives.
pub struct Spacecraft {
    pub(super) options: Options,
    pub(super) mission: Mission,
    tick: u64,
    pub(super) env: Environment,
    pub(super) shared: Shared,
    pub(super) instruments: Instruments,
    pub(super) services: Services,
    pub(super) seismic: Vec<Seismic>,
    pub(super) quakes: Vec<Quake>,
    pub(super) clock_jump_s: f64,
    memory: VecDeque<Vec<u8>>,
    memory_used: usize,
    /// Packets that were ever put into the memory.
    memory_in: u64,
    realtime: VecDeque<Vec<u8>>,
    pub(super) again: VecDeque<Vec<u8>>,
    pub(super) recent: VecDeque<Vec<u8>>,
    radio: Radio,
    credit_bits: f64,
    sol_passes: Vec<Pass>,
    pub(super) commanded_pass: Option<Pass>,
    pub(super) pass: Option<Pass>,
    pub(super) pending: Vec<Fault>,
    pub(super) active: Vec<Fault>,
    pub(super) board: Board,
    /// Runs of sequences so far.
    pub(super) runs: u64,
    pub(super) notes: Vec<Note>,
    pub(super) made: u64,
    overwritten: u64,
    passes: u64,
    pub(super) commands: u64,
}

impl Spacecraft {
    /// A spacecraft of a mission that has models (InSight, Curiosity); a fault of the options
    /// that names nothing of the mission is refused.
    pub fn new(mission: &Mission, options: Options) -> Result<Self, SimulatorError> {
        let env = Environment::new(&mission.id, options.seed, options.start)?;
        let refused = |problem: crate::problem::Problem| SimulatorError::Live(problem.to_string());
        let spacecraft = if mission.id == "insight" { 189 } else { 76 };
        let is_seismic = mission.id == "insight";
        let seismic = [("02", "BH", 20.0), ("67", "MH", 2.0)]
            .into_iter()
            .filter(|_| is_seismic)
            .map(|(location, band, rate)| Seismic::new(options.seed, location, band, rate))
            .collect();
        let (instruments, services) = Instruments::new(mission, options.seed).map_err(refused)?;
        let mut new = Self {
            mission: mission.clone(),
            tick: 0,
            shared: Shared::default(),
            instruments,
            services,
            seismic,
            quakes: seismic::quakes(options.seed, options.start),
            clock_jump_s: 0.0,
            memory: VecDeque::new(),
            memory_used: 0,
            memory_in: 0,
            realtime: VecDeque::new(),
            again: VecDeque::new(),
            recent: VecDeque::new(),
            radio: Radio::new(options.seed, spacecraft).map_err(refused)?,
            credit_bits: 0.0,
            sol_passes: passes::of_sol(options.seed, &env.sol),
            commanded_pass: None,
            pass: None,
            pending: Vec::new(),
            active: Vec::new(),
            board: Board::new(mission, spacecraft.into()),
            runs: 0,
            notes: Vec::new(),
            made: 0,
            overwritten: 0,
            passes: 0,
            commands: 0,
            env,
            options,
        };
        for fault in new.options.faults.clone() {
            new.start_fault(fault).map_err(SimulatorError::Live)?;
        }
        Ok(new)
    }

    /// The instant up to which it has lived.
    pub fn now(&self) -> Instant {
        self.options.start.plus_ns(self.tick as i64 * TICK_NS)
    }

    /// What its clock shows at an instant, read as UTC.
    pub fn onboard(&self, t: Instant) -> Instant {
        let elapsed = t.s_since(self.options.start);
        let Options { clock_offset_s, drift_ppm, .. } = self.options;
        t.plus_s(clock_offset_s + drift_ppm * 1e-6 * elapsed + self.clock_jump_s)
    }

    /// The pass that is on.
    pub fn pass(&self) -> Option<&Pass> {
        self.pass.as_ref()
    }

    /// What has become of all packets so far.
    pub fn counters(&self) -> Counters {
        let fate = self.radio.fate;
        let in_lanes: u64 = self.radio.lanes.iter().map(super::radio::Lane::held).sum();
        Counters {
            made: self.made,
            sent: fate.sent,
            repeated: fate.repeated,
            lost: fate.lost,
            overwritten: self.overwritten,
            held: in_lanes + (self.memory.len() + self.realtime.len()) as u64,
            frames: self.radio.frames,
            frames_lost: self.radio.frames_lost,
            frames_damaged: self.radio.frames_damaged,
            passes: self.passes,
            commands: self.commands,
        }
    }

    /// What has happened since the last call.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Lives up to an instant. Returns what was sent meanwhile: frames behind sync markers, each
    /// [`CADU_BYTES`] long.
    pub fn advance(&mut self, to: Instant) -> Vec<u8> {
        let mut out = Vec::new();
        while self.now() <= to {
            self.step(&mut out);
            self.tick += 1;
        }
        out
    }

    fn step(&mut self, out: &mut Vec<u8>) {
        let t = self.now();
        // Twice a second is enough for the sun and the sky.
        if self.tick.is_multiple_of(5) && self.env.move_to(t) {
            self.sol_passes = passes::of_sol(self.options.seed, &self.env.sol);
            self.instruments.new_sol();
            self.shared.commanded_shots = 0.0;
        }
        self.update_faults(t);
        self.update_pass(t, out);
        if self.tick.is_multiple_of(10) {
            self.update_modes();
        }
        self.measure(self.tick);
        self.listen_to_ground(t);
        self.run_commands(t);
        self.run_sequences(t);
        self.follow_requests();
        self.transmit(out);
    }

    /// Whether a fault of a kind is on.
    pub(super) fn has(&self, test: impl Fn(&FaultKind) -> bool) -> bool {
        self.active.iter().any(|fault| test(&fault.kind))
    }

    pub(super) fn is_safe(&self) -> bool {
        self.has(|kind| *kind == FaultKind::SafeMode)
    }

    fn is_silent(&self) -> bool {
        self.has(|kind| *kind == FaultKind::Silence)
    }

    fn weather(&self) -> Weather {
        let mut weather = Weather::default();
        for fault in &self.active {
            match fault.kind {
                FaultKind::LostFrames(share) => weather.lost_share = share,
                FaultKind::BitErrors(share) => weather.damaged_share = share,
                _ => {}
            }
        }
        weather
    }

    /// The pass that the plan has at an instant.
    fn planned_pass(&self, t: Instant) -> Option<Pass> {
        let commanded = self.commanded_pass.iter().chain(&self.sol_passes);
        let listed = commanded.filter(|pass| pass.span.contains(t));
        match self.options.passes {
            Passes::Real => listed.take(1).next().cloned(),
            Passes::Every { minutes, length } => {
                let regular = passes::regular(self.options.start, t, minutes, length);
                regular.or_else(|| self.commanded_pass.clone().filter(|p| p.span.contains(t)))
            }
        }
    }

    fn update_pass(&mut self, t: Instant, out: &mut Vec<u8>) {
        if self.pass.as_ref().is_some_and(|pass| pass.span.contains(t)) {
            return;
        }
        let next = self.planned_pass(t);
        if let Some(pass) = self.pass.take() {
            if !self.is_silent() {
                let weather = self.weather();
                for lane in 0..self.radio.lanes.len() {
                    if let Some(lane) = self.radio.lanes.get_mut(lane) {
                        lane.fill();
                    }
                    while self.radio.send(lane, weather, out) {}
                }
            }
            let left = self.counters().held;
            self.tell(t, format!("pass of {} ends, {left} packets wait on board", pass.orbiter));
            self.say(4, 202, "UHF", &format!("Relay pass of {} ended", pass.orbiter));
        }
        if let Some(mut pass) = next {
            pass.rate_bps = self.options.rate_bps.unwrap_or(pass.rate_bps);
            let (orbiter, length) = (pass.orbiter, pass.span.duration_s() / 60.0);
            let rate = f64::from(pass.rate_bps) / 1000.0;
            self.passes += 1;
            self.credit_bits = 0.0;
            self.pass = Some(pass);
            self.tell(t, format!("pass of {orbiter}: {length:.0} minutes at {rate:.0} kbit/s"));
            self.say(4, 201, "UHF", &format!("Relay pass of {orbiter} at {rate:.0} kbit/s"));
            self.correlate(t);
        }
    }

    /// Whether the spacecraft's computer is awake.
    pub(super) fn is_awake(&self) -> bool {
        let always = matches!(self.options.passes, Passes::Every { .. });
        always || self.pass.is_some() || self.is_safe() || Sol::is_awake(self.env.t_s)
    }

    /// Time packets once a minute while somebody listens.
    fn listen_to_ground(&mut self, t: Instant) {
        if self.pass.is_some() && self.tick.is_multiple_of(600) {
            self.correlate(t);
        }
    }

    pub(super) fn tell(&mut self, time: Instant, text: String) {
        self.notes.push(Note { time, text });
    }

    /// Whether something that is to be seen at once goes out at once.
    pub(super) fn is_heard(&self) -> bool {
        self.pass.is_some()
    }

    /// The number of the next packet that comes into the memory, and of the oldest inside.
    pub(super) fn memory_serial(&self) -> u64 {
        self.memory_in
    }

    pub(super) fn first_serial(&self) -> u64 {
        self.memory_in - self.memory.len() as u64
    }

    /// Puts a new packet where it belongs.
    pub(super) fn keep(&mut self, packet: Vec<u8>, is_realtime: bool) {
        self.made += 1;
        if is_realtime {
            self.realtime.push_back(packet);
            if self.realtime.len() > MOST_REALTIME && self.realtime.pop_front().is_some() {
                self.overwritten += 1;
            }
            return;
        }
        self.memory_used += packet.len();
        self.memory_in += 1;
        self.memory.push_back(packet);
        while self.memory_used > self.options.memory_bytes {
            let serial = self.first_serial();
            let Some(oldest) = self.memory.pop_front() else { break };
            self.memory_used -= oldest.len();
            self.overwritten += 1;
            self.overwrite_request(serial);
        }
        let share = self.memory_used as f64 / self.options.memory_bytes.max(1) as f64;
        self.shared.memory_percent = 100.0 * share;
        self.shared.overwritten = self.overwritten;
    }

    fn transmit(&mut self, out: &mut Vec<u8>) {
        let Some(rate) = self.pass.as_ref().map(|pass| f64::from(pass.rate_bps)) else { return };
        if self.is_silent() {
            self.credit_bits = 0.0;
            return;
        }
        let weather = self.weather();
        let frame_bits = 8.0 * CADU_BYTES as f64;
        self.credit_bits += rate * TICK_NS as f64 / 1e9;
        while self.credit_bits >= frame_bits {
            self.credit_bits -= frame_bits;
            self.refill();
            if !self.send_from(0, weather, out) && !self.send_from(1, weather, out) {
                self.radio.send_idle(weather, out);
            }
        }
        for lane in &mut self.radio.lanes {
            lane.waited = if lane.waiting() > 0 { lane.waited + 1 } else { 0 };
        }
    }

    /// Sends a frame of a channel, also one that is not full after it has waited for a second.
    fn send_from(&mut self, lane: usize, weather: Weather, out: &mut Vec<u8>) -> bool {
        let Some(channel) = self.radio.lanes.get_mut(lane) else { return false };
        if channel.waited >= 10 {
            channel.fill();
        }
        let is_sent = self.radio.send(lane, weather, out);
        if let (true, Some(channel)) = (is_sent, self.radio.lanes.get_mut(lane)) {
            channel.waited = 0;
        }
        is_sent
    }

    /// Gives both channels as much as a frame holds.
    fn refill(&mut self) {
        let room = self.radio.room();
        let [first, second] = &mut self.radio.lanes;
        while first.waiting() < room {
            let Some(packet) = self.realtime.pop_front() else { break };
            first.push(&packet, false);
        }
        while second.waiting() < room {
            if let Some(packet) = self.again.pop_front() {
                second.push(&packet, true);
                continue;
            }
            let Some(packet) = self.memory.pop_front() else { break };
            self.memory_used -= packet.len();
            second.push(&packet, false);
            self.recent.push_back(packet);
            if self.recent.len() > RECENT {
                self.recent.pop_front();
            }
        }
        let share = self.memory_used as f64 / self.options.memory_bytes.max(1) as f64;
        self.shared.memory_percent = 100.0 * share;
    }
}
