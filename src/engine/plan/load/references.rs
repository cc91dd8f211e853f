//! Whether what a definition names is there.

use super::Place;
use crate::plan::formula::{Formula, template_names};
use crate::plan::model::{ActivityType, Model, ParameterKind, Resource, ResourceKind};
use crate::plan::rule::{Rule, RuleKind, Selector};
use crate::problem::Problem;

type Checked = Result<(), Problem>;

fn names<'a>(of: impl Iterator<Item = &'a String>) -> String {
    let all: Vec<&str> = of.map(String::as_str).collect();
    if all.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", all.join(", "))
    }
}

/// The resource of this name.
fn resource<'a>(
    model: &'a Model,
    name: &str,
    place: &Place<'_>,
    id: &str,
) -> Result<&'a Resource, Problem> {
    model.resources.get(name).ok_or_else(|| {
        let all = names(model.resources.keys());
        place.problem(
            &format!("\"{name}\""),
            id,
            format!("there is no resource {name}; define it with [[resource]], {all}"),
        )
    })
}

fn numeric(model: &Model, name: &str, place: &Place<'_>, id: &str) -> Checked {
    match resource(model, name, place, id)?.kind {
        ResourceKind::Numeric { .. } => Ok(()),
        ResourceKind::State { .. } => Err(place.problem(
            &format!("\"{name}\""),
            id,
            format!("{name} is a state, not a number; use it in needs and sets"),
        )),
    }
}

fn state(model: &Model, name: &str, wanted: &[&str], place: &Place<'_>, id: &str) -> Checked {
    let ResourceKind::State { values, .. } = &resource(model, name, place, id)?.kind else {
        return Err(place.problem(
            &format!("\"{name}\""),
            id,
            format!("{name} is a number, not a state; use it in effects"),
        ));
    };
    let unknown = wanted.iter().find(|w| !w.contains('{') && !values.iter().any(|v| v == **w));
    match unknown {
        None => Ok(()),
        Some(word) => Err(place.problem(
            &format!("\"{word}\""),
            id,
            format!("{name} is never {word}; {}", names(values.iter())),
        )),
    }
}

fn window(model: &Model, name: &str, place: &Place<'_>, id: &str) -> Checked {
    if model.windows.contains_key(name) {
        return Ok(());
    }
    let all = names(model.windows.keys());
    let reason = format!("there is no window {name}; define it with [[window]], {all}");
    Err(place.problem(&format!("\"{name}\""), id, reason))
}

/// The inputs of a formula of a type; without a type only the limits are judged.
fn formula(
    model: &Model,
    of: Option<&ActivityType>,
    formula: &Formula,
    place: &Place<'_>,
    id: &str,
) -> Checked {
    for input in formula.inputs() {
        if let Some(limit) = input.strip_prefix("limit.") {
            if !model.limits.contains_key(limit) {
                let all = names(model.limits.keys());
                let reason = format!("there is no limit {limit}; define it with [[limit]], {all}");
                return Err(place.problem(input, id, reason));
            }
        } else if input != "duration_s"
            && let Some(of) = of
        {
            argument(of, input, place)?;
        }
    }
    Ok(())
}

/// An argument of a type, `name`, `name.member` or `name=TEXT`.
fn argument(of: &ActivityType, input: &str, place: &Place<'_>) -> Checked {
    let path = input.split('=').next().unwrap_or("");
    let head = path.split('.').next().unwrap_or("");
    let parameter = of.parameter(path).or_else(|| of.parameter(head));
    let Some(parameter) = parameter else {
        let all = names(of.parameters.iter().map(|p| &p.name));
        let reason = format!("it has no parameter {head}; add it to parameters, {all}");
        return Err(place.problem(&format!("{{{input}}}"), &of.id, reason));
    };
    let choice = input.split_once('=').map(|(_, text)| text);
    if parameter.kind == ParameterKind::Choice
        && let Some(word) = choice
        && !parameter.choices.iter().any(|c| c.to_string() == word)
    {
        let reason = format!("its parameter {head} is never {word}; put that into the choices");
        return Err(place.problem(&format!("{{{input}}}"), &of.id, reason));
    }
    Ok(())
}

