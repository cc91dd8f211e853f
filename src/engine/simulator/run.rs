//! Writes simulated sols into an archive.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};

use super::series::{Table, Waveform};
use super::sol::Sol;
use super::{catalogue, curiosity, insight, messages, spectra};
use crate::archive::{Archive, ArchiveError, ParameterBatch};
use crate::format::chemcam::write_ccs;
use crate::format::mseed::{Samples, SourceId, Trace, WriteOptions, write};
use crate::ingest::{IngestOptions, Outcome, ingest_bytes};
use crate::mission::Database;
use crate::parameter::{Expression, definitions};
use crate::time::{Convention, Instant, MarsClock, SolClock, TimeError};

/// Called with the fraction done and what is being done.
pub type Progress<'a> = &'a dyn Fn(f32, &str);

/// InSight sols of the demo archive: S0173a, a quiet sol and S0235b, S1222a.
pub const DEMO_SOLS: [i32; 4] = [173, 234, 235, 1222];

/// Product identity of everything that is simulated.
const PRODUCT: &str = "simulated";

/// What to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolOrder {
    /// `insight` or `msl`.
    pub mission: String,
    /// First sol.
    pub first: i32,
    /// Last sol, included.
    pub last: i32,
    /// Same seed, same bytes.
    pub seed: u64,
}

/// Why a simulation ended early.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// Only these missions have models.
    #[error("there is no model of {0}; choose insight or msl")]
    Mission(String),
    /// A sol that no instant belongs to.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The archive did not take the data.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Ingest refused what was simulated.
    #[error("simulated data were not stored: {0}")]
    Refused(String),
    /// The live spacecraft cannot be as it was asked for.
    #[error("{0}")]
    Live(String),
    /// Somebody stopped it; what is stored stays.
    #[error("stopped; the sols that were finished stay in the archive")]
    Cancelled,
}

/// What was stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SimulationReport {
    /// Sols written.
    pub sols: u32,
    /// Seismic samples and parameter values.
    pub samples: u64,
    /// Files (spectra, catalogues).
    pub products: u32,
    /// Event messages that were not there before.
    pub messages: u64,
}

impl fmt::Display for SimulationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sols, samples, products, messages } = self;
        write!(
            f,
            "{sols} simulated sols stored: {samples} samples, {products} products, \
             {messages} event messages"
        )
    }
}

/// Where simulated data go.
struct Target<'a> {
    archive: &'a Archive,
    missions: &'a Database,
    now: Instant,
    report: SimulationReport,
}

/// Simulates the sols of an order.
pub fn simulate(
    archive: &Archive,
    missions: &Database,
    order: &SolOrder,
    now: Instant,
    progress: Progress<'_>,
    cancel: &AtomicBool,
) -> Result<SimulationReport, SimulatorError> {
    let known = missions.mission(&order.mission).map(|m| m.id.as_str());
    let sols: RangeInclusive<i32> = order.first..=order.last;
    let total = (i64::from(order.last) - i64::from(order.first) + 1) as f32;
    let mut target = Target { archive, missions, now, report: SimulationReport::default() };
    for (i, number) in sols.enumerate() {
        let start = i as f32 / total;
        let step = |part: f32, what: &str| {
            progress(start + part / total, &format!("sol {number}: {what}"));
        };
        match known {
            Some("insight") => target.insight(order.seed, number, &step, cancel)?,
            Some("msl") => target.curiosity(order.seed, number, &step, cancel)?,
            _ => return Err(SimulatorError::Mission(order.mission.clone())),
        }
    }
    Ok(target.report)
}

