//! The one table of user commands: buttons, keys, palette and help are made from it.

use egui::Key;

use super::UiIntent;
use super::command::{Command, CommandContext, Group, Shortcut};
use crate::state::TimeAxis;

/// The command of an id.
pub fn command(id: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.id == id)
}

fn workspace(cx: &CommandContext<'_>, n: usize) -> Option<UiIntent> {
    cx.workspaces.get(n).map(|name| UiIntent::OpenWorkspace(name.clone()))
}

/// All commands, in the order of the palette.
pub const COMMANDS: &[Command] = &[
    Command {
        id: "time.play",
        text: "Play or pause",
        tooltip: "Runs the clock through the archive from the cursor, or stands still.",
        shortcuts: &[Shortcut::key(Key::Space)],
        group: Group::Time,
        make: |_| Some(UiIntent::TogglePlay),
    },
    Command {
        id: "time.live",
        text: "Go live",
        tooltip: "Cursor to the newest data, and follow it.",
        shortcuts: &[Shortcut::key(Key::End)],
        group: Group::Time,
        make: |_| Some(UiIntent::GoLive),
    },
    Command {
        id: "time.first",
        text: "Go to the first data",
        tooltip: "Cursor to the start of the archive.",
        shortcuts: &[Shortcut::key(Key::Home)],
        group: Group::Time,
        make: |cx| cx.snapshot.span.map(|span| UiIntent::SetCursor(span.start)),
    },
    Command {
        id: "time.goto",
        text: "Go to a time…",
        tooltip: "Takes UTC, a day of year or a sol with a local time.",
        shortcuts: &[Shortcut::ctrl(Key::G)],
        group: Group::Time,
        make: |_| Some(UiIntent::AskTime),
    },
    Command {
        id: "time.step_on",
        text: "Step on",
        tooltip: "Moves the cursor on by a hundredth of the visible range.",
        shortcuts: &[Shortcut::key(Key::ArrowRight)],
        group: Group::Time,
        make: |cx| Some(UiIntent::Step(cx.time.small_step_s())),
    },
    Command {
        id: "time.step_back",
        text: "Step back",
        tooltip: "Moves the cursor back by a hundredth of the visible range.",
        shortcuts: &[Shortcut::key(Key::ArrowLeft)],
        group: Group::Time,
        make: |cx| Some(UiIntent::Step(-cx.time.small_step_s())),
    },
    Command {
        id: "time.leap_on",
        text: "Leap on",
        tooltip: "Moves the cursor on by a tenth of the visible range.",
        shortcuts: &[Shortcut::shift(Key::ArrowRight)],
        group: Group::Time,
        make: |cx| Some(UiIntent::Step(10.0 * cx.time.small_step_s())),
    },
    Command {
        id: "time.leap_back",
        text: "Leap back",
        tooltip: "Moves the cursor back by a tenth of the visible range.",
        shortcuts: &[Shortcut::shift(Key::ArrowLeft)],
        group: Group::Time,
        make: |cx| Some(UiIntent::Step(-10.0 * cx.time.small_step_s())),
    },
    Command {
        id: "time.sol_on",
        text: "Next sol",
        tooltip: "Moves the cursor on by one sol.",
        shortcuts: &[Shortcut::key(Key::PageDown)],
        group: Group::Time,
        make: |_| Some(UiIntent::Step(SOL_S)),
    },
    Command {
        id: "time.sol_back",
        text: "Previous sol",
        tooltip: "Moves the cursor back by one sol.",
        shortcuts: &[Shortcut::key(Key::PageUp)],
        group: Group::Time,
        make: |_| Some(UiIntent::Step(-SOL_S)),
    },
    Command {
        id: "time.faster",
        text: "Faster",
        tooltip: "Next higher replay speed.",
        shortcuts: &[Shortcut::key(Key::Plus), Shortcut::key(Key::Equals)],
        group: Group::Time,
        make: |cx| Some(UiIntent::SetSpeed(cx.time.next_speed(true))),
    },
    Command {
        id: "time.slower",
        text: "Slower",
        tooltip: "Next lower replay speed.",
        shortcuts: &[Shortcut::key(Key::Minus)],
        group: Group::Time,
        make: |cx| Some(UiIntent::SetSpeed(cx.time.next_speed(false))),
    },
    Command {
        id: "time.fit",
        text: "Show all data",
        tooltip: "Fits the visible range to everything in the archive.",
        shortcuts: &[Shortcut::ctrl(Key::Num0)],
        group: Group::Time,
        make: |_| Some(UiIntent::FitAll),
    },
    Command {
        id: "axis.utc",
        text: "Label axes in UTC",
        tooltip: "Time axes show UTC.",
        shortcuts: &[],
        group: Group::Time,
        make: |_| Some(UiIntent::SetAxis(TimeAxis::Utc)),
    },
    Command {
        id: "axis.lmst",
        text: "Label axes in LMST",
        tooltip: "Time axes show sol and local mean solar time.",
        shortcuts: &[],
        group: Group::Time,
        make: |_| Some(UiIntent::SetAxis(TimeAxis::Lmst)),
    },
    Command {
        id: "axis.ltst",
        text: "Label axes in LTST",
        tooltip: "Time axes show local true solar time.",
        shortcuts: &[],
        group: Group::Time,
        make: |_| Some(UiIntent::SetAxis(TimeAxis::Ltst)),
    },
    Command {
        id: "axis.hours",
        text: "Label axes in hours of the sol",
        tooltip: "Time axes show hours since the start of the sol.",
        shortcuts: &[],
        group: Group::Time,
        make: |_| Some(UiIntent::SetAxis(TimeAxis::SolOfDay)),
    },
    Command {
        id: "app.palette",
        text: "Find anything…",
        tooltip: "Commands, workspaces, panels, channels, events, instruments and times.",
        shortcuts: &[Shortcut::ctrl(Key::K)],
        group: Group::Places,
        make: |_| Some(UiIntent::OpenPalette),
    },
    Command {
        id: "workspace.1",
        text: "Open workspace 1",
        tooltip: "Opens the workspace number 1 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num1)],
        group: Group::Places,
        make: |cx| workspace(cx, 0),
    },
    Command {
        id: "workspace.2",
        text: "Open workspace 2",
        tooltip: "Opens the workspace number 2 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num2)],
        group: Group::Places,
        make: |cx| workspace(cx, 1),
    },
    Command {
        id: "workspace.3",
        text: "Open workspace 3",
        tooltip: "Opens the workspace number 3 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num3)],
        group: Group::Places,
        make: |cx| workspace(cx, 2),
    },
    Command {
        id: "workspace.4",
        text: "Open workspace 4",
        tooltip: "Opens the workspace number 4 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num4)],
        group: Group::Places,
        make: |cx| workspace(cx, 3),
    },
    Command {
        id: "workspace.5",
        text: "Open workspace 5",
        tooltip: "Opens the workspace number 5 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num5)],
        group: Group::Places,
        make: |cx| workspace(cx, 4),
    },
    Command {
        id: "workspace.6",
        text: "Open workspace 6",
        tooltip: "Opens the workspace number 6 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num6)],
        group: Group::Places,
        make: |cx| workspace(cx, 5),
    },
    Command {
        id: "workspace.7",
        text: "Open workspace 7",
        tooltip: "Opens the workspace number 7 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num7)],
        group: Group::Places,
        make: |cx| workspace(cx, 6),
    },
    Command {
        id: "workspace.8",
        text: "Open workspace 8",
        tooltip: "Opens the workspace number 8 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num8)],
        group: Group::Places,
        make: |cx| workspace(cx, 7),
    },
    Command {
        id: "workspace.9",
        text: "Open workspace 9",
        tooltip: "Opens the workspace number 9 of the strip.",
        shortcuts: &[Shortcut::key(Key::Num9)],
        group: Group::Places,
        make: |cx| workspace(cx, 8),
    },
    Command {
        id: "workspace.save",
        text: "Save this layout as…",
        tooltip: "Keeps the panels as they stand now as a workspace of your own.",
        shortcuts: &[Shortcut::ctrl(Key::S)],
        group: Group::Places,
        make: |_| Some(UiIntent::AskSaveWorkspace),
    },
    Command {
        id: "window.own",
        text: "Move panel to own window",
        tooltip: "The panel that was clicked last gets a window of its own, for another monitor. \
                  Closing that puts it back.",
        shortcuts: &[Shortcut::ctrl(Key::N)],
        group: Group::Places,
        make: |_| Some(UiIntent::TearOff(None)),
    },
    Command {
        id: "workspace.reset",
        text: "Reset this workspace",
        tooltip: "Puts the panels of this workspace back to how they came.",
        shortcuts: &[],
        group: Group::Places,
        make: |_| Some(UiIntent::ResetWorkspace),
    },
    Command {
        id: "layout.export",
        text: "Export layout to a file…",
        tooltip: "Writes workspaces, windows and their plots to a file for a colleague.",
        shortcuts: &[],
        group: Group::Places,
        make: |_| Some(UiIntent::AskExportLayout),
    },
    Command {
        id: "layout.open",
        text: "Open layout file…",
        tooltip: "Puts workspaces and windows as they are in the file of a colleague.",
        shortcuts: &[],
        group: Group::Places,
        make: |_| Some(UiIntent::AskOpenLayout),
    },
    Command {
        id: "data.ingest",
        text: "Ingest files…",
        tooltip: "Reads files or folders into the archive. Dropping them onto the window does the same.",
        shortcuts: &[Shortcut::ctrl(Key::O)],
        group: Group::Data,
        make: |_| Some(UiIntent::AskIngest),
    },
    Command {
        id: "log.write",
        text: "Write log entry…",
        tooltip: "Opens the log book with an entry about the time of the cursor.",
        shortcuts: &[Shortcut::ctrl(Key::L)],
        group: Group::Data,
        make: |cx| Some(UiIntent::WriteLog(cx.time.cursor, String::new(), None)),
    },
    Command {
        id: "alarm.mute",
        text: "Silence alarms for 10 min",
        tooltip: "No tones for ten minutes; an alarm that is worse than all before is heard.",
        shortcuts: &[Shortcut::ctrl(Key::M)],
        group: Group::Data,
        make: |_| Some(UiIntent::Mute(600.0)),
    },
    Command {
        id: "alarm.unmute",
        text: "Unmute alarms",
        tooltip: "Alarms are heard again.",
        shortcuts: &[],
        group: Group::Data,
        make: |_| Some(UiIntent::Mute(0.0)),
    },
    Command {
        id: "alarm.sound",
        text: "Alarm sound on or off",
        tooltip: "Whether alarms are heard at this console; it is remembered.",
        shortcuts: &[],
        group: Group::Data,
        make: |_| Some(UiIntent::ToggleSound),
    },
    Command {
        id: "data.report",
        text: "Hand-over report…",
        tooltip: "Writes what happened in a sol as a page that prints.",
        shortcuts: &[],
        group: Group::Data,
        make: |_| Some(UiIntent::AskReport),
    },
    Command {
        id: "app.help",
        text: "Help",
        tooltip: "Shows or hides the list of keys.",
        shortcuts: &[Shortcut::key(Key::F1), Shortcut::key(Key::Questionmark)],
        group: Group::Window,
        make: |_| Some(UiIntent::ToggleHelp),
    },
    Command {
        id: "window.full",
        text: "Full screen",
        tooltip: "Full screen on or off.",
        shortcuts: &[Shortcut::key(Key::F11)],
        group: Group::Window,
        make: |_| Some(UiIntent::ToggleFullScreen),
    },
    Command {
        id: "window.kiosk",
        text: "Kiosk mode",
        tooltip: "Full screen with nothing to press, for a wall; the same keys leave it.",
        shortcuts: &[Shortcut { key: Key::K, modifiers: CTRL_SHIFT }],
        group: Group::Window,
        make: |_| Some(UiIntent::ToggleKiosk),
    },
    Command {
        id: "window.theme",
        text: "Dark or light",
        tooltip: "Changes between the dark and the light theme.",
        shortcuts: &[Shortcut::ctrl(Key::T)],
        group: Group::Window,
        make: |cx| {
            Some(UiIntent::SetTheme(if cx.theme.is_dark() { "light" } else { "dark" }.to_owned()))
        },
    },
    Command {
        id: "window.graphics",
        text: "Rebuild the graphics",
        tooltip: "Makes windows and graphics device anew, as after a lost one; nothing else changes.",
        shortcuts: &[],
        group: Group::Window,
        make: |_| Some(UiIntent::RebuildGraphics),
    },
    Command {
        id: "window.larger",
        text: "Larger",
        tooltip: "Makes text and widgets larger.",
        shortcuts: &[Shortcut::ctrl(Key::Plus), Shortcut::ctrl(Key::Equals)],
        group: Group::Window,
        make: |_| Some(UiIntent::Zoom(1.1)),
    },
    Command {
        id: "window.smaller",
        text: "Smaller",
        tooltip: "Makes text and widgets smaller.",
        shortcuts: &[Shortcut::ctrl(Key::Minus)],
        group: Group::Window,
        make: |_| Some(UiIntent::Zoom(1.0 / 1.1)),
    },
    Command {
        id: "window.normal",
        text: "Normal size",
        tooltip: "Text and widgets in their normal size.",
        shortcuts: &[],
        group: Group::Window,
        make: |_| Some(UiIntent::Zoom(0.0)),
    },
    Command {
        id: "app.quit",
        text: "Quit",
        tooltip: "Closes the console; the archive is safe at any moment.",
        shortcuts: &[Shortcut::ctrl(Key::Q)],
        group: Group::Window,
        make: |_| Some(UiIntent::Quit),
    },
];

const CTRL_SHIFT: egui::Modifiers = egui::Modifiers::COMMAND.plus(egui::Modifiers::SHIFT);

/// A mean solar day of Mars in seconds (Allison and McEwen 2000).
const SOL_S: f64 = 88_775.244;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_texts_and_keys_are_unique() {
        let mut seen = HashSet::new();
        for command in COMMANDS {
            assert!(seen.insert(command.id.to_owned()), "{}", command.id);
            assert!(seen.insert(command.text.to_owned()), "{}", command.text);
            assert!(command.tooltip.ends_with('.'), "{}", command.tooltip);
            for shortcut in command.shortcuts {
                assert!(seen.insert(shortcut.text()), "{} {}", command.id, shortcut.text());
            }
        }
    }
}
