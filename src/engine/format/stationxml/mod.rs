//! StationXML 1.0 to 1.2: networks, stations, channels and their instrument responses.
//!
//! Bytes in, [`Inventory`] and problems out. Names are matched without their namespace, so files
//! with other prefixes or private additions are read as well.

mod model;
mod read;
mod response;

#[cfg(test)]
mod tests;

pub use model::{Channel, Inventory, Network, Station};
pub use read::{read, sniff};
pub use response::{
    Complex, Decimation, Gain, Polynomial, Response, ResponsePoint, Sensitivity, Stage, Transfer,
    TransferUnit,
};
