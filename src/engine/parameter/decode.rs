//! A plan walked over a packet.

use super::bits;
use super::plan::{Frame, LeafId, Node, Number, Op, Plan, Polynomial, Run, State, Step};
use super::scalar::Outcome;
use super::values::{ValueId, Values};
use crate::mission::Severity;
use crate::problem::Problem;

/// Where reading a packet stopped, other than at its end.
pub(super) struct Stopped;

/// A packet being read.
pub(super) struct Reader<'a> {
    pub plan: &'a Plan,
    pub packet: &'a [u8],
    pub state: &'a mut State,
    pub out: &'a mut Values,
    /// The bit that comes next.
    pub cursor: u64,
    /// Steps that may still be made: a packet justifies only so many.
    budget: u64,
}

impl Plan {
    /// Decodes a packet, headers included, into `out`, whose former content is dropped.
    ///
    /// Never fails as a whole: what could be read is in `out`, in packet order, and
    /// `out.problems` says where a packet was too short (byte offset and parameter) or of a kind
    /// that the dictionary does not have. `state` was made by this plan. Conditions see the
    /// newest values, of this packet or an earlier one, as of the place where they stand.
    pub fn decode(&self, packet: &[u8], state: &mut State, out: &mut Values) {
        out.clear();
        state.marks.fill(0);
        state.loops.clear();
        let budget = packet.len() as u64 * 64 + self.ops.len() as u64 * 16 + 4096;
        let mut reader = Reader { plan: self, packet, state, out, cursor: 0, budget };
        let mut next = self.nodes.first();
        while let Some(node) = next {
            reader.out.container = Some(node.container);
            if reader.entries(node).is_err() {
                return;
            }
            reader.out.end_bit = reader.out.end_bit.max(reader.cursor);
            next = reader.child(node);
        }
    }
}

