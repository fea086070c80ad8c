//! The low-rank pair of a linear layer.

use std::ops::Range;

use super::LoraConfig;
use super::start::Start;
use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::finetune::dora;
use crate::finetune::effect::Effect;
use crate::kernels::dropout::Mask;
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::{Linear, LinearHook, LowRank, Masks, MergeError, Pass, Product};

/// The low-rank pair of one linear layer.
#[derive(Debug)]
pub struct LoraPair {
    a: ParamId,
    b: ParamId,
    /// The learned lengths of the rows, of [DoRA](super::dora).
    pub(super) magnitude: Option<ParamId>,
    scaling: f32,
    dropout: f32,
    /// Path of the layer, which tells its dropout masks from those of the others.
    name: String,
    /// Inputs of the whole layer, and which of them this rank has.
    in_features: usize,
    inputs: Range<usize>,
    weight: ParamId,
    /// What the pair began as and was taken out of the weight, where its start splits it.
    taken_out: Option<Taken>,
    effect: Effect,
}

/// A pair's first values: `A` `[rank, in]` and `B` `[out, rank]`.
#[derive(Debug)]
struct Taken {
    a: Vec<f32>,
    b: Vec<f32>,
}

/// `W += scaling * B A`, with `B` `[out, rank]` and `A` `[rank, in]`.
fn add_product(weight: &mut [f32], [b, a]: [&[f32]; 2], rank: usize, scaling: f32) {
    let (out_features, in_features) = (b.len() / rank, a.len() / rank);
    let (b, a) = (Operand::row_major(b, rank), Operand::row_major(a, in_features));
    gemm(out_features, rank, in_features, scaling, b, a, 1.0, weight);
}

impl LoraPair {
    pub(super) fn new(config: &LoraConfig, linear: &Linear, a: ParamId, b: ParamId) -> Self {
        let [in_features, _] = linear.features;
        Self {
            a,
            b,
            magnitude: None,
            scaling: config.scaling_of(&linear.name) as f32,
            dropout: config.dropout as f32,
            name: linear.name.clone(),
            in_features,
            inputs: if linear.split == Split::Columns { linear.slice.range(in_features) } else { 0..in_features },
            weight: linear.weight,
            taken_out: None,
            effect: Effect::default(),
        }
    }

    /// Takes the pair's first values out of the weight, which is whole here: `W -= scaling * B A`.
    pub(super) fn take_out_of_weight(&mut self, params: &mut Params, start: Start) -> Result<()> {
        let (a, b) = (start.a.to_f32(), start.b.to_f32());
        params.make_own(self.weight)?;
        add_product(params.get_mut(self.weight).value.data_mut(), [&b, &a], start.a.rows, -self.scaling);
        self.taken_out = Some(Taken { a, b });
        Ok(())
    }

    fn rank(&self, params: &Params) -> usize {
        params.get(self.a).shape[0]
    }

    /// The mask of the layer's inputs `[rows of the batch, in_features]`, of which this rank has some columns, and a pass some rows.
    fn mask(&self, Masks { key, first_row }: Masks) -> Mask {
        Mask {
            key: key.of(&self.name).0,
            probability: self.dropout,
            first: first_row as u64 * self.in_features as u64 + self.inputs.start as u64,
            stride: self.in_features,
            width: self.inputs.len(),
        }
    }

    /// `W += scaling * B A`.
    fn add_to(&self, params: &mut Params) {
        let rank = self.rank(params);
        let (a, b, weight) = params.two_and_mut(self.a, self.b, self.weight);
        add_product(weight, [b, a], rank, self.scaling);
    }

    /// The lengths of the rows of the updated weight.
    fn lengths(&self, params: &Params) -> Result<Vec<f32>> {
        dora::lengths(params, self.weight, Some((self.scaling, self.a, self.b)))
    }
}

impl LinearHook for LoraPair {
    fn params(&self) -> Vec<ParamId> {
        [self.a, self.b].into_iter().chain(self.magnitude).collect()
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var> {
        if !self.effect.is_beside() {
            return product.of(tape, x);
        }
        let base = match self.magnitude {
            None => product.of(tape, x)?,
            Some(_) => product.without_bias(tape, x)?,
        };
        let h = match pass.dropout.filter(|_| self.dropout > 0.0) {
            Some(masks) => {
                let dropped = tape.dropout(x, self.mask(masks))?;
                tape.linear(pass.params, &dropped, self.a, None)?
            }
            None => tape.linear(pass.params, x, self.a, None)?,
        };
        let y = tape.linear_onto(pass.params, base, self.scaling, &h, self.b)?;
        let Some(magnitude) = self.magnitude else { return Ok(y) };
        let y = tape.rescale(pass.params, &y, magnitude, &self.lengths(pass.params)?.into())?;
        product.add_bias(tape, y)
    }

    fn set_enabled(&mut self, params: &mut Params, enabled: bool) -> std::result::Result<(), MergeError> {
        self.effect.set_enabled(params, enabled);
        if let (Some(Taken { a, b }), false) = (&self.taken_out, enabled) {
            let (rank, scaling) = (self.rank(params), self.scaling);
            self.effect.keep(params, &[self.weight])?;
            add_product(params.get_mut(self.weight).value.data_mut(), [b, a], rank, scaling);
        }
        Ok(())
    }

    fn merge(&mut self, params: &mut Params) -> std::result::Result<(), MergeError> {
        let lengths = self.magnitude.map(|magnitude| Ok::<_, MergeError>((magnitude, self.lengths(params)?))).transpose()?;
        if self.effect.begin_merge(params, &self.name, &[self.weight])? {
            self.add_to(params);
            if let Some((magnitude, lengths)) = lengths {
                dora::rescale_rows(params, self.weight, magnitude, &lengths);
            }
        }
        Ok(())
    }

    fn unmerge(&mut self, params: &mut Params) {
        self.effect.unmerge(params);
    }

    /// None with DoRA, whose update is of full rank. What was taken out of the weight is part of the update: its rank is twice that of
    /// the pair.
    fn update(&self, params: &Params) -> Option<LowRank> {
        if self.magnitude.is_some() {
            return None;
        }
        let (a, b, rank) = (params.value(self.a).to_vec(), params.value(self.b).to_vec(), self.rank(params));
        let Some(taken) = &self.taken_out else { return Some(LowRank { rank, a, b, scaling: self.scaling }) };
        let wide = b.chunks_exact(rank).zip(taken.b.chunks_exact(rank));
        let b = wide.flat_map(|(now, before)| now.iter().copied().chain(before.iter().map(|x| -x))).collect();
        Some(LowRank { rank: 2 * rank, a: [a, taken.a.clone()].concat(), b, scaling: self.scaling })
    }
}
