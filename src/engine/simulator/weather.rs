//! Models of the Martian air: FACTS 6.1 for the InSight site, REMS climatology of Gale (6.2).
//!
//! Times are local true solar hours, 0 to 24; `ls_deg` is the solar longitude.

use std::f64::consts::TAU;

use super::noise::Noise;

/// Surface pressure at the InSight site without noise, in Pa.
pub(super) fn pressure_pa(ls_deg: f64, ltst_h: f64) -> f64 {
    let season = 1.0
        + 0.065 * (ls_deg - 300.0).to_radians().cos()
        + 0.052 * (2.0 * (ls_deg - 57.0)).to_radians().cos();
    let tide = -18.0 * (TAU * (ltst_h - 7.0) / 24.0).cos()
        - 9.0 * (2.0 * TAU * (ltst_h - 10.0) / 24.0).cos();
    695.0 * season + tide
}

/// How convective the air is: 0 by night, 1 around 13 h.
pub(super) fn convection(ltst_h: f64) -> f64 {
    if (8.0..18.0).contains(&ltst_h) {
        (std::f64::consts::PI * (ltst_h - 8.0) / 10.0).sin().max(0.0)
    } else {
        0.0
    }
}

/// Deviation of the pressure noise in Pa: 0.02 by night, up to 0.4 by day.
pub(super) fn pressure_noise_pa(ltst_h: f64) -> f64 {
    0.02 + 0.38 * convection(ltst_h)
}

/// Air temperature at the lander in K: coldest before sunrise, warmest at about 14 h.
pub(super) fn air_temperature_k(ltst_h: f64) -> f64 {
    let day = (TAU * (ltst_h - 8.5) / 24.0).sin();
    // A steep morning and a long evening: a second harmonic.
    let skew = 0.22 * (2.0 * TAU * (ltst_h - 9.5) / 24.0).sin();
    222.0 + 40.0 * (day + skew)
}

/// Mean wind speed in m/s: fresh by day, quiet in the evening, rising after midnight.
pub(super) fn wind_mean_ms(ltst_h: f64) -> f64 {
    let day = 5.5 * convection(ltst_h);
    let night = if ltst_h < 8.0 { 2.2 * (std::f64::consts::PI * ltst_h / 8.0).sin() } else { 0.0 };
    1.6 + day + night
}

/// Where the wind comes from in degrees, without gusts.
pub(super) fn wind_direction_deg(ls_deg: f64, ltst_h: f64) -> f64 {
    // South-east in northern winter, north-west in summer; turning slowly over the day.
    let seasonal = if (180.0..360.0).contains(&ls_deg) { 315.0 } else { 135.0 };
    (seasonal + 35.0 * (TAU * (ltst_h - 6.0) / 24.0).sin()).rem_euclid(360.0)
}

/// A convective vortex: a dip of the pressure.
pub(super) struct Vortex {
    /// Hours after the start of the sol.
    pub(super) at_h: f64,
    /// Depth in Pa.
    depth_pa: f64,
    /// Half width in seconds.
    width_s: f64,
}

impl Vortex {
    /// Pressure change at `t_h`, in Pa (Lorentzian, as a vortex that drifts past).
    pub(super) fn drop_pa(&self, t_h: f64) -> f64 {
        let x = (t_h - self.at_h) * 3600.0 / self.width_s;
        -self.depth_pa / (1.0 + x * x)
    }
}

/// The vortices of a sol between 10 and 16 h: many shallow, few deep.
pub(super) fn vortices(noise: &mut Noise, ltst_start_h: f64) -> Vec<Vortex> {
    noise
        .arrivals(7.0, 6.0)
        .into_iter()
        .map(|h| Vortex {
            at_h: (10.0 + h - ltst_start_h).rem_euclid(24.0),
            // 0.2 to 5 Pa with a density that falls as depth to the -2.
            depth_pa: 0.2 / (1.0 - 0.96 * noise.uniform()),
            width_s: noise.between(4.0, 16.0),
        })
        .collect()
}

