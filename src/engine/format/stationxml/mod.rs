//! stationxml.
