//! Durable bytes: atomic files, append logs, checksums; what is written versus what is durable.