/// Supplies of resources whose window is not there are left out.
pub(super) fn supplies(
    model: &mut Model,
    places: &[(String, Place<'_>)],
    problems: &mut Vec<Problem>,
) {
    let windows: Vec<String> = model.windows.keys().cloned().collect();
    for (id, place) in places {
        let kind = model.resources.get_mut(id).map(|resource| &mut resource.kind);
        if let Some(ResourceKind::Numeric { supplies, .. }) = kind {
            supplies.retain(|supply| {
                let missing = supply.window.as_ref().filter(|w| !windows.contains(w));
                if let Some(window) = missing {
                    let reason = format!("it is supplied in window {window}, which is not there");
                    let reason = reason + "; define it with [[window]]";
                    problems.push(place.problem(&format!("\"{window}\""), id, reason));
                }
                missing.is_none()
            });
        }
    }
}

/// Whether a type's references can be followed and its defaults are allowed.
pub(super) fn activity(model: &Model, of: &ActivityType, place: &Place<'_>) -> Checked {
    for parameter in &of.parameters {
        if let Some(wrong) = parameter.default.as_ref().and_then(|d| parameter.wrong(d)) {
            let needle = format!("\"{}\"", parameter.name);
            let reason = format!("the default of {} {wrong}; change the default", parameter.name);
            return Err(place.problem(&needle, &of.id, reason));
        }
    }
    let check = |f: &Formula| formula(model, Some(of), f, place, &of.id);
    check(&of.duration_s)?;
    if of.duration_s.inputs().iter().any(|i| i == "duration_s") {
        let reason = "duration_s cannot be computed from itself; use a parameter";
        return Err(place.problem("duration_s", &of.id, reason));
    }
    for effect in &of.effects {
        numeric(model, &effect.resource, place, &of.id)?;
        if effect.amount.is_some() == effect.rate_per_h.is_some() {
            let needle = format!("\"{}\"", effect.resource);
            let reason = "an effect has either an amount or a rate_per_h; give one of them";
            return Err(place.problem(&needle, &of.id, reason));
        }
        let formulas = [&effect.amount, &effect.rate_per_h, &effect.when];
        formulas.into_iter().flatten().try_for_each(check)?;
    }
    for need in &of.needs {
        let wanted: Vec<&str> = need.one_of.iter().map(String::as_str).collect();
        state(model, &need.state, &wanted, place, &of.id)?;
    }
    for set in &of.sets {
        state(model, &set.state, &[&set.to], place, &of.id)?;
        set.when.iter().try_for_each(check)?;
        template_names(&set.to).into_iter().try_for_each(|n| argument(of, n, place))?;
    }
    for command in &of.commands {
        command.when.iter().try_for_each(check)?;
        for (_, text) in &command.arguments {
            template_names(text).into_iter().try_for_each(|n| argument(of, n, place))?;
        }
    }
    Ok(())
}

/// Whether a rule's references can be followed; it may name types that were left out.
pub(super) fn rule(model: &Model, left_out: &[String], of: &Rule, place: &Place<'_>) -> Checked {
    selector(model, left_out, &of.activities, place, &of.id)?;
    selector(model, left_out, &of.others, place, &of.id)?;
    // Types that the rule names outright have the arguments that it asks for.
    let named = || of.activities.0.iter().filter_map(|word| model.types.get(word));
    let check = |f: &Formula| {
        formula(model, None, f, place, &of.id)?;
        named().try_for_each(|t| {
            formula(model, Some(t), f, place, &of.id).map_err(|problem| {
                let reason = format!("{}: {}", t.id, problem.reason);
                place.problem("id = ", &of.id, reason)
            })
        })
    };
    match &of.kind {
        RuleKind::Exclusive
        | RuleKind::Gap { .. }
        | RuleKind::After { .. }
        | RuleKind::Before { .. } => Ok(()),
        RuleKind::Inside { window: w, .. } | RuleKind::Outside { window: w, .. } => {
            window(model, w, place, &of.id)
        }
        RuleKind::State { state: name, one_of, .. } => {
            let wanted: Vec<&str> = one_of.iter().map(String::as_str).collect();
            state(model, name, &wanted, place, &of.id)
        }
        RuleKind::Bound { resource, .. } => numeric(model, resource, place, &of.id),
        RuleKind::Relation { holds } => check(holds),
        RuleKind::Allocation { amount, at_most, .. } => check(amount).and_then(|()| check(at_most)),
        RuleKind::PerSol { amount, .. } => check(amount),
    }
}

fn selector(
    model: &Model,
    left_out: &[String],
    of: &Selector,
    place: &Place<'_>,
    id: &str,
) -> Checked {
    for word in &of.0 {
        let known = if let Some(wanted) = word.strip_prefix("instrument:") {
            !left_out.is_empty() || model.types.values().any(|t| t.instrument == wanted)
        } else if word.starts_with("tag:") {
            true
        } else {
            let mut keys = model.types.keys().chain(left_out);
            keys.any(|k| Selector(vec![word.clone()]).matches(k, None, &[]))
        };
        if !known {
            let reason = format!("no activity type fits {word}; write the id of one, or NAME*");
            return Err(place.problem(&format!("\"{word}\""), id, reason));
        }
    }
    Ok(())
}
