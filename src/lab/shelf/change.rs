//! What an adapter changes of a linear layer: the update of its weight, and its singular values.

use serde::Serialize;

use super::source::matrix;
use super::{Shelf, no_entry};
use crate::autograd::Tape;
use crate::lab::problem::Problem;
use crate::lab::{problems, reasons};
use crate::linalg::{Matrix, of_product, svd};
use crate::nn::{Input, Linear, LowRank, Tokens, Transformer};
use crate::tensor::{Category, Tensor, Weight};

/// The update `ΔW` of a layer's weight `W` `[out_features, in_features]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct ModuleChange {
    /// Path of the layer.
    pub module: String,
    /// The layer of the model that it is in, from 0; none: the head.
    pub layer: Option<usize>,
    /// The last part of its path, e.g. `q_proj`.
    pub role: String,
    /// Singular values of `ΔW`, the largest first; as many as are not zero by construction.
    pub singular_values: Vec<f64>,
    /// Frobenius norm of `ΔW`.
    pub norm: f64,
    /// Frobenius norm of the base's `W`.
    pub weight_norm: f64,
    /// The rank that `ΔW` has at most by construction, where that is less than any matrix of its shape has.
    pub rank: Option<usize>,
}

impl Shelf {
    /// What an adapter changes of one of its [modules](Shelf::modules). Of a layer that does not add a product of two matrices (DoRA, IA³,
    /// weights that were trained themselves), the update is the matrix that the layer computes with, less the base's.
    ///
    /// # Errors
    /// If memory runs out, or there is no such entry or module.
    pub fn change(&mut self, entry: usize, module: &str) -> Result<ModuleChange, Problem> {
        let base = &self.base;
        let model = &mut self.entries.get_mut(&entry).ok_or_else(|| no_entry(entry))?.model;
        let of_base = base.segments.iter().flat_map(|segment| segment.linears()).find(|linear| linear.name == module);
        let of_base = of_base.ok_or_else(|| problems::internal(&format!("there is no module {module}")))?;
        let [in_features, out_features] = of_base.features;
        let shape = [out_features, in_features];
        let weight = matrix(&base.params.get(of_base.weight).value, shape);
        let index = model.segments.iter().position(|segment| segment.linears().iter().any(|linear| linear.name == module));
        let index = index.ok_or_else(|| problems::internal(&format!("there is no module {module}")))?;
        let linears = model.segments[index].linears();
        let linear = linears.into_iter().find(|linear| linear.name == module).expect("it is in this segment");
        let low = linear.hook.as_ref().and_then(|hook| hook.update(&model.params));
        let (singular_values, rank) = match low {
            Some(LowRank { rank, a, b, scaling }) => {
                let (a, b) = (Matrix::of(rank, in_features, &a), Matrix::of(out_features, rank, &b).scaled(f64::from(scaling)));
                let most = rank.min(out_features).min(in_features);
                (of_product(&b, &a).s, Some(most).filter(|most| *most < out_features.min(in_features)))
            }
            None => {
                let own = effective(model, linear)?;
                let mut change = Matrix::of(out_features, in_features, &own);
                change.data.iter_mut().zip(&weight).for_each(|(x, w)| *x -= f64::from(*w));
                (svd(&change).s, None)
            }
        };
        let length = |squares: f64| squares.sqrt();
        Ok(ModuleChange {
            module: module.to_owned(),
            layer: base.blueprint.segments[index].layer,
            role: of_base.role.to_owned(),
            norm: length(singular_values.iter().map(|s| s * s).sum()),
            weight_norm: length(weight.iter().map(|w| f64::from(*w).powi(2)).sum()),
            singular_values,
            rank,
        })
    }
}

/// The matrix `[out_features, in_features]` that a layer computes with: its outputs for each unit vector, less that for zero.
pub(super) fn effective(model: &Transformer, linear: &Linear) -> Result<Vec<f32>, Problem> {
    let [in_features, out_features] = linear.features;
    if linear.hook.is_none() {
        let weight: &Weight = &model.params.get(linear.weight).value;
        return Ok(matrix(weight, [out_features, in_features]));
    }
    let memory = |error| reasons::out_of_memory(&error);
    let ledger = model.params.ledger();
    let mut units = Tensor::zeros(ledger, Category::Activations, &[in_features + 1, in_features]).map_err(memory)?;
    (0..in_features).for_each(|index| units.data_mut()[index * in_features + index] = 1.0);
    let mut tape = Tape::inference(ledger);
    let x = tape.input(units, false);
    // Hooks of linear layers do not look at the tokens.
    let tokens = Tokens::new(0, 0, Vec::new());
    let y = linear.forward(&mut tape, &model.pass(Input::of(&tokens, None)), &x).map_err(memory)?;
    let (rows, zero) = y.data().split_at(in_features * out_features);
    let mut weight = vec![0.0; out_features * in_features];
    for (input, row) in rows.chunks_exact(out_features).enumerate() {
        for (output, (y, zero)) in row.iter().zip(zero).enumerate() {
            weight[output * in_features + input] = y - zero;
        }
    }
    Ok(weight)
}
