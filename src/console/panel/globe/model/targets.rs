//! ChemCam targets: where the rover stood when the archive's spectra were taken.

use std::collections::BTreeMap;

use marsdeck_engine::archive::Product;
use marsdeck_engine::format::chemcam::decode_name;

use crate::globe::layers::{Stop, Target};

/// A spectrum this many sols after the last known stop has no place.
const TRUST_SOLS: u32 = 10;
/// Most observations in a tip.
const MOST_LINES: usize = 10;

/// Targets by sol from the spectra of the archive, and the names that its tables of compositions
/// give. The place is that of the rover: where it pointed is not in the products, and its laser
/// reaches seven metres.
pub(super) fn targets(spectra: &[Product], tables: &[Product], stops: &[Stop]) -> Vec<Target> {
    let mut names: BTreeMap<u32, &str> = BTreeMap::new();
    for line in tables.iter().flat_map(|t| t.about.label.lines()) {
        if let Some((sclk, name)) = line.split_once(' ')
            && let Ok(sclk) = sclk.parse()
        {
            names.insert(sclk, name);
        }
    }
    let last = stops.last().map_or(0, |s| s.sol);
    // By sol and sequence: the name, and the number of spectra.
    let mut sols: BTreeMap<u32, BTreeMap<u8, (String, usize)>> = BTreeMap::new();
    for product in spectra {
        let Some(name) = decode_name(&product.about.name) else { continue };
        let Ok(sol) = u32::try_from(name.executed_sol()) else { continue };
        if sol > last + TRUST_SOLS || !name.instrument.starts_with("CL5") {
            continue;
        }
        let entry = sols.entry(sol).or_default().entry(name.sequence).or_default();
        entry.1 += 1;
        if let Some(target) = names.get(&name.sclk) {
            (*target).clone_into(&mut entry.0);
        }
    }
    let target = |(sol, sequences): (u32, BTreeMap<u8, (String, usize)>)| {
        let stood = stops.partition_point(|s| s.sol <= sol).checked_sub(1)?;
        let stop = stops.get(stood)?;
        let named: Vec<&str> =
            sequences.values().map(|s| s.0.as_str()).filter(|n| !n.is_empty()).collect();
        let name = match (named.first(), sequences.len()) {
            (Some(first), 1) => (*first).to_owned(),
            (Some(first), more) => format!("{first} +{}", more - 1),
            (None, _) => String::new(),
        };
        let mut tip = vec![format!("ChemCam, sol {sol}, from where the rover stood")];
        for (sequence, (target, spectra)) in sequences.iter().take(MOST_LINES) {
            let words =
                if target.is_empty() { format!("sequence {sequence}") } else { target.clone() };
            tip.push(format!("{words}: {spectra} spectra"));
        }
        if sequences.len() > MOST_LINES {
            tip.push(format!("and {} more", sequences.len() - MOST_LINES));
        }
        let id = format!("sol {sol}");
        Some(Target { id, name, sol, place: stop.place, tip: tip.join("\n") })
    };
    sols.into_iter().filter_map(target).collect()
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::archive::{NewProduct, ProductId};
    use marsdeck_engine::time::Instant;

    use super::*;
    use crate::globe::layers::curiosity_stops;

    fn product(name: &str, label: &str) -> Product {
        let about = NewProduct { name: name.into(), label: label.into(), ..NewProduct::default() };
        Product {
            id: ProductId(1),
            about,
            bytes: 0,
            sha256: String::new(),
            stored: Instant::default(),
        }
    }

    #[test]
    fn spectra_lie_where_the_rover_stood() {
        let stops = curiosity_stops();
        let spectra = [
            product("CL5_500648808CCS_F0502772CCAM02162P3.CSV", ""),
            product("CL5_500648999CCS_F0502772CCAM02162P3.CSV", ""),
            product("CL9_500648808PSV_F0502772CCAM02162P3.CSV", ""),
            product("notes.txt", ""),
        ];
        let tables = [product("moc.csv", "500648808 Windjana\nnonsense\n")];
        let found = targets(&spectra, &tables, &stops);
        assert_eq!(found.len(), 1);
        // Sol 1162 by the spacecraft clock; site 50, drive 2772 in the table of waypoints.
        assert_eq!((found[0].sol, found[0].name.as_str()), (1162, "Windjana"));
        assert!(found[0].tip.contains("Windjana: 2 spectra"), "{}", found[0].tip);
        let stop = stops.iter().rfind(|s| s.sol <= 1162).unwrap();
        assert_eq!(found[0].place, stop.place);
        assert!(targets(&spectra, &tables, &stops[..100]).is_empty(), "no stop near that sol");
    }
}
