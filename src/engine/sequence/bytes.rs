//! Big-endian numbers, texts and the seal of the binary files of this folder.
//!
//! A file is a body and a seal of 36 bytes: the SHA-256 of the body, then the CRC-32C of body and
//! hash. The CRC tells damage on the way, the hash names the file in approvals and manifests.

use sha2::{Digest, Sha256};

/// Bytes of the seal.
const SEAL: usize = 36;

/// Why a file is not used. The sentences say what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file does not begin as one of its kind.
    #[error("this is no {0}; choose another file")]
    NotThis(&'static str),
    /// A later version of the format.
    #[error("the file has version {0} of its format, and {1} is read here; update the program")]
    Version(u16, u16),
    /// The checksum does not fit.
    #[error(
        "the file is damaged: its checksum is {found:08x}, its bytes give {computed:08x}; \
         transfer it again"
    )]
    Damaged {
        /// In the file.
        found: u32,
        /// Of the bytes.
        computed: u32,
    },
    /// The checksum fits, the hash does not: the bytes were changed on purpose.
    #[error("the hash in the file is not that of its bytes: somebody changed it; do not use it")]
    Tampered,
    /// What stands inside is not sound although the seal fits.
    #[error("the file is not sound at byte {at}: {what}; ask who wrote it")]
    Unsound {
        /// Byte.
        at: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// For another spacecraft.
    #[error("the file is for spacecraft {found}, this one is {expected}; it is refused")]
    OtherSpacecraft {
        /// In the file.
        found: u32,
        /// The one that is used.
        expected: u32,
    },
    /// Made by another dictionary.
    #[error("the file was made by the dictionary {found}, and {expected} is used; encode it again")]
    OtherDictionary {
        /// In the file.
        found: String,
        /// The one that is used.
        expected: String,
    },
}

/// Puts the seal behind a body.
pub(super) fn seal(mut body: Vec<u8>) -> Vec<u8> {
    let hash: [u8; 32] = Sha256::digest(&body).into();
    body.extend(hash);
    let crc = crc32c::crc32c(&body);
    body.extend(crc.to_be_bytes());
    body
}

/// Checks the seal and gives the body.
pub(super) fn unseal<'a>(
    bytes: &'a [u8],
    magic: [u8; 4],
    what: &'static str,
) -> Result<(&'a [u8], [u8; 32]), Refusal> {
    if !bytes.starts_with(&magic) {
        return Err(Refusal::NotThis(what));
    }
    let unsound = Refusal::Unsound { at: bytes.len(), what: "it ends too early" };
    let split = bytes.len().checked_sub(SEAL).ok_or(unsound)?;
    let (body, seal) = bytes.split_at(split);
    let (hash, crc) = seal.split_at(32);
    let found = crc.iter().fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte));
    let computed = crc32c::crc32c_append(crc32c::crc32c(body), hash);
    if found != computed {
        return Err(Refusal::Damaged { found, computed });
    }
    let own: [u8; 32] = Sha256::digest(body).into();
    if own == hash { Ok((body, own)) } else { Err(Refusal::Tampered) }
}

/// A length, then the text; longer ones than 65 535 bytes are cut at a character.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text.get(..end).unwrap_or_default();
    out.extend((kept.len() as u16).to_be_bytes());
    out.extend(kept.as_bytes());
}

/// A walk through a body.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub fn wrong(&self, what: &'static str) -> Refusal {
        Refusal::Unsound { at: self.at, what }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        let end = self.at.checked_add(count);
        let found = end.and_then(|end| self.bytes.get(self.at..end));
        let found = found.ok_or(Refusal::Unsound { at: self.at, what: "it ends too early" })?;
        self.at += count;
        Ok(found)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    pub fn u8(&mut self) -> Result<u8, Refusal> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub fn u16(&mut self) -> Result<u16, Refusal> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32, Refusal> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub fn i64(&mut self) -> Result<i64, Refusal> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    pub fn hash(&mut self) -> Result<[u8; 32], Refusal> {
        self.array()
    }

    pub fn text(&mut self) -> Result<String, Refusal> {
        let count = usize::from(self.u16()?);
        let wrong = Refusal::Unsound { at: self.at, what: "a text is not UTF-8" };
        let bytes = self.take(count)?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| wrong)
    }

    /// A count of things that take so many bytes each at least.
    pub fn count(&mut self, least: usize) -> Result<usize, Refusal> {
        let count = self.u32()? as usize;
        let left = self.bytes.len() - self.at;
        if count.saturating_mul(least) > left {
            return Err(self.wrong("it says that more follows than there is"));
        }
        Ok(count)
    }

    /// That nothing is left.
    pub fn end(&self) -> Result<(), Refusal> {
        if self.at == self.bytes.len() {
            return Ok(());
        }
        Err(self.wrong("something stands behind the end"))
    }
}
