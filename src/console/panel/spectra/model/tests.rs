//! The model of the Spectra panel on spectra that the tests make.

use marsdeck_engine::archive::NewProduct;
use marsdeck_engine::time::Instant;

use super::*;

fn product(id: i64, name: &str, label: &str) -> Product {
    let about = NewProduct {
        name: name.into(),
        format: "chemcam".into(),
        label: label.into(),
        ..NewProduct::default()
    };
    Product {
        id: ProductId(id),
        about,
        bytes: 1,
        sha256: String::new(),
        stored: Instant::default(),
    }
}

fn ccs() -> Ccs {
    let wave_nm = vec![250.0, 300.0, 400.0, 450.0, 500.0, 900.0];
    let shots: Vec<Vec<f64>> =
        (0..7).map(|n| (0..6).map(|i| f64::from(i) + 10.0 * f64::from(n)).collect()).collect();
    let mean = shots[3].clone();
    Ccs { header: Vec::new(), wave_nm, median: mean.clone(), mean, shots }
}

#[test]
fn the_list_decodes_file_names_and_counts_points() {
    let products = [
        product(1, "CL5_398645999CCS_F0030004CCAM02013P3.CSV", ""),
        product(
            2,
            "CL5_398645626CCS_F0030004CCAM02013P3.CSV",
            "# TARGET = Jake , ,\n# NSHOTS =     30 , , ,\n",
        ),
        product(3, "CL9_398645999PSV_F0030004CCAM02013P3.TAB", ""),
        product(4, "mine.csv", ""),
    ];
    let list = rows(&products, "");
    let titles: Vec<String> = list.iter().map(Row::title).collect();
    assert_eq!(
        titles,
        ["Sol 13 · CCAM02013 · point 1", "Sol 13 · CCAM02013 · point 2", "mine.csv"]
    );
    assert_eq!(list[0].detail(), "Jake · 30 shots");
    assert_eq!(rows(&products, "jake 30").len(), 1);
    assert_eq!(rows(&products, "jake 31").len(), 0);
}

#[test]
fn curves_with_and_without_dust() {
    let ccs = ccs();
    assert_eq!(values(&ccs, Curve::Mean, false)[1], 31.0, "the producer's mean");
    assert_eq!(values(&ccs, Curve::Mean, true)[1], 56.0, "shots 6 and 7");
    assert_eq!(values(&ccs, Curve::Median, true)[1], 56.0);
    assert_eq!(values(&ccs, Curve::Shot(2), true)[0], 20.0);
    assert!(values(&ccs, Curve::Shot(99), true).is_empty());
    let (low, high) = envelope(&ccs, true);
    assert_eq!((low[0], high[0]), (50.0, 60.0));
    let few = Ccs { shots: ccs.shots[..3].to_vec(), ..ccs.clone() };
    assert_eq!(values(&few, Curve::Mean, true)[1], 31.0, "nothing left: the producer's mean");
    assert_eq!(envelope(&few, true).0[0], 0.0);
    assert!(values(&Ccs::default(), Curve::All, true).is_empty());
}

#[test]
fn windows_split_at_the_gaps() {
    let ccs = ccs();
    assert_eq!(Window::All.rows(&ccs), [0..2, 2..4, 4..6]);
    assert_eq!(Window::One(Spectrometer::Vio).rows(&ccs), vec![2..4]);
    assert!(Window::All.rows(&Ccs::default()).is_empty());
}

#[test]
fn elements_are_summed_up() {
    let found = |symbol: &str, signal: f64| {
        let line = *lines_of(symbol).next().expect("in the table");
        Identified { line, peak_nm: line.nm, height: 1.0, signal_to_noise: signal }
    };
    let list = elements(&[found("Ca", 100.0), found("Li", 6.0)]);
    assert_eq!(list[0].symbol, "Ca");
    assert_eq!(list[0].known, lines_of("Ca").count());
    assert_eq!(summary(&list), "Present: Ca. Weak: Li.");
    assert_eq!(summary(&elements(&[])), "No emission line stands out of this spectrum.");
    let by_signal = sorted(&[found("Li", 6.0), found("Ca", 9.0)], Order::Signal, true);
    assert_eq!(by_signal[0].line.element, "Ca");
}

#[test]
fn the_nearest_channel() {
    let wave = [1.0, 2.0, 3.0];
    assert_eq!(nearest(&wave, 1.4), Some(0));
    assert_eq!(nearest(&wave, 1.6), Some(1));
    assert_eq!(nearest(&wave, -9.0), Some(0));
    assert_eq!(nearest(&wave, 9.0), Some(2));
    assert_eq!(nearest(&[], 9.0), None);
}

#[test]
fn csv_says_what_it_holds() {
    let mut row = rows(&[product(1, "mine.csv", "")], "").remove(0);
    row.simulated = true;
    let text = csv(&row, &ccs(), Curve::Mean, true);
    assert!(text.contains("# SIMULATED = TRUE") && text.contains("first five shots"));
    let lines: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(lines[..2], ["wavelength_nm,radiance", "250.00000,5.5000000e1"]);
    assert_eq!(lines.len(), 7);
    let all = csv(&row, &ccs(), Curve::All, false);
    assert!(all.contains("250.00000,3.0000000e1,0.0000000e0,6.0000000e1"), "{all}");
}
