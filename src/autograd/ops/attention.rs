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

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::autograd::Params;
    use crate::kernels::rope::fill_rope_tables;
    use crate::tensor::{Category, Ledger};

    const SHAPE: AttentionShape = AttentionShape { n_heads: 2, n_kv_heads: 1, d_head: 4, scale: 0.5, window: Some(3) };

    /// Two sequences, of which the first has two keys before its queries.
    fn spans() -> Rc<[Span]> {
        [Span { queries: 0..3, keys: 0..5 }, Span { queries: 3..7, keys: 5..9 }].into()
    }

    fn value(i: usize) -> f32 {
        ((i * 37 + 11) % 101) as f32 / 50.0 - 1.0
    }

    /// `Σ out d_out` of rotated queries and keys, and the gradient of input `of` (q, k, v).
    fn loss_and_gradient(inputs: &[Vec<f32>; 3], of: usize) -> (f64, Vec<f32>) {
        let ledger = Ledger::new(None);
        let tensor =
            |cols: usize, x: &[f32]| Tensor::from_vec(&ledger, Category::Activations, &[x.len() / cols, cols], x.to_vec()).unwrap();
        let (mut cos, mut sin) = (vec![0.0; 10 * 2], vec![0.0; 10 * 2]);
        fill_rope_tables(&[1.0, 0.1], 1.0, &mut cos, &mut sin);
        let tables = Rc::new((tensor(2, &cos), tensor(2, &sin)));
        let mut tape = Tape::recording(&ledger);
        let [q, k, v] = [(8, 0), (4, 1), (4, 2)].map(|(cols, i)| tape.input(tensor(cols, &inputs[i]), i == of));
        let input = [&q, &k, &v][of].node();
        let q = tape.rope(q, &[2, 3, 4, 0, 1, 2, 3].into(), 4, &tables).unwrap();
        let k = tape.rope(k, &[0, 1, 2, 3, 4, 0, 1, 2, 3].into(), 4, &tables).unwrap();
        let out = tape.attention(SHAPE, &spans(), &q, &k, &v).unwrap();
        let d_out: Vec<f32> = (0..out.data().len()).map(|i| value(i + 500)).collect();
        let loss = out.data().iter().zip(&d_out).map(|(out, d)| f64::from(*out) * f64::from(*d)).sum();
        let grad = tape.backward(&mut Params::new(&ledger), [(out.node(), tensor(8, &d_out))], &[input], None).unwrap().remove(0);
        (loss, grad.expect("the gradient that was asked for").data().to_vec())
    }

    #[test]
    fn gradients_of_packed_sequences_are_slopes_of_the_loss() {
        let inputs = [7 * 8, 9 * 4, 9 * 4].map(|len| (0..len).map(|i| value(i + len)).collect::<Vec<f32>>());
        for (of, name) in ["q", "k", "v"].iter().enumerate() {
            let (_, gradient) = loss_and_gradient(&inputs, of);
            for (i, gradient) in gradient.iter().enumerate() {
                let moved = |by: f32| {
                    let mut inputs = inputs.clone();
                    inputs[of][i] += by;
                    loss_and_gradient(&inputs, of).0
                };
                // Values of about 1 in single precision, a step of 2^-6: rounding and curvature leave about 1e-5 and 1e-4.
                let step = 2f32.powi(-6);
                let slope = (moved(step) - moved(-step)) / f64::from(2.0 * step);
                assert!((slope - f64::from(*gradient)).abs() < 5e-4, "{name}[{i}]: gradient {gradient}, slope {slope}");
            }
        }
    }
}
