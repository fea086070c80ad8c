//! Causal attention, forward and backward.

use super::Mulberry32;
use crate::kernels::attention::{AttentionShape, attention_backward, attention_forward};

/// One causal attention over random queries, keys and values.
#[derive(Debug)]
pub struct AttentionWork {
    shape: AttentionShape,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    out: Vec<f32>,
    lse: Vec<f32>,
    d_out: Vec<f32>,
    d_q: Vec<f32>,
    d_k: Vec<f32>,
    d_v: Vec<f32>,
}

impl AttentionWork {
    /// One sequence of `seq_len` with `n_heads` heads of width `d_head`.
    pub fn new(n_heads: usize, seq_len: usize, d_head: usize) -> Self {
        let shape = AttentionShape { batch_size: 1, seq_len, n_heads, n_kv_heads: n_heads, d_head };
        let len = seq_len * n_heads * d_head;
        let random = |seed| Mulberry32::centred(seed, len);
        let zeros = || vec![0.0; len];
        let lse = vec![0.0; seq_len * n_heads];
        Self {
            shape,
            q: random(1),
            k: random(2),
            v: random(3),
            out: zeros(),
            lse,
            d_out: random(4),
            d_q: zeros(),
            d_k: zeros(),
            d_v: zeros(),
        }
    }

    fn scale(&self) -> f32 {
        1.0 / (self.shape.d_head as f32).sqrt()
    }

    /// The forward pass, `times` times.
    pub fn forward(&mut self, times: usize) {
        for _ in 0..times {
            attention_forward(self.shape, self.scale(), &self.q, &self.k, &self.v, &mut self.out, &mut self.lse);
        }
    }

    /// The backward pass, `times` times; [`AttentionWork::forward`] has to have run.
    pub fn backward(&mut self, times: usize) {
        let (shape, scale) = (self.shape, self.scale());
        let Self { q, k, v, out, lse, d_out, d_q, d_k, d_v, .. } = self;
        for _ in 0..times {
            attention_backward(shape, scale, q, k, v, out, lse, d_out, d_q, d_k, d_v);
        }
    }
}
