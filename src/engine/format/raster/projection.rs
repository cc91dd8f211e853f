//! Map projections of planetary rasters, forward and inverse: places to metres (or degrees) of a
//! map and back. Formulas: J. P. Snyder, Map Projections, A Working Manual, USGS Professional
//! Paper 1395 (1987); chapter numbers are given with each.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

/// Equatorial radius of Mars, metres (IAU 2000).
pub const EQUATORIAL_RADIUS_M: f64 = 3_396_190.0;
/// Polar radius of Mars, metres (IAU 2000).
pub const POLAR_RADIUS_M: f64 = 3_376_200.0;

/// How a map is drawn. Latitudes are those of the map's own ellipsoid; degrees and metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Projection {
    /// Map coordinates are degrees: x longitude, y latitude.
    Degrees,
    /// Equidistant cylindrical (chapter 12), on a sphere.
    Equirectangular {
        /// Radius, metres.
        radius: f64,
        /// Parallel of true scale, degrees.
        parallel: f64,
        /// Latitude where y is 0, degrees.
        origin: f64,
        /// Longitude where x is 0, degrees.
        meridian: f64,
    },
    /// Mercator (chapter 7).
    Mercator {
        /// Equatorial radius, metres.
        radius: f64,
        /// Eccentricity; 0 on a sphere.
        eccentricity: f64,
        /// Scale at the equator.
        scale: f64,
        /// Longitude where x is 0, degrees.
        meridian: f64,
    },
    /// Sinusoidal (chapter 30), on a sphere.
    Sinusoidal {
        /// Radius, metres.
        radius: f64,
        /// Longitude where x is 0, degrees.
        meridian: f64,
    },
    /// Polar stereographic (chapter 21).
    Polar {
        /// Equatorial radius, metres.
        radius: f64,
        /// Eccentricity; 0 on a sphere.
        eccentricity: f64,
        /// Radius of the map over that of the unit polar map: see [`Projection::polar`].
        scale: f64,
        /// Whether the north pole is in the middle.
        north: bool,
        /// Longitude that points down (north) or up (south), degrees.
        meridian: f64,
    },
}

impl Projection {
    /// A polar stereographic map: true scale at a parallel, or a scale factor at the pole where
    /// the parallel is the pole itself.
    pub fn polar(radius: f64, e: f64, parallel: f64, factor: f64, meridian: f64) -> Self {
        let north = parallel >= 0.0;
        let phi = parallel.abs().to_radians();
        let scale = if (FRAC_PI_2 - phi).abs() < 1e-9 {
            // 21-33: rho = 2 a k0 t / sqrt((1+e)^(1+e) (1-e)^(1-e)).
            2.0 * factor / ((1.0 + e).powf(1.0 + e) * (1.0 - e).powf(1.0 - e)).sqrt()
        } else {
            // 21-34: rho = a m_c t / t_c.
            let m = phi.cos() / (1.0 - (e * phi.sin()).powi(2)).sqrt();
            m / polar_t(phi, e)
        };
        Self::Polar { radius, eccentricity: e, scale, north, meridian }
    }

    /// Whether longitude goes straight along x, so that a map may start at any meridian.
    pub fn is_cylindrical(self) -> bool {
        matches!(self, Self::Degrees | Self::Equirectangular { .. } | Self::Mercator { .. })
    }

    /// Longitude where x is 0, degrees.
    pub fn meridian(self) -> f64 {
        match self {
            Self::Degrees => 0.0,
            Self::Equirectangular { meridian, .. }
            | Self::Mercator { meridian, .. }
            | Self::Sinusoidal { meridian, .. }
            | Self::Polar { meridian, .. } => meridian,
        }
    }

    /// Map coordinates of a latitude and of a longitude counted from the meridian, degrees; none
    /// where the place is not on the map.
    pub fn forward(self, lat: f64, east: f64) -> Option<(f64, f64)> {
        let (phi, lambda) = (lat.to_radians(), east.to_radians());
        let point = match self {
            Self::Degrees => (east, lat),
            Self::Equirectangular { radius, parallel, origin, .. } => (
                radius * lambda * parallel.to_radians().cos(),
                radius * (phi - origin.to_radians()),
            ),
            Self::Mercator { radius, eccentricity, scale, .. } => {
                let t = polar_t(phi, eccentricity);
                (radius * scale * lambda, -radius * scale * t.ln())
            }
            Self::Sinusoidal { radius, .. } => (radius * lambda * phi.cos(), radius * phi),
            Self::Polar { radius, eccentricity, scale, north, .. } => {
                let turn = if north { 1.0 } else { -1.0 };
                let rho = radius * scale * polar_t(turn * phi, eccentricity);
                (rho * lambda.sin(), -turn * rho * lambda.cos())
            }
        };
        // The far pole of a polar map, and both of Mercator's, lie at infinity.
        (point.0.is_finite() && point.1.is_finite() && point.0.hypot(point.1) < 1e12)
            .then_some(point)
    }

