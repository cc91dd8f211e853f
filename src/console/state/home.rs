//! Paths as operators type them.

use std::path::PathBuf;

/// The path of a typed text; `~/` is the home folder.
pub fn expand_home(text: &str) -> PathBuf {
    let text = text.trim();
    match (text.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(base)) => base.home_dir().join(rest),
        _ => PathBuf::from(text),
    }
}
