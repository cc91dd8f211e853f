//! The two-person rule: what needs an approval, and who can give it.
//!
//! An approval is bound to the hash of the content that its giver saw. Editing voids it, and who
//! prepared or edited a command is not somebody else.

use super::desk::CommandItem;
use super::prepared::{Prepared, Target};
use super::refusal::Reason;
use super::{Actor, Digest, Permission};
use crate::mission::command::Consequence;

/// What needs approvals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Commands of this significance and above need one.
    pub threshold: Consequence,
    /// How many.
    pub approvals: usize,
    /// How many commands need that nobody foresees (level A).
    pub forbidden_approvals: usize,
}

impl Default for Policy {
    /// One approval from vital on (level C), two for level A.
    fn default() -> Self {
        Self { threshold: Consequence::Vital, approvals: 1, forbidden_approvals: 2 }
    }
}

impl Policy {
    /// How many approvals a command needs.
    pub fn needed(&self, prepared: &Prepared) -> usize {
        let is_delivery = prepared.target == Target::Delivery;
        if prepared.significance == Consequence::Forbidden {
            self.forbidden_approvals.max(1)
        } else if is_delivery || prepared.significance >= self.threshold {
            self.approvals.max(1)
        } else {
            0
        }
    }

    /// Why a command may not be released as far as approvals go; none where it may.
    pub fn lack(&self, item: &CommandItem) -> Option<Reason> {
        if let Some((by, reason)) = &item.rejected {
            return Some(Reason::Rejected { by: by.clone(), reason: reason.clone() });
        }
        let prepared = item.sealed.prepared();
        let need = self.needed(prepared);
        // The hash is taken anew: what is released is what was approved, to the last bit.
        let digest = Digest::of(item.sealed.text().as_bytes());
        let valid = item
            .approvals
            .iter()
            .filter(|approval| approval.digest == digest && !item.authors.contains(&approval.who));
        let have = valid.count();
        let because = prepared.significance;
        (have < need).then_some(Reason::NotApproved { have, need, because })
    }
}

/// Why somebody cannot approve or reject a content; empty where they can.
pub(super) fn objections(item: &CommandItem, by: &Actor, seen: Digest) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if !by.may(Permission::Approve) {
        reasons.push(not_allowed(by, Permission::Approve));
    }
    let is = item.sealed.digest();
    if seen != is {
        reasons.push(Reason::OtherContent { is, approved: seen });
    }
    if !item.state().is_open() {
        reasons.push(Reason::WrongState { state: item.state(), action: "approved or rejected" });
    }
    reasons
}

/// Why somebody cannot approve a content; empty where they can.
pub(super) fn approval_objections(item: &CommandItem, by: &Actor, seen: Digest) -> Vec<Reason> {
    let mut reasons = objections(item, by, seen);
    if item.authors.contains(by.name()) {
        reasons.push(Reason::SelfApproval(by.name().to_owned()));
    }
    if item.approvals.iter().any(|approval| approval.who == by.name()) {
        reasons.push(Reason::ApprovedAlready(by.name().to_owned()));
    }
    // Who rejected it may think again; others cannot overrule them.
    if let Some((who, reason)) = item.rejected.as_ref().filter(|(who, _)| who != by.name()) {
        reasons.push(Reason::Rejected { by: who.clone(), reason: reason.clone() });
    }
    reasons
}

pub(super) fn not_allowed(by: &Actor, permission: Permission) -> Reason {
    let (who, mission) = (by.name().to_owned(), by.mission().to_owned());
    Reason::NotAllowed { who, permission, mission }
}
