//! Mission sols of InSight, Curiosity and Perseverance, in both LMST conventions.
//!
//! A mission counts sols by its NAIF LMST kernel, whose longitude was fixed before landing
//! ([`Convention::Kernel`]; SEIS, APSS and planning use it). Some products use the longitude
//! where the spacecraft really stands ([`Convention::TrueLongitude`]; the RAD labels of
//! InSight do, 83 s apart). A [`SolTime`] always says which one it is.

use serde::{Deserialize, Serialize};

use super::format::Hms;
use super::mars::{MSD0_TO_J2000_DAYS, SOL_DAYS};
use super::{Instant, LeapSeconds, MarsClock, TimeError, TimeRange};

/// A sol in the LMST kernels: 88 775.244 s of TDB, in nanoseconds.
const KERNEL_SOL_NS: i64 = 88_775_244_000_000;
/// A sol of Mars24 (1.0274912517 days of TT), in nanoseconds.
const MARS24_SOL_NS: i64 = 88_775_244_146_880;

/// Which longitude a local mean time and its sol are counted at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// The mission's NAIF LMST kernel.
    Kernel,
    /// The actual longitude of the site, by Mars24.
    TrueLongitude,
}

/// What a mission's sol clock is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MissionClock {
    /// Identifier: `insight`, `msl`, `m2020`.
    pub id: &'static str,
    /// Name for a person.
    pub name: &'static str,
    /// ET (TDB) since J2000 of midnight of sol 0 in the LMST kernel, nanoseconds.
    pub sol0_et_ns: i64,
    /// East longitude the kernel stands for, degrees (to 0.006 by Mars24).
    pub kernel_lon_deg: f64,
    /// Planetocentric latitude of the landing site, degrees north.
    pub lat_deg: f64,
    /// East longitude of the landing site, degrees.
    pub lon_deg: f64,
}

/// NAIF `insight_lmst_ops181206_v1.tsc`, `msl_lmst_ops120808_v1.tsc`, the origin of the
/// Mars 2020 sols (the `marstime` package), and the landing sites: InSight from the StationXML of
/// network XB, Bradbury Landing from the MMGIS traverse, Octavia E. Butler Landing.
const MISSIONS: [MissionClock; 3] = [
    MissionClock {
        id: "insight",
        name: "InSight",
        sol0_et_ns: 596_481_119_519_000_000,
        kernel_lon_deg: 135.97,
        lat_deg: 4.502384,
        lon_deg: 135.623447,
    },
    MissionClock {
        id: "msl",
        name: "Curiosity",
        sol0_et_ns: 397_446_666_183_000_000,
        kernel_lon_deg: 137.42,
        lat_deg: -4.5895,
        lon_deg: 137.4417,
    },
    MissionClock {
        id: "m2020",
        name: "Perseverance",
        sol0_et_ns: 666_894_324_991_000_000,
        kernel_lon_deg: 77.43,
        lat_deg: 18.44,
        lon_deg: 77.45,
    },
];

/// A local mean time on a mission's sol.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SolTime {
    /// Mission identifier.
    pub mission: &'static str,
    /// Which longitude it is counted at.
    pub convention: Convention,
    /// Sol number; landing was on sol 0 (InSight, Curiosity, Perseverance alike).
    pub sol: i32,
    /// Local mean solar seconds since midnight, 0..86400 (24 local hours of 3600 each).
    pub seconds: f64,
}

/// A local true solar time, with the sol counted from true midnight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ltst {
    /// Sol number by true midnight: differs from the LMST sol close to midnight.
    pub sol: i32,
    /// True solar seconds since midnight, 0..86400.
    pub seconds: f64,
}

/// The sol clock of one mission.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SolClock {
    mission: MissionClock,
    lon_deg: f64,
    /// TT since J2000 of local mean midnight of sol 0 at `lon_deg`, nanoseconds.
    true_sol0_tt_ns: i64,
}

