//! Names of files: SDS paths of day files, safe folder names, and back.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::format::mseed::SourceId;

/// Folder of the index files inside each product folder.
pub(super) const INDEX_DIR: &str = ".index";

/// A name that is one harmless path component: anything but letters, digits, `_`, `-`, `+` (and
/// dots that do not lead) as `%XX`; nothing at all as `%`.
pub(super) fn escape(name: &str) -> String {
    if name.is_empty() {
        return "%".to_owned();
    }
    let mut out = String::new();
    for (i, byte) in name.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"_-+".contains(&byte);
        if plain || (byte == b'.' && i > 0) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn decode(name: &str) -> Option<String> {
    if name == "%" {
        return Some(String::new());
    }
    let mut out = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(out).ok()
}

/// The name back; none where it is not one that [`escape`] made.
pub(super) fn unescape(name: &str) -> Option<String> {
    decode(name).filter(|text| escape(text) == name)
}

/// A code of a source: no dots either, and empty stays empty (`NET.STA..CHA`).
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { escape(text).replace('.', "%2E") }
}

/// `NET.STA.LOC.CHA` with each code made harmless.
pub(super) fn file_stem(source: &SourceId) -> String {
    let SourceId { network, station, location, channel } = source;
    format!("{}.{}.{}.{}", code(network), code(station), code(location), code(channel))
}

/// The source back from a stem.
pub(super) fn parse_stem(stem: &str) -> Option<SourceId> {
    let mut codes = stem.split('.').map(decode);
    let source = SourceId {
        network: codes.next()??,
        station: codes.next()??,
        location: codes.next()??,
        channel: codes.next()??,
    };
    (codes.next().is_none() && file_stem(&source) == stem).then_some(source)
}

/// Year and day of the year (from 1) of a number of days since 1970.
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
pub(super) fn year_day(days: i32) -> (i64, i64) {
    let days = i64::from(days);
    let mut year = 1970 + days.div_euclid(365) - 1;
    while days_to(year + 1) <= days {
        year += 1;
    }
    while days_to(year) > days {
        year -= 1;
    }
    (year, days - days_to(year) + 1)
}

/// Days from 1970-01-01 to the first of January of a year (Gregorian, also before 1582).
fn days_to(year: i64) -> i64 {
    let before = year - 1;
    365 * (year - 1970) + (before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400))
        - 477
}

/// Days since 1970 of a year and day of the year.
fn days_of(year: i64, day: i64) -> Option<i32> {
    ((1600..2300).contains(&year) && (1..=366).contains(&day))
        .then(|| (days_to(year) + day - 1) as i32)
}

/// Path of a day file below the product folder.
pub(super) fn day_file(source: &SourceId, days: i32) -> PathBuf {
    let (year, day) = year_day(days);
    let part = |text: &str| if text.is_empty() { "%".to_owned() } else { code(text) };
    let mut path = PathBuf::from(format!("{year:04}"));
    path.push(part(&source.network));
    path.push(part(&source.station));
    path.push(format!("{}.D", code(&source.channel)));
    path.push(format!("{}.D.{year:04}.{day:03}", file_stem(source)));
    path
}

/// Source and day of a day file, from its name; none where it is no such name.
pub(super) fn parse_day_file(path: &Path) -> Option<(SourceId, i32)> {
    let name = path.file_name()?.to_str()?;
    let (rest, day) = name.rsplit_once('.')?;
    let (rest, year) = rest.rsplit_once('.')?;
    let source = parse_stem(rest.strip_suffix(".D")?)?;
    Some((source, days_of(year.parse().ok()?, day.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(codes: [&str; 4]) -> SourceId {
        let [network, station, location, channel] = codes.map(str::to_owned);
        SourceId { network, station, location, channel }
    }

    #[test]
    fn day_files_follow_sds() {
        let elyse = source(["XB", "ELYSE", "02", "BHU"]);
        // 2019-07-26 is day 207 and 18 103 days after 1970-01-01 (GNU date).
        let path = day_file(&elyse, 18_103);
        assert_eq!(path.to_str(), Some("2019/XB/ELYSE/BHU.D/XB.ELYSE.02.BHU.D.2019.207"));
        assert_eq!(parse_day_file(&path), Some((elyse, 18_103)));
        assert_eq!(year_day(-1), (1969, 365));
        assert_eq!(year_day(11_016), (2000, 60), "29 February 2000");
    }

    #[test]
    fn names_come_back_and_cannot_leave_the_folder() {
        for codes in [["..", "/etc", "", "a b"], ["", "", "", ""], ["é", "%", ".", "H_Q_Z"]] {
            let source = source(codes);
            let stem = file_stem(&source);
            assert!(!stem.contains('/') && !stem.contains(' '));
            assert_eq!(parse_stem(&stem), Some(source.clone()));
            let path = day_file(&source, 0);
            assert!(path.components().all(|c| matches!(c, std::path::Component::Normal(_))));
        }
        for name in ["raw", "VBB_corrected_ISAE_v4", "../x", "", ".index", "a/b"] {
            let folder = escape(name);
            assert!(!folder.starts_with('.') && !folder.contains('/'));
            assert_eq!(unescape(&folder).as_deref(), Some(name));
        }
    }
}
