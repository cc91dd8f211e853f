//! Leap seconds and spacecraft clocks from the variables of text kernels.

use super::text::{TextKernel, Value};
use crate::problem::Problem;
use crate::time::{LeapSeconds, Sclk, SclkRecord, TimeSystem};

/// The leap seconds of an LSK (`naif0012.tls`): variables `DELTET/…`.
pub fn leap_seconds(kernel: &TextKernel) -> Result<LeapSeconds, Problem> {
    let get = |name: &str| {
        kernel.number(name).ok_or_else(|| Problem::of(name, "missing in the leap-second kernel"))
    };
    let delta = get("DELTET/DELTA_T_A")?;
    let (k, eb) = (get("DELTET/K")?, get("DELTET/EB")?);
    let m = kernel.numbers("DELTET/M").unwrap_or_default();
    let &[m0, m1] = m.as_slice() else {
        return Err(Problem::of("DELTET/M", "must hold two numbers"));
    };
    let name = "DELTET/DELTA_AT";
    let Some(variable) = kernel.variables.get(name) else {
        return Err(Problem::of(name, "missing in the leap-second kernel"));
    };
    let wrong = |reason: &str| Problem::at(variable.offset, name, reason);
    let mut steps = Vec::with_capacity(variable.values.len() / 2);
    for pair in variable.values.chunks(2) {
        let [Value::Number(offset), Value::Date(from)] = pair else {
            return Err(wrong("must hold pairs of a number of seconds and a date"));
        };
        if offset.abs() > 1e6 || steps.last().is_some_and(|(last, _)| last >= from) {
            return Err(wrong("the dates must ascend and the seconds be below a million"));
        }
        steps.push((*from, offset.round() as i32));
    }
    if delta.abs() > 1e6 {
        return Err(Problem::of("DELTET/DELTA_T_A", "must be some seconds"));
    }
    Ok(LeapSeconds { tt_minus_tai_ns: (delta * 1e9).round() as i64, k, eb, m: [m0, m1], steps })
}

/// The spacecraft clocks of an SCLK kernel, each with its id, and what was wrong with others.
pub fn sclks(kernel: &TextKernel) -> (Vec<Sclk>, Vec<Problem>) {
    let (mut clocks, mut problems) = (Vec::new(), Vec::new());
    for (name, variable) in &kernel.variables {
        let Some(id) = name.strip_prefix("SCLK_DATA_TYPE_") else { continue };
        let made = match (id.parse(), variable.values.first()) {
            (Ok(id), Some(Value::Number(1.0))) => sclk(kernel, id),
            (Err(_), _) => Err(Problem::of(name.as_str(), "does not end in a clock number")),
            _ => Err(Problem::of(name.as_str(), "only clocks of type 1 are known")),
        };
        match made {
            Ok(clock) => clocks.push(clock),
            Err(mut problem) => {
                problem.offset = problem.offset.or(Some(variable.offset));
                problems.push(problem);
            }
        }
    }
    (clocks, problems)
}

fn sclk(kernel: &TextKernel, id: u32) -> Result<Sclk, Problem> {
    let get = |stem: &str| -> Result<Vec<f64>, Problem> {
        let name = format!("{stem}_{id}");
        kernel.numbers(&name).ok_or_else(|| Problem::of(name, "missing, or not all numbers"))
    };
    let wrong = |stem: &str, reason: &str| Problem::of(format!("{stem}_{id}"), reason);
    // TDB where the kernel does not say.
    let system = match get("SCLK01_TIME_SYSTEM").ok().and_then(|v| v.first().copied()) {
        None | Some(1.0) => TimeSystem::Tdb,
        Some(2.0) => TimeSystem::Tdt,
        Some(_) => return Err(wrong("SCLK01_TIME_SYSTEM", "must be 1 (TDB) or 2 (TDT)")),
    };
    let (moduli, offsets) = (get("SCLK01_MODULI")?, get("SCLK01_OFFSETS")?);
    let fields = get("SCLK01_N_FIELDS")?.first().copied().unwrap_or_default();
    // NAIF allows ten fields; whole ticks must stay exact in a float.
    let exact = |v: &f64| (0.0..=9e15).contains(v) && v.fract() == 0.0;
    if moduli.is_empty()
        || moduli.len() > 10
        || moduli.len() as f64 != fields
        || moduli.len() != offsets.len()
        || !moduli.iter().all(|v| exact(v) && *v >= 1.0)
        || !offsets.iter().all(exact)
        || moduli.iter().product::<f64>() > 9e15
    {
        let reason = "must hold a whole number per field, as many as SCLK01_N_FIELDS says";
        return Err(wrong("SCLK01_MODULI", reason));
    }
    let delimiter = match get("SCLK01_OUTPUT_DELIM").ok().and_then(|v| v.first().copied()) {
        Some(1.0) => '.',
        Some(3.0) => '-',
        Some(4.0) => ',',
        Some(5.0) => ' ',
        _ => ':',
    };
    let (starts, ends) = (get("SCLK_PARTITION_START")?, get("SCLK_PARTITION_END")?);
    let ordered = starts.iter().zip(&ends).all(|(a, b)| *a >= 0.0 && a < b && *b <= 9e15);
    if starts.is_empty() || starts.len() != ends.len() || !ordered {
        let reason = "every partition needs a start below its end";
        return Err(wrong("SCLK_PARTITION_START", reason));
    }
    let records = records(&get("SCLK01_COEFFICIENTS")?)
        .ok_or_else(|| wrong("SCLK01_COEFFICIENTS", "must hold ascending triples"))?;
    Ok(Sclk {
        id,
        system,
        moduli: moduli.iter().map(|v| *v as u64).collect(),
        offsets: offsets.iter().map(|v| *v as u64).collect(),
        delimiter,
        partitions: starts.into_iter().zip(ends).collect(),
        records,
    })
}

/// Triples of encoded ticks, parallel time in seconds, rate; `None` where they are not.
fn records(values: &[f64]) -> Option<Vec<SclkRecord>> {
    let mut records: Vec<SclkRecord> = Vec::with_capacity(values.len() / 3);
    for triple in values.chunks(3) {
        let &[ticks, parallel, rate] = triple else { return None };
        // Kernels give microseconds at most; a float holds these dates to a tenth of one.
        let parallel_ns = ((parallel * 1e6).round() as i64).saturating_mul(1000);
        let ascends = records
            .last()
            .is_none_or(|last| last.ticks <= ticks && last.parallel_ns <= parallel_ns);
        if !ascends || rate <= 0.0 || parallel.abs() > 9e9 {
            return None;
        }
        records.push(SclkRecord { ticks, parallel_ns, rate });
    }
    (!records.is_empty()).then_some(records)
}
