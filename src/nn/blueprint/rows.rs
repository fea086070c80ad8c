//! The rows of the blueprint: which sites each kind of segment has, and their parameters.

use super::{EMBEDDING_WEIGHT, Kept, SegmentKind, SegmentSpec, SiteKind, SiteSpec};
use crate::autograd::Split;
use crate::nn::config::{FeedForwardKind, ModelConfig, NormKind, Positions};
use crate::nn::param::{Init, ParamSpec};
use crate::nn::segment::Exchange;

/// The lookup, of which each rank has some rows.
pub const EMBEDDING_EXCHANGES: &[Exchange] = &[Exchange::Sum];
/// Norm, branch, residual.
pub const BLOCK_EXCHANGES: &[Exchange] = &[Exchange::Gather, Exchange::Sum, Exchange::None];
/// Norm, logits.
pub const HEAD_EXCHANGES: &[Exchange] = &[Exchange::Gather, Exchange::None];

/// Standard deviation of new weights.
const INIT_STD: f32 = 0.02;

/// Standard deviation of new weights that write into the residual stream: scaled down with the depth, as in GPT-2 (Radford et al. 2019,
/// section 2.3).
fn residual_std(config: &ModelConfig) -> f32 {
    INIT_STD / (2.0 * config.n_layers as f32).sqrt()
}

/// Tokens to hidden states.
pub(super) fn embedding(config: &ModelConfig) -> SegmentSpec {
    let table = |name: &str, role, module: &str, rows: usize, split| SiteSpec {
        role,
        module: module.to_owned(),
        kind: SiteKind::Embedding,
        phase: 0,
        params: vec![param(name.to_owned(), &[rows, config.d_model], Init::Normal(INIT_STD), split)],
    };
    let mut sites = vec![table(EMBEDDING_WEIGHT, "embed_tokens", "model.embed_tokens", config.vocab_size, Split::Rows)];
    if config.positions == Positions::Learned {
        let name = "model.embed_positions.weight";
        sites.push(table(name, "embed_positions", "model.embed_positions", config.max_positions, Split::Leader));
    }
    SegmentSpec { kind: SegmentKind::Embedding, layer: None, sites, exchanges: EMBEDDING_EXCHANGES, kept: Vec::new(), class: 0 }
}

/// The attention half-block of a layer.
pub(super) fn attention(config: &ModelConfig, layer: usize) -> SegmentSpec {
    let (d_model, d_q, d_kv) = (config.d_model, config.n_heads * config.d_head, config.n_kv_heads * config.d_head);
    let module = |role: &str| format!("model.layers.{layer}.self_attn.{role}");
    let bias = config.bias;
    let mut sites = vec![
        norm(config, "input_layernorm", format!("model.layers.{layer}.input_layernorm"), d_model, 0),
        linear("q_proj", module("q_proj"), [d_q, d_model], bias.q, INIT_STD, Split::Rows),
        linear("k_proj", module("k_proj"), [d_kv, d_model], bias.k, INIT_STD, Split::Rows),
        linear("v_proj", module("v_proj"), [d_kv, d_model], bias.v, INIT_STD, Split::Rows),
    ];
    if config.qk_norm {
        sites.push(norm(config, "q_norm", module("q_norm"), config.d_head, 1));
        sites.push(norm(config, "k_norm", module("k_norm"), config.d_head, 1));
    }
    sites.push(linear("o_proj", module("o_proj"), [d_model, d_q], bias.o, residual_std(config), Split::Columns));
    let mut kept = vec![
        Kept { width: 2 * d_q + 2 * d_kv + d_model, for_weights_of: &[] },
        Kept { width: d_model, for_weights_of: &["q_proj", "k_proj", "v_proj"] },
    ];
    if config.qk_norm {
        kept.push(Kept { width: d_q + d_kv, for_weights_of: &[] });
    }
    if config.post_norms {
        let name = format!("model.layers.{layer}.post_attention_layernorm");
        sites.push(norm(config, "post_attention_layernorm", name, d_model, 2));
        kept.push(Kept { width: d_model, for_weights_of: &[] });
    }
    SegmentSpec { kind: SegmentKind::Attention, layer: Some(layer), sites, exchanges: BLOCK_EXCHANGES, kept, class: 0 }
}

