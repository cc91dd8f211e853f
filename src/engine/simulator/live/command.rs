//! Telecommands as the spacecraft reads them: by the list of
//! [`mission::commands`](crate::mission::commands) that the ground encodes them by.
//!
//! Whatever comes is checked in full (kind and APID, length, error control, operation code, every
//! argument against its kind, range and choices, nothing behind the last one) before anything is
//! done. Each command is answered by verification packets.

use crate::format::ccsds::{Header, PacketKind, Segment, crc16};
use crate::mission::commands::{
    ArgumentDefinition, ArgumentKind, COMMAND_HEADER_BYTES, CommandDefinition, Scalar,
};
use crate::parameter::command::finish_packet;
use crate::problem::Problem;

pub use crate::mission::commands::COMMAND_APID;

/// A command that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Sequence count of its packet.
    pub count: u16,
    /// Operation code.
    pub code: u16,
    /// Name.
    pub name: String,
    /// Arguments with their values, in the order of the packet.
    pub values: Vec<(String, Value)>,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, `TRUE` or `FALSE`, a choice or a text, as it is written.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Order {
    fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The value of an argument as text; none for bytes and for what it has not.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            Value::Blob(_) => None,
        }
    }

    /// The value of an argument as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok()
    }

    /// Whether an argument is `TRUE`.
    pub fn is(&self, name: &str) -> bool {
        self.text(name) == Some("TRUE")
    }

    /// The bytes of an argument.
    pub fn blob(&self, name: &str) -> Option<&[u8]> {
        match self.value(name)? {
            Value::Blob(bytes) => Some(bytes),
            Value::Text(_) => None,
        }
    }
}

/// Reads a packet by a list of commands: the position in the list and the command, or what is
/// wrong with it in words.
pub fn decode(commands: &[CommandDefinition], packet: &[u8]) -> Result<(usize, Order), String> {
    let header = Header::parse(packet).map_err(|problem| problem.to_string())?;
    if header.kind != PacketKind::Command || header.apid != COMMAND_APID {
        return Err(format!("APID {} takes no commands", header.apid));
    }
    let (body, crc) = packet
        .split_last_chunk::<2>()
        .filter(|_| packet.len() == header.length())
        .ok_or("the packet has not the length that it states")?;
    if crc16(body) != u16::from_be_bytes(*crc) {
        return Err("the error control does not fit".to_owned());
    }
    if header.secondary || header.segment != Segment::Unsegmented {
        return Err("a command is a whole packet without secondary header".to_owned());
    }
    let code = code(packet).filter(|_| body.len() >= COMMAND_HEADER_BYTES);
    let code = code.ok_or("there is no operation code")?;
    let at = commands.iter().position(|command| command.code == code);
    let (at, of) = at
        .and_then(|at| Some((at, commands.get(at)?)))
        .ok_or_else(|| format!("the operation code {code} is unknown"))?;
    let mut rest = body.get(COMMAND_HEADER_BYTES..).unwrap_or_default();
    let mut values = Vec::with_capacity(of.arguments.len());
    for argument in &of.arguments {
        let value = value(argument, &mut rest);
        let value = value.map_err(|reason| format!("{}: {reason}", argument.name))?;
        values.push((argument.name.clone(), value));
    }
    if !rest.is_empty() {
        return Err(format!("{} bytes follow the last argument", rest.len()));
    }
    Ok((at, Order { count: header.count, code, name: of.name.clone(), values }))
}

