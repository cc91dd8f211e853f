//! Durable bytes: files that are synced before they count, checked frames, plain-worded failures.

mod bytes;
mod error;
mod file;
mod frame;

pub use bytes::{f64_at, hex, i64_at, u32_at, u64_at};
pub use error::StorageError;
pub use file::{
    AppendFile, Slot, create_folder, hold_lock, open_read, read_at, read_whole, remove,
    sync_folder, write_secret, write_whole,
};
pub use frame::{FRAME_HEAD, Frames, frame, frames};
