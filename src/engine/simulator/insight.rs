//! A sol of the InSight lander: SEIS and APSS data and housekeeping.

use super::craft;
use super::noise::Noise;
use super::seismometer;
use super::series::{Table, Waveform};
use super::sol::Sol;
use super::weather;

/// Everything that one sol brings.
pub(super) struct SolData {
    pub(super) waveforms: Vec<Waveform>,
    pub(super) tables: Vec<Table>,
}

/// Simulates one sol.
pub(super) fn sol(seed: u64, sol: &Sol) -> SolData {
    let vbb = seismometer::record(seed, sol, 20.0, 1.0);
    let sp = seismometer::record(seed, sol, 2.0, 0.02);
    let waveforms = [("02", "BH", 20.0, vbb), ("67", "MH", 2.0, sp)]
        .into_iter()
        .flat_map(|(location, code, rate_hz, axes)| {
            ["U", "V", "W"].into_iter().zip(axes).map(move |(axis, samples)| Waveform {
                location: location.to_owned(),
                channel: format!("{code}{axis}"),
                rate_hz,
                start: sol.range.start,
                samples,
            })
        })
        .collect();
    let tables = vec![
        pressure(seed, sol),
        twins(seed, sol),
        magnetometer(seed, sol),
        seis_housekeeping(seed, sol),
        apss_housekeeping(seed, sol),
        lander(seed, sol),
        craft::computer(seed, sol, ["insight", "lander"], Sol::is_awake),
    ];
    SolData { waveforms, tables }
}

fn pressure(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "pressure", sol.number);
    let vortices = weather::vortices(&mut noise, sol.ltst_start_h);
    let mut slow = 0.0;
    Table::sampled(sol, 2.0, &[("/insight/apss/pressure", "Pa")], |t| {
        let ltst = sol.ltst_h(t);
        slow += 0.01 * (noise.normal() * 6.0 - slow);
        let drops: f64 = vortices.iter().map(|v| v.drop_pa(t / 3600.0)).sum();
        let turbulence = weather::pressure_noise_pa(ltst) * (0.3 * noise.normal() + slow);
        vec![weather::pressure_pa(sol.ls_deg, ltst) + drops + turbulence]
    })
}

fn twins(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "twins", sol.number);
    let (mut gust, mut turn, mut eddy) = (0.0, 0.0, 0.0);
    let names = [
        ("/insight/apss/wind_speed", "m/s"),
        ("/insight/apss/wind_direction", "°"),
        ("/insight/apss/air_temperature_bmy", "K"),
        ("/insight/apss/air_temperature_bpy", "K"),
    ];
    Table::sampled(sol, 1.0, &names, |t| {
        let ltst = sol.ltst_h(t);
        let rough = 0.25 + weather::convection(ltst);
        gust += 0.03 * (noise.normal() * 3.6 - gust);
        turn += 0.02 * (noise.normal() * 80.0 - turn);
        eddy += 0.02 * (noise.normal() * 14.0 - eddy);
        let speed = (weather::wind_mean_ms(ltst) * (1.0 + 0.55 * rough * gust)).max(0.05);
        let from = weather::wind_direction_deg(sol.ls_deg, ltst) + rough * turn;
        let air = weather::air_temperature_k(ltst) + 1.6 * rough * eddy;
        // The boom in the sun reads warmer.
        let sunny = 4.0 * weather::convection(ltst);
        vec![
            speed,
            from.rem_euclid(360.0),
            air + sunny * f64::from(u8::from(ltst > 12.5)),
            air + sunny * f64::from(u8::from(ltst <= 12.5)),
        ]
    })
}

fn magnetometer(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "magnetometer", sol.number);
    let names = [
        ("/insight/apss/mag_x", "nT"),
        ("/insight/apss/mag_y", "nT"),
        ("/insight/apss/mag_z", "nT"),
    ];
    Table::sampled(sol, 0.2, &names, |t| {
        let ltst = sol.ltst_h(t);
        // Pulsations of some minutes by night, lander currents while it is awake.
        let night = 1.0 - weather::convection(ltst);
        let pulsation = 0.8 * night * (t / 53.0).sin() * (t / 1900.0).sin();
        let awake = if Sol::is_awake(t) { 3.5 } else { 0.0 };
        weather::magnetic_nt(ltst)
            .into_iter()
            .enumerate()
            .map(|(i, field)| {
                field + pulsation + awake * (1.0 - 0.4 * i as f64) + 0.25 * noise.normal()
            })
            .collect()
    })
}

