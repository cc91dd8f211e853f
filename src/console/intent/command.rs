//! A user command: what it is called, which keys it has, and the intent that it makes.

use egui::{Key, Modifiers};
use marsdeck_engine::runtime::Snapshot;

use super::UiIntent;
use crate::state::TimeControl;
use crate::theme::Theme;

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// The key.
    pub key: Key,
    /// Exactly these modifiers (Ctrl is Command on a Mac). Shift is not looked at for keys that
    /// need it to be typed, such as `?` and `+`.
    pub modifiers: Modifiers,
}

impl Shortcut {
    /// A key alone.
    pub const fn key(key: Key) -> Self {
        Self { key, modifiers: Modifiers::NONE }
    }

    /// With Ctrl.
    pub const fn ctrl(key: Key) -> Self {
        Self { key, modifiers: Modifiers::COMMAND }
    }

    /// With Shift.
    pub const fn shift(key: Key) -> Self {
        Self { key, modifiers: Modifiers::SHIFT }
    }

    /// Whether typing text never makes it, so that it works while a text field has the focus.
    pub fn works_in_text(self) -> bool {
        self.modifiers.command || matches!(self.key, Key::F1 | Key::F11)
    }

    /// As printed, e.g. `Ctrl+K`.
    pub fn text(self) -> String {
        let sign = match self.key {
            Key::Plus => "+",
            Key::Minus => "-",
            Key::Equals => "=",
            Key::Questionmark => "?",
            key => key.name(),
        };
        let modifiers = egui::ModifierNames::NAMES.format(&self.modifiers, false);
        if modifiers.is_empty() { sign.to_owned() } else { format!("{modifiers}+{sign}") }
    }
}

/// Where a command stands in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Clock and cursor.
    Time,
    /// Workspaces and panels.
    Places,
    /// Data in and out.
    Data,
    /// Look of the window.
    Window,
}

impl Group {
    /// All, in the order of the help.
    pub const ALL: [Self; 4] = [Self::Time, Self::Places, Self::Data, Self::Window];

    /// Title in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Places => "Workspaces and panels",
            Self::Data => "Data",
            Self::Window => "Window",
        }
    }
}

/// What a command may look at when it makes its intent.
pub struct CommandContext<'a> {
    /// The engine's newest snapshot.
    pub snapshot: &'a Snapshot,
    /// Time cursor.
    pub time: &'a TimeControl,
    /// Theme in use.
    pub theme: &'a Theme,
    /// Workspaces in the order of the screen.
    pub workspaces: &'a [String],
}

/// One line of the table of user commands. The order of the table is the order in the palette.
pub struct Command {
    /// Stable name, e.g. `time.live`.
    pub id: &'static str,
    /// What it is called on screen.
    pub text: &'static str,
    /// What it does, in one sentence.
    pub tooltip: &'static str,
    /// Its keys; the first one is printed.
    pub shortcuts: &'static [Shortcut],
    /// Where it stands in the help.
    pub group: Group,
    /// The intent it makes now; none where it makes no sense now.
    pub make: fn(&CommandContext<'_>) -> Option<UiIntent>,
}

impl Command {
    /// Its keys as printed; empty where it has none.
    pub fn shortcut_text(&self) -> String {
        self.shortcuts.first().map(|shortcut| shortcut.text()).unwrap_or_default()
    }

    /// Tooltip with its keys.
    pub fn hint(&self) -> String {
        let keys: Vec<String> = self.shortcuts.iter().map(|shortcut| shortcut.text()).collect();
        if keys.is_empty() {
            self.tooltip.to_owned()
        } else {
            format!("{}\n{}", self.tooltip, keys.join(" or "))
        }
    }
}
