//! Ground data and dictionaries in the shape of JPL's AMPCS: channel values (EHA), event records
//! (EVR) and packet lists as its `chill_get_*` tools print them, and the dictionaries that define
//! them.
//!
//! Bytes in, rows and problems out. Columns are found by the names of the header row, in the
//! spelling of the tools (`channelId`) or of MCWS (`channel_id`); unknown ones are left alone.

mod channel;
mod dictionary;
mod evr;
mod level;
mod packet;
mod sheet;

#[cfg(test)]
mod tests;

pub use channel::{AlarmState, ChannelValue, read_channels, sniff_channels};
pub use dictionary::{
    Argument, ArgumentKind, Categories, Channel, CommandDefinition, Dictionary, EnumTable,
    EvrDefinition, Group, Header, ParameterDefinition, Range, UplinkFileType, read_dictionary,
    sniff_dictionary,
};
pub use evr::{Evr, read_evrs, sniff_evrs};
pub use level::EvrLevel;
pub use packet::{PacketRow, read_packets, sniff_packets};
