//! Derived parameters: computed from others after a packet, in the order they depend on each other.

use std::collections::{BTreeSet, HashMap};

use super::expression::Expression;
use super::plan::{LeafId, Plan};
use super::values::Values;
use crate::mission::Mission;
use crate::mission::packets::dictionary;
use crate::problem::Problem;

/// A derived parameter as it is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Qualified name, in the dictionary or not.
    pub name: String,
    /// Unit as printed; empty where there is none.
    pub unit: String,
    /// See [`Expression`].
    pub expression: String,
}

/// The derived parameters of missions, as the mission database defines them.
pub fn definitions<'a>(missions: impl IntoIterator<Item = &'a Mission>) -> Vec<Definition> {
    let instruments = missions.into_iter().flat_map(|mission| &mission.instruments);
    let parameters = instruments.flat_map(|instrument| &instrument.parameters);
    let derived = parameters.filter(|parameter| !parameter.expression.is_empty());
    derived
        .map(|parameter| Definition {
            name: parameter.name.clone(),
            unit: parameter.unit.clone(),
            expression: parameter.expression.clone(),
        })
        .collect()
}

/// What is wrong with the derived parameters of a mission, against the packets that it sends.
pub fn check_derived(mission: &Mission) -> Vec<Problem> {
    let (plan, _) = Plan::compile(&dictionary(mission), 0);
    Derived::compile(&definitions([mission]), &plan).1
}

/// Derived parameters in the order in which they are computed, with the newest values.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    names: Vec<String>,
    units: Vec<String>,
    parts: Vec<Part>,
    /// Newest values: of the inputs, then of the derived parameters.
    newest: Vec<f64>,
    changed: Vec<bool>,
    inputs: usize,
    by_leaf: HashMap<LeafId, usize>,
    arguments: Vec<f64>,
    stack: Vec<f64>,
}

#[derive(Clone, Debug)]
struct Part {
    expression: Expression,
    /// Where in the newest values each of its inputs stands.
    from: Vec<usize>,
}

impl Derived {
    /// Compiles definitions over the leaves of a plan. One that cannot be read, that names what
    /// is not there, that stands twice or depends on itself is left out and told.
    pub fn compile(definitions: &[Definition], plan: &Plan) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut waiting: Vec<(&str, Expression)> = Vec::new();
        for definition in definitions {
            if waiting.iter().any(|(name, _)| *name == definition.name) {
                problems.push(Problem::of(&definition.name, "is defined twice; the first counts"));
                continue;
            }
            match Expression::parse(&definition.expression) {
                Ok(expression) => waiting.push((&definition.name, expression)),
                Err(reason) => problems.push(Problem::of(&definition.name, reason)),
            }
        }
        let own: BTreeSet<&str> = waiting.iter().map(|(name, _)| *name).collect();
        let mut leaves: Vec<LeafId> = Vec::new();
        let mut ordered: Vec<(&str, Expression)> = Vec::new();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        // Whatever depends only on what is there comes next, until nothing more does.
        loop {
            let before = ordered.len();
            let ready = |name: &str| {
                if own.contains(name) { done.contains(name) } else { plan.find(name).is_some() }
            };
            let (now, later): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|(_, e)| e.inputs.iter().all(|name| ready(name)));
            waiting = later;
            for (name, expression) in now {
                let telemetered = expression.inputs.iter().filter(|i| !own.contains(i.as_str()));
                leaves.extend(telemetered.filter_map(|name| plan.find(name)));
                done.insert(name);
                ordered.push((name, expression));
            }
            if ordered.len() == before {
                break;
            }
        }
        for (name, expression) in &waiting {
            let known = |n: &&String| own.contains(n.as_str()) || plan.find(n).is_some();
            let reason = match expression.inputs.iter().find(|n| !known(n)) {
                Some(missing) => format!("depends on {missing}, which is not in the dictionary"),
                None => "depends on itself, or on one that is left out".to_owned(),
            };
            problems.push(Problem::of(*name, reason));
        }
        leaves.sort_unstable();
        leaves.dedup();
        let mut derived = Self::assemble(ordered, &leaves, plan);
        let unit = |name: &String| definitions.iter().find(|d| d.name == *name);
        derived.units = derived
            .names
            .iter()
            .map(|n| unit(n).map_or_else(String::new, |d| d.unit.clone()))
            .collect();
        (derived, problems)
    }

    fn assemble(ordered: Vec<(&str, Expression)>, leaves: &[LeafId], plan: &Plan) -> Self {
        let by_leaf: HashMap<_, _> = leaves.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let names: Vec<String> = ordered.iter().map(|(name, _)| (*name).to_owned()).collect();
        let own: HashMap<_, _> = ordered.iter().enumerate().map(|(at, (n, _))| (*n, at)).collect();
        let place = |name: &String| match own.get(name.as_str()) {
            Some(at) => Some(leaves.len() + at),
            None => by_leaf.get(&plan.find(name)?).copied(),
        };
        let from: Vec<Vec<usize>> =
            ordered.iter().map(|(_, e)| e.inputs.iter().filter_map(place).collect()).collect();
        let parts: Vec<Part> = ordered
            .into_iter()
            .zip(from)
            .map(|((_, expression), from)| Part { expression, from })
            .collect();
        let all = leaves.len() + parts.len();
        Self {
            names,
            units: Vec::new(),
            newest: vec![f64::NAN; all],
            changed: vec![false; all],
            inputs: leaves.len(),
            by_leaf,
            parts,
            arguments: Vec::new(),
            stack: Vec::new(),
        }
    }

    /// Names, in the order of computing; positions in it are what [`Derived::update`] tells.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Units, in the same order.
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// The newest value; NaN while an input is not known.
    pub fn value(&self, at: usize) -> f64 {
        self.newest.get(self.inputs + at).copied().unwrap_or(f64::NAN)
    }

    /// Takes the values of a packet. `computed` gets position and value of every parameter of
    /// which an input came, also where it came with the same value.
    pub fn update(&mut self, values: &Values, computed: &mut Vec<(usize, f64)>) {
        computed.clear();
        if self.parts.is_empty() {
            return;
        }
        let mut any = false;
        for (id, x) in values.ids().iter().zip(values.engineering()) {
            if let Some(at) = self.by_leaf.get(&id.leaf)
                && let (Some(newest), Some(changed)) =
                    (self.newest.get_mut(*at), self.changed.get_mut(*at))
            {
                (*newest, *changed, any) = (*x, true, true);
            }
        }
        if !any {
            return;
        }
        for (at, part) in self.parts.iter().enumerate() {
            if !part.from.iter().any(|from| self.changed.get(*from).copied().unwrap_or(false)) {
                continue;
            }
            self.arguments.clear();
            let arguments = part.from.iter().map(|from| self.newest.get(*from).copied());
            self.arguments.extend(arguments.map(|x| x.unwrap_or(f64::NAN)));
            let value = part.expression.evaluate(&self.arguments, &mut self.stack);
            computed.push((at, value));
            if let (Some(newest), Some(changed)) =
                (self.newest.get_mut(self.inputs + at), self.changed.get_mut(self.inputs + at))
            {
                (*newest, *changed) = (value, true);
            }
        }
        self.changed.fill(false);
    }
}
