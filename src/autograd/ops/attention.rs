//! Causal attention with grouped heads, over the sequences of a batch; the score matrix is never held as a whole.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::attention::{self, AttentionShape, Span};
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct Attention {
    shape: AttentionShape,
    spans: Rc<[Span]>,
    ids: [usize; 3],
    q: Rc<Tensor>,
    k: Rc<Tensor>,
    v: Rc<Tensor>,
    out: Rc<Tensor>,
    /// Log-sum-exp of each query's scaled scores, `[query_rows, n_heads]`.
    lse: Tensor,
}

impl Tape {
    /// Causal attention within each span: query head `h` reads key and value head `h / (n_heads / n_kv_heads)`.
    ///
    /// `q` is `[query_rows, n_heads * d_head]`; `k` and `v` are `[key_rows, n_kv_heads * d_head]`; the output is shaped like `q`,
    /// with zeros in the rows of no span.
    pub fn attention(&mut self, shape: AttentionShape, spans: &Rc<[Span]>, q: &Var, k: &Var, v: &Var) -> Result<Var> {
        let mut out = self.output(q.value.shape())?;
        let mut lse = self.output(&[q.value.shape()[0], shape.n_heads])?;
        attention::attention_forward(shape, spans, q.data(), k.data(), v.data(), out.data_mut(), lse.data_mut());
        let needs_grad = q.needs_grad || k.needs_grad || v.needs_grad;
        let out = self.push_saving_output(out, needs_grad, |out| {
            Op::Attention(Attention {
                shape,
                spans: spans.clone(),
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
            self.shape,
            &self.spans,
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
