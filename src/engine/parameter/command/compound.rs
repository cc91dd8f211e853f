//! Values of a command that have others inside: arrays and aggregates.

use crate::mission::telemetry::{Kind, ParameterType, Size};

use super::Given;
use super::encode::{DEEPEST, EncodedField, Walk, counted};
use super::scope::Scope;
use super::value::{Typed, single};

impl Walk<'_> {
    /// A value of any type.
    pub(super) fn value(
        &mut self,
        given: &Given,
        typed: Typed<'_>,
        name: &str,
        scope: &Scope<'_>,
        depth: usize,
    ) {
        if self.left == 0 || depth > DEEPEST {
            return self.refuse(name, "the command is larger than a packet may be");
        }
        self.left -= 1;
        match (&typed.of.kind, given) {
            (Kind::Array { element, dimensions }, _) => {
                let Some(element) = inner(*element, typed, scope) else {
                    return self.refuse(name, "the type of its elements is not in the dictionary");
                };
                self.array(given, element, dimensions, name, scope, depth + 1);
            }
            (Kind::Aggregate { members }, Given::Members(values)) => {
                self.aggregate(values, members, typed, name, scope, depth + 1);
            }
            (Kind::Aggregate { .. }, _) => self.refuse(name, "its members are needed, by name"),
            (_, Given::Text(text)) => {
                let at = self.out.cursor;
                match single(text, typed, scope) {
                    Ok((bytes, bits)) => {
                        if self.out.put_bytes(&bytes, bits) {
                            self.fields.push(EncodedField { name: name.to_owned(), at, bits });
                        } else {
                            self.refuse(name, "the command is larger than a packet may be");
                        }
                    }
                    Err(reason) => self.refuse(name, reason),
                }
            }
            _ => self.refuse(name, "a single value is needed"),
        }
    }

    fn array(
        &mut self,
        given: &Given,
        element: Typed<'_>,
        dimensions: &[Size],
        name: &str,
        scope: &Scope<'_>,
        depth: usize,
    ) {
        let Some((first, rest)) = dimensions.split_first() else {
            return self.value(given, element, name, scope, depth);
        };
        let Given::List(list) = given else {
            return self.refuse(name, "a list of its elements is needed");
        };
        match scope.size(first) {
            Ok(count) if count == list.len() as u64 => {}
            Ok(count) => {
                let have = list.len();
                return self
                    .refuse(name, format!("it has {have} elements, and {count} are needed"));
            }
            Err(reason) => return self.refuse(name, reason),
        }
        for (at, item) in list.iter().enumerate() {
            self.array(item, element, rest, &format!("{name}[{at}]"), scope, depth);
        }
    }

    fn aggregate(
        &mut self,
        given: &[(String, Given)],
        members: &[(String, usize)],
        typed: Typed<'_>,
        name: &str,
        scope: &Scope<'_>,
        depth: usize,
    ) {
        for (own, _) in given {
            if !members.iter().any(|(member, _)| member == own) {
                let names: Vec<&str> = members.iter().map(|m| m.0.as_str()).take(20).collect();
                let reason = format!("no member has this name; there are {}", names.join(", "));
                self.refuse(&format!("{name}.{own}"), reason);
            }
        }
        let mut values: Vec<(String, Given)> = Vec::new();
        for (member, type_id) in members {
            let own = given.iter().find(|(own, _)| own == member).map(|(_, value)| value.clone());
            let stated = || {
                let list = &typed.argument?.members;
                list.iter().find(|(own, _)| own == member).map(|(_, v)| v.as_str().into())
            };
            let first = || inner(*type_id, typed, scope)?.of.initial.as_deref().map(Given::from);
            if let Some(value) = own.or_else(stated).or_else(first) {
                values.push((member.clone(), value));
            }
        }
        for (member, _) in members {
            if values.iter().any(|(own, _)| own == member) {
                continue;
            }
            let arrays = members.iter().map(|(member, id)| (member.as_str(), *id));
            let commanding = &scope.dictionary.commanding;
            let count = typed.argument.and_then(|_| counted(commanding, member, arrays, &values));
            match count {
                Some(count) => values.push((member.clone(), Given::Text(count.to_string()))),
                None => self.refuse(&format!("{name}.{member}"), "it has no value; give it one"),
            }
        }
        let within = Scope { values: &values, around: Some(scope), ..*scope };
        for (member, type_id) in members {
            let value = values.iter().find(|(own, _)| own == member);
            if let (Some((_, value)), Some(of)) = (value, inner(*type_id, typed, scope)) {
                self.value(value, of, &format!("{name}.{member}"), &within, depth);
            }
        }
    }
}

/// A type inside another one, of arguments or of parameters as that is.
fn inner<'a>(id: usize, typed: Typed<'_>, scope: &Scope<'a>) -> Option<Typed<'a>> {
    if typed.argument.is_some() {
        let argument = scope.dictionary.commanding.types.get(id)?;
        return Some(Typed { of: &argument.of, argument: Some(argument) });
    }
    let of: &ParameterType = scope.dictionary.types.get(id)?;
    Some(Typed { of, argument: None })
}
