//! From a dictionary to XTCE 1.2: commands, types of arguments and containers of commands.

use std::fmt::Write as _;

use crate::mission::command::{
    ArgumentType, Check, Command, CommandContainer, CommandEntry, CommandItem, Packing,
    Significance, Stage, Verifier,
};
use crate::mission::telemetry::{Condition, Place};

use super::commands::{LEVELS, NO_COMMAND};
use super::duration::print_duration;
use super::verifiers::{STAGES, VERIFIERS};
use super::write::{NO_CONTAINER, Scope, Writer, attribute, described, last};
use super::write_types::{Attribute, elements, ends};

impl<'d> Writer<'d> {
    /// The `CommandMetaData` of a system.
    pub(super) fn commanding(&mut self, system: &Scope) {
        let sets = [&system.argument_types, &system.commands, &system.packings];
        if sets.into_iter().all(Vec::is_empty) {
            return;
        }
        let all = &self.dictionary.commanding;
        self.xml.open("CommandMetaData", &[]);
        self.set("ArgumentTypeSet", &system.argument_types, &all.types, Self::argument_type);
        self.set("MetaCommandSet", &system.commands, &all.commands, Self::command);
        self.set("CommandContainerSet", &system.packings, &all.containers, Self::packing);
        self.xml.close();
    }

    fn argument_type(&mut self, argument: &'d ArgumentType) {
        self.argument = Some(argument);
        let (_, element) = elements(&argument.of.kind);
        self.xml.open(element, &self.type_attributes(&argument.of));
        self.inside = true;
        self.body(&argument.of);
        self.inside = false;
        if let Some((least, most)) = argument.characters {
            let mut range = vec![attribute("minInclusive", least.to_string())];
            if i64::try_from(most).is_ok_and(|most| most < i64::MAX) {
                range.push(attribute("maxInclusive", most.to_string()));
            }
            self.xml.empty("SizeRangeInCharacters", &range);
        }
        if !argument.valid.is_empty() {
            let applies = attribute("validRangeAppliesToCalibrated", "false");
            let attributes: &[Attribute] = if argument.valid_is_raw { &[applies] } else { &[] };
            self.xml.open("ValidRangeSet", attributes);
            for range in &argument.valid {
                self.xml.empty("ValidRange", &ends(range));
            }
            self.xml.close();
        }
        self.xml.close();
        self.argument = None;
    }

    fn command(&mut self, command: &Command) {
        let mut attributes = vec![attribute("name", last(&command.name))];
        if command.is_abstract {
            attributes.push(attribute("abstract", "true"));
        }
        self.xml.open("MetaCommand", &described(attributes, &command.description));
        self.base_command(command);
        if !command.arguments.is_empty() {
            self.xml.open("ArgumentList", &[]);
            for argument in &command.arguments {
                let of = self.dictionary.commanding.types.get(argument.type_id);
                let of = of.map_or_else(String::new, |of| self.full(&of.of.name));
                let mut attributes = vec![
                    attribute("name", argument.name.as_str()),
                    attribute("argumentTypeRef", of),
                ];
                if let Some(initial) = &argument.initial {
                    attributes.push(attribute("initialValue", initial.as_str()));
                }
                self.xml.empty("Argument", &described(attributes, &argument.description));
            }
            self.xml.close();
        }
        let containers = &self.dictionary.commanding.containers;
        if let Some(container) = command.container.and_then(|id| containers.get(id)) {
            self.packing(container);
        }
        self.constraints(command);
        if let Some(significance) = &command.significance {
            self.xml.empty("DefaultSignificance", &significance_attributes(significance));
        }
        if !command.context_significances.is_empty() {
            self.xml.open("ContextSignificanceList", &[]);
            for (condition, significance) in &command.context_significances {
                self.xml.open("ContextSignificance", &[]);
                self.xml.open("ContextMatch", &[]);
                self.condition(condition);
                self.xml.close();
                self.xml.empty("Significance", &significance_attributes(significance));
                self.xml.close();
            }
            self.xml.close();
        }
        if !command.verifiers.is_empty() {
            self.xml.open("VerifierSet", &[]);
            for verifier in &command.verifiers {
                self.verifier(verifier);
            }
            self.xml.close();
        }
        self.sets(command);
        self.xml.close();
    }

