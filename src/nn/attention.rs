//! The attention half-block: `x + o_proj(attention(norm(x)))`.

use std::rc::Rc;

use super::build::{BuildError, Builder};
use super::kv_cache::LayerCache;
use super::linear::Linear;
use super::norm::Norm;
use super::pass::Pass;
use crate::autograd::{AttentionShape, Result, Span, Split, Tape, Var};
use crate::kernels::attention::{CachedSequence, KvBlock, attention_cached};
use crate::tensor::{Category, Tensor};

/// Causal self-attention with grouped heads (Ainslie et al. 2023, arXiv:2305.13245), its norm and its residual.
#[derive(Debug)]
pub struct Attention {
    /// Norm of the input.
    pub norm: Norm,
    /// Queries: `[n_heads * d_head, d_model]`.
    pub q_proj: Linear,
    /// Keys: `[n_kv_heads * d_head, d_model]`.
    pub k_proj: Linear,
    /// Values: `[n_kv_heads * d_head, d_model]`.
    pub v_proj: Linear,
    /// Output: `[d_model, n_heads * d_head]`.
    pub o_proj: Linear,
    /// Heads that this rank has.
    n_heads: usize,
    n_kv_heads: usize,
    d_head: usize,
    /// Whether this rank adds the residual: where the output is a sum over ranks, one does.
    residual: bool,
}

impl Attention {
    pub(super) fn build(b: &mut Builder, layer: usize) -> std::result::Result<Self, BuildError> {
        let (d_model, n_heads, n_kv_heads, d_head) = (b.config.d_model, b.config.n_heads, b.config.n_kv_heads, b.config.d_head);
        let (std, residual_std) = super::transformer::init_std(b.config);
        let name = |part: &str| format!("model.layers.{layer}.self_attn.{part}");
        Ok(Self {
            norm: Norm::build(b, &format!("model.layers.{layer}.input_layernorm"))?,
            q_proj: Linear::build(b, name("q_proj"), d_model, n_heads * d_head, std, Split::Rows)?,
            k_proj: Linear::build(b, name("k_proj"), d_model, n_kv_heads * d_head, std, Split::Rows)?,
            v_proj: Linear::build(b, name("v_proj"), d_model, n_kv_heads * d_head, std, Split::Rows)?,
            o_proj: Linear::build(b, name("o_proj"), n_heads * d_head, d_model, residual_std, Split::Columns)?,
            n_heads: b.slice.range(n_heads).len(),
            n_kv_heads: b.slice.range(n_kv_heads).len(),
            d_head,
            residual: b.slice.leads(),
        })
    }

    /// `x` and the output are `[batch_size * seq_len, d_model]`.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        let h = self.norm.forward(tape, pass, x)?;
        let y = self.branch(tape, pass, h)?;
        if self.residual { tape.add(x, &y) } else { Ok(y) }
    }

    /// `o_proj(attention(h))`: of a slice, a part of the sum over the ranks.
    pub fn branch(&self, tape: &mut Tape, pass: &Pass, h: Var) -> Result<Var> {
        let [q, k, v] = self.project(tape, pass, &h)?;
        drop(h);
        let heads = tape.attention(self.shape(), &spans(pass), &q, &k, &v)?;
        drop((q, k, v));
        self.o_proj.forward(tape, pass, &heads)
    }

    /// As [`Attention::forward`] on the first tokens of a text, whose keys and values the empty `cache` keeps.
    pub(super) fn prefill(&self, tape: &mut Tape, pass: &Pass, cache: &mut LayerCache, x: &Var) -> Result<Var> {
        let h = self.norm.forward(tape, pass, x)?;
        let [q, k, v] = self.project(tape, pass, &h)?;
        cache.keep(0, k.data(), v.data());
        let heads = tape.attention(self.shape(), &spans(pass), &q, &k, &v)?;
        let y = self.o_proj.forward(tape, pass, &heads)?;
        tape.add(x, &y)
    }

    /// A decode step: `x` and the output are `[1, d_model]`, the token at `pass.first_position`, which attends to those kept.
    pub(super) fn decode(&self, tape: &mut Tape, pass: &Pass, cache: &mut LayerCache, x: &Var) -> Result<Var> {
        let h = self.norm.forward(tape, pass, x)?;
        let [q, k, v] = self.project(tape, pass, &h)?;
        let mut heads = Tensor::for_output(tape.ledger(), Category::Activations, q.tensor().shape())?;
        let (keys, values) = cache.keep(pass.first_position, k.data(), v.data());
        let blocks = [KvBlock::F32 { keys, values }];
        let sequence = CachedSequence { queries: 0..1, blocks: &blocks, n_keys: pass.first_position + 1 };
        attention_cached(self.shape(), &[sequence], q.data(), heads.data_mut());
        let heads = tape.input(heads, false);
        let y = self.o_proj.forward(tape, pass, &heads)?;
        tape.add(x, &y)
    }

    fn shape(&self) -> AttentionShape {
        let scale = 1.0 / (self.d_head as f32).sqrt();
        AttentionShape { n_heads: self.n_heads, n_kv_heads: self.n_kv_heads, d_head: self.d_head, scale, window: None }
    }

    /// Queries, keys and values of `h`, rotated where the model rotates.
    fn project(&self, tape: &mut Tape, pass: &Pass, h: &Var) -> Result<[Var; 3]> {
        let mut q = self.q_proj.forward(tape, pass, h)?;
        let mut k = self.k_proj.forward(tape, pass, h)?;
        let v = self.v_proj.forward(tape, pass, h)?;
        if let Some(tables) = &pass.rotary {
            let positions = positions(pass);
            q = tape.rope(q, &positions, self.d_head, tables)?;
            k = tape.rope(k, &positions, self.d_head, tables)?;
        }
        Ok([q, k, v])
    }
}

fn spans(pass: &Pass) -> Rc<[Span]> {
    Span::batch(pass.tokens.batch_size, pass.tokens.seq_len).into()
}

fn positions(pass: &Pass) -> Rc<[u32]> {
    let of_one = pass.first_position..pass.first_position + pass.tokens.seq_len;
    (0..pass.tokens.batch_size).flat_map(|_| of_one.clone()).map(|position| position as u32).collect()
}
