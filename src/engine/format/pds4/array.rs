//! `Array`, `Array_2D_Image`, `Array_3D_Spectrum` and their kin.

use roxmltree::Node;

use super::field;
use super::object::{Data, specials};
use super::xml::{at, child, count, name, title, value};
use crate::format::table::{Array, Kind, Meaning, Scalar, float};
use crate::problem::Problem;

/// Most axes of an array; the information model allows 16.
const AXES: usize = 16;

/// Reads an array; `None` where the label does not describe one that the file holds.
pub(super) fn read(
    node: Node<'_, '_>,
    data: &Data<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Array> {
    let (offset, bytes) = data.object(node, problems)?;
    let element = child(node, "Element_Array").or_else(|| child(node, "Array_Element"))?;
    let data_type = value(element, "data_type");
    let Some((how, size)) = element_type(data_type) else {
        let reason = format!("element type '{data_type}' is not one of an array: left unread");
        problems.push(Problem::at(at(element), "data_type", reason));
        return None;
    };
    let axes = axes(node, problems)?;
    let wanted = axes.iter().try_fold(1_usize, |n, a| n.checked_mul(a.1));
    let length = wanted.and_then(|n| n.checked_mul(size));
    let (Some(wanted), Some(length)) = (wanted, length.filter(|n| *n <= bytes.len())) else {
        let shape = axes.iter().map(|a| a.1.to_string()).collect::<Vec<_>>().join(" x ");
        let reason = format!(
            "{shape} elements of {size} bytes, the file holds {} bytes from here: left unread",
            bytes.len()
        );
        problems.push(data.problem(offset, name(node), reason));
        return None;
    };
    let given = |key| {
        let text = value(element, key);
        (!text.is_empty()).then(|| text.to_owned())
    };
    let meaning = Meaning {
        specials: specials(node),
        factor: given("scaling_factor"),
        offset: given("value_offset"),
    };
    let read = |c: &[u8]| float(c, how).unwrap_or(f64::NAN);
    let values: Vec<f64> = bytes.get(..length)?.chunks_exact(size).map(read).collect();
    let single = matches!(how, Scalar::Float { .. }) && size == 4;
    let mut values = meaning.reals(values, single);
    let mut axes = axes;
    let order = value(node, "axis_index_order").to_ascii_lowercase().replace('_', " ");
    if order == "first index fastest" {
        values = reorder(&values, &axes);
        debug_assert_eq!(values.len(), wanted, "reordering keeps every value");
    }
    axes.truncate(AXES);
    Some(Array {
        name: title(node),
        file: data.name.to_owned(),
        unit: value(element, "unit").to_owned(),
        data_type: data_type.to_owned(),
        axes,
        values,
    })
}

/// How an element is read and its bytes; complex elements are not numbers to show and give
/// `None`.
fn element_type(data_type: &str) -> Option<(Scalar, usize)> {
    let Some(Kind::Binary(how)) = field::kind(data_type) else { return None };
    let size = match data_type {
        t if t.ends_with("Byte") => 1,
        t if t.ends_with("Single") => 4,
        t if t.ends_with("Double") => 8,
        t => t.chars().last()?.to_digit(10)? as usize,
    };
    (1..=8).contains(&size).then_some((how, size))
}

/// Names and lengths of the axes by sequence number.
fn axes(node: Node<'_, '_>, problems: &mut Vec<Problem>) -> Option<Vec<(String, usize)>> {
    let mut axes = Vec::new();
    let nodes = node.children().filter(|n| ["Axis_Array", "Array_Axis"].contains(&name(*n)));
    for (i, axis) in nodes.enumerate() {
        let elements = count(axis, "elements", problems).and_then(|n| usize::try_from(n).ok());
        let Some(elements) = elements else {
            problems.push(Problem::at(at(axis), "elements", "missing: array left unread"));
            return None;
        };
        let sequence = count(axis, "sequence_number", problems).unwrap_or(i as u64 + 1);
        let given = value(axis, "axis_name");
        let given = if given.is_empty() { value(axis, "name") } else { given };
        axes.push((sequence, given.to_owned(), elements));
    }
    if axes.is_empty() || axes.len() > AXES {
        let reason = format!("{} axes: array left unread", axes.len());
        problems.push(Problem::at(at(node), name(node), reason));
        return None;
    }
    axes.sort_by_key(|a| a.0);
    Some(axes.into_iter().map(|a| (a.1, a.2)).collect())
}

/// Values stored first index fastest, as last index fastest.
fn reorder(values: &[f64], axes: &[(String, usize)]) -> Vec<f64> {
    let mut strides = Vec::with_capacity(axes.len());
    let mut stride = 1;
    for axis in axes {
        strides.push(stride);
        stride *= axis.1;
    }
    let mut index = vec![0; axes.len()];
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at: usize = index.iter().zip(&strides).map(|(i, s)| i * s).sum();
        out.push(values.get(at).copied().unwrap_or(f64::NAN));
        for (i, axis) in index.iter_mut().zip(axes).rev() {
            *i += 1;
            if *i < axis.1 {
                break;
            }
            *i = 0;
        }
    }
    out
}
