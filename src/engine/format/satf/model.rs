//! The parts of a SATF or SASF file, in its own words and order.

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Satf {
    /// What stands before `$$EOH`.
    pub head: Head,
    /// What stands behind it.
    pub body: Body,
}

/// The header of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The SFDU label, where there is one.
    pub label: Option<Label>,
    /// The line that begins with `$$`, such as `$$nsyt   SPACECRAFT ACTIVITY TYPE FILE`.
    pub title: Option<String>,
    /// Lines of the comment block, without the asterisk at their beginning.
    pub records: Vec<String>,
}

/// An SFDU label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// The mark before the pairs, with its semicolon.
    pub opening: String,
    /// Keys and values.
    pub pairs: Vec<(String, String)>,
    /// The mark behind the pairs, with its semicolon.
    pub closing: String,
}

/// What a file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Spacecraft Activity Type File: definitions of sequences and blocks.
    Types(Vec<Definition>),
    /// Spacecraft Activity Sequence File: requests.
    Requests(Vec<Request>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Types(Vec::new())
    }
}

/// A sequence or block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// `ABSOLUTE_SEQUENCE`, `RT_on_board_block` or another word.
    pub keyword: String,
    /// Its name, which may be a path.
    pub name: String,
    /// Its short name.
    pub code: Text,
    /// `FLAGS`, `ON_BOARD_PATH` and others, in their order.
    pub fields: Vec<Field>,
    /// Parameters.
    pub parameters: Vec<Entry>,
    /// Variables.
    pub variables: Vec<Entry>,
    /// Steps; none is not the same as an empty list.
    pub steps: Option<Vec<Step>>,
}

/// A request of a SASF file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Its name.
    pub name: String,
    /// When it starts.
    pub start: Option<Text>,
    /// What the start counts from; none: an instant.
    pub start_from: Option<String>,
    /// `REQUESTOR`, `PROCESSOR`, `KEY` and others, in their order.
    pub fields: Vec<Field>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// As it is; a few words with blanks between them at most.
    Bare(String),
    /// Between backslashes.
    Slashed(String),
    /// Between double quotes, with its escapes.
    Quoted(String),
}

impl Default for Text {
    fn default() -> Self {
        Self::Bare(String::new())
    }
}

impl Text {
    /// What stands inside.
    pub fn inner(&self) -> &str {
        match self {
            Self::Bare(text) | Self::Slashed(text) | Self::Quoted(text) => text,
        }
    }
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Text,
}

/// A parameter or variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// `TYPE`, `RANGE` (more than one too), `DEFAULT` and others, in their order.
    pub fields: Vec<Field>,
}

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// `command`, `ground`, `note`, `activity`, `spawn` or another word.
    pub keyword: String,
    /// Its label, a number.
    pub label: String,
    /// When it begins.
    pub time: Text,
    /// What the time counts from, e.g. `FROM_PREVIOUS_START`.
    pub from: String,
    /// `COMMENT`, `NTEXT`, `ASSUMED_MODEL_VALUES` and others, in their order.
    pub fields: Vec<Field>,
    /// What it does.
    pub call: Option<Call>,
    /// Processors that it is for.
    pub processors: Option<Vec<Text>>,
}

/// A stem and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The stem.
    pub stem: Text,
    /// Its arguments; a bare one is a number, a name or arithmetic.
    pub arguments: Vec<Text>,
}

/// The value of a field.
pub fn field<'a>(fields: &'a [Field], name: &str) -> Option<&'a Text> {
    fields.iter().find(|field| field.name == name).map(|field| &field.value)
}
