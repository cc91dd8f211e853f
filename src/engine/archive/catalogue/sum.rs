//! Checksum of the fields of a row.

/// CRC-32C over fields in their order, each with its kind and length, so that no two different
/// rows run together.
pub(super) struct RowSum(u32);

impl RowSum {
    pub(super) fn new(table: &str) -> Self {
        Self(0).text(table)
    }

    pub(super) fn text(self, field: &str) -> Self {
        self.int(field.len() as i64).bytes(field.as_bytes())
    }

    pub(super) fn int(self, field: i64) -> Self {
        self.bytes(&field.to_le_bytes())
    }

    pub(super) fn maybe(self, field: Option<i64>) -> Self {
        match field {
            Some(n) => self.int(1).int(n),
            None => self.int(0),
        }
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        Self(crc32c::crc32c_append(self.0, bytes))
    }

    pub(super) fn value(&self) -> i64 {
        i64::from(self.0)
    }
}
