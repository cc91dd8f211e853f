//! The live spacecraft against the decoders that read real ones.

mod commanding;
mod commands;
mod faults;
mod ground;
mod packets;
mod spacecraft;
mod uplink;
