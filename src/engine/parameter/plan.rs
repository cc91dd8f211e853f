//! A compiled plan: what it consists of, and what can be asked of it.

use std::collections::HashMap;

use super::calibration;
use super::condition::{Measure, Test, Watched};
use super::scalar::{Meaning, Scalar};
use crate::mission::Severity;
use crate::mission::telemetry::{ContainerId, ParameterId, TypeId};
use crate::time::Instant;

/// Position of a leaf in [`Plan::leaves`].
pub type LeafId = u32;

/// How to read the bits of a raw value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RawKind {
    /// In no packet.
    #[default]
    None,
    /// A `u64`.
    Unsigned,
    /// An `i64`.
    Signed,
    /// An `f64`.
    Float,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// A value that is no array and no aggregate: a parameter, or an element or member inside one.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Qualified name, e.g. `/S/voltage`, `/S/array[2]`, `/S/header.flags`. An array of dynamic
    /// size is one leaf, `/S/array[*]`; the values carry the index.
    pub name: String,
    /// The parameter it belongs to.
    pub parameter: ParameterId,
    /// Its own type.
    pub type_id: TypeId,
    /// How raw values are to be read.
    pub raw: RawKind,
}

/// Everything needed to decode the packets of one root container.
#[derive(Debug, Default)]
pub struct Plan {
    pub(super) leaves: Vec<Leaf>,
    pub(super) by_name: HashMap<String, LeafId>,
    /// By type, as in the dictionary.
    pub(super) types: Vec<Scalar>,
    /// By leaf: where conditions find its newest value.
    pub(super) watch_of: Vec<Option<u32>>,
    /// By watch: value before the first packet.
    pub(super) watched: Vec<Watched>,
    pub(super) nodes: Vec<Node>,
    pub(super) ops: Vec<Op>,
    pub(super) runs: Vec<Run>,
    pub(super) marks: usize,
}

/// A container of the decision tree: its own entries, then its children.
#[derive(Debug)]
pub(super) struct Node {
    pub container: ContainerId,
    pub is_abstract: bool,
    pub ops: std::ops::Range<usize>,
    /// Children told apart by the same whole number: value and node, ascending.
    pub keyed: Option<(u32, Vec<(i128, Branch)>)>,
    /// Other children, tried in order after those.
    pub others: Vec<Branch>,
}

/// A child, if the rest of its restriction holds.
#[derive(Debug)]
pub(super) struct Branch {
    pub test: Test,
    pub node: usize,
}

/// A step over a packet. `cursor` is the bit that comes next.
#[derive(Debug)]
pub(super) enum Op {
    /// Fields at fixed places from the cursor on.
    Run(usize),
    /// Text or bytes at the cursor.
    Text(LeafId, TextSize),
    Bytes(LeafId, Measure),
    /// Moves the cursor.
    Seek(i64),
    Mark(usize),
    SeekMark(usize, i64),
    /// Goes on at the given operation unless the test holds.
    Unless(Test, usize),
    /// Repeats what follows; past the end the given operation comes next.
    Loop {
        count: Measure,
        gap: u64,
        end: usize,
        counter: usize,
    },
    /// End of what is repeated.
    Next,
}

#[derive(Debug)]
pub(super) enum TextSize {
    Fixed { bits: Measure, terminator: Option<u8> },
    Terminated { terminator: u8, most: Option<u64> },
    Counted { bits: u32, most: Option<u64> },
}

/// A field of a run: its first bit, from where the run begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub leaf: LeafId,
    pub at: u64,
    pub bits: u32,
}

/// What the bits of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Whole,
    /// IEEE 754 binary32 and binary64, most significant byte first.
    Single,
    Double,
}

/// From a number to its engineering value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Polynomial {
    None,
    /// `c0 + x·c1`
    Line([f64; 2]),
    /// `c0 + x·(c1 + x·c2)`
    Parabola([f64; 3]),
}