/// The operation code of a packet that may be wrong otherwise.
pub(super) fn code(packet: &[u8]) -> Option<u16> {
    match packet.get(6..8)? {
        [high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    let (taken, left) = rest.split_at_checked(count).ok_or("the packet ends inside of it")?;
    *rest = left;
    Ok(taken)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], String> {
    let mut out = [0; N];
    out.copy_from_slice(take(rest, N)?);
    Ok(out)
}

/// Takes the value of an argument from the bytes that are left.
fn value(of: &ArgumentDefinition, rest: &mut &[u8]) -> Result<Value, String> {
    let text = match of.kind {
        ArgumentKind::Bool => match array(rest)? {
            [0] => "FALSE".to_owned(),
            [1] => "TRUE".to_owned(),
            [other] => return Err(format!("{other} is neither 0 nor 1")),
        },
        ArgumentKind::Choice => {
            let [position] = array(rest)?;
            let choice = of.choices.get(usize::from(position));
            choice.ok_or_else(|| format!("there is no choice {position}"))?.to_string()
        }
        ArgumentKind::Integer => number(of, f64::from(i32::from_be_bytes(array(rest)?)))?,
        ArgumentKind::Number => number(of, f64::from_be_bytes(array(rest)?))?,
        ArgumentKind::Text => {
            let count = usize::from(u16::from_be_bytes(array(rest)?));
            let text = std::str::from_utf8(take(rest, count)?).map_err(|_| "it is not UTF-8")?;
            if text.chars().count() as f64 > of.max.unwrap_or(0.0) {
                return Err("it is too long".to_owned());
            }
            text.to_owned()
        }
        ArgumentKind::Blob => {
            let count = usize::from(u16::from_be_bytes(array(rest)?));
            let bytes = take(rest, count)?;
            if bytes.len() as f64 > of.max.unwrap_or(0.0) {
                return Err("it is too long".to_owned());
            }
            return Ok(Value::Blob(bytes.to_vec()));
        }
    };
    Ok(Value::Text(text))
}

fn number(of: &ArgumentDefinition, x: f64) -> Result<String, String> {
    let listed = |choice: &Scalar| *choice == Scalar::Number(x);
    let fits = x.is_finite()
        && of.min.is_none_or(|min| x >= min)
        && of.max.is_none_or(|max| x <= max)
        && (of.choices.is_empty() || of.choices.iter().any(listed));
    if fits { Ok(x.to_string()) } else { Err(format!("{x} is not one of its values")) }
}

/// The services that every mission has, for programs without a dictionary at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing.
    NoOp,
    /// Sets the mode of an instrument until the next sol or safe mode.
    SetMode {
        /// Position of the instrument in its mission.
        instrument: u8,
        /// Number of the mode among the states.
        mode: u8,
    },
    /// Begins a fault.
    StartFault(String),
    /// Ends all faults, safe mode too.
    ClearFaults,
    /// A pass of its own, direct to Earth.
    DumpNow {
        /// How long.
        seconds: u16,
    },
}

impl Command {
    /// Operation code.
    pub fn code(&self) -> u16 {
        match self {
            Self::NoOp => 0,
            Self::SetMode { .. } => 1,
            Self::StartFault(_) => 2,
            Self::ClearFaults => 3,
            Self::DumpNow { .. } => 4,
        }
    }

    /// The packet with this sequence count (modulo 16384); a fault of more than 200 bytes fails.
    pub fn packet(&self, count: u16) -> Result<Vec<u8>, Problem> {
        let [high, low] = self.code().to_be_bytes();
        let mut bytes = vec![0x10, COMMAND_APID as u8, 0xC0, 0, 0, 0, high, low];
        let put_text = |bytes: &mut Vec<u8>, text: &str| {
            bytes.extend((text.len() as u16).to_be_bytes());
            bytes.extend(text.as_bytes());
        };
        match self {
            Self::NoOp | Self::ClearFaults => {}
            Self::SetMode { instrument, mode } => {
                bytes.push(*instrument);
                put_text(&mut bytes, &mode.to_string());
            }
            Self::StartFault(text) if text.len() > 200 => {
                return Err(Problem::of("fault", "it is longer than 200 bytes"));
            }
            Self::StartFault(text) => put_text(&mut bytes, text),
            Self::DumpNow { seconds } => bytes.extend(i32::from(*seconds).to_be_bytes()),
        }
        bytes.extend([0, 0]);
        Ok(finish_packet(&bytes, count))
    }
}
