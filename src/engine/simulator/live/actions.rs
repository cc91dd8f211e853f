//! What is done to the spacecraft: faults begin and end, commands are taken and carried out.

use super::command::Command;
use super::fault::{Fault, FaultKind};
use super::passes::Pass;
use super::seismic::Seismic;
use super::spacecraft::Spacecraft;
use crate::format::ccsds::Header;
use crate::time::{Instant, LeapSeconds, TimeRange};

/// Longest stretch of full rate, seconds.
const MOST_EXTRACTED_S: u16 = 1_800;
/// Faults that may wait or be on.
const MOST_FAULTS: usize = 100;
/// Seconds from 1958-01-01 to 1970-01-01.
const S_1958_TO_1970: i64 = 4383 * 86_400;

impl Spacecraft {
    /// Plans a fault. One without a detail takes the first that fits; one that names nothing of
    /// the mission is refused with what there is.
    pub fn start_fault(&mut self, mut fault: Fault) -> Result<(), String> {
        if self.pending.len() + self.active.len() >= MOST_FAULTS {
            return Err(format!("{MOST_FAULTS} faults are planned already; clear them first"));
        }
        let instruments = &self.mission.instruments;
        match &mut fault.kind {
            FaultKind::OverTemperature(of) => {
                let warm = instruments
                    .iter()
                    .filter(|i| i.parameters.iter().any(|p| p.name.contains("temperature")));
                let known: Vec<&str> = warm.map(|i| i.id.as_str()).collect();
                match (of.is_empty(), known.first()) {
                    (true, Some(first)) => (*first).clone_into(of),
                    _ if known.contains(&of.as_str()) => {}
                    _ => {
                        let known = known.join(", ");
                        return Err(format!("no temperatures of \"{of}\"; choose one of {known}"));
                    }
                }
            }
            FaultKind::StuckSensor(name) => {
                let prefix = format!("/{}/", self.mission.id);
                let all = || instruments.iter().flat_map(|i| &i.parameters);
                let mut sensors =
                    all().filter(|p| p.name.starts_with(&prefix) && p.states.is_empty());
                if name.is_empty()
                    && let Some(first) = sensors.next()
                {
                    name.clone_from(&first.name);
                } else if !sensors.any(|p| p.name == *name) {
                    return Err(format!("no sensor {name}; marsdeck mdb list shows their names"));
                }
            }
            _ => {}
        }
        self.pending.push(fault);
        Ok(())
    }

    /// Ends all faults; those that are planned do not begin.
    pub fn clear_faults(&mut self) {
        self.pending.clear();
        let t = self.now();
        for fault in std::mem::take(&mut self.active) {
            self.end_fault(t, &fault);
        }
    }

    pub(super) fn update_faults(&mut self, t: Instant) {
        if self.pending.is_empty() && self.active.is_empty() {
            return;
        }
        let is_over = |fault: &Fault| fault.until <= t;
        let (over, on) = std::mem::take(&mut self.active).into_iter().partition(is_over);
        self.active = on;
        let over: Vec<Fault> = over;
        for fault in &over {
            self.end_fault(t, fault);
        }
        let is_due = |fault: &Fault| fault.at <= t;
        let (due, later) = std::mem::take(&mut self.pending).into_iter().partition(is_due);
        self.pending = later;
        let due: Vec<Fault> = due;
        for fault in due {
            self.begin_fault(t, fault);
        }
    }

    fn begin_fault(&mut self, t: Instant, fault: Fault) {
        self.tell(t, format!("fault: {}", fault.words()));
        match &fault.kind {
            FaultKind::ClockJump(seconds) => {
                self.clock_jump_s += seconds;
                self.say(1, 402, "CLK", &format!("Clock was set by {seconds} s"));
                return;
            }
            FaultKind::DuplicatedDump => {
                let recent = self.recent.iter().cloned();
                self.again.extend(recent.collect::<Vec<_>>());
                return;
            }
            FaultKind::SafeMode => {
                self.instruments.new_sol();
                self.active.push(fault);
                self.say(0, 401, "FSW", "Safe mode: instruments off, waiting for commands");
                return;
            }
            FaultKind::OverTemperature(of) => {
                let text = format!("Heater of {of} does not switch off");
                self.say(1, 403, "THM", &text);
            }
            _ => {}
        }
        self.active.push(fault);
    }

    fn end_fault(&mut self, t: Instant, fault: &Fault) {
        self.tell(t, format!("fault ends: {}", fault.words()));
        if fault.kind == FaultKind::SafeMode {
            self.say(4, 404, "FSW", "Safe mode left");
        }
    }

