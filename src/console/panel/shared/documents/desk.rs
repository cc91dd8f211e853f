//! Which document is edited, what was asked of commanding about it, and what came back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use marsdeck_engine::command::{Permission, Timing};
use marsdeck_engine::document::{Content, Document, DocumentKind};
use marsdeck_engine::runtime::{Draft, DraftOf, Order, OrderId, Reply};
use serde::{Deserialize, Serialize};

use super::paint::ChangesView;
use crate::view::ViewContext;

/// Most texts of versions that are kept; beyond that they are asked for again.
const MOST_KEPT: usize = 32;

/// A text that the panel has to edit from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// Of a version, or what somebody else saved.
    Text(Arc<str>),
    /// A new document.
    New,
}

/// What is edited next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A version.
    Version(u64),
    /// A new document.
    New,
}

/// Somebody saved another version meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Conflict {
    pub head: u64,
    pub by: String,
    pub own: Arc<str>,
}

/// What of a desk outlives the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub mission: String,
    pub name: String,
    pub note: String,
    pub parents: Vec<u64>,
}

/// The desk of a panel that edits documents of a kind.
pub struct DocumentDesk {
    pub(super) kind: DocumentKind,
    pub(super) kept: Kept,
    /// The text of the version that is edited; none for a new document or until it came.
    pub(super) base: Option<Arc<str>>,
    saving: Option<(OrderId, Arc<str>)>,
    opening: Option<OrderId>,
    preparing: Option<OrderId>,
    contents: BTreeMap<u64, Arc<str>>,
    asked: BTreeMap<u64, OrderId>,
    /// Versions whose text was refused: not asked for in every frame.
    refused: BTreeSet<u64>,
    pub(super) conflict: Option<Conflict>,
    /// What would lose text that is not saved.
    pub(super) unsure: Option<Next>,
    pub(super) said: String,
    pub(super) activate: bool,
    pub(super) changes: ChangesView,
}

impl DocumentDesk {
    /// For documents of a kind, with nothing open.
    pub fn new(kind: DocumentKind) -> Self {
        Self {
            kind,
            kept: Kept::default(),
            base: None,
            saving: None,
            opening: None,
            preparing: None,
            contents: BTreeMap::new(),
            asked: BTreeMap::new(),
            refused: BTreeSet::new(),
            conflict: None,
            unsure: None,
            said: String::new(),
            activate: false,
            changes: ChangesView::default(),
        }
    }

