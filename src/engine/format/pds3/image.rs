//! `IMAGE`: uncompressed samples, one or more bands in any of the three storage orders.

use super::object::Data;
use super::value::Object;
use crate::format::table::{Array, Scalar, float};
use crate::problem::Problem;

/// Reads an image as bands, lines, samples; `None` where the file does not hold it.
pub(super) fn read(object: &Object, data: &Data<'_>, problems: &mut Vec<Problem>) -> Option<Array> {
    let mut refuse = |field: &str, reason: String| {
        problems.push(Problem::at(object.offset, field, reason));
    };
    let (Some(lines), Some(samples)) = (object.count("LINES"), object.count("LINE_SAMPLES")) else {
        refuse("IMAGE", "no LINES or LINE_SAMPLES: left unread".to_owned());
        return None;
    };
    let encoding = object.text("ENCODING_TYPE");
    if !encoding.is_empty() && encoding != "N/A" && encoding != "NONE" {
        refuse("ENCODING_TYPE", format!("'{encoding}' images are listed, not decoded"));
        return None;
    }
    let bits = object.count("SAMPLE_BITS").unwrap_or(8);
    let kind = object.text("SAMPLE_TYPE");
    let size = bits / 8;
    let Some(how) = sample(kind).filter(|_| bits.is_multiple_of(8) && (1..=8).contains(&size))
    else {
        refuse("SAMPLE_TYPE", format!("'{kind}' of {bits} bits is not read"));
        return None;
    };
    let bands = object.count("BANDS").unwrap_or(1);
    let order = match object.text("BAND_STORAGE_TYPE").to_ascii_uppercase().as_str() {
        "LINE_INTERLEAVED" => [1, 0, 2],
        "SAMPLE_INTERLEAVED" => [1, 2, 0],
        _ => [0, 1, 2],
    };
    let prefix = object.count("LINE_PREFIX_BYTES").unwrap_or(0);
    let suffix = object.count("LINE_SUFFIX_BYTES").unwrap_or(0);
    let shape = [bands, lines, samples];
    let row = shape[order[2]];
    let rows = shape[order[0]].checked_mul(shape[order[1]]);
    let stride = row
        .checked_mul(size)
        .and_then(|n| n.checked_add(prefix))
        .and_then(|n| n.checked_add(suffix));
    let held = data.rest().len();
    let wanted = rows.zip(stride).and_then(|(r, s)| r.checked_mul(s));
    let (Some(_), Some(stride)) = (wanted.filter(|n| *n <= held), stride.filter(|s| *s > 0)) else {
        let reason = format!(
            "{bands} bands of {lines} lines of {samples} samples of {bits} bits, the file holds \
             {held} bytes from here: left unread"
        );
        problems.push(data.problem(data.start as u64, "IMAGE", reason));
        return None;
    };
    let cells = Cells { shape, order, stride, prefix, size };
    let values = cells.values(data.rest(), how);
    let axis = |name: &str, n| (name.to_owned(), n);
    let mut axes = vec![axis("Line", lines), axis("Sample", samples)];
    if bands > 1 {
        axes.insert(0, axis("Band", bands));
    }
    Some(Array {
        name: object.name.clone(),
        file: data.name.to_owned(),
        unit: object.text("UNIT").to_owned(),
        data_type: kind.to_owned(),
        axes,
        values,
    })
}

/// Where the samples lie: lengths by band, line and sample, the axes from the slowest in the file,
/// bytes of a row, bytes before its first sample, bytes of a sample.
struct Cells {
    shape: [usize; 3],
    order: [usize; 3],
    stride: usize,
    prefix: usize,
    size: usize,
}

impl Cells {
    /// All samples by band, line and sample.
    fn values(&self, bytes: &[u8], how: Scalar) -> Vec<f64> {
        let ([bands, lines, samples], order) = (self.shape, self.order);
        let mut values = Vec::with_capacity(bands * lines * samples);
        for band in 0..bands {
            for line in 0..lines {
                for sample in 0..samples {
                    let index = [band, line, sample];
                    let row = index[order[0]] * self.shape[order[1]] + index[order[1]];
                    let at = row * self.stride + self.prefix + index[order[2]] * self.size;
                    let cell = bytes.get(at..at + self.size).unwrap_or_default();
                    values.push(float(cell, how).unwrap_or(f64::NAN));
                }
            }
        }
        values
    }
}

/// How a sample is read (Standards Reference 3.8, table 3.2).
fn sample(kind: &str) -> Option<Scalar> {
    let kind = kind.to_ascii_uppercase();
    let big = !["LSB", "PC_", "VAX"].iter().any(|p| kind.starts_with(p));
    if kind.contains("REAL") || kind.contains("FLOAT") {
        let vax = kind.starts_with("VAX");
        return Some(if vax { Scalar::Vax } else { Scalar::Float { big } });
    }
    let signed = !kind.contains("UNSIGNED") && !kind.is_empty();
    (kind.contains("INTEGER") || kind.is_empty()).then_some(Scalar::Int { signed, big })
}
