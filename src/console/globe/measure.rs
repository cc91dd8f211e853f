//! Round numbers for maps: graticule steps, the scale bar, and how places are written.

use super::geodesy::LatLon;

/// Steps of the graticule, degrees, from coarse to fine.
const STEPS_DEG: [f64; 12] = [30.0, 15.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

/// Step of the graticule for a view so many degrees high: four to nine lines are in sight.
pub fn graticule_step_deg(visible_deg: f64) -> f64 {
    let fits = |step: &f64| visible_deg / step >= 4.0;
    STEPS_DEG.into_iter().find(fits).unwrap_or(0.01)
}

/// The longest round length (1, 2 or 5 times a power of ten, metres) that is no longer than
/// `most` points when a point covers `metres_per_point`; and its length in points.
pub fn scale_bar(metres_per_point: f64, most: f64) -> (f64, f64) {
    let longest = (metres_per_point * most).max(1e-4);
    let decade = 10f64.powf(longest.log10().floor());
    let round = [5.0, 2.0, 1.0].into_iter().map(|n| n * decade).find(|l| *l <= longest * 1.000001);
    let length = round.unwrap_or(decade);
    (length, length / metres_per_point)
}

/// A length in words: metres below a kilometre (`500 m`), else kilometres (`1.5 km`, `2 000 km`).
pub fn length_text(metres: f64) -> String {
    if metres < 1.0 {
        return format!("{:.0} cm", metres * 100.0);
    }
    if metres < 10.0 && (metres - metres.round()).abs() > 0.05 {
        return format!("{metres:.1} m");
    }
    if metres < 1000.0 {
        return format!("{metres:.0} m");
    }
    let km = metres / 1000.0;
    if km < 10.0 && (km - km.round()).abs() > 0.05 {
        return format!("{km:.1} km");
    }
    format!("{} km", grouped(km.round() as i64))
}

/// A place in words: `4.502° N 135.623° E`, with so many digits; longitude 0 to 360 east.
pub fn place_text(place: LatLon, digits: usize) -> String {
    let side = if place.lat < 0.0 { 'S' } else { 'N' };
    format!("{:.digits$}° {side} {:.digits$}° E", place.lat.abs(), place.lon_360())
}

/// A height in words, with a true minus sign: `−2 613 m`.
pub fn height_text(metres: f64) -> String {
    format!("{} m", grouped(metres.round() as i64))
}

/// Digits in groups of three, with a true minus sign.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        // Four digits read well without a gap.
        if digits.len() > 4 && i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    if number < 0 { format!("−{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_adapt() {
        assert_eq!(graticule_step_deg(180.0), 30.0);
        assert_eq!(graticule_step_deg(60.0), 15.0);
        assert_eq!(graticule_step_deg(25.0), 5.0);
        assert_eq!(graticule_step_deg(1.0), 0.2);
        assert_eq!(graticule_step_deg(1e-9), 0.01);
        for i in 1..400 {
            let visible = f64::from(i) * 0.3;
            let lines = visible / graticule_step_deg(visible);
            assert!((4.0..12.0).contains(&lines), "{visible} {lines}");
        }
    }

    #[test]
    fn scale_bars_are_round_and_fit() {
        assert_eq!(scale_bar(1000.0, 120.0), (100_000.0, 100.0));
        assert_eq!(scale_bar(1.7, 100.0).0, 100.0);
        assert_eq!(scale_bar(10.0, 100.0).0, 1000.0);
        for i in 0..200 {
            let per_point = 1.05f64.powi(i);
            let (length, points) = scale_bar(per_point, 120.0);
            assert!(points <= 120.001 && points > 47.0, "{points}");
            assert!((length / per_point - points).abs() < 1e-9);
        }
    }

    #[test]
    fn words() {
        assert_eq!(length_text(500.0), "500 m");
        assert_eq!(length_text(1500.0), "1.5 km");
        assert_eq!(length_text(2_000_000.0), "2000 km");
        assert_eq!(length_text(20_000_000.0), "20\u{a0}000 km");
        assert_eq!(place_text(LatLon::new(-4.5895, -222.5583), 3), "4.590° S 137.442° E");
        assert_eq!(height_text(-2613.4), "−2613 m");
    }
}
