//! One running question per view slot; the last good answer stays on screen meanwhile.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use marsdeck_engine::query::{Answer, QueryError, Request};
use marsdeck_engine::runtime::{EngineHandle, Ticket};

/// What a slot has now.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    /// The last good answer, and the request that it answers.
    pub answer: Option<(Arc<Request>, Arc<Answer>)>,
    /// Whether a newer answer is under way.
    pub loading: bool,
    /// Why the last question failed.
    pub error: Option<QueryError>,
}

#[derive(Default)]
struct Slot {
    asked: Option<(Arc<Request>, u64)>,
    ticket: Option<Ticket>,
    answer: Option<(Arc<Request>, Arc<Answer>)>,
    error: Option<QueryError>,
    used: u64,
    since: u64,
}

/// Frames that an answer under way may take before a newer question cancels it.
pub const PATIENCE: u64 = 6;

/// The queries of all views. A slot that is not asked for during 120 frames is dropped, which
/// cancels what it waits for.
pub struct Queries {
    engine: Arc<dyn EngineHandle>,
    slots: RefCell<HashMap<egui::Id, Slot>>,
    frame: std::cell::Cell<u64>,
    generation: std::cell::Cell<u64>,
}

impl Queries {
    /// An empty cache over an engine.
    pub fn new(engine: Arc<dyn EngineHandle>) -> Self {
        Self {
            engine,
            slots: RefCell::default(),
            frame: std::cell::Cell::new(0),
            generation: std::cell::Cell::new(0),
        }
    }

    /// Asks a question for a slot. The same request at the same archive generation is asked once.
    /// Another one waits for what is under way, but no more than [`PATIENCE`] frames: then it
    /// cancels it. So a cursor that runs still gets answers, and a view that moved on is not slowed.
    pub fn ask(&self, slot: egui::Id, request: &Request) -> Pending {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.entry(slot).or_default();
        slot.used = self.frame.get();
        let generation = self.generation.get();
        Self::receive(slot);
        let same =
            slot.asked.as_ref().is_some_and(|(asked, at)| **asked == *request && *at == generation);
        let patient = slot.ticket.is_some() && self.frame.get() < slot.since + PATIENCE;
        if !same && !patient {
            slot.since = self.frame.get();
            let asked = Arc::new(request.clone());
            slot.ticket = Some(self.engine.query(request.clone()));
            slot.asked = Some((asked, generation));
        }
        Pending {
            answer: slot.answer.clone(),
            loading: slot.ticket.is_some() || !same,
            error: slot.error.clone(),
        }
    }

    fn receive(slot: &mut Slot) {
        let Some(result) = slot.ticket.as_ref().and_then(Ticket::poll) else { return };
        slot.ticket = None;
        match (result, &slot.asked) {
            (Ok(answer), Some((request, _))) => {
                slot.answer = Some((Arc::clone(request), Arc::new(answer)));
                slot.error = None;
            }
            // The engine was too busy to take it: asked again in the next frame.
            (Err(QueryError::Cancelled), _) => slot.asked = None,
            (Err(error), _) => slot.error = Some(error),
            (Ok(_), None) => {}
        }
    }

    /// Starts a frame at an archive generation: old slots go, changed archives are asked again.
    pub fn begin_frame(&self, archive_generation: u64) {
        let frame = self.frame.get() + 1;
        self.frame.set(frame);
        self.generation.set(archive_generation);
        self.slots.borrow_mut().retain(|_, slot| slot.used + 120 >= frame);
    }

    /// Whether any question is under way.
    pub fn is_loading(&self) -> bool {
        self.slots.borrow().values().any(|slot| slot.ticket.is_some() || slot.asked.is_none())
    }
}
