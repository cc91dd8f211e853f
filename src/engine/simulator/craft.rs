//! A sol of the spacecraft around the instruments: mode, memory, computer, power.

use super::noise::Noise;
use super::series::Table;
use super::sol::Sol;
use super::weather;

/// Relay passes of a sol in hours since its start, and how long each lasts.
const PASSES_H: [f64; 3] = [3.4, 9.1, 15.7];
const PASS_H: f64 = 0.2;
/// Percent of the memory that fill in an hour, and that a pass empties in one.
const FILL: f64 = 4.0;
const DUMP: f64 = 180.0;
/// Values of the mode.
const ASLEEP: f64 = 2.0;
const AWAKE: f64 = 3.0;
const PASS: f64 = 4.0;

/// Mode, fill of the memory and temperature of the computer, every 20 s.
pub(super) fn computer(
    seed: u64,
    sol: &Sol,
    [mission, craft]: [&str; 2],
    is_awake: fn(f64) -> bool,
) -> Table {
    let mut noise = Noise::new(seed, "computer", sol.number);
    let names = ["state", "memory_fill", "packets_overwritten", "computer_temperature"]
        .map(|name| format!("/{mission}/{craft}/{name}"));
    let units = ["", "%", "", "°C"];
    let names: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(units).collect();
    let hours = 20.0 / 3600.0;
    // As full as the sol before ended.
    let (mut fill, mut computer) = (FILL * (24.66 - 15.7), 8.0);
    Table::sampled(sol, 0.05, &names, |t| {
        let h = t / 3600.0;
        let in_pass = PASSES_H.iter().any(|start| (*start..start + PASS_H).contains(&h));
        let state = match (in_pass, is_awake(t)) {
            (true, _) => PASS,
            (false, true) => AWAKE,
            (false, false) => ASLEEP,
        };
        fill = (fill + hours * (FILL - if in_pass { DUMP } else { 0.0 })).clamp(0.0, 100.0);
        let warm = weather::convection(sol.ltst_h(t));
        let target = 4.0 + 8.0 * warm + if state > ASLEEP { 9.0 } else { 0.0 };
        computer += 0.05 * (target - computer) + 0.02 * noise.normal();
        vec![state, fill, 0.0, computer]
    })
}

/// Whether Curiosity is awake, by seconds since the start of the sol: it works by day.
pub(super) fn rover_is_awake(t_s: f64) -> bool {
    (9.5 * 3600.0..17.0 * 3600.0).contains(&t_s)
}

/// Power of Curiosity: the generator feeds the batteries day and night.
pub(super) fn rover_power(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "rover power", sol.number);
    let names = [
        ("/msl/rover/battery_charge", "%"),
        ("/msl/rover/generator_power", "W"),
        ("/msl/rover/bus_voltage", "V"),
    ];
    let mut charge = 88.0;
    Table::sampled(sol, 0.05, &names, |t| {
        let warm = weather::convection(sol.ltst_h(t));
        // Awake the rover draws more than the generator gives, asleep less (FACTS 3).
        charge += if rover_is_awake(t) { -0.022 } else { 0.009 };
        charge = f64::clamp(charge, 45.0, 100.0);
        let power = 86.0 + 1.5 * warm + 0.1 * noise.normal();
        vec![charge, power, 26.4 + 0.04 * charge + 0.03 * noise.normal()]
    })
}
