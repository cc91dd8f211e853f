//! The context of a frame and the trait of a panel.

use marsdeck_engine::command::{Permission, Uid};
use marsdeck_engine::runtime::{Intent, Order, OrderId, Reply, SessionView, Snapshot};
use marsdeck_engine::time::Instant;

use super::Queries;
use crate::clock::{NightCache, SolClocks, TickLabels, clock_text};
use crate::intent::{IntentQueue, UiIntent};
use crate::state::{Mode, PanelStates, Selection, Session, TimeControl};
use crate::theme::Theme;

/// Everything a panel may read, and the one queue it may write to.
pub struct ViewContext<'a> {
    /// The engine's newest snapshot.
    pub snapshot: &'a Snapshot,
    /// Cached answers; asking never blocks.
    pub queries: &'a Queries,
    /// Time cursor and linked range.
    pub time: &'a TimeControl,
    /// Selection.
    pub selection: &'a Selection,
    /// Sol clocks of the missions, and the reading of typed times.
    pub clocks: &'a dyn SolClocks,
    /// Nights of ranges, kept between frames.
    pub nights: &'a NightCache,
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// Where wishes go.
    pub intents: &'a IntentQueue,
    /// The session of whoever is logged in here.
    pub session: &'a Session,
    /// The time of day; none where nobody knows it.
    pub now: Option<Instant>,
}

impl ViewContext<'_> {
    /// The mission whose sols label the screen: the one in focus, else the first one.
    pub fn mission(&self) -> &str {
        if self.selection.mission.is_empty() {
            self.snapshot.missions.missions.first().map_or("", |mission| mission.id.as_str())
        } else {
            &self.selection.mission
        }
    }

    /// Asks something of commanding; [`Self::reply`] finds the answer. For everything but releases,
    /// which [`Self::live`] alone can order.
    pub fn order(&self, order: Order) -> OrderId {
        let id = self.session.next_order();
        let token = self.session.token().clone();
        self.intents.send(UiIntent::Engine(Intent::Command { id, token, order: Box::new(order) }));
        id
    }

    /// The answer to an order; none: it has not come yet.
    pub fn reply(&self, id: OrderId) -> Option<&Reply> {
        self.snapshot.commanding.answer(id)
    }

    /// Who is logged in here.
    pub fn account(&self) -> Option<&SessionView> {
        self.snapshot.commanding.session(self.session.token())
    }

    /// Whether who is logged in here may do something in a mission.
    pub fn may(&self, mission: &str, permission: Permission) -> bool {
        let account = self.account().filter(|account| !account.must_change);
        account.is_some_and(|of| self.snapshot.commanding.may(&of.name, mission, permission))
    }

    /// What only a live console can do; none in a replay or where the time stands still.
    pub fn live(&self) -> Option<LiveDesk<'_>> {
        (self.time.mode == Mode::Live).then_some(LiveDesk(self))
    }

    /// Labels for time axes, as the operator chose them.
    pub fn tick_labels(&self) -> TickLabels<'_> {
        TickLabels { clocks: self.clocks, mission: self.mission(), axis: self.time.axis }
    }

    /// The time of day, for ages of what is live; where nobody knows it, when the engine last looked
    /// at itself.
    pub fn present(&self) -> Option<Instant> {
        self.now.or(self.snapshot.health.time)
    }

    /// An instant as the chosen axis writes it.
    pub fn time_text(&self, t: Instant) -> String {
        clock_text(self.clocks, self.mission(), self.time.axis, t)
    }
}

/// The right to release commands; only a live view has one.
pub struct LiveDesk<'a>(&'a ViewContext<'a>);

impl LiveDesk<'_> {
    /// Orders the release of a command.
    pub fn release(&self, uid: Uid) -> OrderId {
        self.0.order(Order::Release { uid })
    }
}

/// A docked panel. `&mut self` is only its own view state (sorting, search text, zoom).
pub trait Panel {
    /// Title of its tab; also how the palette and `marsdeck snapshot` name it.
    fn title(&self) -> &'static str;
    /// Paints it.
    fn ui(&mut self, ui: &mut egui::Ui, cx: &ViewContext<'_>);
    /// Looks at a new snapshot, also while the panel is not on screen: for panels that remember how
    /// something went. Called once a snapshot, before painting; has to be quick.
    fn observe(&mut self, _snapshot: &Snapshot) {}
    /// What of its view outlives the program; none while it is as it came. Asked in every frame:
    /// kept ready.
    fn state(&self) -> Option<&serde_json::Value> {
        None
    }
    /// Takes what [`Self::state`] gave in an earlier run, or what a file of anybody says.
    fn restore(&mut self, _state: &serde_json::Value) {}
}

/// What panels of these titles keep, by title.
pub fn panel_states(panels: &[Box<dyn Panel>], titles: &[&str]) -> PanelStates {
    let kept = panels.iter().filter(|panel| titles.contains(&panel.title()));
    kept.filter_map(|panel| Some((panel.title().to_owned(), panel.state()?.clone()))).collect()
}

/// Gives panels back what they kept.
pub fn restore_panels(panels: &mut [Box<dyn Panel>], states: &PanelStates) {
    for panel in panels {
        if let Some(state) = states.get(panel.title()) {
            panel.restore(state);
        }
    }
}
