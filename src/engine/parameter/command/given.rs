//! What is given for an argument, as text.

use std::fmt;

use serde_json::Value;

/// The value of an argument as an operator or a file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A number, a name, a text, bytes in hexadecimal, an instant, a duration.
    Text(String),
    /// Elements of an array.
    List(Vec<Given>),
    /// Members of an aggregate.
    Members(Vec<(String, Given)>),
}

impl Given {
    /// Reads an argument: text that begins with `[` or `{` is JSON, all other is a text as it is.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.trim_start().starts_with(['[', '{']) {
            return Ok(Self::Text(text.to_owned()));
        }
        match serde_json::from_str(text) {
            Ok(value) => Ok(Self::of(value)),
            Err(error) => {
                let column = error.column();
                Err(format!("a list or an object has to be JSON, which it is not from {column} on"))
            }
        }
    }

    /// Nesting is bounded by the reader of JSON.
    fn of(value: Value) -> Self {
        match value {
            Value::Array(list) => Self::List(list.into_iter().map(Self::of).collect()),
            Value::Object(members) => Self::Members(
                members.into_iter().map(|(name, value)| (name, Self::of(value))).collect(),
            ),
            Value::String(text) => Self::Text(text),
            Value::Null => Self::Text(String::new()),
            Value::Bool(_) | Value::Number(_) => Self::Text(value.to_string()),
        }
    }
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::List(list) => {
                f.write_str("[")?;
                for (at, item) in list.iter().enumerate() {
                    write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Members(members) => {
                f.write_str("{")?;
                for (at, (name, item)) in members.iter().enumerate() {
                    write!(f, "{}{name}: {item}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}
