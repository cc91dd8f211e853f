//! Reusable widgets, one a file; each has an accessible label and takes its colours from a theme.

mod amount;
mod badge;
mod card;
mod empty;
mod icon;
mod job_line;
mod level_badge;
mod loading;
mod scroll_table;
mod severity_badge;
mod sparkline;
mod stale;
mod time_field;
mod value;

pub use amount::{bytes_text, count_text, counted_text, duration_text, rate_text};
pub use badge::{badge, replay_badge, simulated_badge};
pub use card::card;
pub use empty::EmptyState;
pub use icon::{Icon, icon_button, paint_icon, quiet_icon_button};
pub use job_line::job_line;
pub use level_badge::LevelBadge;
pub use loading::loading_mark;
pub use scroll_table::scroll_table;
pub use severity_badge::{SeverityBadge, paint_severity};
pub use sparkline::Sparkline;
pub use stale::{age_text, is_stale};
pub use time_field::TimeField;
pub use value::{ValueCell, format_value};
