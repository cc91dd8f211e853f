//! SeedLink against a server that others wrote (`seedlink-rs-server`), in both versions, and
//! against one of our own that keeps to the letter of the standard or breaks it.

mod peer;
mod scripted;