    /// Takes a telecommand packet and answers by verification packets in the telemetry. The
    /// command is returned; one that is refused fails with the reason.
    pub fn execute(&mut self, packet: &[u8]) -> Result<Command, String> {
        self.commands += 1;
        let t = self.now();
        let (header, command) = match Command::parse(packet) {
            Ok(parsed) => parsed,
            Err(reason) => {
                let header = Header::parse(packet).unwrap_or_default();
                let code = packet.get(6).copied().unwrap_or(0xFF);
                self.verify(header.apid, header.count, code, 3, &reason);
                self.tell(t, format!("command refused: {reason}"));
                return Err(reason);
            }
        };
        let Header { apid, count, .. } = header;
        let code = command.code();
        self.tell(t, format!("command {count}: {command:?}"));
        self.verify(apid, count, code, 0, "");
        self.verify(apid, count, code, 1, "");
        self.say(3, 501, "CMD", &format!("Command {count} of code {code} dispatched"));
        let result = self.perform(t, &command);
        if let Err(reason) = &result {
            self.tell(t, format!("command {count} fails: {reason}"));
        }
        self.completions.push_back((t.plus_s(1.0), header, command.clone(), result));
        Ok(command)
    }

    /// Tells the end of commands a second after they began.
    pub(super) fn finish_commands(&mut self, t: Instant) {
        while self.completions.front().is_some_and(|done| done.0 <= t) {
            let Some((_, header, command, result)) = self.completions.pop_front() else { return };
            let (stage, reason) = match result {
                Ok(()) => (2, String::new()),
                Err(reason) => (3, reason),
            };
            self.verify(header.apid, header.count, command.code(), stage, &reason);
        }
    }

    fn perform(&mut self, t: Instant, command: &Command) -> Result<(), String> {
        match command {
            Command::NoOp => Ok(()),
            Command::SetMode { instrument, mode } => self.set_mode(*instrument, *mode),
            Command::StartFault(text) => {
                Fault::parse(text, t).and_then(|fault| self.start_fault(fault))
            }
            Command::ClearFaults => {
                self.clear_faults();
                Ok(())
            }
            Command::DumpNow { seconds } => {
                let span = TimeRange::new(t, t.plus_s(f64::from(*seconds)));
                self.commanded_pass = Some(Pass { orbiter: "DTE", span, rate_bps: 32_000 });
                Ok(())
            }
            Command::ExtractEvent { from, seconds } => self.extract(t, *from, *seconds),
        }
    }

    fn set_mode(&mut self, instrument: u8, mode: u8) -> Result<(), String> {
        let at = usize::from(instrument);
        let of = self.mission.instruments.get(at).ok_or("no such instrument")?;
        let states = of.parameters.iter().find(|p| p.name == of.state).map(|p| &p.states);
        let named = states.and_then(|all| all.iter().find(|(n, _)| *n == f64::from(mode)));
        let (_, name) = named.ok_or_else(|| format!("{} has no mode {mode}", of.name))?;
        if name == "FAULT" || of.id == "lander" || of.id == "rover" {
            return Err(format!("{} cannot be set to {name}", of.name));
        }
        if self.is_safe() {
            return Err("not in safe mode; clear the faults first".to_owned());
        }
        if let Some(slot) = self.instruments.commanded.get_mut(at) {
            *slot = Some(name.clone());
        }
        Ok(())
    }

    /// Records of 100 samples a second of the VBB axes (XB.ELYSE.00.HH?), of a stretch that lies
    /// in the past.
    fn extract(&mut self, t: Instant, from: u32, seconds: u16) -> Result<(), String> {
        if self.seismic.is_empty() {
            return Err("there is no seismometer".to_owned());
        }
        if seconds == 0 || seconds > MOST_EXTRACTED_S {
            return Err(format!("a stretch has 1 to {MOST_EXTRACTED_S} s"));
        }
        let tai_ns = (i64::from(from) - S_1958_TO_1970).saturating_mul(1_000_000_000);
        let start = LeapSeconds::built_in().from_tai_ns(tai_ns);
        let now = self.onboard(t);
        let hold_s = 50.0 * 3600.0;
        if start.plus_s(f64::from(seconds)) > now || now.s_since(start) > hold_s {
            return Err("the stretch is not within the last 50 hours".to_owned());
        }
        let seed = self.options.seed ^ u64::from(from);
        let mut sensor = Seismic::new(seed, "00", "HH", 100.0);
        for i in 0..u64::from(seconds) * 100 {
            let onboard = start.plus_ns(i as i64 * 10_000_000);
            let at = t.plus_ns(onboard.ns_since(now));
            sensor.sample(at, onboard, self.env.ltst_h, &self.quakes);
            let records = sensor.records(false);
            self.store_records(&records);
        }
        let records = sensor.records(true);
        self.store_records(&records);
        Ok(())
    }
}