impl SolClock {
    /// Identifiers of the missions that have a sol clock.
    pub const IDS: [&'static str; 3] = ["insight", "msl", "m2020"];

    /// The clock of a mission by identifier or name, in any case.
    pub fn of(id: &str) -> Result<Self, TimeError> {
        let wanted = match id.to_ascii_lowercase().as_str() {
            "curiosity" => "msl",
            "perseverance" | "mars2020" => "m2020",
            "nsyt" => "insight",
            other => MISSIONS.iter().find(|m| m.id == other).map_or("", |m| m.id),
        };
        MISSIONS
            .iter()
            .find(|m| m.id == wanted)
            .map(|m| Self::new(*m, m.lon_deg))
            .ok_or_else(|| TimeError::UnknownMission { id: id.chars().take(40).collect() })
    }

    /// The clocks of all missions.
    pub fn all() -> impl Iterator<Item = Self> {
        MISSIONS.iter().map(|m| Self::new(*m, m.lon_deg))
    }

    fn new(mission: MissionClock, lon_deg: f64) -> Self {
        let leap = LeapSeconds::built_in();
        let sol0 = MarsClock::at(leap.from_et_ns(mission.sol0_et_ns));
        // The local mean midnight closest to the kernel's sol 0 starts sol 0 here too.
        let local_sol0 = (sol0.msd + lon_deg / 360.0).round();
        let days = (local_sol0 - lon_deg / 360.0) * SOL_DAYS - MSD0_TO_J2000_DAYS;
        Self { mission, lon_deg, true_sol0_tt_ns: (days * 86_400e9).round() as i64 }
    }

    /// The same clock for where a rover stands: only [`Convention::TrueLongitude`] and LTST
    /// change. East longitude in degrees.
    #[must_use]
    pub fn at_longitude(self, lon_e_deg: f64) -> Self {
        // Taken as the turn next to the landing site, so that the sol count stays the same.
        let turns = ((self.mission.lon_deg - lon_e_deg) / 360.0).round();
        Self::new(self.mission, lon_e_deg + turns * 360.0)
    }

    /// What the clock is made of.
    pub fn mission(&self) -> &MissionClock {
        &self.mission
    }

    /// East longitude used for the true-longitude convention, degrees.
    pub fn longitude_deg(&self) -> f64 {
        self.lon_deg
    }

    /// Sol 0 and length of a sol, nanoseconds, in the scale of the convention.
    fn count(&self, convention: Convention) -> (i64, i64) {
        match convention {
            Convention::Kernel => (self.mission.sol0_et_ns, KERNEL_SOL_NS),
            Convention::TrueLongitude => (self.true_sol0_tt_ns, MARS24_SOL_NS),
        }
    }

    /// Sol and local mean solar time of an instant.
    pub fn at(&self, t: Instant, convention: Convention) -> SolTime {
        let leap = LeapSeconds::built_in();
        let now = match convention {
            Convention::Kernel => leap.et_ns(t),
            Convention::TrueLongitude => leap.tt_j2000_ns(t),
        };
        let (sol0, length) = self.count(convention);
        let elapsed = now.saturating_sub(sol0);
        let seconds = elapsed.rem_euclid(length) as f64 * 86_400.0 / length as f64;
        SolTime {
            mission: self.mission.id,
            convention,
            sol: elapsed.div_euclid(length) as i32,
            seconds,
        }
    }

    /// The instant of local mean solar seconds on a sol. Seconds outside 0..86400 run into
    /// the sols beside it; the result saturates at the ends of time.
    pub fn instant(&self, sol: i32, seconds: f64, convention: Convention) -> Instant {
        let leap = LeapSeconds::built_in();
        let (sol0, length) = self.count(convention);
        let of_day = (seconds * length as f64 / 86_400.0).round() as i64;
        let count =
            sol0.saturating_add(length.saturating_mul(i64::from(sol))).saturating_add(of_day);
        match convention {
            Convention::Kernel => leap.from_et_ns(count),
            Convention::TrueLongitude => leap.from_tt_j2000_ns(count),
        }
    }

    /// From local mean midnight of a sol to the next.
    pub fn sol_range(&self, sol: i32, convention: Convention) -> TimeRange {
        TimeRange::new(
            self.instant(sol, 0.0, convention),
            self.instant(sol.saturating_add(1), 0.0, convention),
        )
    }

    /// Local true solar time at the actual longitude, with the sol that true midnight starts.
    pub fn ltst(&self, t: Instant) -> Ltst {
        let mean = self.at(t, Convention::TrueLongitude);
        let seconds = mean.seconds + MarsClock::at(t).eot_h * 3600.0;
        Ltst {
            sol: mean.sol + seconds.div_euclid(86_400.0) as i32,
            seconds: seconds.rem_euclid(86_400.0),
        }
    }

    /// What the LMST of a convention is called where it is shown.
    pub fn label(&self, convention: Convention) -> String {
        match convention {
            Convention::Kernel => {
                format!("LMST, NAIF kernel, {}\u{b0} E", self.mission.kernel_lon_deg)
            }
            Convention::TrueLongitude => {
                format!("LMST, true longitude, {}\u{b0} E", self.lon_deg)
            }
        }
    }

    /// A sol time with the convention named: `Sol 235 12:34:56 LMST, NAIF kernel, 135.97° E`.
    pub fn describe(&self, time: &SolTime) -> String {
        let (sol, hms) = time.parts();
        format!("Sol {sol} {hms} {}", self.label(time.convention))
    }
}

impl SolTime {
    /// Sol and time of day, snapped to the microsecond so that a time that was typed is
    /// printed as it was typed.
    fn parts(&self) -> (i32, Hms) {
        Hms::of_sol(self.sol, self.seconds, 0)
    }

    /// As JPL labels write it: `Sol-00710M11:46:09.537`.
    pub fn label_form(&self) -> String {
        format!("Sol-{}", self.file_form())
    }

    /// As SEIS and APSS files write it: `00235M12:34:56.789`.
    pub fn file_form(&self) -> String {
        let (sol, hms) = Hms::of_sol(self.sol, self.seconds, 3);
        format!("{sol:05}M{hms}")
    }
}

impl std::fmt::Display for SolTime {
    /// `Sol 235 12:34:56 LMST`; [`SolClock::describe`] names the convention as well.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sol, hms) = self.parts();
        write!(f, "Sol {sol} {hms} LMST")
    }
}

impl std::fmt::Display for Ltst {
    /// `00004 06:05:41`, as APSS tables write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sol, hms) = Hms::of_sol(self.sol, self.seconds, 0);
        write!(f, "{sol:05} {hms}")
    }
}