    /// The mission that the document is for.
    pub fn mission<'a>(&'a self, cx: &'a ViewContext<'_>) -> &'a str {
        if self.kept.mission.is_empty() { cx.mission() } else { &self.kept.mission }
    }

    /// Says for which mission a new document is; a saved one keeps its own.
    pub fn set_mission(&mut self, mission: &str) {
        if self.kept.parents.is_empty() && self.kept.mission != mission {
            mission.clone_into(&mut self.kept.mission);
        }
    }

    /// The version that is edited; none for a new document.
    pub fn version(&self) -> Option<u64> {
        self.kept.parents.first().copied()
    }

    /// Whether a text is what the edited version holds.
    pub fn is_saved(&self, text: &str) -> bool {
        self.version().is_some() && self.base.as_deref() == Some(text)
    }

    /// What of it outlives the program, as JSON.
    pub fn state(&self) -> serde_json::Value {
        serde_json::to_value(&self.kept).unwrap_or_default()
    }

    /// Takes what [`Self::state`] gave.
    pub fn restore(&mut self, state: &serde_json::Value) {
        if let Ok(kept) = serde_json::from_value(state.clone()) {
            self.kept = kept;
        }
    }

    /// The document that is open.
    pub fn document<'a>(&self, cx: &'a ViewContext<'_>) -> Option<&'a Document> {
        let all = &cx.snapshot.commanding.documents;
        let (document, _) = all.version(self.version()?)?;
        (document.kind == self.kind).then_some(document)
    }

    /// All documents of the kind.
    pub(super) fn documents<'a>(&self, cx: &'a ViewContext<'_>) -> Vec<&'a Document> {
        let kind = self.kind;
        cx.snapshot.commanding.documents.iter().filter(|one| one.kind == kind).collect()
    }

    /// The text of a version; asked for where it is not here yet.
    pub fn content(&mut self, cx: &ViewContext<'_>, version: u64) -> Option<Arc<str>> {
        if let Some(text) = self.contents.get(&version) {
            return Some(Arc::clone(text));
        }
        let may_ask = cx.account().is_some();
        if may_ask && !self.refused.contains(&version) && !self.asked.contains_key(&version) {
            self.asked.insert(version, cx.order(Order::Open { version }));
        }
        None
    }

    fn keep(&mut self, version: u64, text: &Arc<str>) {
        if self.contents.len() >= MOST_KEPT {
            self.contents.clear();
        }
        self.contents.insert(version, Arc::clone(text));
    }

    /// Begins a new document.
    pub fn start_new(&mut self, mission: &str, name: &str) {
        self.kept = Kept { mission: mission.to_owned(), name: name.to_owned(), ..Kept::default() };
        self.base = None;
        self.conflict = None;
        self.unsure = None;
        self.said.clear();
    }

    pub(super) fn open(&mut self, cx: &ViewContext<'_>, version: u64) {
        self.unsure = None;
        self.refused.clear();
        self.opening = Some(cx.order(Order::Open { version }));
        self.said = format!("Opening version {version}…");
    }

    /// Why the document cannot be saved; none: it can.
    pub(super) fn hindrance(&self, cx: &ViewContext<'_>, text: &str) -> Option<String> {
        let mission = self.mission(cx);
        if !cx.snapshot.commanding.stopped.is_empty() {
            return Some(cx.snapshot.commanding.stopped.clone());
        }
        if cx.account().is_none() {
            return Some("Log in first: who saves stands with every version.".to_owned());
        }
        if !cx.may(mission, Permission::Prepare) {
            return Some(format!(
                "Your roles in {mission} do not let you prepare; ask an administrator."
            ));
        }
        if self.kept.name.trim().is_empty() {
            return Some("Give the document a name.".to_owned());
        }
        if self.saving.is_some() {
            return Some("The version before is being saved.".to_owned());
        }
        self.is_saved(text).then(|| "Everything is saved.".to_owned())
    }

    pub(super) fn save(&mut self, cx: &ViewContext<'_>, text: &str) {
        let text: Arc<str> = text.into();
        let id = cx.order(Order::Save {
            kind: self.kind,
            mission: self.mission(cx).to_owned(),
            name: self.kept.name.trim().to_owned(),
            parents: self.kept.parents.clone(),
            note: self.kept.note.trim().to_owned(),
            content: Content::Text(Arc::clone(&text)),
        });
        self.saving = Some((id, text));
        "Saving…".clone_into(&mut self.said);
    }

    /// Why the saved version cannot be prepared; none: it can.
    pub(super) fn not_ready(&self, cx: &ViewContext<'_>, text: &str) -> Option<String> {
        match self.hindrance(cx, text) {
            _ if self.preparing.is_some() => Some("It is being prepared.".to_owned()),
            _ if self.is_saved(text) && self.can_prepare(cx) => None,
            Some(reason) if !self.is_saved(text) => Some(reason),
            _ if !self.can_prepare(cx) => self.hindrance(cx, ""),
            _ => Some("Save it first: what goes up is a saved version.".to_owned()),
        }
    }

    fn can_prepare(&self, cx: &ViewContext<'_>) -> bool {
        cx.snapshot.commanding.stopped.is_empty() && cx.may(self.mission(cx), Permission::Prepare)
    }

    pub(super) fn prepare(&mut self, cx: &ViewContext<'_>, what: DraftOf) {
        let mission = self.mission(cx).to_owned();
        let draft = Draft { mission, what, timing: Timing::default() };
        self.preparing = Some(cx.order(Order::Prepare(Box::new(draft))));
        "Preparing…".clone_into(&mut self.said);
    }

    /// Puts one's own text on top of what somebody else saved.
    pub(super) fn keep_mine(&mut self, cx: &ViewContext<'_>) {
        let Some(conflict) = self.conflict.take() else { return };
        let own = self.version();
        self.kept.parents = [Some(conflict.head), own].into_iter().flatten().collect();
        self.save(cx, &conflict.own);
    }

    /// Takes the text that somebody else saved; one's own is given up.
    pub(super) fn take_theirs(&mut self, theirs: &Arc<str>) -> Option<Brought> {
        let conflict = self.conflict.take()?;
        self.kept.parents = vec![conflict.head];
        self.base = Some(Arc::clone(theirs));
        self.said = format!("Version {} of {}.", conflict.head, conflict.by);
        Some(Brought::Text(Arc::clone(theirs)))
    }

    /// Looks for answers; a text where a version was opened.
    pub fn take(&mut self, cx: &ViewContext<'_>) -> Option<Brought> {
        self.take_contents(cx);
        self.take_saved(cx);
        if let Some(reply) = self.preparing.and_then(|id| cx.reply(id)) {
            self.said = match reply {
                Reply::Prepared(uid) => {
                    format!("Prepared as {uid}; approve and release it in the Commands panel.")
                }
                reply => refusal(reply),
            };
            self.preparing = None;
        }
        if self.base.is_none()
            && self.conflict.is_none()
            && let Some(version) = self.version()
        {
            // After a restart: what is edited is compared with what is saved.
            self.base = self.content(cx, version);
        }
        let reply = cx.reply(self.opening?)?;
        self.opening = None;
        let Reply::Opened { version, content: Content::Text(text) } = reply else {
            self.said = refusal(reply);
            return None;
        };
        self.keep(*version, text);
        if let Some((document, _)) = cx.snapshot.commanding.documents.version(*version) {
            self.start_new(&document.mission, &document.name);
        }
        self.kept.parents = vec![*version];
        self.base = Some(Arc::clone(text));
        self.said = format!("Version {version} is open.");
        Some(Brought::Text(Arc::clone(text)))
    }

    fn take_contents(&mut self, cx: &ViewContext<'_>) {
        let asked = std::mem::take(&mut self.asked);
        for (version, id) in asked {
            match cx.reply(id) {
                None => drop(self.asked.insert(version, id)),
                Some(Reply::Opened { content: Content::Text(text), .. }) => {
                    self.keep(version, text);
                }
                Some(reply) => {
                    self.said = refusal(reply);
                    self.refused.insert(version);
                }
            }
        }
    }

    fn take_saved(&mut self, cx: &ViewContext<'_>) {
        let Some(reply) = self.saving.as_ref().and_then(|(id, _)| cx.reply(*id)) else { return };
        let Some((_, text)) = self.saving.take() else { return };
        match reply {
            Reply::Saved(version) => {
                self.keep(*version, &text);
                self.kept.parents = vec![*version];
                self.kept.note.clear();
                self.base = Some(text);
                self.said = format!("Saved as version {version}.");
            }
            Reply::Behind { head, by, .. } => {
                self.said = format!("{by} saved version {head} meanwhile.");
                self.conflict = Some(Conflict { head: *head, by: by.clone(), own: text });
            }
            reply => self.said = refusal(reply),
        }
    }
}

/// Why something was not done, in words.
fn refusal(reply: &Reply) -> String {
    match reply {
        Reply::Refused(reasons) if !reasons.is_empty() => {
            format!("{}.", reasons.join("; ").trim_end_matches('.'))
        }
        Reply::Done(said) => said.clone(),
        Reply::Opened { version, .. } => format!("Version {version} is no text."),
        _ => "It was not done; the messages say why.".to_owned(),
    }
}
