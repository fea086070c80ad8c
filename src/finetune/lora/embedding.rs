//! The low-rank pair of the token embedding.

use std::rc::Rc;

use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::finetune::effect::Effect;
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Init, LookupHook, MergeError, ParamSpec, Pass};

/// `lora_embedding_A` `[vocab_size, rank]` (PEFT keeps it transposed) and `lora_embedding_B` `[d_model, rank]`; as in PEFT, A starts at
/// zero, and B is normal.
pub(super) fn params(site: &SiteSpec, rank: usize) -> [ParamSpec; 2] {
    let [vocab_size, d_model] = site.features();
    let param = |part: &str, shape: [usize; 2], init, split| ParamSpec {
        name: format!("{}.lora_embedding_{part}", site.module),
        shape: shape.to_vec(),
        init,
        split,
    };
    [
        // Where ranks have some of the tokens each, they have their rows of A.
        param("A", [vocab_size, rank], Init::Zeros, Split::Rows),
        param("B", [d_model, rank], Init::Normal(1.0), Split::Replicated),
    ]
}

/// The pair of the token embedding: `y = scale * (W[id] + scaling * B A[id])`.
#[derive(Debug)]
pub(super) struct EmbeddingPair {
    a: ParamId,
    b: ParamId,
    scaling: f32,
    table: ParamId,
    /// Path of the embedding.
    module: String,
    /// Whether the head has the same weight.
    tied: bool,
    effect: Effect,
}

impl EmbeddingPair {
    pub fn new([a, b]: [ParamId; 2], scaling: f32, table: ParamId, module: &str, tied: bool) -> Self {
        Self { a, b, scaling, table, module: module.to_owned(), tied, effect: Effect::default() }
    }

    /// `W += scaling * A Bᵀ`.
    fn add_to(&self, params: &mut Params) {
        let [[rows, rank], [d_model, _]] = [self.a, self.b].map(|id| [params.get(id).shape[0], params.get(id).shape[1]]);
        let (a, b, table) = params.two_and_mut(self.a, self.b, self.table);
        let (a, b) = (Operand::row_major(a, rank), Operand::transposed(b, rank));
        gemm(rows, rank, d_model, self.scaling, a, b, 1.0, table);
    }
}

impl LookupHook for EmbeddingPair {
    fn params(&self) -> Vec<ParamId> {
        vec![self.a, self.b]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, rows: &Rc<[i32]>, scale: f32, x: Var) -> Result<Var> {
        if !self.effect.is_beside() {
            return Ok(x);
        }
        let h = tape.embedding(pass.params, self.a, rows, scale)?;
        tape.linear_onto(pass.params, x, self.scaling, &h, self.b)
    }

    fn set_enabled(&mut self, params: &mut Params, enabled: bool) {
        self.effect.set_enabled(params, enabled);
    }

    fn merge(&mut self, params: &mut Params) -> std::result::Result<(), MergeError> {
        if self.tied {
            return Err(MergeError::Shared { module: self.module.clone(), weight: params.get(self.table).name.clone() });
        }
        if self.effect.begin_merge(params, &self.module, &[self.table])? {
            self.add_to(params);
        }
        Ok(())
    }

    fn unmerge(&mut self, params: &mut Params) {
        self.effect.unmerge(params);
    }
}
