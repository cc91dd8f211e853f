//! Pictures laid over each other, as one picture for the renderer.

use std::sync::Arc;

use super::source::{Given, Imagery, PICTURE_SIDE, ask};
use super::tile::Area;

/// A square picture with all its smaller copies: red, green and blue, sRGB-coded, times coverage; and
/// coverage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    /// From full size down to one pixel.
    pub levels: Vec<Vec<[u8; 4]>>,
    /// Whether nothing of the ground shows through.
    pub is_opaque: bool,
}

impl Picture {
    fn new(pixels: Vec<[u8; 4]>) -> Self {
        let is_opaque = pixels.iter().all(|p| p[3] == 255);
        let mut levels = vec![pixels];
        let mut side = PICTURE_SIDE;
        while side > 1 {
            let half = side / 2;
            let mut smaller = Vec::with_capacity(half * half);
            if let Some(last) = levels.last() {
                for row in 0..half {
                    for column in 0..half {
                        smaller.push(mean(last, side, row, column));
                    }
                }
            }
            levels.push(smaller);
            side = half;
        }
        Self { levels, is_opaque }
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.levels.iter().map(|level| size_of_val(&level[..])).sum()
    }
}

fn mean(pixels: &[[u8; 4]], side: usize, row: usize, column: usize) -> [u8; 4] {
    let mut sum = [2u16; 4];
    for at in [0, 1, side, side + 1] {
        let pixel = pixels.get(2 * row * side + 2 * column + at).copied().unwrap_or_default();
        for (sum, value) in sum.iter_mut().zip(pixel) {
            *sum += u16::from(value);
        }
    }
    sum.map(|s| (s / 4) as u8)
}

/// Lays the pictures of an area over each other, lowest first; none where none has any.
pub(crate) fn compose(layers: &[(Arc<dyn Imagery>, f32)], area: Area) -> (Option<Picture>, Given) {
    let mut all = Given::Nothing;
    let mut under: Option<Vec<[u8; 4]>> = None;
    let mut pixels = Vec::new();
    for (source, opacity) in layers {
        pixels.clear();
        pixels.resize(PICTURE_SIDE * PICTURE_SIDE, [0u8; 4]);
        let given = ask(|| source.paint(area, &mut pixels));
        all = match (all, given) {
            (all, Given::Nothing) => all,
            (Given::Part, _) | (_, Given::Part) => Given::Part,
            _ => Given::Whole,
        };
        if given == Given::Nothing || pixels.iter().all(|p| p[3] == 0) {
            continue;
        }
        let under = under.get_or_insert_with(|| vec![[0u8; 4]; PICTURE_SIDE * PICTURE_SIDE]);
        let opacity = (opacity.clamp(0.0, 1.0) * 256.0) as u32;
        for (below, above) in under.iter_mut().zip(&pixels) {
            *below = over(*below, *above, opacity);
        }
    }
    (under.map(Picture::new), all)
}

/// A pixel (not premultiplied, opacity of its layer up to 256) over one that is premultiplied.
fn over(below: [u8; 4], above: [u8; 4], opacity: u32) -> [u8; 4] {
    let cover = u32::from(above[3]) * opacity / 256;
    if cover >= 255 {
        return [above[0], above[1], above[2], 255];
    }
    if cover == 0 {
        return below;
    }
    let part = cover as f32 / 255.0;
    let mix = |k: usize| {
        let (a, b) = (f32::from(above[k]), f32::from(below[k]));
        (a * part + b * (1.0 - part)).round() as u8
    };
    let rest = f32::from(below[3]) * (1.0 - part);
    [mix(0), mix(1), mix(2), (cover as f32 + rest).round() as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Flat([u8; 4], Given);

    impl Imagery for Flat {
        fn paint(&self, _: Area, pixels: &mut [[u8; 4]]) -> Given {
            if self.1 != Given::Nothing {
                pixels.fill(self.0);
            }
            self.1
        }

        fn version(&self) -> u64 {
            0
        }
    }

    fn layer(color: [u8; 4], given: Given, opacity: f32) -> (Arc<dyn Imagery>, f32) {
        (Arc::new(Flat(color, given)), opacity)
    }

    #[test]
    fn upper_pictures_cover_lower_ones() {
        let low = layer([10, 20, 30, 255], Given::Whole, 1.0);
        let high = layer([200, 100, 50, 255], Given::Part, 1.0);
        let (picture, given) = compose(&[low, high], Area::PLANET);
        let picture = picture.unwrap();
        assert_eq!((picture.levels[0][77], given), ([200, 100, 50, 255], Given::Part));
        assert_eq!(picture.levels.len(), 9);
        assert_eq!(picture.levels[8], [[200, 100, 50, 255]]);
        let nothing = layer([9, 9, 9, 9], Given::Nothing, 1.0);
        assert_eq!(compose(&[nothing], Area::PLANET), (None, Given::Nothing));
        assert_eq!(compose(&[], Area::PLANET), (None, Given::Nothing));
    }

    /// As egui and web maps mix: half of white over black is the code half way.
    #[test]
    fn opacity_mixes_codes() {
        let black = layer([0, 0, 0, 255], Given::Whole, 1.0);
        let white = layer([255, 255, 255, 255], Given::Whole, 0.5);
        let (picture, _) = compose(&[black, white], Area::PLANET);
        let [r, g, b, a] = picture.unwrap().levels[0][0];
        assert!(r.abs_diff(128) <= 1 && r == g && g == b && a == 255, "{r} {a}");
        let alone = layer([255, 255, 255, 255], Given::Whole, 0.5);
        let (picture, _) = compose(&[alone], Area::PLANET);
        let [r, .., a] = picture.unwrap().levels[0][0];
        assert!(r.abs_diff(128) <= 1 && a.abs_diff(127) <= 1);
    }
}