fn seis_housekeeping(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "seis housekeeping", sol.number);
    let names = [
        ("/insight/seis/state", ""),
        ("/insight/seis/mass_position_u", "%"),
        ("/insight/seis/mass_position_v", "%"),
        ("/insight/seis/mass_position_w", "%"),
        ("/insight/seis/vbb_temperature", "°C"),
        ("/insight/seis/ebox_temperature", "°C"),
        ("/insight/seis/ebox_voltage", "V"),
        ("/insight/seis/tilt_x", "°"),
        ("/insight/seis/tilt_y", "°"),
        ("/insight/seis/memory_fill", "%"),
    ];
    // A fault to find: on sol 1222 the U pendulum drifts beyond its warning limit in the afternoon.
    let drift = if sol.number == 1222 { 48.0 } else { 9.0 };
    let mut memory: f64 = 38.0;
    Table::sampled(sol, 0.1, &names, |t| {
        let ltst = sol.ltst_h(t);
        let warm = (std::f64::consts::TAU * (ltst - 11.0) / 24.0).sin();
        // Data leave the memory at each wake, and pile up in between.
        memory += if Sol::is_awake(t) { -0.04 } else { 0.00705 };
        memory = memory.clamp(5.0, 100.0);
        let mut row = vec![3.0];
        for (axis, offset) in [18.0, -11.0, 6.0].into_iter().enumerate() {
            let pull = if axis == 0 { drift } else { 9.0 };
            row.push(offset + pull * warm + 0.05 * noise.normal());
        }
        row.push(-52.0 + 6.5 * warm + 0.02 * noise.normal());
        row.push(
            8.0 + 9.0 * warm + if Sol::is_awake(t) { 4.0 } else { 0.0 } + 0.05 * noise.normal(),
        );
        row.push(30.2 + 1.6 * weather::convection(ltst) + 0.02 * noise.normal());
        row.push(0.041 + 0.002 * warm + 0.0004 * noise.normal());
        row.push(-0.028 + 0.003 * warm + 0.0004 * noise.normal());
        row.push(memory);
        row
    })
}

pub(super) fn apss_housekeeping(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "apss housekeeping", sol.number);
    let names = [
        ("/insight/apss/state", ""),
        ("/insight/apss/pressure_temperature", "K"),
        ("/insight/apss/pae_temperature", "°C"),
        ("/insight/apss/pae_voltage", "V"),
    ];
    Table::sampled(sol, 0.1, &names, |t| {
        let ltst = sol.ltst_h(t);
        let warm = (std::f64::consts::TAU * (ltst - 11.0) / 24.0).sin();
        // A fault to find: on sol 235 the electronics fall out for twenty minutes after a wake.
        let fault = sol.number == 235 && (40_000.0..41_200.0).contains(&t);
        vec![
            if fault { 9.0 } else { 2.0 },
            252.0 + 14.0 * warm + 0.05 * noise.normal(),
            6.0 + 10.0 * warm + 0.05 * noise.normal(),
            if fault { 25.1 } else { 30.2 }
                + 1.6 * weather::convection(ltst)
                + 0.02 * noise.normal(),
        ]
    })
}

fn lander(seed: u64, sol: &Sol) -> Table {
    let mut noise = Noise::new(seed, "lander", sol.number);
    let names = [
        ("/insight/lander/battery_charge", "%"),
        ("/insight/lander/array_current", "A"),
        ("/insight/lander/bus_voltage", "V"),
    ];
    // Dust: the arrays gave about 5000 Wh at landing and 500 Wh in May 2022 (FACTS 2.6).
    let dust = (1.0 - f64::from(sol.number) / 1450.0).clamp(0.1, 1.0);
    // The arrays refill by day what a night draws, so every sol starts near the same charge.
    let mut charge: f64 = 60.0 + 10.0 * dust;
    Table::sampled(sol, 0.05, &names, |t| {
        let ltst = sol.ltst_h(t);
        let sun = weather::convection(ltst);
        let current = 22.0 * dust * sun + 0.02 * noise.normal().abs();
        let load = if Sol::is_awake(t) { 0.020 } else { 0.011 };
        charge = (charge + (0.00212 / dust) * current - load).clamp(18.0, 100.0);
        vec![charge, current, 27.6 + 0.045 * charge + 0.02 * noise.normal()]
    })
}
