//! Rows of products; small contents live in the row itself.

use rusqlite::{OptionalExtension, Row, params};

use super::sum::RowSum;
use super::{ArchiveError, Catalogue};
use crate::archive::{NewProduct, Product, ProductId};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

/// Where the bytes of a product are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::archive) enum Content {
    /// In the catalogue.
    Inside(Vec<u8>),
    /// In a file named by its hash.
    File,
}

const FIELDS: &str = "id, sha256, bytes, stored, name, format, mission, instrument, product, t0, \
                      t1, summary, label, problems, crc";

fn problems_json(problems: &[Problem]) -> rusqlite::Result<String> {
    serde_json::to_string(problems)
        .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

fn product_sum(p: &Product, problems: &str) -> i64 {
    let a = &p.about;
    RowSum::new("product")
        .int(p.id.0)
        .text(&p.sha256)
        .int(p.bytes as i64)
        .int(p.stored.unix_ns())
        .text(&a.name)
        .text(&a.format)
        .text(&a.mission)
        .text(&a.instrument)
        .text(&a.product)
        .maybe(a.span.map(|s| s.start.unix_ns()))
        .maybe(a.span.map(|s| s.end.unix_ns()))
        .text(&a.summary)
        .text(&a.label)
        .text(problems)
        .value()
}

fn product_of(row: &Row<'_>) -> rusqlite::Result<(Product, bool)> {
    let (t0, t1): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(10)?);
    let span =
        t0.zip(t1).map(|(a, b)| TimeRange::new(Instant::from_unix_ns(a), Instant::from_unix_ns(b)));
    let problems: String = row.get(13)?;
    let product = Product {
        id: ProductId(row.get(0)?),
        sha256: row.get(1)?,
        bytes: row.get(2)?,
        stored: Instant::from_unix_ns(row.get(3)?),
        about: NewProduct {
            name: row.get(4)?,
            format: row.get(5)?,
            mission: row.get(6)?,
            instrument: row.get(7)?,
            product: row.get(8)?,
            span,
            summary: row.get(11)?,
            label: row.get(12)?,
            problems: serde_json::from_str(&problems).map_err(|e| {
                let text = rusqlite::types::Type::Text;
                rusqlite::Error::FromSqlConversionFailure(13, text, Box::new(e))
            })?,
        },
    };
    let is_sound = product_sum(&product, &problems) == row.get::<_, i64>(14)?;
    Ok((product, is_sound))
}

impl Catalogue {
    /// The product with that content.
    pub(in crate::archive) fn product_by_hash(
        &self,
        sha256: &str,
    ) -> Result<Option<ProductId>, ArchiveError> {
        self.ask(|db| {
            let ask = "SELECT id FROM product WHERE sha256 = ?";
            db.query_row(ask, [sha256], |r| r.get(0).map(ProductId)).optional()
        })
    }

    /// Stores the row, and the content where it goes inside.
    pub(in crate::archive) fn put_product(
        &self,
        about: &NewProduct,
        sha256: &str,
        bytes: u64,
        inside: Option<&[u8]>,
        now: Instant,
    ) -> Result<ProductId, ArchiveError> {
        self.change(|db| {
            let next = "SELECT coalesce(max(id), 0) + 1 FROM product";
            let id = ProductId(db.query_row(next, [], |r| r.get(0))?);
            let about = about.clone();
            let problems = problems_json(&about.problems)?;
            let p = Product { id, about, bytes, sha256: sha256.to_owned(), stored: now };
            let a = &p.about;
            db.execute(
                &format!(
                    "INSERT INTO product({FIELDS}, content) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                ),
                params![
                    id.0,
                    sha256,
                    bytes,
                    now.unix_ns(),
                    a.name,
                    a.format,
                    a.mission,
                    a.instrument,
                    a.product,
                    a.span.map(|s| s.start.unix_ns()),
                    a.span.map(|s| s.end.unix_ns()),
                    a.summary,
                    a.label,
                    problems,
                    product_sum(&p, &problems),
                    inside,
                ],
            )?;
            Ok(id)
        })
    }

    /// Products whose span touches a range or that have none, newest stored first.
    pub(in crate::archive) fn products(
        &self,
        range: TimeRange,
        format: &str,
    ) -> Result<Vec<Product>, ArchiveError> {
        self.ask(|db| {
            let mut ask = db.prepare_cached(&format!(
                "SELECT {FIELDS} FROM product
                 WHERE (?3 = '' OR format = ?3) AND (t0 IS NULL OR (t0 < ?2 AND max(t1, t0 + 1) > ?1))
                 ORDER BY stored DESC, id DESC"
            ))?;
            let (start, end) = (range.start.unix_ns(), range.end.unix_ns());
            ask.query_map(params![start, end, format], |r| Ok(product_of(r)?.0))?.collect()
        })
    }

    /// Number of products.
    pub(in crate::archive) fn product_count(&self) -> Result<u64, ArchiveError> {
        self.ask(|db| db.query_row("SELECT count(*) FROM product", [], |r| r.get(0)))
    }

    /// Hash and content of one product.
    pub(in crate::archive) fn product_content(
        &self,
        id: ProductId,
    ) -> Result<Option<(String, Content)>, ArchiveError> {
        self.ask(|db| {
            let ask = "SELECT sha256, content FROM product WHERE id = ?";
            db.query_row(ask, [id.0], |r| {
                let content = r.get::<_, Option<Vec<u8>>>(1)?;
                Ok((r.get(0)?, content.map_or(Content::File, Content::Inside)))
            })
            .optional()
        })
    }

    /// Names of the product rows whose checksum does not match.
    pub(super) fn bad_product_rows(db: &rusqlite::Connection) -> rusqlite::Result<Vec<String>> {
        let mut bad = Vec::new();
        let mut ask = db.prepare(&format!("SELECT {FIELDS} FROM product"))?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let (product, is_sound) = product_of(row)?;
            if !is_sound {
                bad.push(format!("product {}", product.id.0));
            }
        }
        Ok(bad)
    }
}
