//! From a dictionary to a plan: types, leaves, conditions, then containers.

use std::collections::HashMap;

use super::condition::{Measure, Test, Watched};
use super::layout::Layout;
use super::leaf::{Leaves, Tree};
use super::plan::{LeafId, Plan, RawKind};
use super::postfix::{Curve, Step};
use super::scalar::{Charset, Form, Meaning, Scalar};
use crate::mission::math::{self, MathStep};
use crate::mission::telemetry::{
    Calibrator, Comparison, Condition, ContainerId, Dictionary, Encoding, Epoch, FloatForm, Kind,
    Operator, ParameterId, ParameterType, Size,
};
use crate::problem::Problem;
use crate::time;

/// Deepest nesting of conditions.
const DEEPEST: usize = 32;

impl Plan {
    /// Compiles the packets of one root container: the container, those it is made of, and all
    /// that inherit from it. Whatever cannot be decoded is left out and told by name.
    pub fn compile(dictionary: &Dictionary, root: ContainerId) -> (Self, Vec<Problem>) {
        let mut compiler = Compiler::new(dictionary);
        compiler.parameters();
        compiler.contexts();
        let Compiler { plan, trees, problems, .. } = Layout::new(compiler).containers(root);
        drop(trees);
        (plan, problems)
    }

    /// The same by the qualified name of the root container.
    pub fn compile_named(dictionary: &Dictionary, root: &str) -> (Self, Vec<Problem>) {
        if let Some(root) = dictionary.containers.iter().position(|c| c.name == root) {
            return Self::compile(dictionary, root);
        }
        let reason = "no container has this name; name one of the dictionary";
        (Self::default(), vec![Problem::of(root, reason)])
    }
}

/// A plan in the making.
pub(super) struct Compiler<'a> {
    pub dictionary: &'a Dictionary,
    pub plan: Plan,
    /// By parameter; none where it was refused.
    pub trees: Vec<Option<Tree>>,
    pub problems: Vec<Problem>,
}

impl<'a> Compiler<'a> {
    fn new(dictionary: &'a Dictionary) -> Self {
        let mut problems = Vec::new();
        let types = dictionary.types.iter().map(|t| scalar(t, &mut problems)).collect();
        let plan = Plan { types, ..Plan::default() };
        Self { dictionary, plan, trees: Vec::new(), problems }
    }

    fn parameters(&mut self) {
        let mut leaves = Leaves {
            dictionary: self.dictionary,
            types: &self.plan.types,
            leaves: Vec::new(),
            by_name: HashMap::new(),
            nodes: 0,
        };
        for id in 0..self.dictionary.parameters.len() {
            match leaves.parameter(id) {
                Ok(tree) => self.trees.push(Some(tree)),
                Err(problem) => {
                    self.trees.push(None);
                    self.problems.push(problem);
                }
            }
        }
        (self.plan.leaves, self.plan.by_name) = (leaves.leaves, leaves.by_name);
        self.plan.watch_of = vec![None; self.plan.leaves.len()];
    }

    /// What types have that refers to parameters.
    fn contexts(&mut self) {
        for (id, definition) in self.dictionary.types.iter().enumerate() {
            let name = &definition.name;
            let calibrators: Vec<(Test, Curve)> = definition
                .context_calibrators
                .iter()
                .map(|(condition, c)| (self.test(condition, name), self.curve(c, name)))
                .collect();
            let curve = definition.calibrator.as_ref().map(|c| self.curve(c, name));
            let alarms: Vec<_> = definition
                .context_alarms
                .iter()
                .map(|(condition, a)| (self.test(condition, name), a.clone()))
                .collect();
            let base = match &definition.kind {
                Kind::AbsoluteTime { epoch: Epoch::Parameter(p), .. } => self.watch(*p, &[], name),
                _ => None,
            };
            if let Some(scalar) = self.plan.types.get_mut(id) {
                scalar.contexts = calibrators;
                scalar.calibrator = curve;
                scalar.context_alarms = alarms;
                if let Meaning::Absolute { base: slot, .. } = &mut scalar.meaning {
                    *slot = base;
                }
            }
        }
    }

    /// A calibrator with what it refers to. One that cannot be carried out gives no values.
    fn curve(&mut self, calibrator: &Calibrator, who: &str) -> Curve {
        let Calibrator::Math(steps) = calibrator else { return Curve::Plain(calibrator.clone()) };
        if let Err(reason) = math::check(steps) {
            let reason = format!("its calculation cannot be carried out: {reason}");
            self.problems.push(Problem::of(who, reason));
            return Curve::Postfix(Vec::new());
        }
        let step = |step: &MathStep| match step {
            MathStep::Value(value) => Step::Value(*value),
            MathStep::This => Step::This,
            MathStep::Operator(operator) => Step::Operator(*operator),
            MathStep::Parameter { parameter, path, calibrated } => {
                match self.watch(*parameter, path, who) {
                    Some(watch) => Step::Watch { watch, raw: !calibrated },
                    None => Step::Value(f64::NAN),
                }
            }
        };
        Curve::Postfix(steps.iter().map(step).collect())
    }

