//! Lists of packets as `chill_get_packets` prints them.

use super::sheet::{Sheet, names_columns};
use crate::problem::Problem;
use crate::time::Instant;

/// One packet that was received.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PacketRow {
    /// Number of the AMPCS session; empty where none is given.
    pub session: String,
    /// Machine of the session.
    pub host: String,
    /// When the record was made on the ground, UTC.
    pub rct: Option<Instant>,
    /// Spacecraft event time, UTC.
    pub scet: Option<Instant>,
    /// Earth received time, UTC.
    pub ert: Option<Instant>,
    /// Spacecraft clock as printed.
    pub sclk: String,
    /// Virtual channel that it came on.
    pub vcid: Option<u16>,
    /// Station that received it.
    pub dss: Option<u16>,
    /// Application process identifier.
    pub apid: u16,
    /// Its name.
    pub apid_name: String,
    /// Whether the support equipment made it.
    pub from_sse: bool,
    /// Source packet sequence count.
    pub spsc: Option<u32>,
    /// Length in bytes.
    pub length: Option<u32>,
    /// Sequence counts of the frames that it came in, as printed.
    pub source_vcfcs: String,
}

impl PacketRow {
    /// When the packet was made: spacecraft event time, where there is none that of reception.
    pub fn time(&self) -> Option<Instant> {
        self.scet.or(self.ert)
    }
}

/// Whether the first line is the header of a list of packets.
pub fn sniff_packets(bytes: &[u8]) -> bool {
    names_columns(bytes, &["apid", "spsc"], &[&["scet", "ert", "rct"]])
}

/// Reads a list of packets. Rows without an application identifier are left out and told.
pub fn read_packets(bytes: &[u8]) -> (Vec<PacketRow>, Vec<Problem>) {
    let mut sheet = Sheet::new(bytes);
    let mut column = |names: &[&'static str]| sheet.column(names, false);
    let [session, host] = [column(&["sessionid"]), column(&["sessionhost"])];
    let [rct, scet, ert] = [column(&["rct"]), column(&["scet"]), column(&["ert"])];
    let [sclk, vcid, dss] = [column(&["sclk"]), column(&["vcid"]), column(&["dssid"])];
    let [apid_name, from_sse] = [column(&["apidname"]), column(&["fromsse"])];
    let [spsc, length] = [column(&["spsc"]), column(&["length"])];
    let source_vcfcs = column(&["sourcevcfcs", "sourcevcfc"]);
    let apid = sheet.column(&["apid"], true);
    let mut packets = Vec::new();
    while sheet.advance() {
        let Some(apid) = sheet.whole(apid) else {
            sheet.tell("apid", "the row has no application identifier; it was left out");
            continue;
        };
        packets.push(PacketRow {
            session: sheet.string(session),
            host: sheet.string(host),
            rct: sheet.time(rct),
            scet: sheet.time(scet),
            ert: sheet.time(ert),
            sclk: sheet.string(sclk),
            vcid: sheet.whole(vcid),
            dss: sheet.whole(dss),
            apid,
            apid_name: sheet.string(apid_name),
            from_sse: sheet.flag(from_sse),
            spsc: sheet.whole(spsc),
            length: sheet.whole(length),
            source_vcfcs: sheet.string(source_vcfcs),
        });
    }
    (packets, sheet.finish())
}
