//! The live spacecraft against the decoders that read real ones.

mod packets;
