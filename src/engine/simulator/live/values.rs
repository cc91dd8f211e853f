//! Values of parameters at an instant: the models of FACTS section 6, one parameter at a time.

use std::f64::consts::TAU;

use super::super::SimulatorError;
use super::super::curiosity::{CHEMCAM_H, GASES, SAM_H, has_sam_run};
use super::super::noise::Noise;
use super::super::run::frame;
use super::super::sol::Sol;
use super::super::weather::{self, Vortex};
use crate::mission::{Instrument, Mission, Parameter};
use crate::time::{Convention, Instant, SolClock};

/// The sol and the sky around the spacecraft.
pub(super) struct Environment {
    mission: String,
    seed: u64,
    pub(super) sol: Sol,
    vortices: Vec<Vortex>,
    /// Seconds since the start of the sol.
    pub(super) t_s: f64,
    pub(super) ltst_h: f64,
    /// -1 to 1, highest in the afternoon.
    warm: f64,
    sun: f64,
}

/// What instruments tell each other.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) is_awake: bool,
    pub(super) memory_percent: f64,
    pub(super) overwritten: u64,
    /// Laser shots of commands of the sol.
    pub(super) commanded_shots: f64,
    /// Whether the seismometer was levelled by command.
    pub(super) is_levelled: bool,
    /// How warm it was when each mass was recentred.
    recentred: [Option<f64>; 3],
    oven_c: f64,
    current_a: f64,
}

impl Shared {
    /// Brings the masses of an axis, or of all, to the middle.
    pub(super) fn recentre(&mut self, env: &Environment, axis: &str) {
        for (slot, name) in self.recentred.iter_mut().zip(["U", "V", "W"]) {
            if axis == "ALL" || axis == name {
                *slot = Some(env.warm);
            }
        }
    }

    /// Position of a mass, percent of its range: where it stood, or as it went since it was
    /// recentred.
    fn mass_position(&self, axis: usize, first: f64, warm: f64) -> f64 {
        match self.recentred.get(axis).copied().flatten() {
            Some(then) => 9.0 * (warm - then),
            None => first + 9.0 * warm,
        }
    }
}

impl Environment {
    pub(super) fn new(mission: &str, seed: u64, t: Instant) -> Result<Self, SimulatorError> {
        let clock = SolClock::of(mission)?;
        let sol = frame(mission, clock.at(t, Convention::Kernel).sol)?;
        let mut noise = Noise::new(seed, "live vortices", sol.number);
        let vortices = weather::vortices(&mut noise, sol.ltst_start_h);
        let mission = mission.to_owned();
        let (t_s, ltst_h, warm, sun) = (0.0, 0.0, 0.0, 0.0);
        let mut new = Self { mission, seed, sol, vortices, t_s, ltst_h, warm, sun };
        new.set(t);
        Ok(new)
    }

    fn set(&mut self, t: Instant) {
        self.t_s = t.s_since(self.sol.range.start);
        self.ltst_h = self.sol.ltst_h(self.t_s);
        self.warm = (TAU * (self.ltst_h - 11.0) / 24.0).sin();
        self.sun = weather::convection(self.ltst_h);
    }

    /// By how much vortices lower the pressure at an hour of the sol.
    pub(super) fn drops_pa(&self, hours: f64) -> f64 {
        self.vortices.iter().map(|v| v.drop_pa(hours)).sum()
    }

    /// Moves to an instant; true where a new sol has begun.
    pub(super) fn move_to(&mut self, t: Instant) -> bool {
        let next = if self.sol.range.contains(t) {
            None
        } else {
            // Only an instant beyond all sols fails; the sol then goes on.
            Self::new(&self.mission, self.seed, t).ok()
        };
        let is_new = next.is_some();
        match next {
            Some(next) => *self = next,
            None => self.set(t),
        }
        is_new
    }

    fn lmst_h(&self) -> f64 {
        self.t_s / 88_775.244 * 24.0
    }
}

