//! What is lost of the base's weights when they are kept in fewer bits.

use serde::Serialize;

use super::Shelf;
use super::source::matrix;
use crate::lab::base_model::BaseModel;
use crate::lab::problem::Problem;
use crate::lab::{problems, reasons};
use crate::nn::SiteKind;
use crate::quant::{self, BlockFormat};

/// The rounding error of one weight.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Rounding {
    /// Path of the module.
    pub module: String,
    /// The layer of the model that it is in, from 0; none: embedding or head.
    pub layer: Option<usize>,
    /// The last part of its path, e.g. `q_proj`.
    pub role: String,
    /// `‖W − round(W)‖ / ‖W‖`, in the Frobenius norm.
    pub error: f64,
}

impl Shelf {
    /// The rounding error of every matrix of the base in a format, in the order of the forward pass; a tied head’s is the embedding's.
    ///
    /// # Errors
    /// If there is no such format, or memory runs out.
    pub fn rounding(&self, format: &str) -> Result<Vec<Rounding>, Problem> {
        let format = block_format(format)?;
        let base = BaseModel::open(&self.run, &self.assets)?;
        let mut source = base.source();
        let mut rounded = Vec::new();
        for (segment, spec) in base.blueprint.segments.iter().enumerate() {
            for site in &spec.sites {
                let param = site.weight();
                let owner = base.blueprint.owner(segment, param) == segment;
                if !owner || site.kind == SiteKind::Norm {
                    continue;
                }
                let [rows, columns] = param.matrix();
                let mut writer = format.allocate(&self.ledger, [rows, columns], 0).map_err(|error| reasons::out_of_memory(&error))?;
                let mut original = Vec::with_capacity(rows * columns);
                let read = source.read(param, 0..rows, &mut |row| {
                    writer.write(row, 0..columns);
                    original.extend_from_slice(row);
                });
                read.map_err(|error| base.refused(&error.into()))?;
                let kept = matrix(&crate::tensor::Weight::Blocks(writer.finish()), [rows, columns]);
                let square = |x: f32| f64::from(x).powi(2);
                let lost: f64 = original.iter().zip(&kept).map(|(w, kept)| square(w - kept)).sum();
                let all: f64 = original.iter().map(|w| square(*w)).sum();
                let error = if all > 0.0 { (lost / all).sqrt() } else { 0.0 };
                rounded.push(Rounding { module: site.module.clone(), layer: spec.layer, role: site.role.to_owned(), error });
            }
        }
        Ok(rounded)
    }
}

/// The format of that name.
pub(super) fn block_format(name: &str) -> Result<&'static dyn BlockFormat, Problem> {
    quant::format(name).ok_or_else(|| problems::internal(&format!("there is no format {name}")))
}
