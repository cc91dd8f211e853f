//! Event records (EVR) as `chill_get_evrs` prints them.

use super::EvrLevel;
use super::sheet::{Sheet, names_columns};
use crate::problem::Problem;
use crate::time::Instant;

/// One event record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evr {
    /// Number of the AMPCS session; empty where none is given.
    pub session: String,
    /// Machine of the session.
    pub host: String,
    /// Name of the event, such as `FSW_EVR_BOOT`.
    pub name: String,
    /// Number of the event in its dictionary.
    pub id: Option<i64>,
    /// How grave it is.
    pub level: EvrLevel,
    /// The text with its arguments filled in.
    pub message: String,
    /// Flight software module.
    pub module: String,
    /// Whether the support equipment made it, not the spacecraft.
    pub from_sse: bool,
    /// Whether it came in real time, not from a recorder.
    pub realtime: bool,
    /// Station that received it.
    pub dss: Option<u16>,
    /// Virtual channel that it came on.
    pub vcid: Option<u16>,
    /// Earth received time, UTC.
    pub ert: Option<Instant>,
    /// Spacecraft event time, UTC.
    pub scet: Option<Instant>,
    /// Spacecraft clock as printed.
    pub sclk: String,
    /// Local solar time as printed.
    pub lst: String,
}

impl Evr {
    /// When it happened: spacecraft event time, where there is none the time of reception.
    pub fn time(&self) -> Option<Instant> {
        self.scet.or(self.ert)
    }
}

/// Whether the first line is the header of a list of event records.
pub fn sniff_evrs(bytes: &[u8]) -> bool {
    let one_of: [&[&str]; 3] = [&["level", "evrlevel"], &["scet", "ert"], &["name", "eventid"]];
    names_columns(bytes, &["message"], &one_of)
}

/// Reads a list of event records. Rows without a time are left out and told; an unknown level is
/// told and kept as [`EvrLevel::EvrUnknown`].
pub fn read_evrs(bytes: &[u8]) -> (Vec<Evr>, Vec<Problem>) {
    let mut sheet = Sheet::new(bytes);
    let mut column = |names: &[&'static str]| sheet.column(names, false);
    let [session, host] = [column(&["sessionid"]), column(&["sessionhost"])];
    let [name, id] = [column(&["name", "evrname"]), column(&["eventid", "evrid"])];
    let [module, from_sse] = [column(&["module"]), column(&["fromsse"])];
    let [realtime, dss] = [column(&["realtime"]), column(&["dssid"])];
    let [vcid, sclk] = [column(&["vcid"]), column(&["sclk"])];
    let [ert, scet] = [column(&["ert"]), column(&["scet"])];
    let lst = column(&["lst", "lmst"]);
    let level = sheet.column(&["level", "evrlevel"], true);
    let message = sheet.column(&["message"], true);
    let mut evrs = Vec::new();
    while sheet.advance() {
        let word = sheet.string(level);
        let known = EvrLevel::parse(&word);
        if known.is_none() && !word.is_empty() {
            let shown: String = word.chars().take(40).collect();
            sheet.tell("level", format!("\"{shown}\" is no known level; kept as EVR_UNKNOWN"));
        }
        let evr = Evr {
            session: sheet.string(session),
            host: sheet.string(host),
            name: sheet.string(name),
            id: sheet.whole(id),
            level: known.unwrap_or_default(),
            message: sheet.string(message),
            module: sheet.string(module),
            from_sse: sheet.flag(from_sse),
            realtime: sheet.flag(realtime),
            dss: sheet.whole(dss),
            vcid: sheet.whole(vcid),
            ert: sheet.time(ert),
            scet: sheet.time(scet),
            sclk: sheet.string(sclk),
            lst: sheet.string(lst),
        };
        if evr.time().is_none() {
            sheet.tell("scet", "the row has no time; it was left out");
        } else {
            evrs.push(evr);
        }
    }
    (evrs, sheet.finish())
}