/// The demo archive: the sols of [`DEMO_SOLS`], and for each the sol of Curiosity on which it
/// begins.
pub fn demo(
    archive: &Archive,
    missions: &Database,
    seed: u64,
    now: Instant,
    progress: Progress<'_>,
    cancel: &AtomicBool,
) -> Result<SimulationReport, SimulatorError> {
    let insight = SolClock::of("insight")?;
    let msl = SolClock::of("msl")?;
    let mut total = SimulationReport::default();
    let parts = DEMO_SOLS.len() as f32 * 2.0;
    for (i, number) in DEMO_SOLS.into_iter().enumerate() {
        let noon = insight.instant(number, 43_200.0, Convention::Kernel);
        let companion = msl.at(noon, Convention::Kernel).sol;
        for (j, (mission, sol)) in [("insight", number), ("msl", companion)].into_iter().enumerate()
        {
            let start = (i * 2 + j) as f32 / parts;
            let order = SolOrder { mission: mission.to_owned(), first: sol, last: sol, seed };
            let show = |part: f32, what: &str| {
                progress(start + part / parts, &format!("{mission} {what}"));
            };
            let done = simulate(archive, missions, &order, now, &show, cancel)?;
            total.sols += done.sols;
            total.samples += done.samples;
            total.products += done.products;
            total.messages += done.messages;
        }
    }
    Ok(total)
}

/// A sol of a mission, by its number.
pub(super) fn frame(mission: &str, number: i32) -> Result<Sol, SimulatorError> {
    let clock = SolClock::of(mission)?;
    let range = clock.sol_range(number, Convention::Kernel);
    let start = MarsClock::at(range.start);
    let noon = MarsClock::at(range.start.plus_s(range.duration_s() / 2.0));
    Ok(Sol {
        number,
        range,
        ltst_start_h: start.ltst_h(clock.longitude_deg()),
        ls_deg: noon.ls_deg,
    })
}

