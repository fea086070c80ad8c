//! Causal attention with grouped heads, batched; the score matrix is never held as a whole.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::attention::{self, AttentionShape};
use crate::tensor::Tensor;

/// Sizes of an attention.
pub type AttentionDims = AttentionShape;

#[derive(Debug)]
pub(in crate::autograd) struct Attention {
    dims: AttentionDims,
    scale: f32,
    ids: [usize; 3],
    q: Rc<Tensor>,
    k: Rc<Tensor>,
    v: Rc<Tensor>,
    out: Rc<Tensor>,
    /// Log-sum-exp of each query's scaled scores, `[batch_size, n_heads, seq_len]`.
    lse: Tensor,
}

impl Tape {
    /// Causal attention: query head `h` reads key and value head `h / (n_heads / n_kv_heads)`;
    /// scores are multiplied by `scale`.
    ///
    /// `q` is `[batch_size * seq_len, n_heads * d_head]`; `k` and `v` are `[batch_size * seq_len, n_kv_heads * d_head]`;
    /// the output is shaped like `q`.
    pub fn attention(&mut self, dims: AttentionDims, scale: f32, q: &Var, k: &Var, v: &Var) -> Result<Var> {
        let mut out = self.output(q.value.shape())?;
        let mut lse = self.output(&[dims.batch_size, dims.n_heads, dims.seq_len])?;
        attention::attention_forward(dims, scale, q.data(), k.data(), v.data(), out.data_mut(), lse.data_mut());
        let needs_grad = q.needs_grad || k.needs_grad || v.needs_grad;
        let out = self.push_saving_output(out, needs_grad, |out| {
            Op::Attention(Attention {
                dims,
                scale,
                ids: [q.id, k.id, v.id],
                q: q.value.clone(),
                k: k.value.clone(),
                v: v.value.clone(),
                out,
                lse,
            })
        });
        Ok(out)
    }
}

impl Attention {
    pub(super) fn backward(self, grads: &mut Grads, d_out: &Tensor) -> Result<()> {
        let mut d_q = grads.output(self.q.shape())?;
        let mut d_k = grads.output(self.k.shape())?;
        let mut d_v = grads.output(self.v.shape())?;
        attention::attention_backward(
            self.dims,
            self.scale,
            self.q.data(),
            self.k.data(),
            self.v.data(),
            self.out.data(),
            self.lse.data(),
            d_out.data(),
            d_q.data_mut(),
            d_k.data_mut(),
            d_v.data_mut(),
        );
        for (id, d) in self.ids.into_iter().zip([d_q, d_k, d_v]) {
            grads.add(id, Rc::new(d))?;
        }
        Ok(())
    }
}
