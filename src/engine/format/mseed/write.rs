//! Writing of records: both versions, numbers big-endian in 2 and as the standard says in 3.

use super::calendar::Civil;
use super::model::{Encoding, Samples, Trace, Version};
use super::steim_encode::encode;
use super::{v2, v3};
use crate::problem::Problem;

/// How records are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// Version of the records.
    pub version: Version,
    /// Encoding of the samples; see [`WriteOptions::for_samples`].
    pub encoding: Encoding,
    /// Bytes per record: in version 2 the length (a power of two from 128 to 65 536), in
    /// version 3 the most a record may have.
    pub record_length: usize,
    /// Number of the first record (version 2), counted up to 999 999 and again from 1.
    pub sequence: u32,
    /// Extra headers as a JSON object for every record (version 3); empty for none.
    pub extra: String,
}

impl Default for WriteOptions {
    /// What every reader takes: version 2, Steim2, 512 bytes, no extra headers.
    fn default() -> Self {
        Self {
            version: Version::V2,
            encoding: Encoding::Steim2,
            record_length: 512,
            sequence: 1,
            extra: String::new(),
        }
    }
}

impl WriteOptions {
    /// The default with the lossless encoding for samples of this type.
    pub fn for_samples(version: Version, samples: &Samples) -> Self {
        let encoding = match samples {
            Samples::Text(_) => Encoding::Text,
            Samples::I32(_) => Encoding::Steim2,
            Samples::F32(_) => Encoding::Float32,
            Samples::F64(_) => Encoding::Float64,
        };
        Self { version, encoding, ..Self::default() }
    }
}

/// A payload for the next record and the number of samples in it.
struct Payload {
    bytes: Vec<u8>,
    samples: usize,
}

/// Writes a trace as records, one after the other.
///
/// # Errors
/// A problem that says what to choose instead: samples that the encoding cannot hold (nothing
/// is ever rounded), codes too long for version 2, a time or record length out of range.
pub fn write(trace: &Trace, options: &WriteOptions) -> Result<Vec<u8>, Problem> {
    let head = match options.version {
        Version::V2 => v2_head(trace, options)?,
        Version::V3 => v3_head(trace, options)?,
    };
    let room = options.record_length.checked_sub(head.len()).filter(|&room| room >= 64);
    let room = room.ok_or_else(|| {
        let reason = format!("{} bytes leave no room for data", options.record_length);
        Problem::of("record length", reason)
    })?;
    check_int16(&trace.samples, options.encoding)?;
    let mut out = Vec::new();
    let (mut done, mut sequence) = (0, options.sequence);
    while done < trace.samples.len() {
        let payload = payload(&trace.samples, done, options, room)?;
        let start = time_of(trace, done)?;
        match options.version {
            Version::V2 => {
                sequence = if (1..=999_999).contains(&sequence) { sequence } else { 1 };
                put_v2(&mut out, &head, options, sequence, start, &payload);
                sequence += 1;
            }
            Version::V3 => put_v3(&mut out, &head, start, &payload),
        }
        done += payload.samples;
    }
    Ok(out)
}

/// Refuses integers that 16 bits cannot hold.
fn check_int16(samples: &Samples, encoding: Encoding) -> Result<(), Problem> {
    let (Samples::I32(all), Encoding::Int16) = (samples, encoding) else { return Ok(()) };
    all.iter().find(|&&x| i16::try_from(x).is_err()).map_or(Ok(()), |x| {
        let reason = format!("{x} does not fit in 16 bits, write Int32 or Steim2");
        Err(Problem::of("samples", reason))
    })
}

/// Calendar time of a sample, in the years that both versions can say.
fn time_of(trace: &Trace, sample: usize) -> Result<Civil, Problem> {
    let period_ns = if trace.rate_hz > 0.0 { 1e9 / trace.rate_hz } else { 0.0 };
    let shift = (period_ns * sample as f64).round() as i64;
    let civil = Civil::of(trace.start.plus_ns(shift));
    if (1900..=2100).contains(&civil.year) {
        return Ok(civil);
    }
    Err(Problem::of("start time", format!("year {} is not within 1900 to 2100", civil.year)))
}

/// Most samples in a record: the count is 16 bits in version 2.
fn max_samples(version: Version) -> usize {
    match version {
        Version::V2 => usize::from(u16::MAX),
        Version::V3 => u32::MAX as usize,
    }
}

