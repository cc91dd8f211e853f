//! The definitions that a mission database holds.

use serde::{Deserialize, Serialize};

use super::commands::CommandDefinition;
use super::orbiter::Orbiter;
use super::{DataTime, Stale};

/// Severity of a value, in the order of XTCE `AlarmLevels` with two quiet states below.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No value, or nothing is known.
    #[default]
    Off,
    /// Switched off or sleeping on purpose.
    Standby,
    /// Inside all limits.
    Normal,
    /// XTCE watch; shown as caution.
    Watch,
    /// XTCE warning; shown as caution.
    Warning,
    /// XTCE distress; shown as serious.
    Distress,
    /// XTCE critical; shown as critical.
    Critical,
    /// XTCE severe; shown as critical.
    Severe,
}

/// What gives a value a severity: a range that it leaves, a rate of change, or a named state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Severity outside of the range.
    pub severity: Severity,
    /// Lowest value still inside; none: no lower limit.
    #[serde(default)]
    pub low: Option<f64>,
    /// Highest value still inside; none: no upper limit.
    #[serde(default)]
    pub high: Option<f64>,
    /// Fastest change still normal, in units a second, up or down; none: not looked at.
    #[serde(default)]
    pub rate_per_s: Option<f64>,
    /// Names of the states of an enumerated parameter that have the severity.
    #[serde(default)]
    pub states: Vec<String>,
    /// How far inside the range a value must come back before it counts as returned (deadband),
    /// in the parameter's unit.
    #[serde(default)]
    pub hysteresis: f64,
    /// It holds for data of this time and later; none: since ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DataTime>,
    /// It holds for data before this time; none: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DataTime>,
}

/// A condition of the design that puts an alarm aside.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// Name of an enumerated parameter of the same instrument, such as its mode.
    pub parameter: String,
    /// Names of its states during which the alarm is put aside.
    pub states: Vec<String>,
}

/// When a violated limit becomes an alarm, and what the operator is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmRule {
    /// The alarm starts when the limit has been violated for so many seconds.
    #[serde(default)]
    pub delay_on_s: f64,
    /// The alarm returns when the value has been inside for so many seconds.
    #[serde(default)]
    pub delay_off_s: f64,
    /// The alarm starts at this many violating samples in a row (XTCE `minViolations`); 0 and 1
    /// mean the first one.
    #[serde(default)]
    pub violations: u32,
    /// Whether the alarm stays after its return until an operator resets it.
    #[serde(default)]
    pub latch: bool,
    /// When the alarm is put aside by design.
    #[serde(default)]
    pub suppressed: Option<Suppression>,
    /// Whether it is an alarm, too, when no values come while others do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
    /// What the operator should do, in a sentence or two.
    #[serde(default)]
    pub guidance: String,
}

/// One measured quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Series name: a qualified name such as `/insight/apss/pressure`, or a channel such as
    /// `XB.ELYSE.02.BHU`.
    pub name: String,
    /// Short title for people, e.g. `Pressure`.
    pub title: String,
    /// Unit as printed; empty where there is none.
    #[serde(default)]
    pub unit: String,
    /// Expected samples per second; 0 where it is not periodic.
    #[serde(default)]
    pub rate_hz: f64,
    /// Digits after the point when printed.
    #[serde(default = "two")]
    pub decimals: u8,
    /// Limits, by the time from which they hold; the most severe violated one counts.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// When a violated limit becomes an alarm.
    #[serde(default)]
    pub alarm: AlarmRule,
    /// Names of the values of an enumerated parameter.
    #[serde(default)]
    pub states: Vec<(f64, String)>,
    /// Of a derived parameter, how it is computed from others of the mission; empty for what
    /// comes in packets. See `parameter::Expression`.
    #[serde(default)]
    pub expression: String,
    /// One sentence of explanation.
    #[serde(default)]
    pub description: String,
}

impl Parameter {
    /// Whether a value violates a limit whose range is narrowed by a deadband at both sides; rates
    /// of change need two values and are not looked at.
    pub fn violates(&self, limit: &Limit, value: f64, deadband: f64) -> bool {
        let named = || self.states.iter().find(|(number, _)| *number == value);
        limit.low.is_some_and(|low| value < low + deadband)
            || limit.high.is_some_and(|high| value > high - deadband)
            || !limit.states.is_empty() && named().is_some_and(|(_, n)| limit.states.contains(n))
    }

    /// The value as printed, without its unit: a state's name, or a number with its decimals.
    pub fn print(&self, value: f64) -> String {
        match self.states.iter().find(|(number, _)| *number == value) {
            Some((_, name)) => name.clone(),
            None => format!("{value:.*}", usize::from(self.decimals)),
        }
    }
}

fn two() -> u8 {
    2
}

/// One instrument of a mission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Short lower-case identifier, e.g. `apss`.
    pub id: String,
    /// Name on screen, e.g. `APSS`.
    pub name: String,
    /// Full name.
    pub title: String,
    /// Colour `#rrggbb` for its curves and its card.
    pub colour: String,
    /// Name of the enumerated parameter that holds the instrument's mode; may be empty.
    #[serde(default)]
    pub state: String,
    /// Parameters shown on the Watch card, in order.
    #[serde(default)]
    pub key_parameters: Vec<String>,
    /// Parameter drawn as the card's sparkline.
    #[serde(default)]
    pub sparkline: String,
    /// Workspace or panel to open next, e.g. `Seismic`.
    #[serde(default)]
    pub workspace: String,
    /// All parameters.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Parameter>,
}

/// A place on Mars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Name on the globe.
    pub name: String,
    /// Planetocentric latitude, degrees north.
    pub latitude_deg: f64,
    /// Longitude, degrees east, 0 to 360.
    pub longitude_deg: f64,
    /// Height above the areoid in metres.
    #[serde(default)]
    pub elevation_m: f64,
}

/// A prepared plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    /// Title.
    pub title: String,
    /// Workspace whose plots begin with this display; empty: none.
    #[serde(default)]
    pub workspace: String,
    /// Series of each axis, top to bottom: one inner list per axis.
    pub axes: Vec<Vec<String>>,
}

/// One mission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mission {
    /// Short lower-case identifier, e.g. `insight`; also names its sol clock.
    pub id: String,
    /// Name on screen, e.g. `InSight`.
    pub name: String,
    /// Landing site first, then others.
    pub sites: Vec<Site>,
    /// Instruments in the order of the Watch panel.
    pub instruments: Vec<Instrument>,
    /// Prepared plots.
    pub displays: Vec<Display>,
    /// Commands, by their codes.
    #[serde(default)]
    pub commands: Vec<CommandDefinition>,
}

/// Everything known about the missions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Database {
    /// The missions, in the order of the screen.
    pub missions: Vec<Mission>,
    /// Orbiters, in the order of their files.
    #[serde(default)]
    pub orbiters: Vec<Orbiter>,
}
