//! Values and objects of an ODL label.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value after the equals sign (a problem tells of it).
    Empty,
    /// Whole number, radix numbers such as `16#4B#` included.
    Integer(i64),
    /// Real number.
    Real(f64),
    /// Quoted text; line breaks are one blank, a hyphen at a line's end joins.
    Text(String),
    /// Bare word, date or quoted symbol.
    Symbol(String),
    /// Ordered list `(…)`.
    Sequence(Vec<Value>),
    /// Unordered list `{…}`.
    Set(Vec<Value>),
    /// A value with the unit of its angle brackets.
    Unit(Box<Value>, String),
}

impl Value {
    /// The value without its unit.
    pub fn bare(&self) -> &Self {
        match self {
            Self::Unit(value, _) => value,
            other => other,
        }
    }

    /// Unit; empty where there is none.
    pub fn unit(&self) -> &str {
        match self {
            Self::Unit(_, unit) => unit,
            _ => "",
        }
    }

    /// Text or symbol.
    pub fn text(&self) -> Option<&str> {
        match self.bare() {
            Self::Text(s) | Self::Symbol(s) => Some(s),
            _ => None,
        }
    }

    /// Whole number (also one written with a fraction of zero, or in quotes).
    pub fn integer(&self) -> Option<i64> {
        match self.bare() {
            Self::Integer(n) => Some(*n),
            Self::Real(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some(*x as i64),
            Self::Text(s) | Self::Symbol(s) => s.trim().parse().ok(),
            _ => None,
        }
    }

    /// Number.
    pub fn real(&self) -> Option<f64> {
        match self.bare() {
            Self::Integer(n) => Some(*n as f64),
            Self::Real(x) => Some(*x),
            _ => None,
        }
    }

    /// Members of a list; one for any other value.
    pub fn members(&self) -> &[Self] {
        match self.bare() {
            Self::Sequence(v) | Self::Set(v) => v,
            other => std::slice::from_ref(other),
        }
    }
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// `NAME = VALUE` and the byte offset of the name.
    Keyword(String, Value, u64),
    /// A nested object or group.
    Object(Object),
}

/// An object, a group, or the whole label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// What follows the equals sign: `TABLE`, `COLUMN`; empty for the label.
    pub name: String,
    /// Whether it is a `GROUP`.
    pub group: bool,
    /// Byte offset of its first statement.
    pub offset: u64,
    /// Byte offset just after the label's `END`, or after the object's last statement.
    pub end: u64,
    /// Members in order.
    pub entries: Vec<Entry>,
}

impl Object {
    /// First value of a keyword, case ignored.
    pub fn get(&self, keyword: &str) -> Option<&Value> {
        self.keywords().find(|(k, _, _)| k.eq_ignore_ascii_case(keyword)).map(|(_, v, _)| v)
    }

    /// Text of a keyword; empty where there is none.
    pub fn text(&self, keyword: &str) -> &str {
        self.get(keyword).and_then(Value::text).unwrap_or("")
    }

    /// A count: non-negative whole number of a keyword.
    pub fn count(&self, keyword: &str) -> Option<usize> {
        self.get(keyword).and_then(Value::integer).and_then(|n| usize::try_from(n).ok())
    }

    /// Keywords with values and offsets, in order.
    pub fn keywords(&self) -> impl Iterator<Item = (&str, &Value, u64)> {
        self.entries.iter().filter_map(|e| match e {
            Entry::Keyword(k, v, at) => Some((k.as_str(), v, *at)),
            Entry::Object(_) => None,
        })
    }

    /// Nested objects and groups, in order.
    pub fn objects(&self) -> impl Iterator<Item = &Self> {
        self.entries.iter().filter_map(|e| match e {
            Entry::Object(o) => Some(o),
            Entry::Keyword(..) => None,
        })
    }
}