    fn base_command(&mut self, command: &Command) {
        let base = command.base.and_then(|id| self.dictionary.commanding.commands.get(id));
        let reference = match base {
            Some(base) => self.full(&base.name),
            None if command.is_cut => NO_COMMAND.to_owned(),
            None => return,
        };
        let reference = [attribute("metaCommandRef", reference)];
        if command.assignments.is_empty() {
            self.xml.empty("BaseMetaCommand", &reference);
            return;
        }
        self.xml.open("BaseMetaCommand", &reference);
        self.xml.open("ArgumentAssignmentList", &[]);
        for (name, value) in &command.assignments {
            let assignment = [
                attribute("argumentName", name.as_str()),
                attribute("argumentValue", value.as_str()),
            ];
            self.xml.empty("ArgumentAssignment", &assignment);
        }
        self.xml.close();
        self.xml.close();
    }

    fn constraints(&mut self, command: &Command) {
        if command.constraints.is_empty() {
            return;
        }
        self.xml.open("TransmissionConstraintList", &[]);
        for constraint in &command.constraints {
            let mut attributes = Vec::new();
            if let Some(seconds) = constraint.timeout_s {
                attributes.push(attribute("timeOut", print_duration(seconds)));
            }
            if constraint.suspendable {
                attributes.push(attribute("suspendable", "true"));
            }
            self.xml.open("TransmissionConstraint", &attributes);
            self.condition(&constraint.condition);
            self.xml.close();
        }
        self.xml.close();
    }

    fn verifier(&mut self, verifier: &Verifier) {
        let found = VERIFIERS.iter().find(|(_, stage)| *stage == verifier.stage);
        let Some((name, _)) = found else { return };
        self.xml.open(name, &[]);
        match &verifier.check {
            Check::Holds(condition) => self.condition(condition),
            Check::Comes(id) => {
                let container = self.dictionary.containers.get(*id);
                let container = container.map_or(NO_CONTAINER.to_owned(), |c| self.full(&c.name));
                self.xml.empty("ContainerRef", &[attribute("containerRef", container)]);
            }
            Check::Changes(parameter, by) => {
                self.xml.open("ParameterValueChange", &[]);
                let reference = self.instance(*parameter, true);
                self.xml.empty("ParameterRef", &reference);
                self.xml.empty("Change", &[attribute("value", format!("{by:?}"))]);
                self.xml.close();
            }
        }
        if let Some(window) = &verifier.window {
            let mut attributes = Vec::new();
            if let Some(from) = window.from_s {
                attributes.push(attribute("timeToStartChecking", print_duration(from)));
            }
            attributes.push(attribute("timeToStopChecking", print_duration(window.to_s)));
            if window.from_release {
                attributes.push(attribute("timeWindowIsRelativeTo", "commandRelease"));
            }
            self.xml.empty("CheckWindow", &attributes);
        }
        if let Some(noted) = verifier.noted {
            let reference = self.instance(noted, true);
            self.xml.empty("ReturnParmRef", &reference);
        }
        self.xml.close();
    }

    fn sets(&mut self, command: &Command) {
        if command.sets.is_empty() {
            return;
        }
        self.xml.open("ParameterToSetList", &[]);
        for set in &command.sets {
            let mut attributes = self.instance(set.parameter, true);
            if set.stage != Stage::Complete {
                let word = STAGES.iter().find(|(_, stage)| *stage == set.stage);
                attributes.push(attribute("setOnVerification", word.map_or("complete", |w| w.0)));
            }
            self.xml.open("ParameterToSet", &attributes);
            self.xml.leaf("NewValue", &set.value);
            self.xml.close();
        }
        self.xml.close();
    }

