//! The binary form of a sequence, as it goes up: what the spacecraft needs and nothing else.
//!
//! Big-endian. `MDSQ`, version (u16), spacecraft (u32), mission, version and SHA-256 of the
//! dictionary, time of creation (i64, ns of Unix), identifier, number of steps (u32), steps, seal
//! (see `bytes.rs`). A step: kind of its time (u8), time (i64, ns), name of its epoch, kind of its
//! action (u8), stem or path, then the bytes of a command or engine (i64) and epoch of a sequence
//! on board. Texts and bytes have their length before them (u16 and u32).

use crate::format::seqjson::{Action, Number, OnBoard};
use crate::mission::telemetry::Dictionary;
use crate::problem::Problem;
use crate::time::Instant;

use super::bytes::{Reader, Refusal, put_text, seal, unseal};
use super::command::{Known, encode_step};
use super::identity::DictionaryIdentity;
use super::model::{Sequence, Step, When};

const MAGIC: [u8; 4] = *b"MDSQ";
const VERSION: u16 = 1;
/// Fewest bytes of a step.
const LEAST_STEP: usize = 16;

/// A sequence as it goes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinarySequence {
    /// NAIF or mission number of the spacecraft.
    pub spacecraft: u32,
    /// The dictionary that it was encoded by.
    pub dictionary: DictionaryIdentity,
    /// When it was encoded.
    pub created: Instant,
    /// Identifier of the sequence.
    pub id: String,
    /// Its steps.
    pub steps: Vec<BinaryStep>,
}

/// A step as it goes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinaryStep {
    /// When it begins.
    pub time: When,
    /// What it does.
    pub action: BinaryAction,
}

/// What a step does on board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BinaryAction {
    /// A command.
    Command {
        /// Its stem, for displays.
        stem: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Starts a sequence.
    Activate(Started),
    /// Loads a sequence.
    Load(Started),
}

/// A sequence on board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// Path and file name.
    pub sequence: String,
    /// Engine; negative: any.
    pub engine: i64,
    /// Epoch that it is given, or empty.
    pub epoch: String,
}