    /// Where the newest value of a parameter, or of a part of it, will be found.
    fn watch(&mut self, parameter: ParameterId, path: &[String], who: &str) -> Option<u32> {
        let mut name = self.dictionary.parameters.get(parameter)?.name.clone();
        for step in path {
            if !step.starts_with('[') {
                name.push('.');
            }
            name.push_str(step);
        }
        let Some(leaf) = self.plan.find(&name) else {
            let reason = format!("depends on {name}, which is no single value of the dictionary");
            self.problems.push(Problem::of(who, reason));
            return None;
        };
        let slot = self.plan.watch_of.get_mut(leaf as usize)?;
        if slot.is_none() {
            *slot = Some(self.plan.watched.len() as u32);
            let first = self.initial(parameter, leaf);
            self.plan.watched.push(first);
        }
        self.plan.watch_of.get(leaf as usize).copied().flatten()
    }

    /// The value before the first packet.
    fn initial(&self, parameter: ParameterId, leaf: LeafId) -> Watched {
        let mut watched = Watched { leaf, ..Watched::default() };
        let definition = &self.dictionary.parameters[parameter];
        let text = self.dictionary.types.get(definition.type_id).and_then(|t| t.initial.as_ref());
        let Some(text) = text else { return watched };
        let kind = self.plan.leaf(leaf).map_or(RawKind::None, |l| l.raw);
        let labelled = self.plan.scalar(leaf).and_then(|s| s.value_of(text));
        let number = labelled.map(|v| v as f64).or_else(|| text.trim().parse().ok());
        watched.text.clone_from(text);
        watched.known = number.is_some() || kind == RawKind::Text;
        watched.engineering = number.unwrap_or(f64::NAN);
        watched.raw = match kind {
            RawKind::Float => watched.engineering.to_bits(),
            _ => text.trim().parse::<u64>().unwrap_or(watched.engineering as i64 as u64),
        };
        watched
    }

    /// A condition of what is called `who`.
    pub fn test(&mut self, condition: &Condition, who: &str) -> Test {
        self.nested(condition, who, 0)
    }

    fn nested(&mut self, condition: &Condition, who: &str, depth: usize) -> Test {
        if depth > DEEPEST {
            let reason = format!("its condition is nested deeper than {DEEPEST}, it never holds");
            self.problems.push(Problem::of(who, reason));
            return Test::Never;
        }
        match condition {
            Condition::Is(comparison) => self.comparison(comparison, who),
            Condition::All(all) => {
                Test::All(all.iter().map(|c| self.nested(c, who, depth + 1)).collect())
            }
            Condition::Any(any) => {
                Test::Any(any.iter().map(|c| self.nested(c, who, depth + 1)).collect())
            }
            Condition::Argument(of) => {
                let reason = format!("depends on {}, an argument of a command", of.argument);
                self.problems.push(Problem::of(who, reason));
                Test::Never
            }
        }
    }

    fn comparison(&mut self, comparison: &Comparison, who: &str) -> Test {
        let Comparison { parameter, path, calibrated, operator, value } = comparison;
        let Some(watch) = self.watch(*parameter, path, who) else { return Test::Never };
        let leaf = self.plan.watched.get(watch as usize).map_or(0, |w| w.leaf);
        let text = Test::Text { watch, operator: *operator, value: value.clone() };
        if self.plan.leaf(leaf).is_some_and(|l| l.raw == RawKind::Text) {
            return text;
        }
        if let Some(scalar) = self.plan.scalar(leaf)
            && let Some(raw) = scalar.value_of(value)
        {
            // A name that one raw value has is compared as that number: quicker, and a dispatch
            // over names becomes a search among numbers.
            return match operator {
                _ if !scalar.is_single(value) => text,
                Operator::Equal | Operator::NotEqual => Test::Number {
                    watch,
                    raw: true,
                    operator: *operator,
                    whole: Some(i128::from(raw)),
                    value: raw as f64,
                },
                _ => text,
            };
        }
        let trimmed = value.trim();
        let whole = whole(trimmed);
        let Some(number) = whole.map(|w| w as f64).or_else(|| trimmed.parse().ok()) else {
            return text;
        };
        // Without a calibrator, raw and engineering value of a whole number are the same.
        let plain = self.plan.scalar(leaf).is_some_and(Scalar::is_plain);
        let raw = !calibrated || plain;
        Test::Number { watch, raw, operator: *operator, whole, value: number }
    }

    /// A size of what is called `who`.
    pub fn measure(&mut self, size: &Size, who: &str) -> Option<Measure> {
        Some(match size {
            Size::Fixed(size) => Measure::Fixed(*size),
            Size::Of { parameter, calibrated, slope, intercept } => {
                let watch = self.watch(*parameter, &[], who)?;
                Measure::Of { watch, raw: !calibrated, slope: *slope, intercept: *intercept }
            }
            Size::Argument { name, .. } => {
                let reason = format!("its size is that of {name}, an argument of a command");
                self.problems.push(Problem::of(who, reason));
                return None;
            }
            Size::Lookup(cases) => Measure::Lookup(
                cases.iter().map(|(condition, size)| (self.test(condition, who), *size)).collect(),
            ),
        })
    }
}

