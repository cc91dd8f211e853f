//! Containers laid out as operations, and their inheritance as a decision tree.

use super::compile::Compiler;
use super::condition::{Measure, Test};
use super::leaf::Tree;
use super::plan::{Branch, Field, LeafId, Node, Op, Run, TextSize};
use crate::mission::telemetry::{
    Container, ContainerId, Encoding, Entry, Item, Operator, ParameterId, Place, Size, StringSize,
    TypeId,
};
use crate::problem::Problem;

/// Most fields and operations of a plan.
const MOST_STEPS: usize = 1 << 20;
/// Deepest nesting of containers, by inheritance and inside each other.
const DEEPEST: usize = 64;
/// Offsets beyond this many bits are absurd: no packet is that long.
const FARTHEST: i64 = 1 << 40;

/// Where a container begins.
#[derive(Clone, Copy)]
enum Start {
    /// At this bit of the packet.
    Bit(u64),
    /// Where a mark was set when the packet was read.
    Mark(usize),
}

/// Containers on their way to operations.
pub(super) struct Layout<'a> {
    compiler: Compiler<'a>,
    /// Fields since the last operation, from where the cursor stands then.
    fields: Vec<Field>,
    /// Bits from there to the place reached.
    reached: i64,
    /// Where the cursor stands then, where that is the same in all packets.
    known: Option<u64>,
    steps: usize,
    nesting: usize,
}

impl<'a> Layout<'a> {
    pub fn new(compiler: Compiler<'a>) -> Self {
        Self { compiler, fields: Vec::new(), reached: 0, known: Some(0), steps: 0, nesting: 0 }
    }