    /// Latitude, and longitude counted from the meridian, of a map point, degrees; none where the
    /// map shows no ground.
    pub fn inverse(self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (lat, east) = match self {
            Self::Degrees => (y, x),
            Self::Equirectangular { radius, parallel, origin, .. } => (
                (y / radius).to_degrees() + origin,
                (x / (radius * parallel.to_radians().cos())).to_degrees(),
            ),
            Self::Mercator { radius, eccentricity, scale, .. } => {
                let t = (-y / (radius * scale)).exp();
                (latitude_of(t, eccentricity).to_degrees(), (x / (radius * scale)).to_degrees())
            }
            Self::Sinusoidal { radius, .. } => {
                let phi = y / radius;
                let lambda = x / (radius * phi.cos());
                if lambda.abs() > std::f64::consts::PI + 1e-9 {
                    return None;
                }
                (phi.to_degrees(), lambda.to_degrees())
            }
            Self::Polar { radius, eccentricity, scale, north, .. } => {
                let turn = if north { 1.0 } else { -1.0 };
                let t = x.hypot(y) / (radius * scale);
                let phi = turn * latitude_of(t, eccentricity);
                (phi.to_degrees(), x.atan2(-turn * y).to_degrees())
            }
        };
        (lat.is_finite() && east.is_finite() && lat.abs() <= 90.0 + 1e-9).then_some((lat, east))
    }
}

/// t of 15-9: the isometric colatitude, as a tangent.
fn polar_t(phi: f64, e: f64) -> f64 {
    let sin = e * phi.sin();
    (FRAC_PI_4 - phi / 2.0).tan() / ((1.0 - sin) / (1.0 + sin)).powf(e / 2.0)
}

/// Latitude of an isometric colatitude (7-9, iterated), radians.
fn latitude_of(t: f64, e: f64) -> f64 {
    let mut phi = FRAC_PI_2 - 2.0 * t.atan();
    for _ in 0..12 {
        let sin = e * phi.sin();
        phi = FRAC_PI_2 - 2.0 * (t * ((1.0 - sin) / (1.0 + sin)).powf(e / 2.0)).atan();
    }
    phi
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn maps(parallel: f64, meridian: f64) -> [Projection; 6] {
        let (radius, e) = (EQUATORIAL_RADIUS_M, 0.108_36);
        [
            Projection::Degrees,
            Projection::Equirectangular { radius, parallel, origin: 0.0, meridian },
            Projection::Mercator { radius, eccentricity: e, scale: 1.0, meridian },
            Projection::Sinusoidal { radius, meridian },
            Projection::polar(radius, e, 90.0, 1.0, meridian),
            Projection::polar(radius, e, -71.0, 1.0, meridian),
        ]
    }

    proptest! {
        #[test]
        fn inverse_undoes_forward(lat in -84.0..84.0f64, east in -179.0..179.0f64,
                                  parallel in -60.0..60.0f64) {
            for map in maps(parallel, 0.0) {
                let (x, y) = map.forward(lat, east).unwrap();
                let (a, b) = map.inverse(x, y).unwrap();
                prop_assert!((a - lat).abs() < 1e-8 && (b - east).abs() < 1e-8, "{map:?} {a} {b}");
            }
        }

        #[test]
        fn no_number_is_a_panic(x in any::<f64>(), y in any::<f64>(), s in any::<f64>()) {
            for map in maps(s, s) {
                let _ = map.forward(x, y);
                let _ = map.inverse(x, y);
            }
        }
    }

    /// Snyder 1987, p. 315: International ellipsoid, south polar, true scale at 71° S,
    /// central meridian 100° W; 75° S 150° E lies at (−1540033.6, −560526.4).
    #[test]
    fn polar_map_equals_snyders_example() {
        let map = Projection::polar(6_378_388.0, 0.006_722_67_f64.sqrt(), -71.0, 1.0, -100.0);
        let (x, y) = map.forward(-75.0, 150.0 + 100.0).unwrap();
        assert!((x + 1_540_033.6).abs() < 0.2 && (y + 560_526.4).abs() < 0.2, "{x} {y}");
    }

    /// Snyder 1987, p. 266: Clarke 1866, 35° N 75° W from 180°: x = 11688673.7, y = 4139145.6.
    #[test]
    fn mercator_equals_snyders_example() {
        let map = Projection::Mercator {
            radius: 6_378_206.4,
            eccentricity: 0.082_271_854,
            scale: 1.0,
            meridian: -180.0,
        };
        let (x, y) = map.forward(35.0, 105.0).unwrap();
        assert!((x - 11_688_673.7).abs() < 0.2 && (y - 4_139_145.6).abs() < 0.2, "{x} {y}");
    }
}
