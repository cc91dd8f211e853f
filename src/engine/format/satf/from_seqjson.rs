//! From SeqJSON to SATF and SASF, by the rules of the public converter where both can say a thing.

use crate::format::seqjson::{
    self, Action, Argument, Json, Metadata, OnBoard, SeqJson, Start, Time, TimeKind, Value,
    Variable, VariableKind, parse_duration, print_duration,
};
use crate::problem::Problem;

use super::model::{Body, Call, Definition, Entry, Field, Label, Request, Satf, Step, Text};

/// Which of the two files is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Definitions, of the steps of sequences.
    Satf,
    /// The requests of sequences.
    Sasf,
}

/// Metadata that stands in a definition; all other is a pair of the header.
const OF_DEFINITION: [&str; 7] = [
    "RETURN_TYPE",
    "VIRTUAL_CHANNEL",
    "ON_BOARD_FILENAME",
    "ON_BOARD_PATH",
    "FLAGS",
    "HELP",
    "SEQGEN",
];

/// Puts sequences into a file, and tells what it cannot say. Pairs of the header come from the
/// metadata of the first sequence.
pub fn from_seqjson(sequences: &[SeqJson], target: Target) -> (Satf, Vec<Problem>) {
    let mut carry = Carry::default();
    let body = match target {
        Target::Satf => Body::Types(sequences.iter().map(|one| carry.definition(one)).collect()),
        Target::Sasf => {
            let mut requests = Vec::new();
            for of in sequences {
                of.id.clone_into(&mut carry.place);
                if of.steps.as_ref().is_some_and(|steps| !steps.is_empty()) {
                    carry.tell("steps outside of requests go to a SATF file; they are left out");
                }
                for request in of.requests.iter().flatten() {
                    requests.push(carry.request(request));
                }
            }
            Body::Requests(requests)
        }
    };
    let mut satf = Satf { body, ..Satf::default() };
    let first = sequences.first().map(|first| texts(&first.metadata)).unwrap_or_default();
    let mut pairs = Vec::new();
    for (key, value) in first {
        if !OF_DEFINITION.contains(&key.as_str()) {
            let value = carry.unmarked(&value).replace(char::is_control, " ");
            pairs.push((carry.word(&key), value.trim().to_owned()));
        }
    }
    if !pairs.is_empty() {
        let number = if target == Target::Satf { "14" } else { "13" };
        satf.head.label = Some(Label {
            opening: "CCSD3ZF0000100000001NJPL3KS0L015$$MARK$$;".to_owned(),
            pairs,
            closing: format!("CCSD3RE00000$$MARK$$NJPL3IF0M0{number}00000001;"),
        });
    }
    (satf, carry.problems)
}

#[derive(Default)]
struct Carry {
    problems: Vec<Problem>,
    place: String,
}

impl Carry {
    fn tell(&mut self, reason: impl Into<String>) {
        if self.problems.len() < super::MOST_PROBLEMS {
            let cut = |text: &str| text.chars().take(300).collect::<String>();
            self.problems.push(Problem::of(cut(&self.place), cut(&reason.into())));
        }
    }

    fn definition(&mut self, of: &SeqJson) -> Definition {
        of.id.clone_into(&mut self.place);
        let fields = texts(&of.metadata).into_iter().filter_map(|(name, value)| {
            let name = match name.as_str() {
                "SEQGEN" => "SEQGEN_AUTO_START_OR_LOAD_TIMES",
                other => OF_DEFINITION.iter().copied().find(|known| *known == other)?,
            };
            Some(Field { name: name.to_owned(), value: self.slashed(&value) })
        });
        let fields = fields.collect();
        for (what, given) in [
            ("requests", of.requests.is_some()),
            ("immediate commands", of.immediate_commands.is_some()),
            ("hardware commands", of.hardware_commands.is_some()),
        ] {
            if given {
                self.tell(format!("its {what} have no place in a SATF file and are left out"));
            }
        }
        let list = |carry: &mut Self, list: Option<&Vec<Variable>>| {
            list.into_iter().flatten().map(|one| carry.entry(one)).collect()
        };
        let block = of.parameters.is_some();
        let keyword = if block { "RT_on_board_block" } else { "ABSOLUTE_SEQUENCE" };
        Definition {
            keyword: keyword.to_owned(),
            name: self.word(&of.id),
            code: self.slashed(of.id.split('.').next().unwrap_or_default()),
            fields,
            parameters: list(self, of.parameters.as_ref()),
            variables: list(self, of.locals.as_ref()),
            steps: of.steps.as_ref().map(|steps| self.steps(&of.id, steps)),
        }
    }