impl Target<'_> {
    fn insight(
        &mut self,
        seed: u64,
        number: i32,
        progress: Progress<'_>,
        cancel: &AtomicBool,
    ) -> Result<(), SimulatorError> {
        let sol = frame("insight", number)?;
        progress(0.0, "ground motion and weather");
        let data = insight::sol(seed, &sol);
        for (i, waveform) in data.waveforms.into_iter().enumerate() {
            check(cancel)?;
            progress(0.5 + 0.06 * i as f32, "storing waveforms");
            self.waveform(&sol, waveform)?;
        }
        let said = messages::insight(seed, &sol, &data.tables, self.missions);
        for table in data.tables {
            check(cancel)?;
            progress(0.9, "storing weather and housekeeping");
            self.table(table)?;
        }
        self.report.messages += self.archive.put_messages(&said)?;
        if let Some(text) = catalogue::quakeml(sol.range) {
            self.file(&format!("simulated_catalogue_sol{number:04}.xml"), text.as_bytes())?;
        }
        self.report.sols += 1;
        Ok(())
    }

    fn curiosity(
        &mut self,
        seed: u64,
        number: i32,
        progress: Progress<'_>,
        cancel: &AtomicBool,
    ) -> Result<(), SimulatorError> {
        let sol = frame("msl", number)?;
        progress(0.0, "housekeeping and evolved gas");
        let tables = curiosity::sol(seed, &sol);
        let said = messages::curiosity(seed, &sol, &tables, self.missions);
        for table in tables {
            check(cancel)?;
            self.table(table)?;
        }
        self.report.messages += self.archive.put_messages(&said)?;
        let [points, shots] = curiosity::RASTER;
        for point in 0..points {
            check(cancel)?;
            progress(0.3 + 0.7 * point as f32 / points as f32, "ChemCam spectra");
            let ccs = spectra::point(seed, &sol, point, shots);
            let name = spectrum_name(&sol, point);
            self.file(&name, write_ccs(&ccs).as_bytes())?;
        }
        self.report.sols += 1;
        Ok(())
    }

    fn waveform(&mut self, sol: &Sol, waveform: Waveform) -> Result<(), SimulatorError> {
        let Waveform { location, channel, rate_hz, start, samples } = waveform;
        self.report.samples += samples.len() as u64;
        let name = format!("XB.ELYSE.{location}.{channel}.sol{:04}.mseed", sol.number);
        let trace = Trace {
            source: SourceId {
                network: "XB".to_owned(),
                station: "ELYSE".to_owned(),
                location,
                channel,
            },
            start,
            rate_hz,
            publication: 1,
            samples: Samples::I32(samples),
        };
        let bytes = write(&trace, &WriteOptions::default())
            .map_err(|problem| SimulatorError::Refused(problem.to_string()))?;
        self.file_without_count(&name, &bytes)
    }

    fn table(&mut self, table: Table) -> Result<(), SimulatorError> {
        let mut batch = ParameterBatch { product: PRODUCT.to_owned(), ..ParameterBatch::default() };
        self.report.samples += (table.times.len() * table.columns.len()) as u64;
        batch.times = table.times;
        for column in table.columns {
            batch.names.push(column.name);
            batch.units.push(column.unit);
            batch.columns.push(column.values);
        }
        self.derive(&mut batch);
        self.archive.append_parameters(&batch)?;
        Ok(())
    }

    /// Adds the derived parameters of the mission database that a table has all inputs of.
    fn derive(&mut self, batch: &mut ParameterBatch) {
        for definition in definitions(&self.missions.missions) {
            let Ok(expression) = Expression::parse(&definition.expression) else { continue };
            let place = |name: &String| batch.names.iter().position(|known| known == name);
            let Some(inputs) = expression.inputs.iter().map(place).collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            let mut stack = Vec::new();
            let value = |row: usize| {
                let of = |at: &usize| batch.columns.get(*at).and_then(|column| column.get(row));
                let row: Vec<f64> =
                    inputs.iter().map(|at| of(at).copied().unwrap_or(f64::NAN)).collect();
                expression.evaluate(&row, &mut stack)
            };
            let column: Vec<f64> = (0..batch.times.len()).map(value).collect();
            self.report.samples += column.len() as u64;
            batch.names.push(definition.name);
            batch.units.push(definition.unit);
            batch.columns.push(column);
        }
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), SimulatorError> {
        self.file_without_count(name, bytes)?;
        self.report.products += 1;
        Ok(())
    }

    fn file_without_count(&mut self, name: &str, bytes: &[u8]) -> Result<(), SimulatorError> {
        let options = IngestOptions { product: PRODUCT.to_owned(), ..IngestOptions::default() };
        let report = ingest_bytes(self.archive, name, bytes, &|_| None, &options, self.now);
        match report.outcome {
            Outcome::Stored | Outcome::AlreadyStored => Ok(()),
            Outcome::Unrecognised | Outcome::Failed => {
                Err(SimulatorError::Refused(format!("{name}: {}", report.what)))
            }
        }
    }
}

/// The archive name of a simulated spectrum: the form of FACTS 3.2.
fn spectrum_name(sol: &Sol, point: u32) -> String {
    let [_, _, first_h, off_h] = curiosity::CHEMCAM_H;
    let share = f64::from(point) / f64::from(curiosity::RASTER[0]);
    let hour = first_h + (off_h - first_h) * share;
    let at = sol.range.start.plus_s(hour / 24.0 * sol.range.duration_s());
    // Seconds of TDB since J2000 (11:58:55.816 UTC, 5 leap seconds until 2017), less the 779.753 s
    // that MSL's SCLK lags behind (FACTS 4.8).
    let sclk = at.s_since(Instant::from_unix_ns(946_727_935_816_000_000)) + 5.0 - 779.753;
    let sol_of_thousand = sol.number.rem_euclid(1000);
    format!("CL5_{:09}CCS_F0000000CCAM{:02}{sol_of_thousand:03}P1.CSV", sclk as u64, point + 1)
}

fn check(cancel: &AtomicBool) -> Result<(), SimulatorError> {
    if cancel.load(Ordering::Relaxed) { Err(SimulatorError::Cancelled) } else { Ok(()) }
}
