//! The parameters that a rank will hold, before any is made: what plans and predictions are computed from.

pub mod zero;

use std::rc::Rc;

use super::mesh::Axis;
use super::plan::Plan;
use crate::autograd::Split;
use crate::finetune::{Method, learns};
use crate::nn::{Blueprint, EMBEDDING_WEIGHT, ParamSpec, Part, SiteKind};
use crate::quant::BlockFormat;

/// A parameter that a rank will hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamOutline {
    /// The segment of the whole model that it belongs to.
    pub segment: usize,
    /// The phase of the segment that uses it.
    pub phase: usize,
    /// Its elements, at this rank.
    pub len: usize,
    /// Bytes of its values, at this rank.
    pub bytes: usize,
    /// How it is shared out over tensor ranks.
    pub split: Split,
    /// Whether it learns.
    pub trainable: bool,
    /// Whether the method adds it.
    pub added: bool,
    /// Whether two segments read it.
    pub tied: bool,
}

impl ParamOutline {
    /// Whether several tensor ranks of `plan` have it whole.
    pub fn is_whole(&self, plan: &Plan) -> bool {
        plan.mesh.size(Axis::Tensor) > 1 && matches!(self.split, Split::Replicated | Split::Copied)
    }
}

/// All parameters of a model and of a fine-tuning method.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The model.
    pub blueprint: Rc<Blueprint>,
    /// Those of the model by segment, then the method's; of a tied weight each segment has one.
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    segment: usize,
    phase: usize,
    param: ParamSpec,
    format: Option<&'static dyn BlockFormat>,
    trainable: bool,
    added: bool,
}

impl Outline {
    /// The outline of a model that is trained by `method`.
    pub fn new(blueprint: &Rc<Blueprint>, method: &dyn Method) -> Self {
        Self::in_format(blueprint, method, None)
    }

    /// As [`Outline::new`], with the matrices that do not learn in a format.
    pub fn in_format(blueprint: &Rc<Blueprint>, method: &dyn Method, format: Option<&'static dyn BlockFormat>) -> Self {
        let sites = blueprint.sites().flat_map(|(segment, site)| site.params.iter().map(move |param| (segment, site, param)));
        let base = sites.map(|(segment, site, param)| {
            let trainable = learns(method, blueprint, segment, param);
            let format = format.filter(|_| !trainable && site.kind != SiteKind::Norm && param == site.weight());
            Row { segment, phase: site.phase, param: param.clone(), format, trainable, added: false }
        });
        let phase = |segment: usize| blueprint.segments[segment].sites.iter().map(|site| site.phase).max().unwrap_or(0).min(1);
        let added = method.added(blueprint).into_iter();
        let added = added.map(|(segment, param)| Row { segment, phase: phase(segment), param, format: None, trainable: true, added: true });
        Self { blueprint: blueprint.clone(), rows: base.chain(added).collect() }
    }

    /// The parameters of `part`, in the order in which a rank makes them: those of the model, then the method's.
    pub fn of(&self, part: &Part) -> Vec<ParamOutline> {
        let holds = |segment: usize| part.chunks.iter().any(|chunk| chunk.contains(&segment));
        let rows = self.rows.iter().filter(|row| holds(row.segment));
        let outlined = rows.filter_map(|Row { segment, phase, param, format, trainable, added }| {
            let tied = param.name == EMBEDDING_WEIGHT && self.blueprint.config.tie_embeddings;
            let shared = tied && self.blueprint.tied_before(*segment).is_some_and(holds);
            let region = part.slice.region(param).filter(|_| !shared)?;
            let (segment, phase, trainable, added) = (*segment, *phase, *trainable, *added);
            let [rows, columns] = [region.rows.len(), region.columns.len()];
            let bytes = format.map_or(size_of::<f32>() * region.elements(), |format| format.bytes([rows, columns], region.columns.start));
            Some(ParamOutline { segment, phase, len: region.elements(), bytes, split: param.split, trainable, added, tied })
        });
        outlined.collect()
    }

    /// The first segment in which something learns.
    pub fn first_learning(&self) -> Option<usize> {
        self.rows.iter().filter(|row| row.trainable).map(|row| row.segment).min()
    }

    /// Whether something learns in the phases of a segment up to this one.
    pub fn learns_up_to(&self, segment: usize, phase: usize) -> bool {
        self.rows.iter().any(|row| row.trainable && row.segment == segment && row.phase <= phase)
    }

    /// Those of the whole model.
    pub fn whole(&self) -> Vec<ParamOutline> {
        self.of(&Part::whole(&self.blueprint))
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::finetune::full::Full;
    use crate::finetune::lora::{LoraConfig, LoraInit};
    use crate::nn::{Biases, FeedForwardKind, ModelConfig, NormKind, Positions, RandomWeights, Slice, Transformer};
    use crate::parallel::partition::even;
    use crate::tensor::Ledger;

    /// The same, of a part that is really made.
    fn made(blueprint: &Rc<Blueprint>, part: &Part, method: &dyn Method) -> Vec<(usize, Split, bool)> {
        let mut model = Transformer::build_part(blueprint, part.clone(), &Ledger::new(None), &mut RandomWeights { seed: 1 }).unwrap();
        crate::finetune::attach(method, &mut model, &mut RandomWeights { seed: 2 }).unwrap();
        model.params.iter().map(|param| (param.value.data().len(), param.split, param.trainable)).collect()
    }

    #[test]
    fn the_outline_is_what_a_rank_makes() {
        let llama = ModelConfig { vocab_size: 37, d_model: 24, n_heads: 4, d_head: 6, d_ff: 41, ..ModelConfig::default() };
        let gpt = ModelConfig {
            n_kv_heads: 4,
            norm: NormKind::LayerNorm,
            positions: Positions::Learned,
            feed_forward: FeedForwardKind::Gelu,
            bias: Biases::ALL,
            tie_embeddings: false,
            ..llama.clone()
        };
        let gemma = ModelConfig { norm: NormKind::OffsetRmsNorm, qk_norm: true, post_norms: true, ..llama.clone() };
        let qwen = ModelConfig { bias: Biases { q: true, k: true, v: true, ..Biases::NONE }, ..llama.clone() };
        let target_modules = ["q_proj", "o_proj", "down_proj"].map(str::to_owned).to_vec();
        let lora = LoraConfig { rank: 3, target_modules, init: LoraInit::Gaussian, ..LoraConfig::default() };
        for blueprint in [llama, gpt, gemma, qwen].map(|config| Rc::new(Blueprint::new(&config))) {
            for (stages, count) in [(1, 1), (1, 2), (2, 1), (4, 2)] {
                for (stage, chunk) in even(&blueprint, stages, 1).unwrap().into_iter().enumerate() {
                    let part = Part { chunks: vec![chunk], slice: Slice { index: stage % count, count } };
                    for method in [&Full as &dyn Method, &lora] {
                        let outlined = Outline::new(&blueprint, method).of(&part);
                        let outlined: Vec<_> = outlined.iter().map(|param| (param.len, param.split, param.trainable)).collect();
                        assert_eq!(outlined, made(&blueprint, &part, method), "{part:?}");
                    }
                }
            }
        }
    }
}