/// Diurnal magnetic field in nT, north, east and down: a static field with morning peaks.
pub(super) fn magnetic_nt(ltst_h: f64) -> [f64; 3] {
    let morning = (-((ltst_h - 8.5) / 2.2).powi(2)).exp();
    let noon = (-((ltst_h - 13.0) / 3.0).powi(2)).exp();
    [
        -1220.0 + 24.0 * morning - 8.0 * noon,
        1085.0 - 17.0 * morning + 12.0 * noon,
        1180.0 + 11.0 * morning - 14.0 * noon,
    ]
}

/// One 30° bin of the Gale climatology: mean pressure (Pa), mean daily minimum and maximum of the
/// air temperature (°C). FACTS 6.2, from the public REMS feed, sols 10–1977.
const GALE: [(f64, f64, f64); 12] = [
    (862.5, -77.2, -15.4),
    (889.5, -79.9, -23.4),
    (877.3, -83.3, -27.7),
    (806.3, -82.7, -25.3),
    (748.6, -79.3, -16.7),
    (745.1, -75.3, -7.8),
    (795.1, -72.3, 0.0),
    (873.8, -68.4, -0.6),
    (913.3, -69.2, -2.2),
    (887.3, -72.0, -3.3),
    (857.0, -72.0, -4.2),
    (842.2, -74.5, -7.9),
];

/// Weather at Gale.
pub(super) struct Gale {
    pub(super) pressure_pa: f64,
    pub(super) air_c: f64,
    pub(super) ground_c: f64,
    pub(super) humidity_percent: f64,
}

/// Weather at Gale by season and hour: bins interpolated, tides of the crater.
pub(super) fn gale(ls_deg: f64, ltst_h: f64) -> Gale {
    let position = (ls_deg / 30.0 - 0.5).rem_euclid(12.0);
    let (i, f) = (position as usize % 12, position.fract());
    let (a, b) = (GALE[i], GALE[(i + 1) % 12]);
    let mix = |x: f64, y: f64| x + (y - x) * f;
    let (mean, low, high) = (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2));
    let shape = (air_temperature_k(ltst_h) - 174.0) / 90.0;
    let air_c = low + (high - low) * shape.clamp(0.0, 1.0);
    let tide = 45.0 * (TAU * (ltst_h - 7.5) / 24.0).cos()
        + 12.0 * (2.0 * TAU * (ltst_h - 9.0) / 24.0).cos();
    Gale {
        pressure_pa: mean + tide,
        air_c,
        ground_c: air_c + 18.0 * convection(ltst_h) - 9.0 * (1.0 - convection(ltst_h)),
        humidity_percent: (65.0 * (-(air_c + 90.0) / 9.0).exp()).clamp(0.0, 95.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_air_stays_within_the_published_ranges() {
        for ls in (0..360).step_by(5) {
            for hour in 0..24 {
                let (ls, h) = (f64::from(ls), f64::from(hour));
                let p = pressure_pa(ls, h);
                assert!((570.0..800.0).contains(&p), "InSight {p} Pa at Ls {ls} {h} h");
                let k = air_temperature_k(h);
                assert!((170.0..270.0).contains(&k), "{k} K at {h} h");
                assert!((0.5..10.0).contains(&wind_mean_ms(h)));
                let g = gale(ls, h);
                assert!((680.0..990.0).contains(&g.pressure_pa), "Gale {} Pa", g.pressure_pa);
                assert!((-90.0..5.0).contains(&g.air_c), "Gale {} C", g.air_c);
            }
        }
    }

    #[test]
    fn gale_has_the_mean_pressure_of_its_season() {
        for (bin, (mean, _, _)) in GALE.iter().enumerate() {
            let ls = bin as f64 * 30.0 + 15.0;
            let day: f64 = (0..24).map(|h| gale(ls, f64::from(h)).pressure_pa).sum::<f64>() / 24.0;
            assert!((day - mean).abs() < 1.0, "Ls {ls}: {day} against {mean}");
        }
    }

    #[test]
    fn vortices_come_by_day_and_are_mostly_shallow() {
        let found = vortices(&mut Noise::new(1, "vortices", 173), 0.0);
        assert!((20..70).contains(&found.len()));
        assert!(found.iter().all(|v| (10.0..16.0).contains(&v.at_h)));
        let shallow = found.iter().filter(|v| v.depth_pa < 1.0).count();
        assert!(shallow * 2 > found.len());
        assert!((found[0].drop_pa(found[0].at_h) + found[0].depth_pa).abs() < 1e-9);
    }
}