    fn request(&mut self, of: &seqjson::Request) -> Request {
        of.name.clone_into(&mut self.place);
        let (start, from) = match &of.start {
            Start::GroundEpoch { delta, name, .. } => {
                if let Some(name) = name {
                    self.tell(format!("the name {name:?} of its ground epoch is left out"));
                }
                (delta.clone().unwrap_or_default(), "GROUND_EPOCH")
            }
            Start::Time(time) => self.time(time),
        };
        let fields = of.metadata.iter().flat_map(texts);
        let field = |carry: &mut Self, (name, value): (String, String)| Field {
            name: carry.word(&name),
            value: carry.quoted(&value),
        };
        let mut fields: Vec<Field> = fields.map(|pair| field(self, pair)).collect();
        if let Some(text) = &of.description {
            fields.push(Field { name: "DESCRIPTION".to_owned(), value: self.quoted(text) });
        }
        Request {
            name: self.word(&of.name),
            start: Some(if is_word(&start) { Text::Bare(start) } else { self.slashed(&start) }),
            start_from: Some(from.to_owned()),
            fields,
            steps: self.steps(&of.name, &of.steps),
        }
    }

    fn steps(&mut self, name: &str, steps: &[seqjson::Step]) -> Vec<Step> {
        let mut found = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            self.place = format!("{name}, step {}", at + 1);
            found.extend(self.step(at + 1, step));
        }
        name.clone_into(&mut self.place);
        found
    }

    fn step(&mut self, label: usize, of: &seqjson::Step) -> Option<Step> {
        let mut arguments: Vec<Text> = Vec::new();
        for one in of.args.iter().flatten() {
            self.argument(one, &mut arguments);
        }
        let mut fields = Vec::new();
        let (keyword, stem) = match &of.action {
            Action::Command { stem, return_assign_to } => {
                if return_assign_to.is_some() {
                    self.tell("SATF cannot give the exit status to a variable; it is left out");
                }
                ("command", stem.clone())
            }
            Action::GroundBlock(name) => ("activity", name.clone()),
            Action::GroundEvent(name) => ("ground", name.clone()),
            Action::Activate(on) => {
                fields.extend(self.spawn(on));
                arguments.insert(0, self.quoted(&on.sequence));
                ("spawn", "RT_on_board_block".to_owned())
            }
            Action::Load(_) => {
                self.tell("SATF has no step that loads; write it as a command; it is left out");
                return None;
            }
        };
        let (time, from) = self.time(&of.time);
        for (name, value) in of.metadata.iter().flat_map(texts) {
            let name = self.word(&name);
            fields.push(Field { name, value: self.slashed(&value) });
        }
        if let Some(text) = &of.description {
            let value = self.slashed(text);
            fields.push(Field { name: "COMMENT".to_owned(), value });
        }
        if let Some(models) = of.models.as_deref().filter(|list| !list.is_empty()) {
            let value = self.slashed(&assumed(models));
            fields.push(Field { name: "ASSUMED_MODEL_VALUES".to_owned(), value });
        }
        Some(Step {
            keyword: keyword.to_owned(),
            label: label.to_string(),
            time: Text::Slashed(time),
            from: from.to_owned(),
            fields,
            call: Some(Call { stem: Text::Bare(self.word(&stem)), arguments }),
            processors: None,
        })
    }

    fn spawn(&mut self, on: &OnBoard) -> Option<Field> {
        if on.epoch.is_some() {
            self.tell("SATF cannot hand an epoch to a spawned sequence; it is left out");
        }
        let engine = on.engine.as_ref()?;
        let value = Text::Bare(engine.to_string());
        Some(Field { name: "REQ_ENGINE_ID".to_owned(), value })
    }

    fn time(&mut self, of: &Time) -> (String, &'static str) {
        let tag = of.tag.clone().unwrap_or_default();
        let (from, instant) = match of.kind {
            TimeKind::Absolute => ("ABSOLUTE", true),
            TimeKind::CommandRelative => ("FROM_PREVIOUS_START", false),
            TimeKind::EpochRelative => ("EPOCH", false),
            TimeKind::CommandComplete => ("WAIT_PREVIOUS_END", false),
        };
        if instant {
            return (tag.replace('\\', "/"), from);
        }
        let text = if tag.is_empty() { "0" } else { &tag };
        if let Some(ns) = parse_duration(text) {
            return (print_duration(ns), from);
        }
        self.tell(format!("{tag:?} is no duration such as 00:08:20; it was kept"));
        (tag.replace('\\', "/"), from)
    }

    fn argument(&mut self, of: &Argument, out: &mut Vec<Text>) {
        match &of.value {
            Value::Text(text) => out.push(self.quoted(text)),
            Value::Number(number) => out.push(Text::Bare(number.to_string())),
            Value::Bool(value) => {
                out.push(Text::Bare(if *value { "TRUE" } else { "FALSE" }.to_owned()));
            }
            Value::Hex(digits) => out.push(Text::Bare(digits.clone())),
            Value::Symbol(name) => {
                let words = name.split(' ').all(|word| is_word(word) && !word.is_empty());
                let value = if words { Text::Bare(name.clone()) } else { self.slashed(name) };
                out.push(value);
            }
            // Groups that repeat stand one after the other.
            Value::Repeat(groups) => {
                for one in groups.iter().flatten() {
                    self.argument(one, out);
                }
            }
        }
    }

    /// A text between backslashes, which cannot hold one.
    fn slashed(&mut self, text: &str) -> Text {
        if text.contains('\\') {
            self.tell("a backslash ends a text of SATF; it was replaced by a slash");
        }
        let text = self.unmarked(text);
        Text::Slashed(text.replace('\\', "/"))
    }

    /// A text between double quotes.
    fn quoted(&mut self, text: &str) -> Text {
        let text = self.unmarked(text);
        Text::Quoted(text.replace('\\', "\\\\").replace('"', "\\\""))
    }

    /// A text without the marks that part a file.
    fn unmarked(&mut self, text: &str) -> String {
        if text.contains("$$") {
            self.tell("$$ marks the parts of a file; it was replaced by $");
        }
        let mut text = text.to_owned();
        while text.contains("$$") {
            text = text.replace("$$", "$");
        }
        text
    }

    /// A text as one word; what cannot stand in one is replaced.
    fn word(&mut self, text: &str) -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || "_./:-+".contains(c);
        let reserved = ["", "end", "PROCESSORS", "STEPS", "PARAMETERS", "VARIABLES", "START_TIME"];
        let mut word: String = text.chars().map(|c| if fits(c) { c } else { '_' }).collect();
        if reserved.contains(&word.as_str()) {
            word.push('_');
        }
        if word != text {
            let shown: String = text.chars().take(40).collect();
            self.tell(format!("{shown:?} cannot be a name in SATF; it was written as {word}"));
        }
        word
    }

    fn entry(&mut self, of: &Variable) -> Entry {
        let mut fields = Vec::new();
        let kind = match of.kind {
            VariableKind::Uint => "UNSIGNED_DECIMAL",
            VariableKind::Int => "SIGNED_DECIMAL",
            VariableKind::Float => "FLOAT",
            VariableKind::String => "QUOTED_STRING",
            VariableKind::Enum => "STRING",
        };
        fields.push(Field { name: "TYPE".to_owned(), value: Text::Bare(kind.to_owned()) });
        if let Some(name) = &of.enum_name {
            fields.push(Field { name: "ENUM_NAME".to_owned(), value: self.slashed(name) });
        }
        let mut range = |value: Text| fields.push(Field { name: "RANGE".to_owned(), value });
        for one in of.allowable_ranges.iter().flatten() {
            range(Text::Slashed(format!("{}...{}", one.min, one.max)));
        }
        if let Some(values) = of.allowable_values.as_deref().filter(|list| !list.is_empty()) {
            let values: Vec<String> = values.iter().map(plain).collect();
            let value = self.slashed(&values.join(","));
            range(value);
        }
        if of.sc_name.is_some() {
            self.tell(format!("the sc_name of {} has no place in SATF and is left out", of.name));
        }
        Entry { name: self.word(&of.name), fields }
    }
}

/// Members of metadata that are texts, numbers or truth values.
fn texts(of: &Metadata) -> Vec<(String, String)> {
    let kept = of.iter().filter(|(_, v)| !matches!(v, Json::List(_) | Json::Object(_)));
    kept.map(|(name, value)| (name.clone(), plain(value))).collect()
}

fn plain(value: &Json) -> String {
    match value {
        Json::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a text reads back as one word.
fn is_word(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:.+*/".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

/// Values, then the duration of each; none where all are zero would not say the same to readers
/// that want one for each.
fn assumed(models: &[seqjson::Model]) -> String {
    let values = models.iter().map(|model| match &model.value {
        Json::Text(text) => format!("{}=\"{text}\"", model.variable),
        other => format!("{}={other}", model.variable),
    });
    let offsets = models.iter().map(|model| model.offset.clone());
    values.chain(offsets).collect::<Vec<_>>().join(",")
}
