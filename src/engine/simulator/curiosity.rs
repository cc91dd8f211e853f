//! A sol of the Curiosity rover: ChemCam, SAM and REMS.

use super::craft;
use super::noise::Noise;
use super::series::Table;
use super::sol::Sol;
use super::weather;

/// When ChemCam works on a sol, in hours of LMST: on, laser ready, first shot, off.
pub(super) const CHEMCAM_H: [f64; 4] = [11.0, 11.25, 11.5, 12.4];
/// Points of a raster and shots per point.
pub(super) const RASTER: [u32; 2] = [5, 30];

/// The SAM run: start, end of the background scans, end of the ramp, end of TLS, of GC, off.
pub(super) const SAM_H: [f64; 6] = [0.6, 1.4, 1.9, 3.2, 4.1, 5.0];

/// Everything of a sol but the spectra.
pub(super) fn sol(seed: u64, sol: &Sol) -> Vec<Table> {
    let mut tables = vec![chemcam(seed, sol), sam(seed, sol), rems(seed, sol)];
    tables.push(craft::rover_power(seed, sol));
    tables.push(craft::computer(seed, sol, ["msl", "rover"], craft::rover_is_awake));
    tables.extend(evolved_gas(seed, sol));
    tables
}

/// Whether SAM pyrolyses a sample during the night of this sol.
pub(super) fn has_sam_run(sol: &Sol) -> bool {
    sol.number % 2 == 0
}

fn lmst_h(t_s: f64) -> f64 {
    t_s / 88_775.244 * 24.0
}

fn chemcam(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "chemcam", sol.number);
    let n = "/msl/chemcam/";
    let names = [
        "state",
        "laser_temperature",
        "mast_temperature",
        "ccd_uv_temperature",
        "ccd_vio_temperature",
        "ccd_vnir_temperature",
        "tec_current",
        "body_temperature",
        "body_voltage",
        "shots",
    ]
    .map(|name| format!("{n}{name}"));
    let units = ["", "°C", "°C", "°C", "°C", "°C", "A", "°C", "V", ""];
    let names: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(units).collect();
    let [on, ready, first, off] = CHEMCAM_H;
    // A fault to find: on odd sols the laser warms beyond its limit during the raster.
    let hot = if sol.number % 2 == 1 { 11.0 } else { 0.0 };
    let (mut laser, mut ccd) = (-40.0, 4.0);
    Table::sampled(sol, 0.05, &names, |t| {
        let (h, ltst) = (lmst_h(t), sol.ltst_h(t));
        let air = weather::gale(sol.ls_deg, ltst).air_c;
        let (active, firing) = ((on..off).contains(&h), (first..off).contains(&h));
        let target = if firing {
            -4.0 + hot
        } else if active {
            -5.0
        } else {
            -42.0 + 0.15 * (air + 50.0)
        };
        laser += 0.06 * (target - laser);
        ccd += 0.05 * (if active { -18.0 } else { 0.05 * (air + 40.0) - 2.0 } - ccd);
        let state = match h {
            h if !active => f64::from(u8::from((on - 0.5..on).contains(&h))),
            h if h < ready => 2.0,
            h if h < first => 4.0,
            _ => 3.0,
        };
        let done = ((h - first) / (off - first)).clamp(0.0, 1.0);
        let shots = (done * f64::from(RASTER[0] * RASTER[1])).floor();
        let mut row = vec![state, laser, -38.0 + 0.4 * (air + 60.0)];
        row.extend([0.0, 0.6, -0.9].map(|d| ccd + d + 0.03 * noise.normal()));
        row.push(if active { 1.35 + 0.02 * noise.normal() } else { 0.0 });
        row.push(12.0 + if active { 5.0 } else { 0.0 } + 0.1 * noise.normal());
        row.push(28.6 - if firing { 0.7 } else { 0.0 } + 0.05 * noise.normal());
        row.push(shots);
        row
    })
}

/// Oven temperature in °C during a run, by the hour.
fn oven_c(h: f64) -> f64 {
    let [start, background, ramp, ..] = SAM_H;
    match h {
        h if h < start => 20.0,
        h if h < background => 20.0 + 30.0 * (h - start) / (background - start),
        // 35 °C a minute to 850 °C, then held to the end of the ramp phase.
        h if h < ramp => (50.0 + 35.0 * 60.0 * (h - background)).min(850.0),
        h => 20.0 + 830.0 * (-(h - ramp) / 0.5).exp(),
    }
}

