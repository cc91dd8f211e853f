//! When a station tracks a spacecraft: commands can be sent only then.

use serde::{Deserialize, Serialize};

use crate::time::{Instant, TimeRange, iso, parse};

/// Most tracks of a spacecraft: several a day for years.
const MOST: usize = 10_000;

/// Times at which a station tracks, ascending and apart; none at all: it can always send.
///
/// As text each is `FROM/TO`, the interval of ISO 8601, in any notation that times have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Tracks(Vec<TimeRange>);

impl Tracks {
    /// Reads them, in any order; those that touch become one. The error says which is wrong.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut all = Vec::new();
        for text in texts {
            let Some((from, to)) = text.split_once('/') else {
                return Err(format!(
                    "“{text}” is not FROM/TO, as 2026-11-24T10:00/2026-11-24T12:00"
                ));
            };
            let read = |part: &str| parse(part, None).map_err(|error| error.to_string());
            let (start, end) = (read(from)?, read(to)?);
            if start >= end {
                return Err(format!("“{text}” ends before it begins; swap its times"));
            }
            if all.len() == MOST {
                return Err(format!("there are more than {MOST} tracks; leave old ones out"));
            }
            all.push(TimeRange::new(start, end));
        }
        all.sort_by_key(|track| track.start);
        let mut apart: Vec<TimeRange> = Vec::with_capacity(all.len());
        for track in all {
            match apart.last_mut() {
                Some(last) if track.start <= last.end => last.end = last.end.max(track.end),
                _ => apart.push(track),
            }
        }
        Ok(Self(apart))
    }

    /// Whether there are none, so that it can always send.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// They, ascending and apart.
    pub fn ranges(&self) -> &[TimeRange] {
        &self.0
    }

    /// They as text.
    pub fn texts(&self) -> Vec<String> {
        let text = |of: &TimeRange| format!("{}/{}", iso(of.start, 0), iso(of.end, 0));
        self.0.iter().map(text).collect()
    }

    /// The one that goes on at an instant, else the next one; none where there is no more.
    pub fn at_or_after(&self, at: Instant) -> Option<TimeRange> {
        self.0.iter().find(|track| track.end > at).copied()
    }
}

impl TryFrom<Vec<String>> for Tracks {
    type Error = String;

    fn try_from(texts: Vec<String>) -> Result<Self, String> {
        Self::parse(texts.iter().map(String::as_str))
    }
}

impl From<Tracks> for Vec<String> {
    fn from(tracks: Tracks) -> Self {
        tracks.texts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "2026-11-24T10:00:00Z/2026-11-24T12:00:00Z";
    const SECOND: &str = "2026-11-25T10:00:00Z/2026-11-25T12:30:00Z";

    #[test]
    fn they_are_sorted_joined_and_written_again() {
        let texts =
            [SECOND, "2026-11-24T11:00/2026-11-24T12:00", "2026-11-24 10:00/2026-11-24T11:00"];
        let tracks = Tracks::parse(texts).expect("tracks");
        assert_eq!(tracks.texts(), [FIRST, SECOND]);
        assert_eq!(Tracks::parse(tracks.texts().iter().map(String::as_str)), Ok(tracks.clone()));
        let at = |text: &str| tracks.at_or_after(parse(text, None).expect("a time"));
        assert_eq!(at("2026-11-24T11:30"), tracks.ranges().first().copied());
        assert_eq!(at("2026-11-24T12:00"), tracks.ranges().last().copied());
        assert_eq!(at("2026-11-26"), None);
    }

    #[test]
    fn what_is_none_is_told() {
        let why = |text: &str| Tracks::parse([text]).expect_err("refused");
        assert!(why("2026-11-24T10:00").contains("FROM/TO"));
        assert!(why("2026-11-24T10:00/2026-11-24T09:00").contains("before it begins"));
        assert!(why("today/2026-11-24T09:00").contains("today"));
    }
}
