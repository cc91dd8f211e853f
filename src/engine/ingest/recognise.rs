//! What a file is, told by its first bytes; its name does not matter.

use crate::format::{
    ampcs, ccsds, chemcam, csv, mseed, pds3, pds4, quakeml, satf, seqjson, stationxml, xtce,
};
use crate::plan::aerie;

/// A format that ingest knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// miniSEED 2 or 3, or full SEED with data records.
    Mseed,
    /// QuakeML 1.2, with or without the Mars extension.
    QuakeMl,
    /// FDSN StationXML.
    StationXml,
    /// PDS4 label.
    Pds4,
    /// PDS3 label, attached or detached.
    Pds3,
    /// ChemCam calibrated spectrum (CCS).
    ChemCam,
    /// ChemCam oxide table (MOC).
    Moc,
    /// AMPCS channel values (EHA).
    AmpcsChannels,
    /// AMPCS event records (EVR).
    AmpcsEvrs,
    /// AMPCS list of packets.
    AmpcsPackets,
    /// AMPCS dictionary, XML or JSON.
    AmpcsDictionary,
    /// XTCE telemetry dictionary.
    Xtce,
    /// Sequence of commands in SeqJSON.
    SeqJson,
    /// Sequences of commands in SATF or SASF.
    Satf,
    /// Plan of Aerie.
    Plan,
    /// CCSDS space packets, one behind the other.
    Ccsds,
    /// Delimited text.
    Csv,
}

impl Format {
    /// Identifier, as in the `format` of a product. Sequences are of one sort however they are
    /// written.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Mseed => "mseed",
            Self::QuakeMl => "quakeml",
            Self::StationXml => "stationxml",
            Self::Pds4 => "pds4",
            Self::Pds3 => "pds3",
            Self::ChemCam => "chemcam",
            Self::Moc => "moc",
            Self::AmpcsChannels => "ampcs-eha",
            Self::AmpcsEvrs => "ampcs-evr",
            Self::AmpcsPackets => "ampcs-packets",
            Self::AmpcsDictionary => "ampcs-dictionary",
            Self::Xtce => "xtce",
            Self::SeqJson | Self::Satf => "sequence",
            Self::Plan => "plan",
            Self::Ccsds => "ccsds",
            Self::Csv => "csv",
        }
    }
}

/// The first format whose signs the bytes bear, the most particular ones asked first.
pub fn recognise(bytes: &[u8]) -> Option<Format> {
    type Sniffer = fn(&[u8]) -> bool;
    let is_packets = |bytes: &[u8]| ccsds::sniff_prefix(bytes).is_some();
    let sniffers: [(Sniffer, Format); 17] = [
        (mseed::sniff, Format::Mseed),
        (quakeml::sniff, Format::QuakeMl),
        (stationxml::sniff, Format::StationXml),
        (pds4::sniff, Format::Pds4),
        (pds3::sniff, Format::Pds3),
        (chemcam::sniff, Format::ChemCam),
        (chemcam::sniff_moc, Format::Moc),
        (ampcs::sniff_channels, Format::AmpcsChannels),
        (ampcs::sniff_evrs, Format::AmpcsEvrs),
        (ampcs::sniff_packets, Format::AmpcsPackets),
        (ampcs::sniff_dictionary, Format::AmpcsDictionary),
        (xtce::sniff, Format::Xtce),
        (aerie::sniff, Format::Plan),
        (seqjson::sniff, Format::SeqJson),
        (satf::sniff, Format::Satf),
        (csv::sniff, Format::Csv),
        // Binary without a mark of its own: asked last.
        (is_packets, Format::Ccsds),
    ];
    sniffers.into_iter().find(|(sniff, _)| sniff(bytes)).map(|(_, format)| format)
}
