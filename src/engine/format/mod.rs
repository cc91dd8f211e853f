//! Pure codecs, one folder per format: bytes in, values and a list of problems out. No I/O.

pub mod ampcs;
pub mod ccsds;
pub mod chemcam;
pub mod csv;
pub mod gazetteer;
pub mod geojson;
pub mod kml;
pub mod mseed;
pub mod pds3;
pub mod pds4;
pub mod quakeml;
pub mod raster;
pub mod satf;
pub mod seedlink;
pub mod seqjson;
pub mod shapefile;
pub mod spice;
pub mod stationxml;
pub mod table;
pub mod vector;
pub(crate) mod xmltree;
pub mod xtce;
pub mod zip;
