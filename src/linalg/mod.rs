//! Factorisations of small matrices in float64: what starts of adapters, and pictures of what they learned, are computed with.

mod matrix;
mod qr;
mod svd;

pub use matrix::Matrix;
pub use qr::qr;
pub use svd::{Svd, leading, of_product, svd};