/// The samples from `from` on that fit in `room` bytes.
fn payload(
    samples: &Samples,
    from: usize,
    options: &WriteOptions,
    room: usize,
) -> Result<Payload, Problem> {
    let most = max_samples(options.version);
    let big = options.version == Version::V2;
    match (samples, options.encoding) {
        (Samples::I32(all), Encoding::Steim1 | Encoding::Steim2) => {
            let level = if options.encoding == Encoding::Steim1 { 1 } else { 2 };
            let previous = from.checked_sub(1).and_then(|i| all.get(i)).copied();
            let rest = all.get(from..).unwrap_or_default();
            let encoded = encode(level, rest, previous, room / 64, most).map_err(|i| {
                let reason = format!(
                    "step to sample {} needs more than 30 bits, write Int32 or Steim1",
                    from + i
                );
                Problem::of("samples", reason)
            })?;
            Ok(Payload { bytes: encoded.frames, samples: encoded.samples })
        }
        (Samples::I32(all), Encoding::Int32) => {
            Ok(plain(
                all,
                from,
                room,
                most,
                |x| if big { x.to_be_bytes() } else { x.to_le_bytes() },
            ))
        }
        (Samples::I32(all), Encoding::Int16) => Ok(plain(all, from, room, most, |x| {
            if big { (x as i16).to_be_bytes() } else { (x as i16).to_le_bytes() }
        })),
        (Samples::F32(all), Encoding::Float32) => {
            Ok(plain(
                all,
                from,
                room,
                most,
                |x| if big { x.to_be_bytes() } else { x.to_le_bytes() },
            ))
        }
        (Samples::F64(all), Encoding::Float64) => {
            Ok(plain(
                all,
                from,
                room,
                most,
                |x| if big { x.to_be_bytes() } else { x.to_le_bytes() },
            ))
        }
        (Samples::Text(all), Encoding::Text) => Ok(plain(all, from, room, most, |x| [x])),
        (_, encoding) => {
            let right = WriteOptions::for_samples(options.version, samples).encoding;
            let reason = format!("{encoding:?} cannot hold these samples, write {right:?}");
            Err(Problem::of("encoding", reason))
        }
    }
}

fn plain<T: Copy, const N: usize>(
    all: &[T],
    from: usize,
    room: usize,
    most: usize,
    bytes: impl Fn(T) -> [u8; N],
) -> Payload {
    let rest = all.get(from..).unwrap_or_default();
    let samples = rest.len().min(room / N).min(most);
    Payload { bytes: rest.iter().take(samples).flat_map(|&x| bytes(x)).collect(), samples }
}

/// Factor and multiplier of a rate (SEED manual, fields 10 and 11), exact ones only.
fn factors(rate: f64) -> Option<(i16, i16)> {
    if rate <= 0.0 {
        return Some((0, 0));
    }
    if rate.fract() == 0.0 && rate <= 32_767.0 {
        return Some((rate as i16, 1));
    }
    let period = (1.0 / rate).round();
    if period <= 32_767.0 && 1.0 / period == rate {
        return Some((-(period as i16), 1));
    }
    // factor / multiplier, as with 13.5 = 27/2 or 2.4 = 12/5.
    (2..=1000).find_map(|divisor| {
        let factor = (rate * f64::from(divisor)).round();
        ((1.0..=32_767.0).contains(&factor) && factor / f64::from(divisor) == rate)
            .then_some((factor as i16, -(divisor as i16)))
    })
}

fn padded(text: &str, width: usize, field: &str) -> Result<Vec<u8>, Problem> {
    if text.len() > width || !text.bytes().all(|c| c.is_ascii_graphic()) {
        let reason =
            format!("\"{text}\" does not fit in {width} ASCII characters, write version 3");
        return Err(Problem::of(field, reason));
    }
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(width, b' ');
    Ok(bytes)
}

/// Fixed section and blockettes 1000, 1001 and where needed 100, without what differs from
/// record to record, padded to where the data begin.
fn v2_head(trace: &Trace, options: &WriteOptions) -> Result<Vec<u8>, Problem> {
    if !options.extra.is_empty() {
        return Err(Problem::of("extra headers", "need version 3"));
    }
    let length = options.record_length;
    if !length.is_power_of_two() || !(128..=65_536).contains(&length) {
        let reason = format!("{length} is not a power of two from 128 to 65536");
        return Err(Problem::of("record length", reason));
    }
    let source = &trace.source;
    let quality = match trace.publication {
        1 => b'R',
        0 | 2 => b'D',
        3 => b'Q',
        _ => b'M',
    };
    let exact = factors(trace.rate_hz);
    let (factor, multiplier) = exact.unwrap_or_else(|| nearest_factors(trace.rate_hz));
    let mut head = vec![b'0'; 6];
    head.extend([quality, b' ']);
    head.extend(padded(&source.station, 5, "station")?);
    head.extend(padded(&source.location, 2, "location")?);
    head.extend(padded(&source.channel, 3, "channel")?);
    head.extend(padded(&source.network, 2, "network")?);
    head.extend([0; 12]); // start time and number of samples
    head.extend(factor.to_be_bytes());
    head.extend(multiplier.to_be_bytes());
    head.extend([0, 0, 0, if exact.is_some() { 2 } else { 3 }, 0, 0, 0, 0]);
    let offset: u16 = if exact.is_some() { 64 } else { 128 };
    head.extend(offset.to_be_bytes());
    head.extend((v2::FIXED as u16).to_be_bytes());
    let number = options.encoding.number();
    head.extend([0x03, 0xE8, 0, 56, number, 1, length.trailing_zeros() as u8, 0]);
    let next = if exact.is_some() { 0 } else { 64 };
    head.extend([0x03, 0xE9, 0, next, 0, 0, 0, 0]);
    if exact.is_none() {
        head.extend([0, 100, 0, 0]);
        head.extend((trace.rate_hz as f32).to_be_bytes());
    }
    head.resize(usize::from(offset), 0);
    Ok(head)
}