/// The mode that an instrument has by its plan, as a name of its states.
pub(super) fn planned_mode(mission: &Mission, of: &Instrument, env: &Environment) -> &'static str {
    let h = env.lmst_h();
    match (mission.id.as_str(), of.id.as_str()) {
        ("insight", "seis") => "SCIENCE",
        ("insight", "apss") => "CONTINUOUS",
        ("msl", "chemcam") => {
            let [on, ready, first, off] = CHEMCAM_H;
            match h {
                h if h < on - 0.5 || h >= off => "OFF",
                h if h < on => "STANDBY",
                h if h < ready => "WARM-UP",
                h if h < first => "RMI",
                _ => "LIBS",
            }
        }
        ("msl", "sam") if has_sam_run(&env.sol) => {
            const PHASES: [&str; 6] =
                ["PRE-HEAT", "BACKGROUND", "PYROLYSIS", "TLS", "GC", "BAKE-OUT"];
            let phase = SAM_H.iter().filter(|from| h >= **from).count();
            match phase.checked_sub(1).and_then(|at| PHASES.get(at)) {
                Some(name) if h < SAM_H[5] + 0.5 => name,
                _ => "OFF",
            }
        }
        ("msl", "sam") => "OFF",
        // Others work all the time: in the mode after OFF.
        _ => "ON",
    }
}

/// A parameter with what its model remembers.
pub(super) struct Quantity {
    parameter: Parameter,
    noise: Noise,
    slow: f64,
    begun: bool,
    /// The value of a sensor that is stuck.
    held: Option<f64>,
}

impl Quantity {
    pub(super) fn new(seed: u64, parameter: &Parameter) -> Self {
        let noise = Noise::new(seed, &parameter.name, 0);
        Self { parameter: parameter.clone(), noise, slow: 0.0, begun: false, held: None }
    }

    pub(super) fn name(&self) -> &str {
        &self.parameter.name
    }

    /// The value now. `mode` is the name of the instrument's mode, `heat` 0 to 1 how far an
    /// over-temperature has come.
    pub(super) fn value(
        &mut self,
        env: &Environment,
        shared: &mut Shared,
        mode: &str,
        heat: f64,
        is_stuck: bool,
    ) -> f64 {
        let name = self.parameter.name.clone();
        let mut x = match name.split('/').nth(1) {
            Some("insight") => self.insight(&name, env, shared),
            Some("msl") => self.curiosity(&name, env, shared, mode),
            _ => self.unknown(),
        };
        self.begun = true;
        if heat > 0.0 && name.contains("temperature") {
            let limits = self.parameter.limits.iter();
            let ends = limits.fold((f64::MAX, f64::MIN), |(low, high), limit| {
                (low.min(limit.low.unwrap_or(low)), high.max(limit.high.unwrap_or(high)))
            });
            x += heat * if ends.1 > ends.0 { ends.1 - ends.0 } else { 30.0 };
        }
        if is_stuck {
            return *self.held.get_or_insert(x);
        }
        self.held = None;
        x
    }

    fn n(&mut self) -> f64 {
        self.noise.normal()
    }

    /// A slow walk around 0 towards noise of a size.
    fn walk(&mut self, share: f64, size: f64) -> f64 {
        let n = self.noise.normal();
        self.slow += share * (n * size - self.slow);
        self.slow
    }

    /// Follows a target; begins at `first`.
    fn follow(&mut self, first: f64, share: f64, target: f64) -> f64 {
        if !self.begun {
            self.slow = first;
        }
        self.slow += share * (target - self.slow);
        self.slow
    }

