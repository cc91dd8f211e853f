//! geojson.
