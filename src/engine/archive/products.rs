//! Delivered files: small ones inside the catalogue, larger ones by the hash of their content.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::catalogue::Content;
use super::verify::Course;
use super::{Archive, ArchiveError, NewProduct, Product, ProductId, QueryError};
use crate::problem::Problem;
use crate::storage::{create_folder, hex, read_whole, sync_folder, write_whole};
use crate::time::{Instant, TimeRange};

pub(super) const PRODUCT_FOLDER: &str = "product";

/// Contents up to here stand in the catalogue.
const INSIDE_BYTES: usize = 64 << 10;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutProduct {
    /// It is new.
    Stored(ProductId),
    /// The same content is stored already.
    AlreadyStored(ProductId),
}

pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn place(dir: &Path, sha256: &str) -> PathBuf {
    let start = sha256.get(..2).unwrap_or("00");
    dir.join(PRODUCT_FOLDER).join(start).join(sha256)
}

/// Removes files that a crash left half written; says so.
pub(super) fn sweep(dir: &Path) -> Option<String> {
    let mut swept = 0;
    for folder in fs::read_dir(dir.join(PRODUCT_FOLDER)).ok()?.flatten() {
        for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            let is_part = file.path().extension().is_some_and(|e| e == "part");
            swept += usize::from(is_part && fs::remove_file(file.path()).is_ok());
        }
    }
    (swept > 0).then(|| format!("{swept} half-written product files were removed"))
}

impl Archive {
    /// Keeps a file; the same content is kept once. Durable on return.
    pub fn put_product(
        &self,
        about: &NewProduct,
        bytes: &[u8],
        now: Instant,
    ) -> Result<PutProduct, ArchiveError> {
        if !self.writable() {
            return Err(ArchiveError::ReadOnly(self.dir.clone()));
        }
        let sha256 = hex_sha256(bytes);
        if let Some(id) = self.catalogue.product_by_hash(&sha256)? {
            return Ok(PutProduct::AlreadyStored(id));
        }
        let inside = (bytes.len() <= INSIDE_BYTES).then_some(bytes);
        if inside.is_none() {
            let path = place(&self.dir, &sha256);
            if let Some(folder) = path.parent().filter(|f| !f.is_dir()) {
                create_folder(folder)?;
                sync_folder(&self.dir.join(PRODUCT_FOLDER))?;
            }
            write_whole(&path, bytes)?;
        }
        let len = bytes.len() as u64;
        let id = self.catalogue.put_product(about, &sha256, len, inside, now)?;
        self.changed();
        Ok(PutProduct::Stored(id))
    }

    /// Products whose span touches a range, and those without a span, newest stored first; an
    /// empty format means all.
    pub fn products(&self, range: TimeRange, format: &str) -> Result<Vec<Product>, ArchiveError> {
        self.catalogue.products(range, format)
    }

    /// Number of products.
    pub fn product_count(&self) -> u64 {
        self.catalogue.product_count().unwrap_or(0)
    }

    /// The bytes of a product, checked against its hash.
    pub fn product_bytes(&self, id: ProductId) -> Result<Vec<u8>, QueryError> {
        let failed = |e: ArchiveError| QueryError::Failed(e.to_string());
        let found = self.catalogue.product_content(id).map_err(failed)?;
        let Some((sha256, content)) = found else {
            return Err(QueryError::Unknown(format!("product {}", id.0)));
        };
        let path = place(&self.dir, &sha256);
        let bytes = match content {
            Content::Inside(bytes) => bytes,
            Content::File => read_whole(&path).map_err(|e| failed(e.into()))?,
        };
        if hex_sha256(&bytes) != sha256 {
            let reason = "its content has changed".to_owned();
            return Err(failed(ArchiveError::Damaged { path, reason }));
        }
        Ok(bytes)
    }

    /// Checks the content of every product, and that no file stands there that is none.
    pub(super) fn verify_products(&self, course: &Course<'_>) -> Vec<Problem> {
        let products = match self.catalogue.products(TimeRange::ALL, "") {
            Ok(products) => products,
            Err(error) => return vec![Problem::of("products", error.to_string())],
        };
        let mut problems = Vec::new();
        for product in &products {
            if course.is_cancelled() {
                return problems;
            }
            if let Err(error) = self.product_bytes(product.id) {
                let place = format!("product {} ({})", product.id.0, product.about.name);
                problems.push(Problem::of("content", error.to_string()).in_file(place));
            }
            course.advance(product.bytes);
        }
        problems
    }
}