    fn packing_ref(&self, packing: Packing) -> String {
        let all = self.dictionary;
        let name = match packing {
            Packing::Command(id) => all.commanding.containers.get(id).map(|c| &c.name),
            Packing::Telemetry(id) => all.containers.get(id).map(|c| &c.name),
        };
        name.map_or_else(|| NO_CONTAINER.to_owned(), |name| self.full(name))
    }

    /// A container of commands. What was cut off it is written as a reference that is broken, so
    /// that whoever reads it knows.
    fn packing(&mut self, container: &CommandContainer) {
        let attributes = vec![attribute("name", last(&container.name))];
        self.xml.open("CommandContainer", &described(attributes, &container.description));
        if let Some(bits) = container.bits {
            self.xml.open("BinaryEncoding", &[]);
            self.xml.open("SizeInBits", &[]);
            self.xml.leaf("FixedValue", &bits.to_string());
            self.xml.close();
            self.xml.close();
        }
        self.xml.open("EntryList", &[]);
        for entry in &container.entries {
            self.command_entry(entry);
        }
        if container.is_cut {
            let broken = attribute("containerRef", NO_CONTAINER);
            self.xml.empty("ContainerRefEntry", &[broken]);
        }
        self.xml.close();
        if container.base.is_some() || container.restriction.is_some() {
            let base =
                container.base.map_or_else(|| NO_CONTAINER.to_owned(), |b| self.packing_ref(b));
            let base = [attribute("containerRef", base)];
            match &container.restriction {
                None => self.xml.empty("BaseContainer", &base),
                Some(condition) => {
                    self.xml.open("BaseContainer", &base);
                    self.xml.open("RestrictionCriteria", &[]);
                    self.condition(condition);
                    self.xml.close();
                    self.xml.close();
                }
            }
        }
        self.xml.close();
    }

    fn command_entry(&mut self, entry: &CommandEntry) {
        let (element, attributes) = match &entry.item {
            CommandItem::Argument(name) => {
                ("ArgumentRefEntry", vec![attribute("argumentRef", name.as_str())])
            }
            CommandItem::Parameter(id) => {
                ("ParameterRefEntry", vec![attribute("parameterRef", self.parameter_ref(*id))])
            }
            CommandItem::Container(packing) => {
                ("ContainerRefEntry", vec![attribute("containerRef", self.packing_ref(*packing))])
            }
            CommandItem::Fixed { name, bytes, bits } => {
                let mut attributes = Vec::new();
                if !name.is_empty() {
                    attributes.push(attribute("name", name.as_str()));
                }
                let mut digits = String::new();
                for byte in bytes {
                    // Writing to a String cannot fail.
                    let _ = write!(digits, "{byte:02X}");
                }
                attributes.push(attribute("binaryValue", digits));
                attributes.push(attribute("sizeInBits", bits.to_string()));
                ("FixedValueEntry", attributes)
            }
        };
        let CommandEntry { place, repeat, include, .. } = entry;
        if *place == Place::After(0) && repeat.is_none() && include.is_none() {
            self.xml.empty(element, &attributes);
            return;
        }
        self.xml.open(element, &attributes);
        self.inside = true;
        let include: Option<&Condition> = include.as_ref();
        self.position(*place, repeat.as_ref(), include);
        self.inside = false;
        self.xml.close();
    }
}

fn significance_attributes(significance: &Significance) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    if !significance.at_risk.is_empty() {
        attributes.push(attribute("spaceSystemAtRisk", significance.at_risk.as_str()));
    }
    if !significance.reason.is_empty() {
        attributes.push(attribute("reasonForWarning", significance.reason.as_str()));
    }
    let word = LEVELS.iter().find(|(_, level)| *level == significance.level);
    attributes.push(attribute("consequenceLevel", word.map_or("critical", |(word, _)| word)));
    attributes
}
