//! What an adapter changes of a linear layer: the update of its weight, and its singular values.

use serde::Serialize;

use super::loss::{no_module, switch};
use super::source::matrix;
use super::{Shelf, no_entry};
use crate::autograd::Tape;
use crate::lab::problem::Problem;
use crate::lab::reasons;
use crate::linalg::{Matrix, of_product, svd};
use crate::nn::{Input, LowRank, Segment, Tokens, Transformer};
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
        let originals = self.originals(entry, module)?;
        let model = &mut self.entries.get_mut(&entry).ok_or_else(|| no_entry(entry))?.model;
        let (index, at) = place(model, module).ok_or_else(|| no_module(module))?;
        let linear = model.segments[index].linears()[at];
        let ([in_features, out_features], weight) = (linear.features, linear.weight);
        let (role, layer) = (linear.role.to_owned(), model.blueprint.segments[index].layer);
        let low = linear.hook.as_ref().and_then(|hook| hook.update(&model.params));
        let own = if low.is_some() { None } else { Some(effective(model, index, at)?) };
        let of_base = match originals.iter().find(|(id, _)| *id == weight) {
            Some((_, original)) => matrix(original, [out_features, in_features]),
            None => {
                // With the hook off the layer is the base's, in the form that the adapter stands on.
                let off = switch(model, module, false).and_then(|()| effective(model, index, at));
                switch(model, module, true)?;
                off?
            }
        };
        let (singular_values, rank) = match (low, own) {
            (Some(LowRank { rank, a, b, scaling }), _) => {
                let (a, b) = (Matrix::of(rank, in_features, &a), Matrix::of(out_features, rank, &b).scaled(f64::from(scaling)));
                let most = rank.min(out_features).min(in_features);
                (of_product(&b, &a).s, Some(most).filter(|most| *most < out_features.min(in_features)))
            }
            (None, own) => {
                let mut change = Matrix::of(out_features, in_features, &own.expect("there is one or the other"));
                change.data.iter_mut().zip(&of_base).for_each(|(x, w)| *x -= f64::from(*w));
                (svd(&change).s, None)
            }
        };
        Ok(ModuleChange {
            module: module.to_owned(),
            layer,
            role,
            norm: singular_values.iter().map(|s| s * s).sum::<f64>().sqrt(),
            weight_norm: of_base.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>().sqrt(),
            singular_values,
            rank,
        })
    }
}

/// Where a module is: its segment, and which of the segment's layers it is.
pub(super) fn place(model: &Transformer, module: &str) -> Option<(usize, usize)> {
    let at = |segment: &dyn Segment| segment.linears().iter().position(|linear| linear.name == module);
    model.segments.iter().enumerate().find_map(|(index, segment)| Some((index, at(&**segment)?)))
}

/// The matrix `[out_features, in_features]` that a layer computes with: its outputs for each unit vector, less that for zero.
pub(super) fn effective(model: &Transformer, segment: usize, at: usize) -> Result<Vec<f32>, Problem> {
    let linear = model.segments[segment].linears()[at];
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
