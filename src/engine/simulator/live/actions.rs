//! What is done to the spacecraft: faults begin and end, modes are set.

use super::fault::{Fault, FaultKind};
use super::spacecraft::Spacecraft;
use crate::time::Instant;

/// Faults that may wait or be on.
const MOST_FAULTS: usize = 100;

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
                self.drop_commands(t);
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

    /// Sets the mode of an instrument, by its name or its number.
    pub(super) fn set_mode(&mut self, instrument: &str, mode: &str) -> Result<(), String> {
        let of = self.mission.instruments.iter().find(|of| of.id == instrument);
        let of = of.ok_or("no such instrument")?;
        let states = of.parameters.iter().find(|p| p.name == of.state).map(|p| &p.states);
        let is_meant = |(number, name): &&(f64, String)| {
            *name == mode || mode.parse::<f64>().is_ok_and(|wanted| wanted == *number)
        };
        let named = states.and_then(|all| all.iter().find(is_meant));
        let (_, name) = named.ok_or_else(|| format!("{} has no mode {mode}", of.name))?;
        if name == "FAULT" || of.id == "lander" || of.id == "rover" {
            return Err(format!("{} cannot be set to {name}", of.name));
        }
        if self.is_safe() {
            return Err("not in safe mode; clear the faults first".to_owned());
        }
        let (id, name) = (of.id.clone(), name.clone());
        self.command_mode(&id, &name);
        Ok(())
    }
}
