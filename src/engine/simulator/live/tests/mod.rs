//! The live spacecraft against the decoders that read real ones.

mod commanding;
mod commands;
mod dictionary;
mod faults;
mod ground;
mod packets;
mod requests;
mod sequences;
mod spacecraft;