impl<'a> Reader<'a> {
    fn child(&mut self, node: &'a Node) -> Option<&'a Node> {
        let (plan, watched) = (self.plan, &self.state.watched);
        let mut keyed: &[_] = &[];
        if let Some((watch, branches)) = &node.keyed
            && let Some(key) = plan.key(*watch, watched)
        {
            let first = branches.partition_point(|(value, _)| *value < key);
            let rest = branches.get(first..).unwrap_or(&[]);
            let same = rest.iter().take_while(|(value, _)| *value == key).count();
            keyed = rest.get(..same).unwrap_or(&[]);
        }
        let mut all = keyed.iter().map(|(_, branch)| branch).chain(&node.others);
        let branch = all.find(|branch| plan.test(&branch.test, watched));
        if branch.is_none() && node.is_abstract {
            let reason = "no container of the dictionary fits this packet; what they share is kept";
            self.out.problems.push(Problem::at(self.here(), "packet", reason));
        }
        plan.nodes.get(branch?.node)
    }

    fn entries(&mut self, node: &'a Node) -> Result<(), Stopped> {
        let mut at = node.ops.start;
        while at < node.ops.end {
            if self.budget == 0 {
                let reason = "more entries than the packet can hold; the rest is left out";
                self.out.problems.push(Problem::at(self.here(), "packet", reason));
                return Err(Stopped);
            }
            self.budget -= 1;
            let Some(op) = self.plan.ops.get(at) else { break };
            at = self.step(op, at)?;
        }
        Ok(())
    }

    /// Does an operation; returns the next.
    fn step(&mut self, op: &'a Op, at: usize) -> Result<usize, Stopped> {
        match op {
            Op::Run(run) => {
                let Some(run) = self.plan.runs.get(*run) else { return Err(Stopped) };
                self.run(run)?;
            }
            Op::Text(leaf, size) => self.text(*leaf, size)?,
            Op::Bytes(leaf, size) => self.bytes(*leaf, size)?,
            Op::Seek(to) => self.cursor = *to as u64,
            Op::Mark(mark) => {
                if let Some(mark) = self.state.marks.get_mut(*mark) {
                    *mark = self.cursor;
                }
            }
            Op::SeekMark(mark, bits) => {
                self.cursor = self.state.marks.get(*mark).copied().unwrap_or(0);
                self.advance(*bits)?;
            }
            Op::Unless(test, to) => {
                if !self.plan.test(test, &self.state.watched) {
                    return Ok(*to);
                }
            }
            Op::Loop { count, gap, end, counter } => {
                let Some(left) = self.plan.measure(count, &self.state.watched) else {
                    let reason =
                        "a repetition count is negative or not known; the rest is left out";
                    return self.stop("repetition", reason);
                };
                if left == 0 {
                    return Ok(*end);
                }
                let (body, counter) = (at + 1, *counter);
                self.state.loops.push(Frame { body, end: *end, left, gap: *gap, counter });
            }
            Op::Next => return self.next(at),
        }
        Ok(at + 1)
    }

    /// The end of a repetition's body.
    fn next(&mut self, at: usize) -> Result<usize, Stopped> {
        let Some(frame) = self.state.loops.last_mut() else { return Ok(at + 1) };
        if let Some(counter) = self.state.marks.get_mut(frame.counter) {
            *counter += 1;
        }
        frame.left -= 1;
        let frame = *frame;
        if frame.left == 0 {
            self.state.loops.pop();
            return Ok(frame.end);
        }
        self.advance(frame.gap as i64)?;
        Ok(frame.body)
    }

    /// Running number of the innermost repetition.
    pub fn index(&self) -> u32 {
        let counter = self.state.loops.last().and_then(|f| self.state.marks.get(f.counter));
        counter.map_or(0, |n| *n as u32)
    }

    /// Byte of the cursor, at most the end of the packet.
    fn here(&self) -> u64 {
        (self.cursor / 8).min(self.packet.len() as u64)
    }

    /// Says what is wrong at the cursor, and stops.
    pub fn stop<T>(&mut self, field: &str, reason: impl Into<String>) -> Result<T, Stopped> {
        self.out.problems.push(Problem::at(self.here(), field, reason));
        self.out.end_bit = self.out.end_bit.max(self.cursor.min(self.packet.len() as u64 * 8));
        Err(Stopped)
    }

    pub fn advance(&mut self, bits: i64) -> Result<(), Stopped> {
        match self.cursor.checked_add_signed(bits) {
            Some(to) => self.cursor = to,
            None => return self.stop("packet", "an entry lies before its start"),
        }
        Ok(())
    }

    /// The packet ends before the end of a value.
    pub fn short<T>(&mut self, leaf: LeafId, bit: u64, bits: u64) -> Result<T, Stopped> {
        let id = ValueId { leaf, index: self.index() };
        let have = self.packet.len() * 8;
        let reason = format!("needs {bits} bits from bit {bit} on, the packet ends at bit {have}");
        self.out.problems.push(Problem::at(
            (bit / 8).min(have as u64 / 8),
            self.plan.name(id),
            reason,
        ));
        self.out.end_bit = have as u64;
        Err(Stopped)
    }

    fn run(&mut self, run: &'a Run) -> Result<(), Stopped> {
        let first = (self.cursor / 8) as usize;
        let body = self.packet.get(first..).filter(|body| body.len() >= run.bytes);
        match body {
            Some(body) if self.cursor % 8 == run.phase => self.quick(run, body),
            _ => self.slow(run)?,
        }
        self.advance(run.advance)
    }

    /// Fields one by one, at any bit of a packet that may be too short.
    fn slow(&mut self, run: &Run) -> Result<(), Stopped> {
        let mut missing = None;
        for field in &run.fields {
            let bit = self.cursor.saturating_add(field.at);
            let Some(value) = bits::bits(self.packet, bit, field.bits) else {
                missing = missing.or(Some((field, bit)));
                continue;
            };
            let at = self.out.grow(1);
            let index = self.index();
            if let Some(id) = self.out.ids.get_mut(at) {
                *id = ValueId { leaf: field.leaf, index };
            }
            self.long(at, field.leaf, value);
        }
        match missing {
            Some((field, bit)) => self.short(field.leaf, bit, u64::from(field.bits)),
            None => Ok(()),
        }
    }

    /// All fields of a run that lie inside the packet.
    fn quick(&mut self, run: &Run, body: &[u8]) {
        let start = self.out.grow(run.steps.len());
        let end = self.out.len;
        let index = self.index();
        let out = &mut *self.out;
        let (Some(ids), Some(raw), Some(engineering), Some(severity)) = (
            out.ids.get_mut(start..end),
            out.raw.get_mut(start..end),
            out.engineering.get_mut(start..end),
            out.severity.get_mut(start..end),
        ) else {
            return;
        };
        ids.copy_from_slice(&run.ids);
        if index != 0 {
            for id in ids.iter_mut() {
                id.index = index;
            }
        }
        let places = raw.iter_mut().zip(engineering.iter_mut()).zip(severity.iter_mut());
        for (step, ((raw, x), severity)) in run.steps.iter().zip(places) {
            let from = step.byte as usize;
            let Some(window) = body.get(from..from + 8).and_then(|w| w.first_chunk::<8>()) else {
                continue;
            };
            let bits = (u64::from_be_bytes(*window) << step.left) >> step.right;
            (*raw, *x) = number(step, bits);
            *severity = judged(*x, step);
        }
        for limit in &run.limits {
            let at = limit.slot as usize;
            let (Some(x), Some(severity)) = (engineering.get(at), severity.get_mut(at)) else {
                continue;
            };
            let worse =
                if is_outside(*x, limit.low, limit.high) { limit.severity } else { Severity::Off };
            *severity = worse.max(*severity);
        }
        for slot in &run.special {
            let Some(field) = run.fields.get(*slot as usize) else { continue };
            let value = bits::bits(self.packet, self.cursor + field.at, field.bits);
            self.long(start + *slot as usize, field.leaf, value.unwrap_or(0));
        }
    }

    /// Everything that may be done to a number, and its value put in its place.
    fn long(&mut self, at: usize, leaf: LeafId, value: u64) {
        let Some(scalar) = self.plan.scalar(leaf) else { return };
        let mut none = 0;
        let State { watched, violations, .. } = &mut *self.state;
        let count = violations.get_mut(leaf as usize).unwrap_or(&mut none);
        let outcome = self.plan.evaluate(scalar, value, watched, count);
        self.put(at, leaf, outcome, None);
    }

    /// Writes a value, and remembers it where a condition asks for it.
    pub fn put(&mut self, at: usize, leaf: LeafId, outcome: Outcome, text: Option<&str>) {
        let out = &mut *self.out;
        if let (Some(raw), Some(x), Some(validity), Some(severity)) = (
            out.raw.get_mut(at),
            out.engineering.get_mut(at),
            out.validity.get_mut(at),
            out.severity.get_mut(at),
        ) {
            (*raw, *x) = (outcome.raw, outcome.engineering);
            (*validity, *severity) = (outcome.validity, outcome.severity);
        }
        let watch = self.plan.watch_of.get(leaf as usize).copied().flatten();
        if let Some(watched) = watch.and_then(|w| self.state.watched.get_mut(w as usize)) {
            watched.known = true;
            watched.raw = outcome.raw;
            watched.engineering = outcome.engineering;
            watched.instant = outcome.instant;
            if let Some(text) = text {
                watched.text.clear();
                watched.text.push_str(text);
            }
        }
    }
}

/// Raw bits and engineering value of a field.
#[inline]
fn number(step: &Step, bits: u64) -> (u64, f64) {
    let (raw, x) = match step.number {
        Number::Whole => {
            let value = (bits ^ step.sign).wrapping_sub(step.sign);
            (value, value as i64 as f64)
        }
        Number::Single => {
            let x = f64::from(f32::from_bits(bits as u32));
            (x.to_bits(), x)
        }
        Number::Double => (bits, f64::from_bits(bits)),
    };
    let x = match step.polynomial {
        Polynomial::None => x,
        Polynomial::Line([c0, c1]) => c0 + x * c1,
        Polynomial::Parabola([c0, c1, c2]) => c0 + x * (c1 + x * c2),
    };
    (raw, x)
}

/// Whether a value is outside of limits; one that is not known is not. Without a branch: that a value
/// is outside is no habit that a processor could learn.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "a lazy operator is a branch")]
fn is_outside(x: f64, low: f64, high: f64) -> bool {
    (x < low) | (x > high)
}

/// Severity by the first limit.
#[inline]
fn judged(x: f64, step: &Step) -> Severity {
    let severity =
        if is_outside(x, step.low, step.high) { step.severity } else { Severity::Normal };
    if x.is_nan() { Severity::Off } else { severity }
}
