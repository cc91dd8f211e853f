//! What has to hold before a command is sent, how its stages show, and what it sets.

use crate::format::xmltree::Node;
use crate::mission::command::{Check, Constraint, ParameterToSet, Stage, Verifier, Window};

use super::duration::parse_duration;
use super::names::DESCRIBING;
use super::notes::shown;
use super::read::Reader;

/// Elements of `VerifierSet`, in the order of the schema, and their stages.
pub(super) const VERIFIERS: [(&str, Stage); 8] = [
    ("TransferredToRangeVerifier", Stage::TransferredToRange),
    ("SentFromRangeVerifier", Stage::SentFromRange),
    ("ReceivedVerifier", Stage::Received),
    ("AcceptedVerifier", Stage::Accepted),
    ("QueuedVerifier", Stage::Queued),
    ("ExecutionVerifier", Stage::Executing),
    ("CompleteVerifier", Stage::Complete),
    ("FailedVerifier", Stage::Failed),
];
/// Words of `VerifierEnumerationType`.
pub(super) const STAGES: [(&str, Stage); 9] = [
    ("release", Stage::Release),
    ("transferredToRange", Stage::TransferredToRange),
    ("sentFromRange", Stage::SentFromRange),
    ("received", Stage::Received),
    ("accepted", Stage::Accepted),
    ("queued", Stage::Queued),
    ("executing", Stage::Executing),
    ("complete", Stage::Complete),
    ("failed", Stage::Failed),
];
/// What a verifier may hold and is read.
const PARTS: [&str; 8] = [
    "Comparison",
    "ComparisonList",
    "BooleanExpression",
    "ContainerRef",
    "ParameterValueChange",
    "CheckWindow",
    "ReturnParmRef",
    "LongDescription",
];

impl<'t> Reader<'t> {
    /// The transmission constraints of a command.
    pub(super) fn constraints(&mut self, node: Node<'t>, system: usize) -> Vec<Constraint> {
        let lists = node.all("TransmissionConstraintList");
        let mut found = Vec::new();
        for constraint in lists.flat_map(|list| list.all("TransmissionConstraint")) {
            let Some(condition) = self.condition(constraint, system) else {
                let reason = "it was left out: nothing holds the command back for it";
                self.notes.at(constraint, reason);
                continue;
            };
            found.push(Constraint {
                condition,
                timeout_s: self.duration(constraint, "timeOut"),
                suspendable: self.flag(constraint, "suspendable", false),
            });
        }
        found
    }

    /// A duration in an attribute, in seconds; a problem where it is none.
    fn duration(&mut self, node: Node<'t>, key: &str) -> Option<f64> {
        let text = node.attribute(key)?;
        let seconds = parse_duration(text);
        if seconds.is_none() {
            let reason = format!("{key} \"{}\" is no duration of fixed length", shown(text));
            self.notes.at(node, format!("{reason}, such as PT5S; it was left out"));
        }
        seconds
    }

    /// The verifiers of a command.
    pub(super) fn verifiers(&mut self, node: Node<'t>, system: usize) -> Vec<Verifier> {
        let mut found = Vec::new();
        for verifier in node.all("VerifierSet").flat_map(Node::children) {
            let Some((_, stage)) = VERIFIERS.iter().find(|(name, _)| *name == verifier.name())
            else {
                self.notes.unsupported(verifier, "it was left out");
                continue;
            };
            self.notes.others(verifier, &PARTS, &DESCRIBING);
            if verifier.attribute("name").is_some() {
                self.notes.describing(verifier, "name of a verifier");
            }
            let Some(check) = self.check_of(verifier, system) else {
                let reason = "it was left out: this stage of the command will not show";
                self.notes.at(verifier, reason);
                continue;
            };
            let window = match verifier.child("CheckWindow") {
                None => None,
                Some(window) => self.window(window),
            };
            let noted = match verifier.child("ReturnParmRef") {
                None => None,
                Some(noted) => self.plain_instance(noted, system).map(|(id, _)| id),
            };
            found.push(Verifier { stage: *stage, check, window, noted });
        }
        found
    }

    fn check_of(&mut self, node: Node<'t>, system: usize) -> Option<Check> {
        if let Some(container) = node.child("ContainerRef") {
            return self.container_ref(container, system).map(Check::Comes);
        }
        if let Some(change) = node.child("ParameterValueChange") {
            let (Some(reference), Some(by)) =
                (change.child("ParameterRef"), change.child("Change"))
            else {
                self.notes.at(change, "it needs ParameterRef and Change");
                return None;
            };
            let (parameter, _) = self.plain_instance(reference, system)?;
            return Some(Check::Changes(parameter, self.number(by, "value")?));
        }
        self.condition(node, system).map(Check::Holds)
    }

    fn window(&mut self, node: Node<'t>) -> Option<Window> {
        let from_s = self.duration(node, "timeToStartChecking");
        let Some(to_s) = self.duration(node, "timeToStopChecking") else {
            self.notes.at(node, "it does not say when to stop; the window was left out");
            return None;
        };
        let relative = node.attribute("timeWindowIsRelativeTo").unwrap_or("timeLastVerifierPassed");
        let from_release = match relative.trim() {
            "commandRelease" => true,
            "timeLastVerifierPassed" => false,
            other => {
                let reason = format!("timeWindowIsRelativeTo \"{}\" is none of XTCE", shown(other));
                self.notes.at(node, format!("{reason}; taken as timeLastVerifierPassed"));
                false
            }
        };
        Some(Window { from_s, to_s, from_release })
    }

    /// The parameters that a command sets.
    pub(super) fn sets(&mut self, node: Node<'t>, system: usize) -> Vec<ParameterToSet> {
        let mut found = Vec::new();
        let lists = node.all("ParameterToSetList").flat_map(|list| list.all("ParameterToSet"));
        for set in lists {
            let Some(value) = set.child("NewValue") else {
                self.notes.unsupported(set, "a value that is computed; it was left out");
                continue;
            };
            let word = set.attribute("setOnVerification").unwrap_or("complete").trim();
            let Some((_, stage)) = STAGES.iter().find(|(name, _)| *name == word) else {
                let reason = format!("setOnVerification \"{}\" is none of XTCE", shown(word));
                self.notes.at(set, format!("{reason}; it was left out"));
                continue;
            };
            let Some((parameter, _)) = self.plain_instance(set, system) else { continue };
            found.push(ParameterToSet { parameter, value: value.text().to_owned(), stage: *stage });
        }
        found
    }
}