fn sam(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "sam", sol.number);
    let names = [
        ("/msl/sam/state", ""),
        ("/msl/sam/oven_temperature", "°C"),
        ("/msl/sam/helium_pressure", "mbar"),
        ("/msl/sam/turbo_speed", "rpm"),
        ("/msl/sam/manifold_temperature", "°C"),
        ("/msl/sam/bench_temperature", "°C"),
        ("/msl/sam/filament_emission", "µA"),
    ];
    let run = has_sam_run(sol);
    let mut manifold = 5.0;
    Table::sampled(sol, 0.1, &names, |t| {
        let h = lmst_h(t);
        let busy = run && (SAM_H[0]..SAM_H[5]).contains(&h);
        let phase = SAM_H.iter().filter(|from| h >= **from).count() as f64;
        manifold += 0.01 * (if busy { 118.0 } else { 5.0 } - manifold);
        vec![
            // Pre-heat, background, pyrolysis, TLS, GC in the order of SAM_H.
            if busy { phase + 1.0 } else { f64::from(u8::from(run && h < SAM_H[5] + 0.5)) },
            if run { oven_c(h) } else { 20.0 } + 0.3 * noise.normal(),
            if busy { 25.0 + 0.12 * noise.normal() } else { 0.0 },
            if busy { 100_000.0 + 40.0 * noise.normal() } else { 0.0 },
            manifold + 0.1 * noise.normal(),
            9.0 + if busy { 8.0 } else { 0.0 } + 0.1 * noise.normal(),
            if busy && h > SAM_H[1] { 180.0 + 0.4 * noise.normal() } else { 0.0 },
        ]
    })
}

/// Mass, releases and background of a gas.
pub(super) type Gas = (u32, &'static [(f64, f64, f64)], f64);

/// Gas, release temperature and width in °C, peak in counts/s, background (FACTS 3.3).
pub(super) const GASES: [Gas; 11] = [
    (2, &[(480.0, 120.0, 9e4)], 3e3),
    (4, &[(0.0, 1.0, 0.0)], 6e6),
    (18, &[(180.0, 90.0, 2.4e6), (430.0, 110.0, 1.1e6), (760.0, 60.0, 5e5)], 9e4),
    (28, &[(330.0, 120.0, 3e5), (620.0, 110.0, 2e5)], 4e4),
    (30, &[(290.0, 80.0, 6e4)], 1.2e3),
    (32, &[(370.0, 45.0, 8e5)], 2.5e3),
    (34, &[(640.0, 60.0, 1.5e4)], 4e2),
    (36, &[(380.0, 60.0, 5e4), (720.0, 80.0, 7e4)], 6e2),
    (40, &[(0.0, 1.0, 0.0)], 2.2e4),
    (44, &[(300.0, 90.0, 1.2e6), (560.0, 90.0, 6e5)], 3e4),
    (64, &[(540.0, 45.0, 3e5), (690.0, 60.0, 6e5)], 8e2),
];

/// The mass traces during the ramp.
fn evolved_gas(seed: u64, sol: &Sol) -> Option<Table> {
    if !has_sam_run(sol) {
        return None;
    }
    let mut noise = Noise::new(seed, "evolved gas", sol.number);
    let names: Vec<String> = GASES.iter().map(|(mz, ..)| format!("/msl/sam/mz_{mz}")).collect();
    let names: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "counts/s")).collect();
    let seconds = |h: f64| h / 24.0 * 88_775.244;
    Some(Table::sampled_during(sol, seconds(SAM_H[1]), seconds(SAM_H[2]), 0.1, &names, |t| {
        let temperature = oven_c(lmst_h(t));
        GASES
            .iter()
            .map(|(_, peaks, background)| {
                let gas: f64 = peaks
                    .iter()
                    .map(|(at, width, height)| {
                        height * (-((temperature - at) / width).powi(2)).exp()
                    })
                    .sum();
                let signal = background + gas;
                // Counting statistics of a 0.1 s dwell.
                (signal + (signal * 10.0).sqrt() * noise.normal()).max(0.0)
            })
            .collect()
    }))
}

fn rems(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "rems", sol.number);
    let names = [
        ("/msl/rems/pressure", "Pa"),
        ("/msl/rems/air_temperature", "°C"),
        ("/msl/rems/ground_temperature", "°C"),
        ("/msl/rems/humidity", "%"),
        ("/msl/rems/uv_index", ""),
    ];
    Table::sampled(sol, 0.1, &names, |t| {
        let ltst = sol.ltst_h(t);
        let w = weather::gale(sol.ls_deg, ltst);
        let day = weather::convection(ltst);
        vec![
            w.pressure_pa + 0.3 * (0.2 + day) * noise.normal(),
            w.air_c + (0.3 + 1.2 * day) * noise.normal(),
            w.ground_c + 0.4 * noise.normal(),
            w.humidity_percent + 0.2 * noise.normal().abs(),
            (9.0 * day + 0.02 * noise.normal()).max(0.0),
        ]
    })
}
