//! What an operator can do on this screen: the one table of user commands, the keys, the palette,
//! and the queue that panels send into.

mod command;
mod fuzzy;
mod help;
mod keys;
mod palette;
mod queue;
mod table;

pub use command::{Command, CommandContext, Group, Shortcut};
pub use fuzzy::fuzzy_score;
pub use help::show_help;
pub use keys::{claim_keys, run_shortcuts};
pub use palette::{Palette, PaletteSources};
pub use queue::{IntentQueue, UiIntent};
pub use table::{COMMANDS, command};
