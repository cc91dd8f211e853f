//! Networks, stations and channels as plain data.

use crate::time::{Instant, TimeRange};

use super::Response;

/// What one StationXML file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Version of the schema that the file names, e.g. `1.1`.
    pub version: String,
    /// Who made the file.
    pub source: String,
    /// When it was made.
    pub created: Option<Instant>,
    /// Networks in the order of the file; one network may stand there once per epoch.
    pub networks: Vec<Network>,
}

/// A network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Code, e.g. `XB`.
    pub code: String,
    /// What it is, in one line.
    pub description: String,
    /// When it is valid; open ends are the ends of time.
    pub epoch: TimeRange,
    /// Stations in the order of the file.
    pub stations: Vec<Station>,
}

/// A station.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// Code, e.g. `ELYSE`.
    pub code: String,
    /// Name of the site.
    pub site: String,
    /// When it is valid.
    pub epoch: TimeRange,
    /// Degrees north.
    pub latitude_deg: Option<f64>,
    /// Degrees east.
    pub longitude_deg: Option<f64>,
    /// Metres above the reference surface.
    pub elevation_m: Option<f64>,
    /// Channels in the order of the file; one channel stands there once per epoch.
    pub channels: Vec<Channel>,
}

/// One epoch of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Channel code, e.g. `BHU`.
    pub code: String,
    /// Location code, e.g. `02`; empty where it is blank.
    pub location: String,
    /// When it is valid.
    pub epoch: TimeRange,
    /// Degrees north.
    pub latitude_deg: Option<f64>,
    /// Degrees east.
    pub longitude_deg: Option<f64>,
    /// Metres above the reference surface.
    pub elevation_m: Option<f64>,
    /// Metres below the ground.
    pub depth_m: Option<f64>,
    /// Degrees from north, clockwise.
    pub azimuth_deg: Option<f64>,
    /// Degrees below the horizontal (−90 is up).
    pub dip_deg: Option<f64>,
    /// Samples per second.
    pub rate_hz: Option<f64>,
    /// Description of the sensor, else its type.
    pub sensor: String,
    /// Response, where the file gives one.
    pub response: Option<Response>,
}

impl Inventory {
    /// Every channel epoch with its network and station.
    pub fn channels(&self) -> impl Iterator<Item = (&Network, &Station, &Channel)> {
        self.networks.iter().flat_map(|network| {
            network.stations.iter().flat_map(move |station| {
                station.channels.iter().map(move |channel| (network, station, channel))
            })
        })
    }

    /// The epoch of a channel `NET.STA.LOC.CHA` at an instant.
    pub fn find(&self, name: &str, at: Instant) -> Option<(&Station, &Channel)> {
        let mut parts = name.split('.');
        let (net, sta) = (parts.next()?, parts.next()?);
        let (loc, cha) = (parts.next()?, parts.next()?);
        self.channels()
            .find(|(network, station, channel)| {
                network.code == net
                    && station.code == sta
                    && channel.location == loc
                    && channel.code == cha
                    && channel.epoch.contains(at)
            })
            .map(|(_, station, channel)| (station, channel))
    }

    /// From the earliest to the latest bounded end of the channel epochs.
    pub fn span(&self) -> Option<TimeRange> {
        let bounded = |t: &Instant| *t != Instant::MIN && *t != Instant::MAX;
        let mut ends = self
            .channels()
            .flat_map(|(_, _, channel)| [channel.epoch.start, channel.epoch.end])
            .filter(bounded);
        let first = ends.next()?;
        let (start, end) = ends.fold((first, first), |(a, b), t| (a.min(t), b.max(t)));
        Some(TimeRange::new(start, end))
    }
}

impl Channel {
    /// `NET.STA.LOC.CHA`.
    pub fn full_name(&self, network: &Network, station: &Station) -> String {
        format!("{}.{}.{}.{}", network.code, station.code, self.location, self.code)
    }
}
