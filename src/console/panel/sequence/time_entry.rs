//! The time of a step in its form: which kind, and the text of its value.

use marsdeck_engine::format::seqjson::{parse_duration, print_duration};
use marsdeck_engine::sequence::When;
use marsdeck_engine::time::{self, Instant};

/// Kinds of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    At,
    AfterStart,
    Epoch,
    AfterEnd,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::At, Self::AfterStart, Self::Epoch, Self::AfterEnd];

    pub(super) fn of(time: &When) -> Self {
        match time {
            When::At(_) => Self::At,
            When::AfterStart(_) => Self::AfterStart,
            When::Epoch { .. } => Self::Epoch,
            When::AfterEnd(_) => Self::AfterEnd,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::At => "absolute",
            Self::AfterStart => "after the start before",
            Self::Epoch => "from an epoch",
            Self::AfterEnd => "after the end before",
        }
    }

    /// What can be written.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::At => "2019-207T12:16:15, 2019-07-26T12:16:15 or Sol 235 12:00",
            Self::Epoch => "A duration as 00:10:00 or -00:10:00, or seconds",
            Self::AfterStart | Self::AfterEnd => "A duration as 00:00:10, or seconds",
        }
    }

    /// A time of the kind, where another one stood: an instant is that of the time cursor.
    pub(super) fn usual(self, cursor: Instant) -> When {
        match self {
            Self::At => When::At(Instant::from_unix_ns(whole_second(cursor))),
            Self::AfterStart => When::AfterStart(0),
            Self::Epoch => When::Epoch { name: String::new(), ns: 0 },
            Self::AfterEnd => When::AfterEnd(0),
        }
    }
}

fn whole_second(at: Instant) -> i64 {
    at.unix_ns().div_euclid(1_000_000_000).saturating_mul(1_000_000_000)
}

/// The value of a time as its field shows it.
pub(super) fn written(of: &When) -> String {
    match of {
        When::At(at) => {
            let part = at.unix_ns().rem_euclid(1_000_000_000);
            let digits = match part {
                0 => 0,
                part if part % 1_000_000 == 0 => 3,
                part if part % 1_000 == 0 => 6,
                _ => 9,
            };
            time::doy(*at, digits)
        }
        When::AfterStart(ns) | When::AfterEnd(ns) | When::Epoch { ns, .. } => print_duration(*ns),
    }
}

/// A time of the kind of another one, with the value that was typed; none where it is none.
pub(super) fn read(kind: &When, typed: &str, mission: &str) -> Option<When> {
    Some(match kind {
        When::At(_) => When::At(time::parse(typed, Some(mission)).ok()?),
        When::AfterStart(_) => When::AfterStart(parse_duration(typed)?),
        When::AfterEnd(_) => When::AfterEnd(parse_duration(typed)?),
        When::Epoch { name, .. } => When::Epoch { name: name.clone(), ns: parse_duration(typed)? },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let cursor = Instant::from_unix_ns(1_564_143_375_587_000_000);
        for time in [
            When::At(cursor),
            When::AfterStart(90_500_000_000),
            When::AfterEnd(0),
            When::Epoch { name: "noon".to_owned(), ns: -60_000_000_000 },
        ] {
            assert_eq!(read(&time, &written(&time), "insight"), Some(time.clone()));
            assert_eq!(read(&time, "soon", "insight"), None);
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::of(&kind.usual(cursor)), kind);
            assert!(!kind.words().is_empty() && !kind.hint().is_empty());
        }
        assert_eq!(written(&Kind::At.usual(cursor)), "2019-207T12:16:15");
    }
}
