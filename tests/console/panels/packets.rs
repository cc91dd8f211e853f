//! The panel packets.
