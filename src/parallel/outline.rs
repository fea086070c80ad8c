//! The parameters that a rank will hold, before any is made: what plans and predictions are computed from.

pub mod zero;

use crate::autograd::Split;
use crate::finetune::lora::LoraConfig;
use crate::nn::{FeedForwardKind, ModelConfig, NormKind, Part, Positions, Slice};

/// A parameter that a rank will hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamOutline {
    /// The segment of the whole model that it belongs to.
    pub segment: usize,
    /// Its elements, at this rank.
    pub len: usize,
    /// How it is shared out over tensor ranks.
    pub split: Split,
    /// Whether it learns.
    pub trainable: bool,
}

/// The parameters of `part`, in the order in which a rank makes them: those of the model, then LoRA's. With LoRA only these learn.
pub fn outline(config: &ModelConfig, part: &Part, lora: Option<&LoraConfig>) -> Vec<ParamOutline> {
    let mut outline = Outline { config, slice: part.slice, params: Vec::new() };
    for segment in part.chunks.iter().flat_map(Clone::clone) {
        outline.segment(segment, part);
    }
    let mut params = outline.params;
    if let Some(lora) = lora {
        params.iter_mut().for_each(|param| param.trainable = false);
        let mut pairs = Outline { config, slice: part.slice, params: Vec::new() };
        for segment in part.chunks.iter().flat_map(Clone::clone) {
            pairs.pairs(segment, lora);
        }
        params.extend(pairs.params);
    }
    params
}

struct Outline<'a> {
    config: &'a ModelConfig,
    slice: Slice,
    params: Vec<ParamOutline>,
}

impl Outline<'_> {
    fn segment(&mut self, segment: usize, part: &Part) {
        let config = self.config;
        let (vocabulary, d_model, last) = (config.vocab_size, config.d_model, config.n_segments() - 1);
        if segment == 0 {
            self.add(segment, [vocabulary, d_model], Split::Rows);
            if config.positions == Positions::Learned {
                self.add(segment, [config.max_positions, d_model], Split::Leader);
            }
            return;
        }
        for _ in 0..if config.norm == NormKind::LayerNorm { 2 } else { 1 } {
            self.add(segment, [d_model, 1], Split::Replicated);
        }
        if segment == last {
            let shared = config.tie_embeddings && part.chunks.iter().any(|chunk| chunk.contains(&0));
            if !shared {
                self.add(segment, [vocabulary, d_model], Split::Rows);
            }
            return;
        }
        for Projection { inputs, outputs, split, .. } in projections_of(config, segment) {
            self.add(segment, [outputs, inputs], split);
            if config.bias {
                self.add(segment, [outputs, 1], if split == Split::Columns { Split::Leader } else { split });
            }
        }
    }

    fn pairs(&mut self, segment: usize, lora: &LoraConfig) {
        if segment == 0 || segment == self.config.n_segments() - 1 {
            return;
        }
        let targets = |name: &str| lora.target_modules.iter().any(|target| target == name);
        for Projection { inputs, outputs, split, .. } in projections_of(self.config, segment).into_iter().filter(|p| targets(p.name)) {
            let of = |wanted| if split == wanted { wanted } else { Split::Replicated };
            self.add(segment, [lora.rank, inputs], of(Split::Columns));
            self.add(segment, [outputs, lora.rank], of(Split::Rows));
        }
    }

    /// A parameter whose whole shape is that; one of which only the leader has a copy is left out at the others.
    fn add(&mut self, segment: usize, [rows, columns]: [usize; 2], split: Split) {
        let len = match split {
            Split::Leader if !self.slice.leads() => return,
            Split::Leader | Split::Replicated => rows * columns,
            Split::Rows => self.slice.range(rows).len() * columns,
            Split::Columns => rows * self.slice.range(columns).len(),
        };
        self.params.push(ParamOutline { segment, len, split, trainable: true });
    }
}

/// A linear layer of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projection {
    /// The last part of its name, e.g. `q_proj`.
    pub name: &'static str,
    /// Width of its inputs.
    pub inputs: usize,
    /// Width of its outputs.
    pub outputs: usize,
    /// How its weight is shared out over tensor ranks.
    pub split: Split,
}

/// The linear layers of each block.
pub fn projections(config: &ModelConfig) -> impl Iterator<Item = Projection> {
    [1, 2].into_iter().flat_map(|segment| projections_of(config, segment))
}

fn projections_of(config: &ModelConfig, segment: usize) -> Vec<Projection> {
    let (d_model, d_ff) = (config.d_model, config.d_ff);
    let (d_q, d_kv) = (config.n_heads * config.d_head, config.n_kv_heads * config.d_head);
    let linear = |name, inputs, outputs, split| Projection { name, inputs, outputs, split };
    if segment % 2 == 1 {
        return vec![
            linear("q_proj", d_model, d_q, Split::Rows),
            linear("k_proj", d_model, d_kv, Split::Rows),
            linear("v_proj", d_model, d_kv, Split::Rows),
            linear("o_proj", d_q, d_model, Split::Columns),
        ];
    }
    let gate = (config.feed_forward == FeedForwardKind::SwiGlu).then(|| linear("gate_proj", d_model, d_ff, Split::Rows));
    let rest = [linear("up_proj", d_model, d_ff, Split::Rows), linear("down_proj", d_ff, d_model, Split::Columns)];
    gate.into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finetune::lora::{self, LoraInit};
    use crate::nn::{RandomWeights, Transformer};
    use crate::parallel::partition::even;
    use crate::tensor::Ledger;

    /// The same, of a part that is really made.
    fn made(config: &ModelConfig, part: &Part, lora: Option<&LoraConfig>) -> Vec<(usize, Split, bool)> {
        let mut model = Transformer::build_part(config.clone(), part.clone(), &Ledger::new(None), &mut RandomWeights { seed: 1 }).unwrap();
        if let Some(lora) = lora {
            lora::attach(&mut model, lora, &mut RandomWeights { seed: 2 }).unwrap();
        }
        model.params.iter().map(|param| (param.value.len(), param.split, param.trainable)).collect()
    }

    #[test]
    fn the_outline_is_what_a_rank_makes() {
        let llama = ModelConfig { vocab_size: 37, d_model: 24, n_heads: 4, d_head: 6, d_ff: 41, ..ModelConfig::default() };
        let gpt = ModelConfig {
            n_kv_heads: 4,
            norm: NormKind::LayerNorm,
            positions: Positions::Learned,
            feed_forward: FeedForwardKind::Gelu,
            bias: true,
            tie_embeddings: false,
            ..llama.clone()
        };
        let target_modules = ["q_proj", "o_proj", "down_proj"].map(str::to_owned).to_vec();
        let lora = LoraConfig { rank: 3, alpha: 6.0, dropout: 0.0, target_modules, init: LoraInit::Gaussian };
        for config in [llama, gpt] {
            for (stages, count) in [(1, 1), (1, 2), (2, 1), (4, 2)] {
                for (stage, chunk) in even(config.n_layers, stages, 1).unwrap().into_iter().enumerate() {
                    let part = Part { chunks: vec![chunk], slice: Slice { index: stage % count, count } };
                    for lora in [None, Some(&lora)] {
                        let outlined = outline(&config, &part, lora);
                        let outlined: Vec<_> = outlined.iter().map(|param| (param.len, param.split, param.trainable)).collect();
                        assert_eq!(outlined, made(&config, &part, lora), "{part:?}");
                    }
                }
            }
        }
    }
}