    /// Lays out a root container and all that inherit from it.
    pub fn containers(mut self, root: ContainerId) -> Compiler<'a> {
        let dictionary = self.compiler.dictionary;
        let Some(mut chain) = self.chain(root) else { return self.compiler };
        chain.pop();
        let mut path = chain.clone();
        self.node(root, &chain, &mut path);
        if self.steps >= MOST_STEPS {
            let name = dictionary.containers.get(root).map_or("", |c| c.name.as_str());
            self.refuse(name, "needs more than a million steps; the rest is left out".into());
        }
        let Self { mut compiler, .. } = self;
        compiler.prepare();
        compiler
    }

    fn refuse(&mut self, who: &str, reason: String) {
        self.compiler.problems.push(Problem::of(who, reason));
    }

    /// A container after all that it inherits from; none where that is a circle.
    fn chain(&mut self, id: ContainerId) -> Option<Vec<ContainerId>> {
        let dictionary = self.compiler.dictionary;
        let (mut chain, mut next) = (Vec::new(), Some(id));
        while let Some(id) = next {
            let Some(container) = dictionary.containers.get(id) else {
                self.refuse(&format!("container {id}"), "is not in the dictionary".into());
                return None;
            };
            if chain.contains(&id) || chain.len() >= DEEPEST {
                let reason = "inherits from itself, or through more than 64 others".into();
                self.refuse(&container.name, reason);
                return None;
            }
            chain.push(id);
            next = container.base;
        }
        chain.reverse();
        Some(chain)
    }

    /// A container whose `before` ancestors stand before it, then its children.
    fn node(
        &mut self,
        id: ContainerId,
        before: &[ContainerId],
        path: &mut Vec<ContainerId>,
    ) -> usize {
        let dictionary = self.compiler.dictionary;
        let first = self.compiler.plan.ops.len();
        path.push(id);
        for id in before.iter().chain([&id]) {
            if let Some(container) = dictionary.containers.get(*id) {
                self.entries(container, Start::Bit(0));
            }
        }
        self.flush();
        let ops = first..self.compiler.plan.ops.len();
        let is_abstract = dictionary.containers.get(id).is_some_and(|c| c.is_abstract);
        let node = Node { container: id, is_abstract, ops, keyed: None, others: Vec::new() };
        let at = self.compiler.plan.nodes.len();
        self.compiler.plan.nodes.push(node);
        let known = self.known;
        let mut branches = Vec::new();
        for (child, container) in dictionary.containers.iter().enumerate() {
            if container.base != Some(id) || self.steps >= MOST_STEPS {
                continue;
            }
            if path.contains(&child) || path.len() >= DEEPEST {
                let reason = "inherits from itself, or through more than 64 others".into();
                self.refuse(&container.name, reason);
                continue;
            }
            let restriction = container.restriction.as_ref();
            let test = restriction.map(|r| self.compiler.test(r, &container.name));
            (self.known, self.reached) = (known, 0);
            self.steps += 1;
            branches.push((test, self.node(child, &[], path)));
        }
        path.pop();
        self.dispatch(at, branches);
        at
    }

    /// Children of a node: those that compare the same parameter with a number become a search.
    fn dispatch(&mut self, at: usize, mut branches: Vec<(Option<Test>, usize)>) {
        // Without a restriction a child fits whatever comes, so that it is tried last.
        branches.sort_by_key(|(test, _)| test.is_none());
        let mut counts: Vec<(u32, usize)> = Vec::new();
        for (watch, _) in branches.iter().flat_map(|(test, _)| test.iter().flat_map(keys)) {
            match counts.iter_mut().find(|(known, _)| *known == watch) {
                Some((_, count)) => *count += 1,
                None => counts.push((watch, 1)),
            }
        }
        let best = counts.iter().rev().max_by_key(|(_, count)| *count).map(|(watch, _)| *watch);
        let mut keyed = Vec::new();
        let mut others = Vec::new();
        for (test, node) in branches {
            let test = test.unwrap_or(Test::All(Vec::new()));
            let key = keys(&test).into_iter().find(|(watch, _)| Some(*watch) == best);
            match key {
                Some((_, value)) => keyed.push((value, Branch { test: without(test, best), node })),
                None => others.push(Branch { test, node }),
            }
        }
        keyed.sort_by_key(|(value, _)| *value);
        if let Some(node) = self.compiler.plan.nodes.get_mut(at) {
            node.keyed = best.map(|watch| (watch, keyed));
            node.others = others;
        }
    }

    fn entries(&mut self, container: &Container, start: Start) {
        for entry in &container.entries {
            self.steps += 1;
            if self.steps >= MOST_STEPS {
                return;
            }
            self.entry(container, entry, start);
        }
    }

    fn entry(&mut self, container: &Container, entry: &Entry, start: Start) {
        let who = container.name.as_str();
        let jump = entry.include.as_ref().map(|condition| {
            let test = self.compiler.test(condition, who);
            self.flush();
            self.op(Op::Unless(test, 0))
        });
        match entry.place {
            Place::After(bits) | Place::FromStart(bits) if bits.abs() > FARTHEST => {
                self.refuse(who, format!("an entry {bits} bits away is absurd and left out"));
            }
            Place::After(bits) => self.skip(bits),
            Place::FromStart(bits) => self.seek(start, bits),
        }
        if let Some((count, gap)) = &entry.repeat {
            match self.compiler.measure(count, who) {
                Some(count) => self.repeated(count, *gap, |layout| layout.item(entry.item, who)),
                None => self.refuse(who, "a repetition without a known count is left out".into()),
            }
        } else {
            self.item(entry.item, who);
        }
        if let Some(at) = jump {
            self.flush();
            self.known = None;
            let next = self.compiler.plan.ops.len();
            if let Some(Op::Unless(_, to)) = self.compiler.plan.ops.get_mut(at) {
                *to = next;
            }
        }
    }

    fn item(&mut self, item: Item, who: &str) {
        match item {
            Item::Parameter(id) => self.parameter(id, who),
            Item::Container(id) => self.inside(id, who),
        }
    }

    /// A container inside another one, with all that it inherits.
    fn inside(&mut self, id: ContainerId, who: &str) {
        if self.nesting >= DEEPEST {
            self.refuse(who, "containers stand inside each other in a circle, or too deep".into());
            // One sentence suffices: what remains would unroll the circle again.
            self.steps = MOST_STEPS;
            return;
        }
        let Some(chain) = self.chain(id) else { return };
        let start = match self.known {
            Some(known) if known as i64 + self.reached >= 0 => {
                Start::Bit((known as i64 + self.reached) as u64)
            }
            _ => {
                self.flush();
                let mark = self.compiler.plan.marks;
                self.compiler.plan.marks += 1;
                self.op(Op::Mark(mark));
                Start::Mark(mark)
            }
        };
        self.nesting += 1;
        let dictionary = self.compiler.dictionary;
        for id in chain {
            if let Some(container) = dictionary.containers.get(id) {
                self.entries(container, start);
            }
        }
        self.nesting -= 1;
        if let Some(bits) = dictionary.containers.get(id).and_then(|c| c.bits)
            && (bits as i64) < FARTHEST
        {
            self.seek(start, bits as i64);
        }
    }

    fn parameter(&mut self, id: ParameterId, who: &str) {
        // A tree is lent out while its fields are laid out, which changes the compiler.
        let tree = self.compiler.trees.get_mut(id).and_then(Option::take);
        let Some(tree) = tree else {
            self.refuse(who, format!("parameter {id} is left out, it was refused"));
            return;
        };
        self.tree(&tree);
        if let Some(slot) = self.compiler.trees.get_mut(id) {
            *slot = Some(tree);
        }
    }

    fn tree(&mut self, tree: &Tree) {
        match tree {
            Tree::Leaf(leaf, type_id) => self.leaf(*leaf, *type_id),
            Tree::Members(trees) => trees.iter().for_each(|t| self.tree(t)),
            Tree::Dynamic(size, body) => {
                let name = self.name_of(body);
                match self.compiler.measure(size, &name) {
                    Some(count) => self.repeated(count, 0, |layout| layout.tree(body)),
                    None => self.refuse(&name, "is left out, its size is not known".into()),
                }
            }
        }
    }

    fn name_of(&self, tree: &Tree) -> String {
        match tree {
            Tree::Leaf(leaf, _) => {
                self.compiler.plan.leaf(*leaf).map_or(String::new(), |l| l.name.clone())
            }
            Tree::Members(trees) => trees.first().map_or(String::new(), |t| self.name_of(t)),
            Tree::Dynamic(_, body) => self.name_of(body),
        }
    }

    fn leaf(&mut self, leaf: LeafId, type_id: TypeId) {
        self.steps += 1;
        if self.steps >= MOST_STEPS {
            return;
        }
        let dictionary = self.compiler.dictionary;
        let Some(definition) = dictionary.types.get(type_id) else { return };
        let name = &definition.name;
        match &definition.encoding {
            None => self.refuse(name, "has no encoding; its entries are left out".into()),
            Some(Encoding::Integer { bits, .. } | Encoding::Float { bits, .. }) => {
                if self.compiler.plan.leaf(leaf).is_some_and(|l| l.raw != super::RawKind::None) {
                    self.fields.push(Field { leaf, at: self.reached as u64, bits: *bits });
                }
                self.reached += i64::from(*bits);
            }
            Some(Encoding::Binary { size }) => self.sized(size, name, |m| Op::Bytes(leaf, m)),
            Some(Encoding::String { size, .. }) => match size {
                StringSize::Fixed { bits, terminator } => {
                    let terminator = *terminator;
                    self.sized(bits, name, |bits| {
                        Op::Text(leaf, TextSize::Fixed { bits, terminator })
                    });
                }
                StringSize::Terminated { terminator, most } => {
                    let (terminator, most) = (*terminator, *most);
                    self.dynamic(Op::Text(leaf, TextSize::Terminated { terminator, most }));
                }
                StringSize::Counted { bits, most } => {
                    let (bits, most) = (*bits, *most);
                    self.dynamic(Op::Text(leaf, TextSize::Counted { bits, most }));
                }
            },
        }
    }

    /// Text or bytes of a size that may be known.
    fn sized(&mut self, size: &Size, name: &str, op: impl FnOnce(Measure) -> Op) {
        let Some(measure) = self.compiler.measure(size, name) else {
            self.refuse(name, "is left out, its size is not known".into());
            return;
        };
        let fixed = match measure {
            Measure::Fixed(bits @ 0..FARTHEST) => Some(bits as u64),
            _ => None,
        };
        self.flush();
        let known = self.known;
        self.dynamic(op(measure));
        self.known = known.zip(fixed).map(|(known, bits)| known + bits);
    }

    /// An operation after which the place is not known.
    fn dynamic(&mut self, op: Op) {
        self.flush();
        self.op(op);
        self.known = None;
    }

    fn repeated(&mut self, count: Measure, gap: u64, body: impl FnOnce(&mut Self)) {
        self.flush();
        let counter = self.compiler.plan.marks;
        self.compiler.plan.marks += 1;
        let at = self.op(Op::Loop { count, gap, end: 0, counter });
        self.known = None;
        body(self);
        self.flush();
        self.op(Op::Next);
        self.known = None;
        let next = self.compiler.plan.ops.len();
        if let Some(Op::Loop { end, .. }) = self.compiler.plan.ops.get_mut(at) {
            *end = next;
        }
    }

    fn skip(&mut self, bits: i64) {
        self.reached += bits;
        // Fields are counted from where the run begins, so that none may stand before.
        if self.reached < 0 {
            self.flush();
        }
    }

    fn seek(&mut self, start: Start, bits: i64) {
        match (start, self.known) {
            (Start::Bit(bit), Some(known)) => {
                self.skip(bit as i64 + bits - known as i64 - self.reached);
            }
            (Start::Bit(bit), None) => {
                self.flush();
                let to = (bit as i64 + bits).max(0);
                self.op(Op::Seek(to));
                self.known = Some(to as u64);
            }
            (Start::Mark(mark), _) => {
                self.flush();
                self.op(Op::SeekMark(mark, bits));
                self.known = None;
            }
        }
    }

    fn op(&mut self, op: Op) -> usize {
        self.steps += 1;
        self.compiler.plan.ops.push(op);
        self.compiler.plan.ops.len() - 1
    }

    /// Makes the fields so far an operation.
    fn flush(&mut self) {
        if self.fields.is_empty() && self.reached == 0 {
            return;
        }
        let fields = std::mem::take(&mut self.fields);
        let phase = self.known.map_or(0, |known| known % 8);
        let run = Run { fields, phase, advance: self.reached, ..Run::default() };
        let at = self.compiler.plan.runs.len();
        self.compiler.plan.runs.push(run);
        self.op(Op::Run(at));
        let to = self.known.and_then(|known| known.checked_add_signed(self.reached));
        (self.known, self.reached) = (to, 0);
    }
}

/// Parameters and the whole numbers that all of a test needs them to have.
fn keys(test: &Test) -> Vec<(u32, i128)> {
    match test {
        Test::Number {
            watch, raw: true, operator: Operator::Equal, whole: Some(whole), ..
        } => {
            vec![(*watch, *whole)]
        }
        Test::All(tests) => tests.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    }
}

/// A test without the first comparison of a parameter that a search has done already.
fn without(test: Test, watch: Option<u32>) -> Test {
    let done = |t: &Test| keys(t).first().map(|k| k.0) == watch && !matches!(t, Test::All(_));
    match test {
        Test::All(mut tests) => {
            if let Some(at) = tests.iter().position(done) {
                tests.remove(at);
            }
            Test::All(tests)
        }
        test if done(&test) => Test::All(Vec::new()),
        test => test,
    }
}
