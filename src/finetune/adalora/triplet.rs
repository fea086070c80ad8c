//! The triplet of one linear layer.

use crate::autograd::{ParamId, Params, Result, Tape, Var};
use crate::finetune::effect::Effect;
use crate::kernels::dropout::Mask;
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::{Linear, LinearHook, LowRank, MergeError, Pass, Product};

/// `scaling * B diag(E) A` beside a layer's weight.
#[derive(Debug)]
pub(super) struct Triplet {
    a: ParamId,
    e: ParamId,
    b: ParamId,
    scaling: f32,
    dropout: f32,
    /// Path of the layer.
    name: String,
    in_features: usize,
    weight: ParamId,
    effect: Effect,
}

impl Triplet {
    pub fn new([a, e, b]: [ParamId; 3], linear: &Linear, scaling: f32, dropout: f32) -> Self {
        let (name, in_features, weight) = (linear.name.clone(), linear.features[0], linear.weight);
        Self { a, e, b, scaling, dropout, name, in_features, weight, effect: Effect::default() }
    }

    /// `diag(E) A` `[rank, in]`.
    fn scaled_a(&self, params: &Params) -> Vec<f32> {
        let rows = params.value(self.a).chunks_exact(self.in_features).zip(params.value(self.e));
        rows.flat_map(|(row, e)| row.iter().map(move |x| e * x)).collect()
    }
}

impl LinearHook for Triplet {
    fn params(&self) -> Vec<ParamId> {
        vec![self.a, self.e, self.b]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var> {
        let base = product.of(tape, x)?;
        if !self.effect.is_beside() {
            return Ok(base);
        }
        let h = match pass.dropout.filter(|_| self.dropout > 0.0) {
            Some(masks) => {
                let (width, probability) = (self.in_features, self.dropout);
                let first = masks.first_row as u64 * width as u64;
                let mask = Mask { key: masks.key.of(&self.name).0, probability, first, stride: width, width };
                let dropped = tape.dropout(x, mask)?;
                tape.linear(pass.params, &dropped, self.a, None)?
            }
            None => tape.linear(pass.params, x, self.a, None)?,
        };
        let h = tape.scale_columns(pass.params, &h, self.e)?;
        tape.linear_onto(pass.params, base, self.scaling, &h, self.b)
    }

    fn set_enabled(&mut self, params: &mut Params, enabled: bool) -> std::result::Result<(), MergeError> {
        self.effect.set_enabled(params, enabled);
        Ok(())
    }

    fn merge(&mut self, params: &mut Params) -> std::result::Result<(), MergeError> {
        if self.effect.begin_merge(params, &self.name, &[self.weight])? {
            let a = self.scaled_a(params);
            let (out_features, rank) = (params.get(self.b).shape[0], params.get(self.b).shape[1]);
            let b = params.value(self.b).to_vec();
            let (b, a) = (Operand::row_major(&b, rank), Operand::row_major(&a, self.in_features));
            gemm(out_features, rank, self.in_features, self.scaling, b, a, 1.0, params.get_mut(self.weight).value.data_mut());
        }
        Ok(())
    }

    fn unmerge(&mut self, params: &mut Params) {
        self.effect.unmerge(params);
    }

    fn update(&self, params: &Params) -> Option<LowRank> {
        let (a, b) = (self.scaled_a(params), params.value(self.b).to_vec());
        Some(LowRank { rank: params.get(self.b).shape[1], a, b, scaling: self.scaling })
    }
}