/// A field as eight bytes and two shifts, and what is usually done to a number. All in one place:
/// a run is then one walk over memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The sign bit, or none.
    pub sign: u64,
    pub byte: u32,
    pub left: u8,
    pub right: u8,
    pub number: Number,
    /// Outside of `low..=high`.
    pub severity: Severity,
    pub low: f64,
    pub high: f64,
    pub polynomial: Polynomial,
}

/// Fields at fixed places, with all that is to be done to them. Slots count the fields.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub fields: Vec<Field>,
    pub ids: Vec<super::ValueId>,
    /// Bit inside its byte at which the run has to begin for the loads to fit.
    pub phase: u64,
    /// Bytes that must follow for every step to be inside the packet.
    pub bytes: usize,
    /// From the begin to where the cursor goes.
    pub advance: i64,
    pub steps: Vec<Step>,
    /// Second and further limits of a field.
    pub limits: Vec<Limit>,
    /// All that needs more than the above, in packet order.
    pub special: Vec<u32>,
}

/// A severity outside of `low..=high`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub low: f64,
    pub high: f64,
    pub slot: u32,
    pub severity: Severity,
}

/// What a processor remembers between packets; made by [`Plan::state`], one per processor.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(super) watched: Vec<Watched>,
    /// By leaf: violations one after the other.
    pub(super) violations: Vec<u32>,
    pub(super) marks: Vec<u64>,
    pub(super) loops: Vec<Frame>,
}

/// A repetition that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// First operation of the body, and the one after it.
    pub body: usize,
    pub end: usize,
    pub left: u64,
    pub gap: u64,
    /// Mark that counts the repetitions of this loop in the whole packet.
    pub counter: usize,
}

impl Plan {
    /// A fresh state: no violations, no values but constants and initial ones.
    pub fn state(&self) -> State {
        State {
            watched: self.watched.clone(),
            violations: vec![0; self.leaves.len()],
            marks: vec![0; self.marks],
            loops: Vec::new(),
        }
    }

    /// All leaves of the dictionary, also those that are in no packet.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// One leaf.
    pub fn leaf(&self, id: LeafId) -> Option<&Leaf> {
        self.leaves.get(id as usize)
    }

    /// The leaf of this name.
    pub fn find(&self, name: &str) -> Option<LeafId> {
        self.by_name.get(name).copied()
    }

    /// Name of a value: that of its leaf, the index of an array of dynamic size filled in.
    pub fn name(&self, id: super::ValueId) -> String {
        let Some(leaf) = self.leaf(id.leaf) else { return String::new() };
        match leaf.name.rsplit_once("[*]") {
            Some((before, after)) => format!("{before}[{}]{after}", id.index),
            None => leaf.name.clone(),
        }
    }

    /// Name that an enumeration or boolean gives to a raw value.
    pub fn label(&self, leaf: LeafId, raw_bits: u64) -> Option<&str> {
        let leaf = self.leaf(leaf)?;
        self.types.get(leaf.type_id)?.label(leaf.raw, raw_bits)
    }

    /// Whether the engineering values of a leaf are instants, in seconds since 1970 UTC.
    pub fn is_absolute_time(&self, leaf: LeafId) -> bool {
        self.scalar(leaf).is_some_and(|s| matches!(s.meaning, Meaning::Absolute { .. }))
    }

    /// The instant of a raw count of an absolute time; none where its epoch is another parameter,
    /// where it is calibrated, and for other types.
    pub fn instant(&self, leaf: LeafId, raw_bits: u64) -> Option<Instant> {
        let scalar = self.scalar(leaf)?;
        let Meaning::Absolute { epoch, at, base: None, .. } = &scalar.meaning else { return None };
        if scalar.calibrator.is_some() || !scalar.contexts.is_empty() {
            return None;
        }
        let ns = scalar.time_ns(self.leaf(leaf)?.raw, raw_bits, None)?;
        calibration::instant(ns, epoch, *at)
    }

    /// What is done to the values of a leaf.
    pub(super) fn scalar(&self, leaf: LeafId) -> Option<&Scalar> {
        self.types.get(self.leaf(leaf)?.type_id)
    }
}