/// A whole number, decimal or as `0x…`.
fn whole(text: &str) -> Option<i128> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => i128::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 16),
        None => text.parse().ok().filter(|w: &i128| w.unsigned_abs() < 1 << 100),
    }
}

/// What is done to the values of a type, without what refers to parameters.
fn scalar(definition: &ParameterType, problems: &mut Vec<Problem>) -> Scalar {
    let mut refuse = |reason: String| problems.push(Problem::of(&definition.name, reason));
    let form = match &definition.encoding {
        None => Form::None,
        Some(Encoding::Integer { bits, form, order }) if (1..=64).contains(bits) => {
            Form::Integer { bits: *bits, form: *form, order: *order }
        }
        Some(Encoding::Float { bits, form, order }) if float_width(*bits, *form) => {
            Form::Float { bits: *bits, form: *form, order: *order }
        }
        Some(Encoding::Integer { bits, .. } | Encoding::Float { bits, .. }) => {
            refuse(format!("a number of {bits} bits in this form is not supported"));
            Form::None
        }
        Some(Encoding::String { charset, .. }) => {
            Form::Text(Charset::named(charset).unwrap_or_else(|| {
                refuse(format!("character set {charset} is not supported, UTF-8 is assumed"));
                Charset::Utf8
            }))
        }
        Some(Encoding::Binary { .. }) => Form::Bytes,
    };
    let meaning = meaning(definition, &mut refuse);
    for calibrator in
        definition.context_calibrators.iter().map(|(_, c)| c).chain(&definition.calibrator)
    {
        if let Calibrator::Spline { points, .. } = calibrator
            && (points.is_empty() || !points.is_sorted_by(|a, b| a.0 <= b.0))
        {
            refuse("the points of its spline are missing or not in ascending order".into());
        }
    }
    Scalar {
        form,
        meaning,
        // References are resolved when all types are known; until then it only stands there.
        calibrator: definition.calibrator.clone().map(Curve::Plain),
        alarm: definition.alarm.clone(),
        valid: definition.valid_range,
        ..Scalar::default()
    }
}

fn float_width(bits: u32, form: FloatForm) -> bool {
    match form {
        FloatForm::Ieee754 => matches!(bits, 16 | 32 | 64),
        FloatForm::Mil1750A => matches!(bits, 32 | 48),
    }
}

fn meaning(definition: &ParameterType, refuse: &mut impl FnMut(String)) -> Meaning {
    match &definition.kind {
        Kind::Integer { .. } | Kind::Float { .. } => Meaning::Number,
        Kind::Boolean { zero, one } => Meaning::Boolean { zero: zero.clone(), one: one.clone() },
        Kind::Enumerated { labels } => {
            let mut ordered = labels.clone();
            ordered.sort_by_key(|l| l.value);
            let apart = ordered.windows(2).all(|w| matches!(w, [a, b] if a.last < b.value));
            // Where ranges overlap the first of the list wins, so its order is kept.
            let labels = if apart { ordered } else { labels.clone() };
            Meaning::Labels { labels, sorted: apart }
        }
        Kind::AbsoluteTime { epoch, scale, offset } => {
            let at = match epoch {
                Epoch::At(text) => time::parse(text, None).ok(),
                _ => None,
            };
            if let (Epoch::At(text), None) = (epoch, at) {
                refuse(format!("its epoch {text} is no time; it has raw values only"));
            }
            let (epoch, base, scale, offset) = (epoch.clone(), None, *scale, *offset);
            Meaning::Absolute { epoch, at, base, scale, offset }
        }
        Kind::RelativeTime { scale, offset } => {
            Meaning::Relative { scale: *scale, offset: *offset }
        }
        Kind::String | Kind::Binary | Kind::Array { .. } | Kind::Aggregate { .. } => {
            Meaning::Opaque
        }
    }
}

impl Scalar {
    /// The first raw value of this name.
    fn value_of(&self, name: &str) -> Option<i64> {
        match &self.meaning {
            Meaning::Labels { labels, .. } => {
                labels.iter().find(|l| l.label == name).map(|l| l.value)
            }
            Meaning::Boolean { zero, .. } if zero == name => Some(0),
            Meaning::Boolean { one, .. } if one == name => Some(1),
            _ => None,
        }
    }

    /// Whether only one raw value has this name.
    fn is_single(&self, name: &str) -> bool {
        match &self.meaning {
            Meaning::Labels { labels, sorted: true } => {
                let mut named = labels.iter().filter(|l| l.label == name);
                named.next().is_some_and(|l| l.value == l.last) && named.next().is_none()
            }
            Meaning::Boolean { zero, one } => zero == name && zero != one,
            _ => false,
        }
    }

    /// Whether the engineering value is the raw number.
    pub fn is_plain(&self) -> bool {
        let number = !matches!(self.meaning, Meaning::Absolute { .. } | Meaning::Relative { .. });
        number && self.calibrator.is_none() && self.contexts.is_empty()
    }
}
