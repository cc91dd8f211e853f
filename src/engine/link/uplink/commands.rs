//! The commands that are under way: which frames are whose, what has left, what has arrived.

use std::collections::VecDeque;

use super::model::UplinkEvent;

/// A command, as frames with the tags `first` to before `end`.
#[derive(Clone, Debug)]
struct Command {
    id: u64,
    first: u64,
    end: u64,
    /// Whether something of it was given to the connection.
    has_left: bool,
    /// Which CLTU of the connection its last frame was.
    last_cltu: Option<u32>,
    is_sent: bool,
}

/// Commands in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Commands {
    under_way: VecDeque<Command>,
    next_tag: u64,
}

impl Commands {
    /// Takes a command of so many frames; gives the tag of its first one.
    pub(super) fn add(&mut self, id: u64, frames: u64) -> u64 {
        let first = self.next_tag;
        self.next_tag += frames;
        let (has_left, last_cltu, is_sent) = (false, None, false);
        let end = self.next_tag;
        self.under_way.push_back(Command { id, first, end, has_left, last_cltu, is_sent });
        first
    }

    /// A frame is given to the connection now, as its CLTU of that number.
    pub(super) fn leaves(&mut self, tag: u64, cltu: u32) {
        let found = self.under_way.iter_mut().find(|c| (c.first..c.end).contains(&tag));
        if let Some(command) = found {
            command.has_left = true;
            if tag + 1 == command.end && command.last_cltu.is_none() {
                command.last_cltu = Some(cltu);
            }
        }
    }

    /// So many CLTUs of the connection were radiated.
    pub(super) fn radiated(&mut self, count: u32, events: &mut Vec<UplinkEvent>) {
        for command in &mut self.under_way {
            if !command.is_sent && command.last_cltu.is_some_and(|cltu| cltu <= count) {
                command.is_sent = true;
                events.push(UplinkEvent::Sent { id: command.id });
            }
        }
    }

    /// A frame has arrived on board; they do so in their order.
    pub(super) fn acknowledged(&mut self, tag: u64, events: &mut Vec<UplinkEvent>) {
        while let Some(command) = self.under_way.pop_front_if(|c| c.end <= tag + 1) {
            // The record of the station may come late; what has arrived was radiated.
            if !command.is_sent {
                events.push(UplinkEvent::Sent { id: command.id });
            }
            events.push(UplinkEvent::Acknowledged { id: command.id });
        }
    }

    /// All that is under way ends.
    pub(super) fn give_up(&mut self, reason: &str, events: &mut Vec<UplinkEvent>) {
        for Command { id, has_left, .. } in self.under_way.drain(..) {
            let reason = reason.to_owned();
            events.push(if has_left {
                UplinkEvent::Lost { id, reason }
            } else {
                UplinkEvent::Returned { id, reason }
            });
        }
    }
}
