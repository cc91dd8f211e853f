//! Probability densities of the single-station extension: how far a value may be off.

/// Share of the probability between the bounds: one standard deviation of a normal distribution to
/// either side, as the uncertainties of QuakeML are meant.
const SHARE: f64 = 0.6827;
/// Most points of a density that are looked at; catalogues carry some hundreds.
const MOST: usize = 100_000;

/// How far below and above a value the middle 68 % of a density lie, from the lists of its points
/// and of the density there (which need not be normalised). A density of angles names its `turn`
/// and is cut opposite to the value. None where the lists are no density.
pub(super) fn interval(
    points: &str,
    density: &str,
    value: f64,
    turn: Option<f64>,
) -> Option<(f64, f64)> {
    let numbers = |text: &str| -> Option<Vec<f64>> {
        text.split_ascii_whitespace().take(MOST).map(|word| word.parse().ok()).collect()
    };
    let (points, density) = (numbers(points)?, numbers(density)?);
    let usable = points.len() == density.len()
        && points.len() > 1
        && value.is_finite()
        && points.iter().all(|x| x.is_finite())
        && density.iter().all(|p| p.is_finite() && *p >= 0.0);
    if !usable {
        return None;
    }
    // Relative to the value, ascending.
    let mut curve: Vec<(f64, f64)> = points
        .iter()
        .zip(&density)
        .map(|(x, p)| {
            let off = x - value;
            (turn.map_or(off, |t| (off + t / 2.0).rem_euclid(t) - t / 2.0), *p)
        })
        .collect();
    curve.sort_by(|a, b| a.0.total_cmp(&b.0));
    // The probability up to each point: trapezia.
    let mut sum = 0.0;
    let mut up_to = vec![(curve.first()?.0, 0.0)];
    for pair in curve.windows(2) {
        let [a, b] = pair else { continue };
        sum += (b.0 - a.0) * f64::midpoint(a.1, b.1);
        up_to.push((b.0, sum));
    }
    if !(sum > 0.0 && sum.is_finite()) {
        return None;
    }
    let quantile = |share: f64| {
        let wanted = share * sum;
        let next = up_to.partition_point(|(_, s)| *s < wanted).clamp(1, up_to.len() - 1);
        let (before, after) = (up_to.get(next - 1)?, up_to.get(next)?);
        let part = (wanted - before.1) / (after.1 - before.1);
        Some(before.0 + (after.0 - before.0) * if part.is_finite() { part } else { 0.0 })
    };
    let tail = (1.0 - SHARE) / 2.0;
    // The value may lie outside of the middle part: then that bound is the value itself.
    Some(((-quantile(tail)?).max(0.0), quantile(1.0 - tail)?.max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauss(middle: f64, sigma: f64, from: i32, to: i32) -> (String, String) {
        let points: Vec<f64> = (from..=to).map(f64::from).collect();
        let word = |x: f64| format!("{x} ");
        let density = |x: &f64| (-0.5 * ((x - middle) / sigma).powi(2)).exp() * 7.0;
        (points.iter().map(|x| word(*x)).collect(), points.iter().map(density).map(word).collect())
    }

    #[test]
    fn a_normal_distribution_gives_its_sigma() {
        let (points, density) = gauss(100.0, 12.0, 0, 180);
        let (lower, upper) = interval(&points, &density, 100.0, None).unwrap();
        assert!((lower - 12.0).abs() < 0.1 && (upper - 12.0).abs() < 0.1, "{lower} {upper}");
        // The preferred value off the middle.
        let (lower, upper) = interval(&points, &density, 106.0, None).unwrap();
        assert!((lower - 18.0).abs() < 0.1 && (upper - 6.0).abs() < 0.1, "{lower} {upper}");
        assert_eq!(interval(&points, &density, 300.0, None).unwrap().1, 0.0);
    }

    #[test]
    fn directions_close_around_north() {
        let density = (0..360)
            .map(|x| {
                let off = (f64::from(x) - 355.0 + 180.0).rem_euclid(360.0) - 180.0;
                (-0.5 * (off / 10.0).powi(2)).exp().to_string()
            })
            .collect::<Vec<_>>()
            .join(" ");
        let points = (0..360).map(|x| x.to_string()).collect::<Vec<_>>().join(" ");
        let (lower, upper) = interval(&points, &density, 355.0, Some(360.0)).unwrap();
        assert!((lower - 10.0).abs() < 0.2 && (upper - 10.0).abs() < 0.2, "{lower} {upper}");
    }

    #[test]
    fn what_is_no_density_gives_nothing() {
        for (points, density) in [
            ("", ""),
            ("1 2", "1"),
            ("1 2", "0 0"),
            ("1 2", "1 -1"),
            ("1 x", "1 1"),
            ("1 inf", "1 1"),
            ("2022-05-04T23:22:23Z 2022-05-04T23:22:24Z", "1 1"),
        ] {
            assert_eq!(interval(points, density, 1.0, None), None, "{points}");
        }
    }
}