/// Factors close to a rate, for readers that overlook blockette 100.
fn nearest_factors(rate: f64) -> (i16, i16) {
    if rate >= 32.0 {
        ((rate.round().min(32_767.0)) as i16, 1)
    } else if rate >= 1.0 {
        ((rate * 1000.0).round() as i16, -1000)
    } else {
        (-((1.0 / rate).round().clamp(1.0, 32_767.0) as i16), 1)
    }
}

fn put_v2(
    out: &mut Vec<u8>,
    head: &[u8],
    options: &WriteOptions,
    sequence: u32,
    start: Civil,
    payload: &Payload,
) {
    // 100 µs in the header, the microseconds left (0 to 99) in blockette 1001; the nanoseconds
    // that version 3 can hold are cut.
    let micros = start.nanosecond / 1000;
    let ticks = (micros / 100) as u16;
    let base = out.len();
    out.extend_from_slice(head);
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = out.get_mut(base + at..base + at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(0, format!("{sequence:06}").as_bytes());
    put(20, &start.year.to_be_bytes());
    put(22, &start.day_of_year.to_be_bytes());
    put(24, &[start.hour, start.minute, start.second, 0]);
    put(28, &ticks.to_be_bytes());
    put(30, &(payload.samples as u16).to_be_bytes());
    put(61, &[(micros % 100) as u8]);
    if matches!(options.encoding, Encoding::Steim1 | Encoding::Steim2) {
        put(63, &[u8::try_from(payload.bytes.len() / 64).unwrap_or(0)]);
    }
    out.extend_from_slice(&payload.bytes);
    out.resize(base + options.record_length, 0);
}

/// Fixed section, source identifier and extra headers of version 3.
fn v3_head(trace: &Trace, options: &WriteOptions) -> Result<Vec<u8>, Problem> {
    let id = v3::source_text(&trace.source);
    let id_length = u8::try_from(id.len())
        .map_err(|_| Problem::of("source identifier", "is longer than 255 bytes"))?;
    let extra = options.extra.as_bytes();
    let extra_length = u16::try_from(extra.len())
        .map_err(|_| Problem::of("extra headers", "are longer than 65535 bytes"))?;
    if !extra.is_empty() {
        serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(extra)
            .map_err(|error| Problem::of("extra headers", format!("no JSON object: {error}")))?;
    }
    let mut head = b"MS\x03".to_vec();
    head.resize(15, 0);
    head.push(options.encoding.number());
    head.extend(trace.rate_hz.max(0.0).to_le_bytes());
    head.extend([0; 8]); // number of samples and checksum
    head.extend([trace.publication, id_length]);
    head.extend(extra_length.to_le_bytes());
    head.extend([0; 4]); // payload length
    head.extend(id.as_bytes());
    head.extend(extra);
    Ok(head)
}

fn put_v3(out: &mut Vec<u8>, head: &[u8], start: Civil, payload: &Payload) {
    let base = out.len();
    out.extend_from_slice(head);
    out.extend_from_slice(&payload.bytes);
    let Some(record) = out.get_mut(base..) else { return };
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = record.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(4, &start.nanosecond.to_le_bytes());
    put(8, &start.year.to_le_bytes());
    put(10, &start.day_of_year.to_le_bytes());
    put(12, &[start.hour, start.minute, start.second]);
    put(24, &(payload.samples as u32).to_le_bytes());
    put(36, &(payload.bytes.len() as u32).to_le_bytes());
    let crc = v3::checksum(record);
    if let Some(place) = record.get_mut(v3::CRC_AT..v3::CRC_AT + 4) {
        place.copy_from_slice(&crc.to_le_bytes());
    }
}