    /// The middle of the limits with a little noise, for parameters without a model.
    fn unknown(&mut self) -> f64 {
        let lows = self.parameter.limits.iter().filter_map(|limit| limit.low);
        let highs = self.parameter.limits.iter().filter_map(|limit| limit.high);
        let (low, high) = (lows.reduce(f64::max), highs.reduce(f64::min));
        let (low, high) = match (low, high) {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) => (low, low + 2.0 * low.abs().max(1.0)),
            (None, Some(high)) => (0.0_f64.min(high - 1.0), high),
            (None, None) => (0.0, 1.0),
        };
        0.5 * (low + high) + 0.02 * (high - low) * self.n()
    }

    fn insight(&mut self, name: &str, env: &Environment, shared: &mut Shared) -> f64 {
        let (ltst, warm, sun) = (env.ltst_h, env.warm, env.sun);
        let rough = 0.25 + sun;
        let level = if shared.is_levelled { 0.2 } else { 1.0 };
        match name.trim_start_matches("/insight/") {
            "apss/pressure" => {
                let slow = self.walk(0.01, 6.0);
                let hours = env.t_s / 3600.0;
                let drops = env.drops_pa(hours);
                let noise = weather::pressure_noise_pa(ltst) * (0.3 * self.n() + slow);
                weather::pressure_pa(env.sol.ls_deg, ltst) + drops + noise
            }
            "apss/pressure_temperature" => 252.0 + 14.0 * warm + 0.05 * self.n(),
            "apss/wind_speed" => {
                let gust = self.walk(0.03, 3.6);
                (weather::wind_mean_ms(ltst) * (1.0 + 0.55 * rough * gust)).max(0.05)
            }
            "apss/wind_direction" => {
                let turn = self.walk(0.02, 80.0);
                (weather::wind_direction_deg(env.sol.ls_deg, ltst) + rough * turn).rem_euclid(360.0)
            }
            "apss/air_temperature_bmy" | "apss/air_temperature_bpy" => {
                let eddy = self.walk(0.02, 14.0);
                // The boom in the sun reads warmer: +Y in the morning, -Y in the afternoon.
                let in_sun = name.ends_with("bmy") == (ltst > 12.5);
                let sunny = if in_sun { 4.0 * sun } else { 0.0 };
                weather::air_temperature_k(ltst) + 1.6 * rough * eddy + sunny
            }
            "apss/mag_x" | "apss/mag_y" | "apss/mag_z" => self.field(name, env, shared),
            "apss/pae_temperature" => 6.0 + 10.0 * warm + 0.05 * self.n(),
            "apss/pae_voltage" | "seis/ebox_voltage" => 30.2 + 1.6 * sun + 0.02 * self.n(),
            "seis/mass_position_u" => shared.mass_position(0, 18.0, warm) + 0.05 * self.n(),
            "seis/mass_position_v" => shared.mass_position(1, -11.0, warm) + 0.05 * self.n(),
            "seis/mass_position_w" => shared.mass_position(2, 6.0, warm) + 0.05 * self.n(),
            "seis/vbb_temperature" => -52.0 + 6.5 * warm + 0.02 * self.n(),
            "seis/ebox_temperature" => {
                let awake = if shared.is_awake { 4.0 } else { 0.0 };
                8.0 + 9.0 * warm + awake + 0.05 * self.n()
            }
            "seis/tilt_x" => 0.041 * level + 0.002 * warm + 0.0004 * self.n(),
            "seis/tilt_y" => -0.028 * level + 0.003 * warm + 0.0004 * self.n(),
            "seis/memory_fill" | "lander/memory_fill" => shared.memory_percent,
            "lander/packets_overwritten" => shared.overwritten as f64,
            "lander/computer_temperature" => {
                self.follow(8.0, 0.05, 4.0 + 8.0 * warm + 9.0 * f64::from(shared.is_awake))
            }
            "lander/array_current" => {
                shared.current_a = 22.0 * dust(env) * sun + 0.02 * self.n().abs();
                shared.current_a
            }
            "lander/battery_charge" => {
                let load = if shared.is_awake { 0.020 } else { 0.011 };
                let start = if self.begun { self.slow } else { 60.0 + 10.0 * dust(env) };
                let gain = 0.00212 / dust(env) * 22.0 * dust(env) * sun;
                self.slow = (start + gain - load).clamp(18.0, 100.0);
                self.slow
            }
            "lander/bus_voltage" => 30.4 + 1.2 * sun + 0.02 * self.n(),
            _ => self.unknown(),
        }
    }

    fn field(&mut self, name: &str, env: &Environment, shared: &Shared) -> f64 {
        let axis = ["mag_x", "mag_y", "mag_z"].iter().position(|end| name.ends_with(end));
        let axis = axis.unwrap_or_default();
        let field = weather::magnetic_nt(env.ltst_h);
        let pulsation = 0.8 * (1.0 - env.sun) * (env.t_s / 53.0).sin() * (env.t_s / 1900.0).sin();
        let awake = if shared.is_awake { 3.5 } else { 0.0 };
        field.get(axis).copied().unwrap_or_default()
            + pulsation
            + awake * (1.0 - 0.4 * axis as f64)
            + 0.25 * self.n()
    }

    fn curiosity(&mut self, name: &str, env: &Environment, shared: &mut Shared, mode: &str) -> f64 {
        let w = weather::gale(env.sol.ls_deg, env.ltst_h);
        let day = env.sun;
        let is_on = !matches!(mode, "OFF" | "STANDBY" | "FAULT");
        let firing = mode == "LIBS";
        match name.trim_start_matches("/msl/") {
            "rems/pressure" => w.pressure_pa + 0.3 * (0.2 + day) * self.n(),
            "rems/air_temperature" => w.air_c + (0.3 + 1.2 * day) * self.n(),
            "rems/ground_temperature" => w.ground_c + 0.4 * self.n(),
            "rems/humidity" => w.humidity_percent + 0.2 * self.n().abs(),
            "rems/uv_index" => (9.0 * day + 0.02 * self.n()).max(0.0),
            "chemcam/laser_temperature" => {
                let cold = -42.0 + 0.15 * (w.air_c + 50.0);
                self.follow(cold, 0.06, if is_on { -4.5 } else { cold })
            }
            "chemcam/mast_temperature" => -38.0 + 0.4 * (w.air_c + 60.0),
            "chemcam/ccd_uv_temperature"
            | "chemcam/ccd_vio_temperature"
            | "chemcam/ccd_vnir_temperature" => {
                let idle = 0.05 * (w.air_c + 40.0) - 2.0;
                self.follow(idle, 0.05, if is_on { -18.0 } else { idle }) + 0.03 * self.n()
            }
            "chemcam/tec_current" => f64::from(is_on) * (1.35 + 0.02 * self.n()),
            "chemcam/body_temperature" => 12.0 + 5.0 * f64::from(is_on) + 0.1 * self.n(),
            "chemcam/body_voltage" => 28.6 - 0.7 * f64::from(firing) + 0.05 * self.n(),
            "chemcam/shots" => {
                // 30 shots of 3 Hz for each point of a minute (FACTS 3.2), as 20 s see them.
                let is_commanded = shared.commanded_shots > 0.0;
                if !is_commanded {
                    self.slow = if firing { self.slow + 10.0 } else { 0.0 };
                }
                self.slow + shared.commanded_shots
            }
            "sam/oven_temperature" => {
                let hot = if self.begun { self.slow } else { 20.0 };
                // 35 °C a minute up to 850 °C, in steps of 10 s; then it cools.
                self.slow = if mode == "PYROLYSIS" {
                    (hot + 35.0 / 6.0).min(850.0)
                } else {
                    hot - 0.0055 * (hot - 20.0)
                };
                shared.oven_c = self.slow;
                self.slow + 0.3 * self.n()
            }
            "sam/helium_pressure" => f64::from(is_on) * (25.0 + 0.12 * self.n()),
            "sam/turbo_speed" => f64::from(is_on) * (100_000.0 + 40.0 * self.n()),
            "sam/manifold_temperature" => {
                self.follow(5.0, 0.01, if is_on { 118.0 } else { 5.0 }) + 0.1 * self.n()
            }
            "sam/bench_temperature" => 9.0 + 8.0 * f64::from(is_on) + 0.1 * self.n(),
            "sam/filament_emission" => f64::from(is_on) * (180.0 + 0.4 * self.n()),
            "rover/memory_fill" => shared.memory_percent,
            "rover/packets_overwritten" => shared.overwritten as f64,
            "rover/computer_temperature" => {
                self.follow(12.0, 0.05, 8.0 + 4.0 * env.warm + 10.0 * f64::from(shared.is_awake))
            }
            "rover/generator_power" => 86.0 + 1.5 * env.warm + 0.1 * self.n(),
            "rover/battery_charge" => {
                let load = if shared.is_awake { 0.06 } else { -0.02 };
                let start = if self.begun { self.slow } else { 82.0 };
                self.slow = (start - load).clamp(45.0, 100.0);
                self.slow
            }
            "rover/bus_voltage" => 29.6 + 0.4 * env.warm + 0.03 * self.n(),
            other => match other.strip_prefix("sam/mz_") {
                Some(mass) => self.evolved_gas(mass, shared.oven_c),
                None => self.unknown(),
            },
        }
    }

    /// Counts of a mass by the temperature of the oven.
    fn evolved_gas(&mut self, mass: &str, oven_c: f64) -> f64 {
        let Some((_, peaks, background)) = GASES.iter().find(|gas| gas.0.to_string() == mass)
        else {
            return self.unknown();
        };
        let gas: f64 = peaks
            .iter()
            .map(|(at, width, height)| height * (-((oven_c - at) / width).powi(2)).exp())
            .sum();
        let signal = background + gas;
        (signal + (signal * 10.0).sqrt() * self.n()).max(0.0)
    }
}

/// Share of the sunlight that dust leaves (FACTS 2.6).
fn dust(env: &Environment) -> f64 {
    (1.0 - f64::from(env.sol.number) / 1450.0).clamp(0.1, 1.0)
}
