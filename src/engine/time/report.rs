//! Every clock of one instant, as data and as lines of text (`marsdeck time`, Clocks panel).

use serde::Serialize;

use super::format::Hms;
use super::{
    Convention, Instant, LeapSeconds, Ltst, MarsClock, SolClock, SolTime, SunPosition, TimeError,
    jd_tt, jd_ut, light_time_s, mars_earth_au, planetographic_latitude_deg,
};

/// The clocks of one mission at one instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissionReport {
    /// Mission identifier.
    pub mission: &'static str,
    /// Name for a person.
    pub name: &'static str,
    /// Sol and LMST by the NAIF LMST kernel.
    pub kernel: SolTime,
    /// What that LMST is called, with its longitude.
    pub kernel_label: String,
    /// Sol and LMST at the actual longitude.
    pub true_longitude: SolTime,
    /// What that LMST is called, with its longitude.
    pub true_longitude_label: String,
    /// Local true solar time at the actual longitude.
    pub ltst: Ltst,
    /// The Sun above the landing site.
    pub sun: SunPosition,
}

/// Every clock of one instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockReport {
    /// The instant, nanoseconds since 1970 (UTC).
    pub instant: Instant,
    /// UTC, ISO 8601 to the millisecond.
    pub utc: String,
    /// UTC by day of year, to the millisecond.
    pub utc_doy: String,
    /// TAI, to the millisecond.
    pub tai: String,
    /// TT, to the millisecond.
    pub tt: String,
    /// TDB, to the millisecond.
    pub tdb: String,
    /// TAI − UTC, seconds.
    pub tai_minus_utc_s: i32,
    /// TDB seconds past J2000 (SPICE ET).
    pub et_s: f64,
    /// Julian date, UT, days.
    pub jd_ut: f64,
    /// Julian date, TT, days.
    pub jd_tt: f64,
    /// Coordinated Mars Time to the second.
    pub mtc: String,
    /// The Mars clock.
    pub mars: MarsClock,
    /// Distance between Mars and Earth, astronomical units.
    pub mars_earth_au: f64,
    /// One-way light time between them, seconds.
    pub light_time_s: f64,
    /// One entry per mission asked for.
    pub missions: Vec<MissionReport>,
}

impl MissionReport {
    /// The clocks of a mission; the Sun is that of the clock's longitude.
    pub fn at(t: Instant, clock: &SolClock) -> Self {
        let latitude = planetographic_latitude_deg(clock.mission().lat_deg);
        Self {
            mission: clock.mission().id,
            name: clock.mission().name,
            kernel: clock.at(t, Convention::Kernel),
            kernel_label: clock.label(Convention::Kernel),
            true_longitude: clock.at(t, Convention::TrueLongitude),
            true_longitude_label: clock.label(Convention::TrueLongitude),
            ltst: clock.ltst(t),
            sun: MarsClock::at(t).sun(latitude, clock.longitude_deg()),
        }
    }
}

impl ClockReport {
    /// The clocks of an instant, with those of the missions named by identifier.
    pub fn at(t: Instant, missions: &[&str]) -> Result<Self, TimeError> {
        let leap = LeapSeconds::built_in();
        let clocks =
            missions.iter().map(|id| SolClock::of(id)).collect::<Result<Vec<_>, TimeError>>()?;
        let j2000 = Instant::from_unix_ns(super::scale::J2000_NS);
        // A count in another scale is printed by the calendar of that scale.
        let in_scale = |text: Instant| super::iso(text, 3).trim_end_matches('Z').to_owned();
        let mars = MarsClock::at(t);
        Ok(Self {
            instant: t,
            utc: super::iso(t, 3),
            utc_doy: super::doy(t, 3),
            tai: in_scale(Instant::from_unix_ns(leap.tai_ns(t))),
            tt: in_scale(j2000.plus_ns(leap.tt_j2000_ns(t))),
            tdb: in_scale(j2000.plus_ns(leap.et_ns(t))),
            tai_minus_utc_s: leap.tai_minus_utc_s(t),
            et_s: leap.et_s(t),
            jd_ut: jd_ut(t),
            jd_tt: jd_tt(t),
            mtc: Hms::of_hours(mars.mtc_h, 0).to_string(),
            mars,
            mars_earth_au: mars_earth_au(t),
            light_time_s: light_time_s(t),
            missions: clocks.iter().map(|clock| MissionReport::at(t, clock)).collect(),
        })
    }

    /// The report as titled sections of names and values: the planet, then each mission.
    pub fn sections(&self) -> Vec<(String, Vec<(String, String)>)> {
        let m = &self.mars;
        let light = Hms::of_hours(self.light_time_s / 3600.0, 0);
        let rows: [(&str, String); 13] = [
            ("UTC", self.utc.clone()),
            ("UTC, day of year", self.utc_doy.clone()),
            ("TAI", format!("{}  (UTC + {} s)", self.tai, self.tai_minus_utc_s)),
            ("TT", self.tt.clone()),
            ("TDB", format!("{}  (ET {:.6} s)", self.tdb, self.et_s)),
            ("Julian date", format!("{:.6} UT  {:.6} TT", self.jd_ut, self.jd_tt)),
            ("Mars Sol Date", format!("{:.6}", m.msd)),
            ("MTC", self.mtc.clone()),
            ("Ls", format!("{:.3}\u{b0}  Mars year {}", m.ls_deg, m.mars_year)),
            ("Equation of time", format!("{:+.3} min", m.eot_h * 60.0)),
            (
                "Sub-solar point",
                format!("{:+.3}\u{b0} N  {:.3}\u{b0} E", m.declination_deg, m.subsolar_lon_deg),
            ),
            ("Sun-Mars distance", format!("{:.5} au", m.distance_au)),
            ("Earth-Mars", format!("{:.4} au  light time {light}", self.mars_earth_au)),
        ];
        let planet = rows.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let missions = self.missions.iter().map(|m| (m.name.to_owned(), m.rows().to_vec()));
        std::iter::once(("Mars".to_owned(), planet)).chain(missions).collect()
    }

    /// The report as lines, a name and a value each, aligned.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (title, rows) in self.sections() {
            lines.push(title);
            lines.extend(rows.into_iter().map(|(name, value)| format!("  {name:<18}{value}")));
        }
        lines
    }
}

impl MissionReport {
    fn rows(&self) -> [(String, String); 4] {
        let sol = |time: &SolTime, label: &str| {
            let named = time.to_string();
            format!("{}  ({label})", named.trim_end_matches(" LMST"))
        };
        [
            ("Sol and LMST".to_owned(), sol(&self.kernel, &self.kernel_label)),
            ("Sol and LMST".to_owned(), sol(&self.true_longitude, &self.true_longitude_label)),
            ("LTST".to_owned(), self.ltst.to_string()),
            (
                "Sun".to_owned(),
                format!(
                    "{:+.2}\u{b0} above the horizon, azimuth {:.2}\u{b0}",
                    self.sun.elevation_deg, self.sun.azimuth_deg
                ),
            ),
        ]
    }
}
