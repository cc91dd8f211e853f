//! The one place where keys become intents.

use egui::{Context, Event, Id, Key, Modifiers};

use super::command::{Command, CommandContext};
use super::{COMMANDS, IntentQueue};

/// The keys that a widget uses itself while it has the focus; all others belong to the commands.
#[derive(Clone)]
struct Claim {
    widget: Id,
    keys: Vec<Key>,
}

/// Where the claim of a window is kept.
fn place(ctx: &Context) -> Id {
    Id::unique(("keys of the focused widget", ctx.viewport_id()))
}

/// Says which keys a focused widget uses itself, from its last frame on until it loses the focus.
/// Ctrl with a letter or sign stays a command.
pub fn claim_keys(ctx: &Context, widget: Id, keys: Vec<Key>) {
    let place = place(ctx);
    ctx.data_mut(|data| data.insert_temp(place, Claim { widget, keys }));
}

/// The keys that the focused widget claimed, if it claimed any.
fn claimed(ctx: &Context) -> Option<Vec<Key>> {
    let claim = ctx.data(|data| data.get_temp::<Claim>(place(ctx)))?;
    ctx.memory(|memory| memory.has_focus(claim.widget)).then_some(claim.keys)
}

/// Takes the key presses of this frame that belong to commands and sends their intents. A key that
/// types text, or that a focused widget uses, is left alone, and so are the commands that a test of
/// their ids refuses.
pub fn run_shortcuts(
    ctx: &Context,
    cx: &CommandContext<'_>,
    intents: &IntentQueue,
    allowed: fn(&str) -> bool,
) {
    let text = ctx.text_edit_focused();
    let claimed = claimed(ctx);
    let widget = ctx.egui_wants_keyboard_input() && claimed.is_none();
    let own = claimed.unwrap_or_default();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            if own.contains(key) && (!modifiers.command || is_arrow(*key)) {
                return true;
            }
            let taken = wanted(*key, *modifiers, text, widget)
                .filter(|command| allowed(command.id))
                .and_then(|command| (command.make)(cx));
            match taken {
                Some(intent) => {
                    intents.send(intent);
                    false
                }
                None => true,
            }
        });
    });
}

fn is_arrow(key: Key) -> bool {
    matches!(key, Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight)
}

fn wanted(key: Key, pressed: Modifiers, text: bool, widget: bool) -> Option<&'static Command> {
    // A focused button takes Space and Enter, a focused slider the arrows.
    let widgets_own = matches!(
        key,
        Key::Space | Key::Enter | Key::ArrowLeft | Key::ArrowRight | Key::Home | Key::End
    );
    COMMANDS.iter().find(|command| {
        command.shortcuts.iter().any(|shortcut| {
            shortcut.key == key
                && same_modifiers(shortcut.modifiers, pressed, key)
                && (!text || shortcut.works_in_text())
                && (!widget || text || !widgets_own || shortcut.modifiers.command)
        })
    })
}

fn same_modifiers(wanted: Modifiers, pressed: Modifiers, key: Key) -> bool {
    let shifted = matches!(key, Key::Questionmark | Key::Plus | Key::Equals);
    wanted.command == pressed.command
        && wanted.alt == pressed.alt
        && (shifted || wanted.shift == pressed.shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_find_their_command_and_typing_is_left_alone() {
        let none = Modifiers::NONE;
        let ctrl = Modifiers { ctrl: true, command: true, ..none };
        assert!(wanted(Key::Space, none, false, false).is_some());
        assert!(wanted(Key::Space, none, true, true).is_none(), "typed text");
        assert!(wanted(Key::Space, none, false, true).is_none(), "a focused button");
        assert!(wanted(Key::Num3, none, true, true).is_none());
        assert!(wanted(Key::K, ctrl, true, true).is_some());
        assert!(wanted(Key::K, none, false, false).is_none());
        assert!(wanted(Key::Questionmark, Modifiers::SHIFT, false, false).is_some());
        assert!(wanted(Key::F1, none, true, true).is_some());
        let step = wanted(Key::ArrowRight, none, false, false).map(|command| command.id);
        let leap =
            wanted(Key::ArrowRight, Modifiers::SHIFT, false, false).map(|command| command.id);
        assert_ne!(step, leap);
    }
}
