//! Channel values (EHA) as `chill_get_chanvals` prints them.

use super::sheet::{Sheet, names_columns};
use crate::problem::Problem;
use crate::time::Instant;

/// What a limit check on the ground said of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlarmState {
    /// Inside the limits.
    #[default]
    None,
    /// Outside the yellow limits.
    Yellow,
    /// Outside the red limits.
    Red,
}

/// One value of one channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChannelValue {
    /// Number of the AMPCS session; empty where none is given.
    pub session: String,
    /// Machine of the session.
    pub host: String,
    /// Channel identifier such as `T-10014`.
    pub channel_id: String,
    /// Name of the channel for people.
    pub name: String,
    /// Flight software module.
    pub module: String,
    /// Station that received it.
    pub dss: Option<u16>,
    /// Virtual channel that it came on.
    pub vcid: Option<u16>,
    /// Earth received time, UTC.
    pub ert: Option<Instant>,
    /// Spacecraft event time, UTC.
    pub scet: Option<Instant>,
    /// Spacecraft clock as printed, such as `0000000207.03159`.
    pub sclk: String,
    /// Local solar time as printed.
    pub lst: String,
    /// Data number as printed.
    pub dn: String,
    /// Unit of the data number.
    pub dn_unit: String,
    /// Engineering value.
    pub eu: Option<f64>,
    /// Unit of the engineering value.
    pub eu_unit: String,
    /// Symbol of an enumerated value.
    pub status: String,
    /// Alarm state of the data number.
    pub dn_alarm: AlarmState,
    /// Alarm state of the engineering value.
    pub eu_alarm: AlarmState,
    /// Whether it came in real time, not from a recorder.
    pub realtime: bool,
    /// Type in the words of the source: `UNSIGNED_INT`, `FLOAT`, `STATUS`, …
    pub kind: String,
}

impl ChannelValue {
    /// When the value was made: spacecraft event time, where there is none the time of reception.
    pub fn time(&self) -> Option<Instant> {
        self.scet.or(self.ert)
    }

    /// The data number as a number: `true` is 1 and `false` 0; none for other text.
    pub fn dn_number(&self) -> Option<f64> {
        if self.dn.eq_ignore_ascii_case("true") {
            return Some(1.0);
        }
        if self.dn.eq_ignore_ascii_case("false") {
            return Some(0.0);
        }
        self.dn.parse().ok().filter(|x: &f64| x.is_finite())
    }
}

/// Whether the first line is the header of a list of channel values.
pub fn sniff_channels(bytes: &[u8]) -> bool {
    names_columns(bytes, &["channelid", "dn"], &[&["scet", "ert"]])
}

/// Reads a list of channel values. Rows without a channel or a time are left out and told.
pub fn read_channels(bytes: &[u8]) -> (Vec<ChannelValue>, Vec<Problem>) {
    let mut sheet = Sheet::new(bytes);
    let mut column = |names: &[&'static str]| sheet.column(names, false);
    let [session, host] = [column(&["sessionid"]), column(&["sessionhost"])];
    let [name, module] = [column(&["name", "channelname", "title"]), column(&["module"])];
    let [dss, vcid] = [column(&["dssid"]), column(&["vcid"])];
    let [ert, scet] = [column(&["ert"]), column(&["scet"])];
    let [sclk, lst] = [column(&["sclk"]), column(&["lst", "lmst"])];
    let [dn_unit, eu_unit] = [column(&["dnunits"]), column(&["euunits"])];
    let [eu, status] = [column(&["eu"]), column(&["status"])];
    let [dn_alarm, eu_alarm] = [column(&["dnalarmstate"]), column(&["eualarmstate"])];
    let [realtime, kind] = [column(&["realtime"]), column(&["type", "channeltype"])];
    let [id, dn] = [sheet.column(&["channelid"], true), sheet.column(&["dn"], true)];
    let mut values = Vec::new();
    while sheet.advance() {
        let value = ChannelValue {
            session: sheet.string(session),
            host: sheet.string(host),
            channel_id: sheet.string(id),
            name: sheet.string(name),
            module: sheet.string(module),
            dss: sheet.whole(dss),
            vcid: sheet.whole(vcid),
            ert: sheet.time(ert),
            scet: sheet.time(scet),
            sclk: sheet.string(sclk),
            lst: sheet.string(lst),
            dn: sheet.string(dn),
            dn_unit: sheet.string(dn_unit),
            eu: sheet.real(eu),
            eu_unit: sheet.string(eu_unit),
            status: sheet.string(status),
            dn_alarm: alarm(&mut sheet, dn_alarm),
            eu_alarm: alarm(&mut sheet, eu_alarm),
            realtime: sheet.flag(realtime),
            kind: sheet.string(kind),
        };
        if value.channel_id.is_empty() || value.time().is_none() {
            sheet.tell("channelid", "the row has no channel or no time; it was left out");
        } else {
            values.push(value);
        }
    }
    (values, sheet.finish())
}

fn alarm(sheet: &mut Sheet<'_>, column: super::sheet::Col) -> AlarmState {
    let text = sheet.string(column);
    match text.to_ascii_uppercase().as_str() {
        "" | "NONE" => AlarmState::None,
        "YELLOW" => AlarmState::Yellow,
        "RED" => AlarmState::Red,
        other => {
            let shown: String = other.chars().take(40).collect();
            sheet.tell("alarm state", format!("\"{shown}\" is not NONE, YELLOW or RED"));
            AlarmState::None
        }
    }
}
