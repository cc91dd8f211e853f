//! A part of the window as a PNG file; encoded and written on a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use egui::{ColorImage, Context, Rect};

/// Takes a picture of a part of the window (in points) and writes it; the receiver gets a sentence
/// that says what became of it.
pub(super) fn save_picture(ctx: &Context, area: Rect, path: PathBuf) -> Receiver<String> {
    let (sender, receiver) = bounded(1);
    let scale = ctx.pixels_per_point();
    let wake = ctx.clone();
    ctx.request_screenshot(move |image| {
        std::thread::spawn(move || {
            let said = match write(&image, area, scale, &path) {
                Ok([width, height]) => {
                    format!("{} written, {width} × {height} pixels.", path.display())
                }
                Err(error) => format!(
                    "{} was not written ({error}). Check the folder, its permissions and space.",
                    path.display()
                ),
            };
            // Nobody listens any more when the panel is gone.
            drop(sender.send(said));
            wake.request_repaint();
        });
    });
    receiver
}

/// Crops and encodes; the size written, in pixels.
fn write(
    image: &Arc<ColorImage>,
    area: Rect,
    scale: f32,
    path: &Path,
) -> Result<[usize; 2], png::EncodingError> {
    let [width, height] = image.size;
    let pixel = |points: f32, most: usize| ((points * scale).round().max(0.0) as usize).min(most);
    let (left, right) = (pixel(area.left(), width), pixel(area.right(), width));
    let (top, bottom) = (pixel(area.top(), height), pixel(area.bottom(), height));
    let size = [right.saturating_sub(left), bottom.saturating_sub(top)];
    let rows = image.pixels.chunks(width.max(1)).skip(top).take(size[1]);
    let rgb: Vec<u8> = rows
        .flat_map(|row| row.iter().skip(left).take(size[0]))
        .flat_map(|colour| [colour.r(), colour.g(), colour.b()])
        .collect();
    write_png(path, size.map(|side| side as u32), &rgb)?;
    Ok(size)
}

/// Writes a picture, red, green and blue, row by row from the top.
pub fn write_png(
    path: &Path,
    [width, height]: [u32; 2],
    rgb: &[u8],
) -> Result<(), png::EncodingError> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Theme;
    use egui::pos2;

    #[test]
    fn a_part_of_the_window_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.png");
        let theme = Theme::dark();
        let pixels = (0..24).map(|i| theme.curve(i)).collect();
        let image = Arc::new(ColorImage::new([6, 4], pixels));
        let area = Rect::from_min_max(pos2(1.0, 0.5), pos2(2.0, 9.0));
        assert_eq!(write(&image, area, 2.0, &path).expect("written"), [2, 3]);
        let file = std::io::BufReader::new(std::fs::File::open(&path).expect("a file"));
        let mut reader = png::Decoder::new(file).read_info().expect("a picture");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut bytes).expect("a frame");
        let expected: Vec<u8> = [8, 9, 14, 15, 20, 21]
            .into_iter()
            .flat_map(|i| [theme.curve(i).r(), theme.curve(i).g(), theme.curve(i).b()])
            .collect();
        assert_eq!(bytes, expected);
        assert!(write(&image, area, 2.0, Path::new("/no/such/folder/x.png")).is_err());
        let outside = Rect::from_min_max(pos2(90.0, 90.0), pos2(95.0, 95.0));
        assert!(write(&image, outside, 2.0, &path).is_err(), "nothing to write");
    }
}