/// Encodes a sequence for a spacecraft. Steps that cannot go up are told by their number, from 1.
pub fn compile(
    of: &Sequence,
    dictionary: &Dictionary,
    mission: &str,
    spacecraft: u32,
    created: Instant,
    known: Known<'_>,
) -> Result<BinarySequence, Vec<Problem>> {
    let identity = DictionaryIdentity::of(mission, dictionary);
    let mut problems = Vec::new();
    if !of.dictionary.is_empty() && of.dictionary != dictionary.version {
        let reason = format!(
            "it is written for version {} of the dictionary, and {} is loaded; check it by that \
             one and change the line",
            of.dictionary, dictionary.version
        );
        problems.push(Problem::of("dictionary_version", reason));
    }
    if !fits(&of.id) || !fits(mission) || !fits(&dictionary.version) {
        problems.push(Problem::of("id", TOO_LONG));
    }
    let mut steps = Vec::new();
    for (at, step) in of.steps.iter().enumerate() {
        let place = format!("step {}", at + 1);
        let started = |on: &OnBoard| started(on, step.arguments.is_empty());
        let action = match &step.action {
            _ if !short(step) => Err(vec![Problem::of("name", TOO_LONG)]),
            Action::Command { stem, return_assign_to: None } => {
                let encoded = encode_step(dictionary, step, known);
                encoded.map(|of| BinaryAction::Command { stem: stem.clone(), bytes: of.bytes })
            }
            Action::Command { .. } => {
                Err(vec![Problem::of("return", "a result cannot be given to a variable on board")])
            }
            Action::Activate(on) => started(on).map(BinaryAction::Activate),
            Action::Load(on) => started(on).map(BinaryAction::Load),
            Action::GroundBlock(name) | Action::GroundEvent(name) => {
                let reason = format!("{name} is of the ground: expand it or take it out");
                Err(vec![Problem::of("action", reason)])
            }
        };
        match action {
            Ok(action) => steps.push(BinaryStep { time: step.time.clone(), action }),
            Err(told) => {
                problems.extend(told.into_iter().map(|problem| {
                    Problem::of(format!("{place}, {}", problem.field), problem.reason)
                }));
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(BinarySequence { spacecraft, dictionary: identity, created, id: of.id.clone(), steps })
}

const TOO_LONG: &str = "a name is longer than 65535 bytes; shorten it";

fn fits(text: &str) -> bool {
    u16::try_from(text.len()).is_ok()
}

/// Whether the names of a step fit their places.
fn short(step: &Step) -> bool {
    let epoch = match &step.action {
        Action::Activate(on) | Action::Load(on) => on.epoch.as_deref(),
        _ => None,
    };
    let at = match &step.time {
        When::Epoch { name, .. } => name,
        _ => "",
    };
    fits(step.name()) && fits(at) && epoch.is_none_or(fits)
}

fn started(on: &OnBoard, plain: bool) -> Result<Started, Vec<Problem>> {
    if !plain {
        let reason = "arguments of a sequence on board are not encoded; write a command";
        return Err(vec![Problem::of("arguments", reason)]);
    }
    let engine = match &on.engine {
        None => -1,
        Some(number) => engine(number)
            .ok_or_else(|| vec![Problem::of("engine", "it has to be 0 to 2147483647")])?,
    };
    let epoch = on.epoch.clone().unwrap_or_default();
    Ok(Started { sequence: on.sequence.clone(), engine, epoch })
}

fn engine(number: &Number) -> Option<i64> {
    let value = number.f64();
    let fits = (0.0..2_147_483_648.0).contains(&value) && value.fract() == 0.0;
    fits.then_some(value as i64)
}

impl BinarySequence {
    /// Writes the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(MAGIC);
        out.extend(VERSION.to_be_bytes());
        out.extend(self.spacecraft.to_be_bytes());
        put_text(&mut out, &self.dictionary.mission);
        put_text(&mut out, &self.dictionary.version);
        out.extend(self.dictionary.sha256);
        out.extend(self.created.unix_ns().to_be_bytes());
        put_text(&mut out, &self.id);
        out.extend((self.steps.len() as u32).to_be_bytes());
        for step in &self.steps {
            put_step(&mut out, step);
        }
        seal(out)
    }

    /// Reads a file and checks it for the spacecraft and the dictionary that are used; also gives
    /// the SHA-256 that names the file.
    pub fn from_bytes(
        bytes: &[u8],
        spacecraft: u32,
        dictionary: &DictionaryIdentity,
    ) -> Result<(Self, [u8; 32]), Refusal> {
        let (of, hash) = Self::inspect(bytes)?;
        if of.spacecraft != spacecraft {
            let (found, expected) = (of.spacecraft, spacecraft);
            return Err(Refusal::OtherSpacecraft { found, expected });
        }
        if of.dictionary != *dictionary {
            let (found, expected) = (of.dictionary.to_string(), dictionary.to_string());
            return Err(Refusal::OtherDictionary { found, expected });
        }
        Ok((of, hash))
    }

    /// Puts the seal behind a body that was made elsewhere, such as by a test of readers.
    pub fn sealed(body: &[u8]) -> Vec<u8> {
        seal(body.to_vec())
    }

    /// Reads a file that may be for any spacecraft, to look at it.
    pub fn inspect(bytes: &[u8]) -> Result<(Self, [u8; 32]), Refusal> {
        let (body, hash) = unseal(bytes, MAGIC, "binary sequence")?;
        let mut reader = Reader::of(body);
        reader.take(MAGIC.len())?;
        let version = reader.u16()?;
        if version != VERSION {
            return Err(Refusal::Version(version, VERSION));
        }
        let spacecraft = reader.u32()?;
        let mission = reader.text()?;
        let version = reader.text()?;
        let sha256 = reader.hash()?;
        let created = Instant::from_unix_ns(reader.i64()?);
        let id = reader.text()?;
        let count = reader.count(LEAST_STEP)?;
        let steps = (0..count).map(|_| step(&mut reader)).collect::<Result<_, _>>()?;
        reader.end()?;
        let dictionary = DictionaryIdentity { mission, version, sha256 };
        Ok((Self { spacecraft, dictionary, created, id, steps }, hash))
    }
}

fn put_step(out: &mut Vec<u8>, step: &BinaryStep) {
    let (kind, ns, name) = match &step.time {
        When::At(at) => (0, at.unix_ns(), ""),
        When::AfterStart(ns) => (1, *ns, ""),
        When::Epoch { name, ns } => (2, *ns, name.as_str()),
        When::AfterEnd(ns) => (3, *ns, ""),
    };
    out.push(kind);
    out.extend(ns.to_be_bytes());
    put_text(out, name);
    let mut put_started = |kind: u8, of: &Started| {
        out.push(kind);
        put_text(out, &of.sequence);
        out.extend(of.engine.to_be_bytes());
        put_text(out, &of.epoch);
    };
    match &step.action {
        BinaryAction::Activate(of) => put_started(1, of),
        BinaryAction::Load(of) => put_started(2, of),
        BinaryAction::Command { stem, bytes } => {
            out.push(0);
            put_text(out, stem);
            out.extend((bytes.len() as u32).to_be_bytes());
            out.extend(bytes);
        }
    }
}

fn step(reader: &mut Reader<'_>) -> Result<BinaryStep, Refusal> {
    let kind = reader.u8()?;
    let ns = reader.i64()?;
    let name = reader.text()?;
    let time = match kind {
        2 => When::Epoch { name, ns },
        _ if !name.is_empty() => return Err(reader.wrong("only times of an epoch name one")),
        0 => When::At(Instant::from_unix_ns(ns)),
        1 => When::AfterStart(ns),
        3 => When::AfterEnd(ns),
        _ => return Err(reader.wrong("there is no such kind of time")),
    };
    let kind = reader.u8()?;
    let text = reader.text()?;
    let action = match kind {
        0 => {
            let count = reader.count(1)?;
            BinaryAction::Command { stem: text, bytes: reader.take(count)?.to_vec() }
        }
        1 | 2 => {
            let (engine, epoch) = (reader.i64()?, reader.text()?);
            let started = Started { sequence: text, engine, epoch };
            if kind == 1 { BinaryAction::Activate(started) } else { BinaryAction::Load(started) }
        }
        _ => return Err(reader.wrong("there is no such kind of step")),
    };
    Ok(BinaryStep { time, action })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{dictionary, dictionary_with};
    use super::super::text;
    use super::*;

    const CREATED: Instant = Instant::from_unix_ns(1_564_143_375_587_000_000);

    fn made(source: &str) -> Result<BinarySequence, Vec<Problem>> {
        let of = text::parse(source);
        assert!(of.faults.is_empty(), "{:?}", of.faults);
        compile(&of.sequence, &dictionary(), "insight", 189, CREATED, &|_| None)
    }

    fn good() -> BinarySequence {
        made(
            "@ID \"nf1\"\n@METADATA \"dictionary_version\" \"4.2\"\nA2019-207 GAIN U HIGH 300\n\
             E-1@landing OFF\nC @ACTIVATE(\"d:/a.mod\")\n@ENGINE 2\nR5 @LOAD(\"b\")\n@EPOCH \"e\"",
        )
        .expect("a sequence")
    }

    #[test]
    fn it_comes_back_and_its_bytes_are_these() {
        let of = good();
        let bytes = of.to_bytes();
        assert!(bytes.starts_with(b"MDSQ\0\x01\0\0\0\xBD\0\x07insight\0\x034.2"));
        let BinaryAction::Command { bytes: command, .. } = &of.steps[0].action else {
            panic!("{of:?}")
        };
        assert_eq!(command, &[0xCA, 1, 0, 1, 1, 44]);
        let own = DictionaryIdentity::of("insight", &dictionary());
        assert_eq!(BinarySequence::from_bytes(&bytes, 189, &own).expect("good").0, of);
        assert_eq!(good().to_bytes(), bytes, "the same input gives the same bytes");
    }

    #[test]
    fn another_spacecraft_and_another_dictionary_are_refused() {
        let bytes = good().to_bytes();
        let own = DictionaryIdentity::of("insight", &dictionary());
        let told = |spacecraft: u32, identity: &DictionaryIdentity| {
            BinarySequence::from_bytes(&bytes, spacecraft, identity)
                .expect_err("refused")
                .to_string()
        };
        assert_eq!(told(76, &own), "the file is for spacecraft 189, this one is 76; it is refused");
        // The version is the same, the range of one argument is not.
        let other = DictionaryIdentity::of("insight", &dictionary_with("255"));
        assert!(told(189, &other).starts_with("the file was made by the dictionary insight 4.2 ("));
        assert_ne!(own.sha256, other.sha256);
        assert_ne!(own, DictionaryIdentity::of("msl", &dictionary()));
    }

    #[test]
    fn damage_and_tampering_are_told_apart() {
        let bytes = good().to_bytes();
        let mut damaged = bytes.clone();
        damaged[60] ^= 1;
        let error = BinarySequence::inspect(&damaged).expect_err("damaged");
        assert!(matches!(error, Refusal::Damaged { .. }), "{error}");
        // A checksum made to fit again does not make the hash fit.
        let end = damaged.len() - 4;
        let crc = crc32c::crc32c(&damaged[..end]).to_be_bytes();
        damaged[end..].copy_from_slice(&crc);
        assert_eq!(BinarySequence::inspect(&damaged), Err(Refusal::Tampered));
        let mut later = bytes[..bytes.len() - 36].to_vec();
        later[5] = 9;
        assert_eq!(BinarySequence::inspect(&seal(later)), Err(Refusal::Version(9, 1)));
        assert_eq!(BinarySequence::inspect(b"{}"), Err(Refusal::NotThis("binary sequence")));
        let mut longer = bytes[..bytes.len() - 36].to_vec();
        longer.push(0);
        assert!(matches!(BinarySequence::inspect(&seal(longer)), Err(Refusal::Unsound { .. })));
    }

    #[test]
    fn what_cannot_go_up_is_told_by_step() {
        let told: Vec<String> = made(
            "@METADATA \"dictionary_version\" \"4.1\"\nR1 OFF\nR1 @GROUND_BLOCK(\"b\")\n\
             R1 GAIN U\nR1 @LOAD(\"x\") 1\nR1 OFF\n@RETURN \"v\"",
        )
        .expect_err("problems")
        .iter()
        .map(|problem| problem.field.clone())
        .collect();
        assert_eq!(
            told,
            [
                "dictionary_version",
                "step 2, action",
                "step 3, level",
                "step 4, arguments",
                "step 5, return"
            ]
        );
    }

    fn step() -> impl Strategy<Value = BinaryStep> {
        let time = (0..4_u8, any::<i64>(), "[a-zé]{0,4}").prop_map(|(kind, ns, name)| match kind {
            0 => When::At(Instant::from_unix_ns(ns)),
            1 => When::AfterStart(ns),
            2 => When::Epoch { name, ns },
            _ => When::AfterEnd(ns),
        });
        let parts = ("[A-Z]{0,5}", prop::collection::vec(any::<u8>(), 0..20), any::<i64>());
        let action = (0..3_u8, parts).prop_map(|(kind, (text, bytes, engine))| match kind {
            0 => BinaryAction::Command { stem: text, bytes },
            1 => BinaryAction::Activate(Started { sequence: text, engine, epoch: String::new() }),
            _ => BinaryAction::Load(Started { epoch: text, engine, ..Started::default() }),
        });
        (time, action).prop_map(|(time, action)| BinaryStep { time, action })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn any_sequence_comes_back_and_any_damage_is_seen(
            steps in prop::collection::vec(step(), 0..5),
            spacecraft in any::<u32>(),
            at in any::<prop::sample::Index>(),
            by in 1..=255_u8,
            other in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let dictionary =
                DictionaryIdentity { mission: "m".into(), version: "v".into(), sha256: [7; 32] };
            let id = "id".to_owned();
            let of = BinarySequence { spacecraft, dictionary, created: CREATED, id, steps };
            let mut bytes = of.to_bytes();
            prop_assert_eq!(&BinarySequence::inspect(&bytes).expect("own bytes").0, &of);
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            prop_assert!(BinarySequence::inspect(&bytes).is_err());
            bytes.truncate(at);
            prop_assert!(BinarySequence::inspect(&bytes).is_err());
            // Bytes with a good seal around anything.
            let body = [&MAGIC[..], &VERSION.to_be_bytes(), &other].concat();
            if let Ok((read, _)) = BinarySequence::inspect(&seal(body.clone())) {
                prop_assert_eq!(read.to_bytes(), seal(body));
            }
        }
    }
}
