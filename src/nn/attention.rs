//! The attention half-block: `x + o_proj(attention(norm(x)))`.

use std::rc::Rc;

use super::blueprint::SegmentSpec;
use super::blueprint::rows::BLOCK_EXCHANGES;
use super::builder::Builder;
use super::hooks::{KeysValues, KeysValuesHook, Sites};
use super::linear::Linear;
use super::norm::Norm;
use super::pass::Pass;
use super::residual::Residual;
use super::rotary::Rotary;
use super::segment::{Exchange, Segment, Values};
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Tape, Var};
use crate::kernels::attention::AttentionShape;
use crate::tensor::{Category, Tensor};

/// Causal self-attention with grouped heads (Ainslie et al. 2023, arXiv:2305.13245), its norm and its residual.
#[derive(Debug)]
pub struct Attention {
    residual: Residual,
    /// Queries: `[n_heads * d_head, d_model]`.
    q_proj: Linear,
    /// Keys: `[n_kv_heads * d_head, d_model]`.
    k_proj: Linear,
    /// Values: `[n_kv_heads * d_head, d_model]`.
    v_proj: Linear,
    /// Norms of each head's queries and keys.
    qk_norms: Option<[Norm; 2]>,
    /// Output: `[d_model, n_heads * d_head]`.
    o_proj: Linear,
    rotary: Option<Rc<Rotary>>,
    /// The layer, which names its keys and values in a cache.
    layer: usize,
    /// The heads that this rank has.
    shape: AttentionShape,
    /// What a fine-tuning method does with keys and values.
    hook: Option<Box<dyn KeysValuesHook>>,
}

impl Attention {
    pub(super) fn build(b: &mut Builder, spec: &SegmentSpec) -> std::result::Result<Self, BuildError> {
        let layer = spec.layer.expect("an attention is in a layer");
        let residual = Residual::build(b, spec, "input_layernorm")?;
        let [q_proj, k_proj, v_proj] = ["q_proj", "k_proj", "v_proj"].map(|role| Linear::build(b, spec.site(role)));
        let qk_norms = match (spec.find("q_norm"), spec.find("k_norm")) {
            (Some(q), Some(k)) => Some([Norm::build(b, q)?, Norm::build(b, k)?]),
            _ => None,
        };
        let o_proj = Linear::build(b, spec.site("o_proj"))?;
        Ok(Self {
            residual: residual.and_after(b, spec, "post_attention_layernorm")?,
            q_proj: q_proj?,
            k_proj: k_proj?,
            v_proj: v_proj?,
            qk_norms,
            o_proj,
            rotary: b.rotary(layer),
            layer,
            shape: AttentionShape {
                n_heads: b.slice.range(b.config.n_heads).len(),
                n_kv_heads: b.slice.range(b.config.n_kv_heads).len(),
                d_head: b.config.d_head,
                scale: b.config.score_scale(),
                window: b.config.window(layer),
            },
            hook: None,
        })
    }

    /// `o_proj(attention(h))`: of a slice, a part of the sum over the ranks.
    fn branch(&self, tape: &mut Tape, pass: &Pass, h: Var) -> Result<Var> {
        let [q, k, v] = self.project(tape, pass, &h)?;
        drop(h);
        let own = KeysValues { keys: k, values: v, spans: pass.rows().spans.clone() };
        let KeysValues { keys, values, spans } = match &self.hook {
            Some(hook) => hook.forward(tape, pass, own)?,
            None => own,
        };
        let heads = match &pass.reading {
            None => tape.attention(self.shape, &spans, &q, &keys, &values)?,
            Some(reading) => {
                let mut heads = Tensor::for_output(tape.ledger(), Category::Activations, q.tensor().shape())?;
                let qkv = [q.data(), keys.data(), values.data()];
                reading.cache.attend(self.layer, self.shape, &spans, reading.sequences, qkv, heads.data_mut());
                tape.input(heads, false)
            }
        };
        drop((q, keys, values));
        self.o_proj.forward(tape, pass, &heads)
    }

    /// Queries, keys and values of `h`, normed and rotated where the model does so.
    fn project(&self, tape: &mut Tape, pass: &Pass, h: &Var) -> Result<[Var; 3]> {
        let mut q = self.q_proj.forward(tape, pass, h)?;
        let mut k = self.k_proj.forward(tape, pass, h)?;
        let v = self.v_proj.forward(tape, pass, h)?;
        if let Some([q_norm, k_norm]) = &self.qk_norms {
            q = q_norm.forward(tape, pass, &q)?;
            k = k_norm.forward(tape, pass, &k)?;
        }
        if let Some(rotary) = &self.rotary {
            let (tables, positions) = (rotary.tables(pass.reach(), tape.ledger())?, pass.positions());
            q = tape.rope(q, &positions, self.shape.d_head, &tables)?;
            k = tape.rope(k, &positions, self.shape.d_head, &tables)?;
        }
        Ok([q, k, v])
    }
}

impl Segment for Attention {
    fn exchanges(&self) -> &'static [Exchange] {
        BLOCK_EXCHANGES
    }

    fn run(&self, phase: usize, tape: &mut Tape, pass: &Pass, input: Values) -> Result<Values> {
        self.residual.run(phase, tape, pass, input, |tape, h| self.branch(tape, pass, h))
    }

    fn params(&self) -> Vec<ParamId> {
        let projections = [&self.q_proj, &self.k_proj, &self.v_proj].into_iter().flat_map(Linear::params);
        let norms = self.qk_norms.iter().flatten().flat_map(Norm::params);
        let hook = self.hook.iter().flat_map(|hook| hook.params());
        self.residual.params(projections.chain(norms).chain(self.o_proj.params()).chain(hook))
    }

    fn linears(&self) -> Vec<&Linear> {
        vec![&self.q_proj, &self.k_proj, &self.v_proj, &self.o_proj]
    }

    fn sites_mut(&mut self) -> Sites<'_> {
        let linears = vec![&mut self.q_proj, &mut self.k_proj, &mut self.v_proj, &mut self.o_proj];
        Sites { linears, output: Some(&mut self.residual.hook), keys_values: Some(&mut self.hook), ..Sites::default() }
    }
}
