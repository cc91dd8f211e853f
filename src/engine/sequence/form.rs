//! The form of a step: its arguments one by one, with what each can be. Text and form change the
//! same [`Step`], so that the one shows at once what is done in the other.

use crate::format::seqjson::{Argument, Value};
use crate::mission::command::{CommandId, Commanding};
use crate::mission::telemetry::{Dictionary, Kind};
use crate::parameter::command::encode;

use super::assist::argument_lines;
use super::command::{Known, bind};
use super::model::Step;

/// An argument of a step in a form.
#[derive(Clone, Debug, PartialEq)]
pub struct FormField {
    /// Name in the dictionary.
    pub name: String,
    /// What it can be, in sentences.
    pub help: Vec<String>,
    /// Names to choose from; empty where it is typed.
    pub choices: Vec<String>,
    /// Where in the step it stands; none: it is not given.
    pub at: Option<usize>,
    /// Its value in the step.
    pub value: Option<Value>,
    /// The value that the dictionary gives where the step does not, or always.
    pub otherwise: Option<String>,
    /// Whether the dictionary's value always holds, so that the field cannot be changed.
    pub is_fixed: bool,
    /// What is wrong with it.
    pub fault: Option<String>,
}

/// The fields of a command in the order of the dictionary; none where the step is no command that
/// the dictionary has.
pub fn form(dictionary: &Dictionary, step: &Step, known: Known<'_>) -> Option<Vec<FormField>> {
    let of = &dictionary.commanding;
    let id = of.find(step.stem()?)?;
    let (given, _) = bind(of, id, &step.arguments);
    let told = encode(dictionary, id, &given, known).err().unwrap_or_default();
    let fault = |name: &str| {
        let own = told.iter().find(|p| p.field.split(['.', '[']).next() == Some(name));
        own.map(|problem| problem.reason.clone())
    };
    let places = places(of, id, step);
    let fields = of.arguments(id).into_iter().map(|(argument, assigned)| {
        let kind = of.types.get(argument.type_id);
        let choices = match kind.map(|kind| &kind.of.kind) {
            Some(Kind::Enumerated { labels }) => labels.iter().map(|l| l.label.clone()).collect(),
            Some(Kind::Boolean { zero, one }) => vec![zero.clone(), one.clone()],
            _ => Vec::new(),
        };
        let at = places.iter().find(|(name, _)| *name == argument.name).map(|(_, at)| *at);
        let first = argument.initial.clone().or_else(|| kind.and_then(|k| k.of.initial.clone()));
        FormField {
            name: argument.name.clone(),
            help: argument_lines(of, argument),
            choices,
            at,
            value: at.and_then(|at| step.arguments.get(at)).map(|one| one.value.clone()),
            otherwise: assigned.map(str::to_owned).or(first),
            is_fixed: assigned.is_some(),
            fault: fault(&argument.name),
        }
    });
    Some(fields.collect())
}

/// Name and place in the step of every argument that has one.
fn places(of: &Commanding, id: CommandId, step: &Step) -> Vec<(String, usize)> {
    let (given, misplaced) = bind(of, id, &step.arguments);
    let mut at = (0..step.arguments.len()).filter(|at| !misplaced.iter().any(|(m, _)| m == at));
    given.into_iter().filter_map(|(name, _)| Some((name, at.next()?))).collect()
}

/// Gives an argument of a step a value, or takes it out. Those before it that have no name keep
/// their meaning: an argument that is new is added with its name, and where one without a name is
/// taken out, those behind it get theirs.
pub fn set_argument(dictionary: &Dictionary, step: &mut Step, name: &str, value: Option<Value>) {
    let of = &dictionary.commanding;
    let Some(id) = step.stem().and_then(|stem| of.find(stem)) else { return };
    let places = places(of, id, step);
    let at = places.iter().find(|(own, _)| own == name).map(|(_, at)| *at);
    match (at.and_then(|at| step.arguments.get_mut(at)), value) {
        (Some(argument), Some(value)) => argument.value = value,
        (None, Some(value)) => {
            step.arguments.push(Argument { name: Some(name.to_owned()), value });
        }
        (None, None) => (),
        (Some(_), None) => {
            let at = at.unwrap_or_default();
            for (own, place) in places.into_iter().filter(|(_, place)| *place > at) {
                if let Some(argument) = step.arguments.get_mut(place) {
                    argument.name = Some(own);
                }
            }
            step.arguments.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::dictionary;
    use super::super::text::{parse, print_step};
    use super::*;

    fn step(text: &str) -> Step {
        parse(text).sequence.steps.remove(0)
    }

    #[test]
    fn a_form_shows_every_argument() {
        let of = dictionary();
        let fields = form(&of, &step("R1 GAIN X factor=3"), &|_| None).expect("a command");
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["axis", "level", "factor"]);
        assert_eq!(fields[0].choices, ["U", "V", "W"]);
        assert_eq!((fields[0].at, fields[1].at, fields[2].at), (Some(0), None, Some(1)));
        assert!(fields[1].fault.is_some() && fields[2].fault.is_none());
        assert_eq!(fields[2].otherwise.as_deref(), Some("1"));
        assert!(!fields[2].is_fixed && fields[2].choices.is_empty());
        assert!(form(&of, &step("R1 @GROUND_BLOCK(\"x\")"), &|_| None).is_none());
        assert!(form(&of, &step("R1 NOTHING"), &|_| None).is_none());
    }

    #[test]
    fn a_form_changes_the_text() {
        let of = dictionary();
        let mut one = step("R1 GAIN U HIGH 7");
        set_argument(&of, &mut one, "level", Some(Value::Text("LOW".to_owned())));
        assert_eq!(print_step(&one), "R00:00:01 GAIN U \"LOW\" 7\n");
        set_argument(&of, &mut one, "axis", None);
        assert_eq!(print_step(&one), "R00:00:01 GAIN level=\"LOW\" factor=7\n");
        set_argument(&of, &mut one, "axis", Some(Value::Symbol("W".to_owned())));
        assert_eq!(print_step(&one), "R00:00:01 GAIN level=\"LOW\" factor=7 axis=W\n");
        set_argument(&of, &mut one, "factor", None);
        set_argument(&of, &mut one, "nothing", None);
        let fields = form(&of, &one, &|_| None).expect("a command");
        assert!(fields.iter().all(|field| field.fault.is_none()), "{fields:?}");
    }
}
