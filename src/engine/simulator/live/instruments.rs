//! What is measured: the packets of the instruments, of the seismometer and of the services.

use super::board::Stage;
use super::encoder::{Encoder, Field};
use super::fault::FaultKind;
use super::spacecraft::Spacecraft;
use super::values::{self, Quantity};
use crate::mission::packets::{PacketType, Payload, dictionary, packet_types};
use crate::mission::{Instrument, Mission};
use crate::problem::Problem;
use crate::time::{Instant, LeapSeconds};

/// Seconds from 1958-01-01 to 1970-01-01, the epochs of CUC and of instants.
const S_1958_TO_1970: i128 = 4383 * 86_400;
/// Longest text of a packet, bytes.
const MOST_TEXT: usize = 1_000;
/// Ticks of a packet without a rate.
const SELDOM: u64 = 600;

/// A kind of packet that is sent.
pub(super) struct Sender {
    encoder: Encoder,
    /// Next sequence counts: stored, in real time.
    counts: [u64; 2],
}

impl Sender {
    fn encode(
        &mut self,
        time: Instant,
        is_realtime: bool,
        values: &[Field<'_>],
    ) -> Option<Vec<u8>> {
        let count = self.counts.get_mut(usize::from(is_realtime))?;
        let packet = self.encoder.encode(*count, time, values).ok()?;
        *count += 1;
        Some(packet)
    }
}

/// A packet of parameters.
struct Group {
    sender: Sender,
    instrument: usize,
    quantities: Vec<Quantity>,
    period: u64,
    /// Whether the mode of the instrument is in it.
    has_state: bool,
}

/// The packets that are no measurements.
pub(super) struct Services {
    time: Sender,
    event: Sender,
    verification: Sender,
    record: Sender,
}

/// The instruments and their modes.
pub(super) struct Instruments {
    groups: Vec<Group>,
    /// By instrument: the name of its mode, one that was commanded, how hot it is (0 to 1).
    pub(super) modes: Vec<String>,
    pub(super) commanded: Vec<Option<String>>,
    heat: Vec<f64>,
}

fn states(of: &Instrument) -> &[(f64, String)] {
    of.parameters.iter().find(|p| p.name == of.state).map_or(&[], |p| p.states.as_slice())
}

/// The first of some names that an instrument has as a mode.
fn first_of(of: &Instrument, names: &[&str]) -> Option<String> {
    let known = |name: &&&str| states(of).iter().any(|(_, state)| state == **name);
    names.iter().find(known).map(|name| (*name).to_owned())
}

/// The first mode in which an instrument works.
fn working(of: &Instrument) -> Option<String> {
    let is_idle = |name: &str| matches!(name, "OFF" | "SAFE" | "STANDBY" | "FAULT");
    states(of).iter().find(|(_, name)| !is_idle(name)).map(|(_, name)| name.clone())
}

/// Whether the parameters are those of the spacecraft's computer itself: it sleeps.
fn is_computer(of: &Instrument) -> bool {
    first_of(of, &["ASLEEP"]).is_some()
}

/// As much of a text as a packet holds.
fn short(text: &str) -> &str {
    let mut end = text.len().min(MOST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

impl Instruments {
    pub(super) fn new(mission: &Mission, seed: u64) -> Result<(Self, Services), Problem> {
        let dictionary = dictionary(mission);
        let mut services = Vec::new();
        let mut groups = Vec::new();
        for (at, kind) in packet_types(mission).into_iter().enumerate() {
            let PacketType { apid, rate_hz, payload, .. } = kind;
            // The root container is the first of the dictionary.
            let encoder = Encoder::new(&dictionary, at + 1, apid)?;
            let sender = Sender { encoder, counts: [0, 0] };
            let Payload::Parameters { instrument, parameters } = payload else {
                services.push(sender);
                continue;
            };
            let Some(of) = mission.instruments.get(instrument) else { continue };
            let listed = parameters.iter().filter_map(|at| of.parameters.get(*at));
            let period = if rate_hz > 0.0 { (10.0 / rate_hz).round() as u64 } else { SELDOM };
            groups.push(Group {
                sender,
                instrument,
                has_state: listed.clone().any(|p| p.name == of.state),
                quantities: listed.map(|p| Quantity::new(seed, p)).collect(),
                period: period.max(1),
            });
        }
        let count = mission.instruments.len();
        let made = Self {
            groups,
            modes: vec![String::new(); count],
            commanded: vec![None; count],
            heat: vec![0.0; count],
        };
        let services: [Sender; 4] = services
            .try_into()
            .map_err(|_| Problem::of("packets", "the services are not those of the mission"))?;
        let [time, event, verification, record] = services;
        Ok((made, Services { time, event, verification, record }))
    }

    /// Commands of modes hold for a sol.
    pub(super) fn new_sol(&mut self) {
        self.commanded.fill(None);
    }
}

impl Spacecraft {
    /// The modes and temperatures of this second.
    pub(super) fn update_modes(&mut self) {
        let (is_safe, is_awake, in_pass) = (self.is_safe(), self.is_awake(), self.is_heard());
        self.shared.is_awake = is_awake;
        let mut changed = Vec::new();
        for (at, of) in self.mission.instruments.iter().enumerate() {
            let commanded = self.instruments.commanded.get(at).cloned().flatten();
            let mode = if is_computer(of) {
                let name = match (is_safe, in_pass, is_awake) {
                    (true, ..) => "SAFE",
                    (_, true, _) => "PASS",
                    (_, _, true) => "AWAKE",
                    _ => "ASLEEP",
                };
                name.to_owned()
            } else if is_safe {
                first_of(of, &["SAFE", "STANDBY", "OFF"]).unwrap_or_else(|| "OFF".to_owned())
            } else {
                let plan = values::planned_mode(&self.mission, of, &self.env);
                let planned = || first_of(of, &[plan]).or_else(|| working(of));
                commanded.or_else(planned).unwrap_or_else(|| plan.to_owned())
            };
            if let Some(old) = self.instruments.modes.get_mut(at)
                && *old != mode
            {
                if !old.is_empty() && !is_computer(of) && !states(of).is_empty() {
                    changed.push(format!("{} goes from {old} to {mode}", of.name));
                }
                *old = mode;
            }
            let is_hot = |kind: &FaultKind| *kind == FaultKind::OverTemperature(of.id.clone());
            let target = f64::from(self.active.iter().any(|fault| is_hot(&fault.kind)));
            if let Some(heat) = self.instruments.heat.get_mut(at) {
                // A time constant of a minute.
                *heat += (target - *heat) / 60.0;
                if *heat < 1e-4 {
                    *heat = 0.0;
                }
            }
        }
        for text in changed {
            self.say(5, 301, "IPS", &text);
        }
    }

    /// Takes the measurements that are due at a tick.
    pub(super) fn measure(&mut self, tick: u64) {
        let t = self.now();
        let onboard = self.onboard(t);
        let (is_safe, is_awake, is_heard) = (self.is_safe(), self.is_awake(), self.is_heard());
        let mut packets = Vec::new();
        for group in &mut self.instruments.groups {
            if !tick.is_multiple_of(group.period) {
                continue;
            }
            let Some(of) = self.mission.instruments.get(group.instrument) else { continue };
            let mode = self.instruments.modes.get(group.instrument).map_or("", String::as_str);
            let is_off = is_safe || matches!(mode, "OFF" | "SAFE" | "STANDBY" | "FAULT");
            let is_due = match (is_computer(of), group.has_state, of.state.is_empty()) {
                (true, ..) => is_awake,
                (_, true, _) => true,
                (_, _, true) => !is_safe,
                _ => !is_off,
            };
            if !is_due {
                continue;
            }
            let heat = self.instruments.heat.get(group.instrument).copied().unwrap_or(0.0);
            let number = states(of).iter().find(|(_, name)| name == mode).map_or(0.0, |s| s.0);
            let mut row = Vec::with_capacity(group.quantities.len());
            for quantity in &mut group.quantities {
                let is_stuck = self.active.iter().any(|fault| {
                    matches!(&fault.kind, FaultKind::StuckSensor(name) if name == quantity.name())
                });
                row.push(Field::Number(if quantity.name() == of.state {
                    number
                } else {
                    quantity.value(&self.env, &mut self.shared, mode, heat, is_stuck)
                }));
            }
            // Housekeeping is shown at once where somebody listens; the rest is stored.
            let is_realtime = is_heard && (group.has_state || is_computer(of));
            if let Some(packet) = group.sender.encode(onboard, is_realtime, &row) {
                packets.push((packet, is_realtime));
            }
        }
        for (packet, is_realtime) in packets {
            self.keep(packet, is_realtime);
        }
        self.shake(tick, t);
    }

    /// Samples of the seismometer, 20 and 2 a second.
    fn shake(&mut self, tick: u64, t: Instant) {
        let seis = self.mission.instruments.iter().position(|of| of.id == "seis");
        let mode = seis.and_then(|at| self.instruments.modes.get(at)).map_or("", String::as_str);
        let is_on = matches!(mode, "SCIENCE" | "ENGINEERING") && !self.is_safe();
        let mut records = Vec::new();
        let mut sensors = std::mem::take(&mut self.seismic);
        for sensor in &mut sensors {
            if !is_on {
                // What was begun ends here: a record has no gaps.
                records.append(&mut sensor.records(true));
                continue;
            }
            let (samples, period) = match sensor.rate_hz {
                rate if rate > 10.0 => ((rate / 10.0) as i64, 1),
                rate => (1, (10.0 / rate) as u64),
            };
            if !tick.is_multiple_of(period) {
                continue;
            }
            for i in 0..samples {
                let at = t.plus_s(i as f64 / sensor.rate_hz);
                sensor.sample(at, self.onboard(at), self.env.ltst_h, &self.quakes);
            }
            records.append(&mut sensor.records(false));
        }
        self.seismic = sensors;
        self.store_records(&records);
    }

    pub(super) fn store_records(&mut self, records: &[Vec<u8>]) {
        let onboard = self.onboard(self.now());
        for record in records {
            let made = self.services.record.encode(onboard, false, &[Field::Bytes(record)]);
            if let Some(packet) = made {
                self.keep(packet, false);
            }
        }
    }

    /// Sends an event message: number of its level, its own number, module and text.
    pub(super) fn say(&mut self, level: u64, id: u64, module: &str, text: &str) {
        let (onboard, is_realtime) = (self.onboard(self.now()), self.is_heard());
        let values =
            [Field::Raw(level), Field::Raw(id), Field::Text(module), Field::Text(short(text))];
        if let Some(packet) = self.services.event.encode(onboard, is_realtime, &values) {
            self.keep(packet, is_realtime);
        }
    }

    /// Says how far a command came.
    pub(super) fn verify(&mut self, apid: u16, count: u16, code: u16, stage: Stage, reason: &str) {
        let (onboard, is_realtime) = (self.onboard(self.now()), self.is_heard());
        let values = [
            Field::Raw(apid.into()),
            Field::Raw(count.into()),
            Field::Raw(code.into()),
            Field::Raw(stage as u64),
            Field::Text(short(reason)),
        ];
        if let Some(packet) = self.services.verification.encode(onboard, is_realtime, &values) {
            self.keep(packet, is_realtime);
        }
    }

    /// Sends the on-board clock with the UTC that it stands for, as the ground estimates it.
    pub(super) fn correlate(&mut self, t: Instant) {
        let (onboard, is_realtime) = (self.onboard(t), self.is_heard());
        let tai_ns = i128::from(LeapSeconds::built_in().tai_ns(onboard));
        let ns = tai_ns + S_1958_TO_1970 * 1_000_000_000;
        let ticks = (ns * 65_536 / 1_000_000_000).max(0) as u64;
        let utc_us = (t.unix_ns() / 1_000).max(0) as u64;
        let values = [Field::Raw(ticks), Field::Raw(utc_us)];
        if let Some(packet) = self.services.time.encode(onboard, is_realtime, &values) {
            self.keep(packet, is_realtime);
        }
    }
}