/// The feed-forward half-block of a layer.
pub(super) fn feed_forward(config: &ModelConfig, layer: usize) -> SegmentSpec {
    let (d_model, d_ff, bias) = (config.d_model, config.d_ff, config.bias.mlp);
    let module = |role: &str| format!("model.layers.{layer}.mlp.{role}");
    // A block with norms on both sides has another name for the first of them.
    let before = if config.post_norms { "pre_feedforward_layernorm" } else { "post_attention_layernorm" };
    let mut sites = vec![norm(config, before, format!("model.layers.{layer}.{before}"), d_model, 0)];
    let gated = config.feed_forward != FeedForwardKind::Gelu;
    if gated {
        sites.push(linear("gate_proj", module("gate_proj"), [d_ff, d_model], bias, INIT_STD, Split::Rows));
    }
    sites.push(linear("up_proj", module("up_proj"), [d_ff, d_model], bias, INIT_STD, Split::Rows));
    sites.push(linear("down_proj", module("down_proj"), [d_model, d_ff], bias, residual_std(config), Split::Columns));
    let mut kept = vec![
        Kept { width: d_model + if gated { 2 * d_ff } else { d_ff }, for_weights_of: &[] },
        Kept { width: d_model, for_weights_of: &["gate_proj", "up_proj"] },
        Kept { width: d_ff, for_weights_of: &["down_proj"] },
    ];
    if config.post_norms {
        let role = "post_feedforward_layernorm";
        sites.push(norm(config, role, format!("model.layers.{layer}.{role}"), d_model, 2));
        kept.push(Kept { width: d_model, for_weights_of: &[] });
    }
    SegmentSpec { kind: SegmentKind::FeedForward, layer: Some(layer), sites, exchanges: BLOCK_EXCHANGES, kept, class: 0 }
}

/// Hidden states to logits.
pub(super) fn head(config: &ModelConfig) -> SegmentSpec {
    let name = if config.tie_embeddings { EMBEDDING_WEIGHT } else { "lm_head.weight" };
    let weight = param(name.to_owned(), &[config.vocab_size, config.d_model], Init::Normal(INIT_STD), Split::Rows);
    let lm_head = SiteSpec { role: "lm_head", module: "lm_head".into(), kind: SiteKind::Head, phase: 1, params: vec![weight] };
    let sites = vec![norm(config, "norm", "model.norm".into(), config.d_model, 0), lm_head];
    let kept = vec![Kept { width: config.vocab_size, for_weights_of: &[] }];
    SegmentSpec { kind: SegmentKind::Head, layer: None, sites, exchanges: HEAD_EXCHANGES, kept, class: 0 }
}

/// A norm in that phase of its segment.
fn norm(config: &ModelConfig, role: &'static str, module: String, width: usize, phase: usize) -> SiteSpec {
    // Rows that all ranks have alike in the phases around the branch; in it, each rank has heads of its own, and the gradients of a gain
    // that they share are parts of a sum.
    let split = if phase == 1 { Split::Replicated } else { Split::Copied };
    let start = if config.norm == NormKind::OffsetRmsNorm { Init::Zeros } else { Init::Ones };
    let mut params = vec![param(format!("{module}.weight"), &[width], start, split)];
    if config.norm == NormKind::LayerNorm {
        params.push(param(format!("{module}.bias"), &[width], Init::Zeros, split));
    }
    SiteSpec { role, module, kind: SiteKind::Norm, phase, params }
}

fn linear(role: &'static str, module: String, features: [usize; 2], bias: bool, std: f32, split: Split) -> SiteSpec {
    let mut params = vec![param(format!("{module}.weight"), &features, Init::Normal(std), split)];
    if bias {
        // A bias that is added to a sum over the ranks may be added once only.
        let split = if split == Split::Columns { Split::Leader } else { split };
        params.push(param(format!("{module}.bias"), &features[..1], Init::Zeros, split));
    }
    SiteSpec { role, module, kind: SiteKind::Linear, phase: 1, params }
}

fn param(name: String, shape: &[usize], init: Init, split: Split) -> ParamSpec {
    ParamSpec { name, shape: shape.to_vec(), init, split }
}
