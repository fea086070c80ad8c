//! ZeRO: data-parallel ranks share out the optimizer's state, the gradients and the weights (Rajbhandari et al. 2020, arXiv:1910.02054).
//!
//! | stage | a rank keeps | gradients are reduced to shards | weights are gathered |
//! |---|---|---|---|
//! | 1 | its shard of the optimizer's state, all gradients and weights | at the end of the step | after the update |
//! | 2 | of the gradients, too, its shard | after each backward of a segment | after the update |
//! | 3 | of the weights, too, its shard, those that do not learn included | after each backward of a segment | before each run of a segment |
//!
//! With several micro-batches, stages 2 and 3 reduce the gradients of each, and add up the shards: the whole gradient of more than a
//! segment is never there. That costs a reduce-scatter a micro-batch, as in DeepSpeed. The one exception is an embedding's weight that
//! the head shares: its gradient stays whole from the head's backward until the embedding's.

mod cut;
mod unit;

use std::rc::Rc;

use self::unit::Unit;
use super::gradients::sum_grads;
use super::peers::RankPeers;
use super::{Groups, Result, StartError};
use crate::autograd::{self, ParamId, Params, Split};
use crate::finetune::{self, Attached, Method, MethodError};
use crate::nn::{Blueprint, BuildError, EMBEDDING_WEIGHT, Transformer, WeightSource, format_of};
use crate::optim::AdamW;
use crate::parallel::collectives::Algorithm;
use crate::parallel::group::Group;
use crate::parallel::mesh::Axis;
use crate::parallel::plan::Plan;
use crate::parallel::zero::{ZeroError, ZeroStage};
use crate::parallel::{WORLD_OF_ONE, among_others};
use crate::tensor::Ledger;

/// The data-parallel ranks, and how they communicate.
#[derive(Clone, Copy)]
pub(super) struct Replicas<'a> {
    pub group: &'a Group,
    pub algorithm: Algorithm,
}

impl<'a> Replicas<'a> {
    pub fn of(groups: &'a Groups, plan: &Plan) -> Self {
        Self { group: &groups.data, algorithm: plan.settings.algorithm }
    }
}

/// A rank's shards of what the replicas share out.
pub(super) struct Zero {
    stage: ZeroStage,
    tensor_ranks: usize,
    /// Whether the first and the last stage hold the embedding's weight.
    tied: bool,
    units: Vec<Unit>,
    /// By segment of this rank.
    uses: Vec<Uses>,
}

/// The units, by index, that a segment uses.
#[derive(Default)]
struct Uses {
    /// Those that hold parameters that it reads.
    reads: Vec<usize>,
    /// Of these, its own; the others are those of an earlier segment, to which it is tied.
    owns: Vec<usize>,
}

/// A rank's part of a model, the method on it, and what is sharded of both.
type Built = (Transformer, Box<dyn Attached>, Option<Zero>);

/// This rank's part of a model with a method attached. With the weights sharded, a segment's are cut as soon
/// as they are made, and the method sees their shapes only.
///
/// # Errors
/// If the part cannot be built, or does not fit the limit of `ledger`.
pub(super) fn build(
    plan: &Plan,
    data: &Group,
    blueprint: &Rc<Blueprint>,
    ledger: &Ledger,
    sources: [&mut dyn WeightSource; 2],
    method: &dyn Method,
) -> std::result::Result<Built, StartError> {
    let stage = plan.settings.zero;
    let part = plan.part(data.comm().transport().rank());
    let [of_model, of_method] = sources;
    if stage.shards_parameters()
        && let Some((name, format)) = in_format(blueprint, of_model)
    {
        return Err(ZeroError::Format { stage, name, format }.into());
    }
    let tied = blueprint.config.tie_embeddings && plan.mesh.size(Axis::Pipeline) > 1;
    let mut zero = Zero { stage, tensor_ranks: plan.mesh.size(Axis::Tensor), tied, units: Vec::new(), uses: Vec::new() };
    let built = Transformer::build_by_segment(blueprint, part, ledger, of_model, |params, segment| match stage {
        ZeroStage::Parameters if !WORLD_OF_ONE => zero.cover(zero.uses.len(), segment.params(), params, data),
        _ => Ok(()),
    });
    let mut model = built.map_err(MethodError::from)?;
    let attached = finetune::attach(method, &mut model, of_method)?;
    if stage.shards_parameters() && !attached.leaves_values() {
        return Err(ZeroError::Method { stage }.into());
    }
    if WORLD_OF_ONE || stage == ZeroStage::None {
        return Ok((model, attached, None));
    }
    for (index, segment) in model.segments.iter().enumerate() {
        let of_stage = |id: &ParamId| stage.shards_parameters() || model.params.is_trainable(*id);
        let ids = segment.params().into_iter().filter(of_stage).collect();
        zero.cover(index, ids, &mut model.params, data).map_err(|error| MethodError::from(BuildError::from(error)))?;
    }
    Ok((model, attached, Some(zero)))
}

/// The first weight that the source wants kept in a format.
fn in_format(blueprint: &Blueprint, source: &dyn WeightSource) -> Option<(String, &'static str)> {
    blueprint.sites().find_map(|(_, site)| Some((site.weight().name.clone(), format_of(source, site)?.name())))
}

impl Zero {
    /// Makes units of the parameters of segment `index` that no unit holds yet. What several tensor ranks have whole is apart from the
    /// rest, of which some have more, and a weight that two stages hold from both, of which each stage has its own: cut at the same
    /// places, and so summed in the same order, it stays the same at all.
    fn cover(&mut self, index: usize, ids: Vec<ParamId>, params: &mut Params, data: &Group) -> autograd::Result<()> {
        if self.uses.len() <= index {
            self.uses.resize_with(index + 1, Uses::default);
        }
        let mut new = [Vec::new(), Vec::new(), Vec::new()];
        for id in ids {
            match self.units.iter().position(|unit| unit.holds(id)) {
                None => {
                    let param = params.get(id);
                    let whole = self.tensor_ranks > 1 && matches!(param.split, Split::Replicated | Split::Copied);
                    let tied = self.tied && param.name == EMBEDDING_WEIGHT;
                    new[if tied { 2 } else { usize::from(whole) }].push(id);
                }
                Some(unit) if self.uses[index].reads.contains(&unit) => {}
                Some(unit) => self.uses[index].reads.push(unit),
            }
        }
        for members in new.into_iter().filter(|members| !members.is_empty()) {
            let first_state = self.units.last().map_or(0, Unit::next_state);
            let mut unit = Unit::new(params, members, data, first_state);
            if self.stage.shards_parameters() {
                unit.take_values(params)?;
            }
            let uses = &mut self.uses[index];
            uses.reads.push(self.units.len());
            uses.owns.push(self.units.len());
            self.units.push(unit);
        }
        Ok(())
    }

    /// The values of this rank's shard of each unit, where the parameters do not keep them.
    pub fn shards(&self) -> impl Iterator<Item = Option<&[f32]>> {
        self.units.iter().map(Unit::values)
    }

    /// The same, to go on from a snapshot.
    pub fn shards_mut(&mut self) -> impl Iterator<Item = Option<&mut [f32]>> {
        self.units.iter_mut().map(Unit::values_mut)
    }

    /// Forgets the gradients of the step before.
    pub fn clear_gradients(&mut self) {
        self.units.iter_mut().for_each(Unit::clear_gradient);
    }

    /// The sum of the squares of this rank's shards of the gradient, of the parameters that `counts` says.
    pub fn sum_of_squares(&self, params: &Params, counts: impl Fn(ParamId) -> bool) -> f64 {
        self.units.iter().map(|unit| unit.sum_of_squares(params, &counts)).sum()
    }

    /// Reduces the gradients of all units to their shards, those of the last segments first.
    pub async fn reduce_all(&mut self, params: &mut Params, replicas: Replicas<'_>) -> Result<()> {
        for unit in self.units.iter_mut().rev() {
            unit.reduce(params, replicas).await?;
        }
        Ok(())
    }

    /// Number and elements of each piece that the optimizer has a state of.
    pub fn states(&self, params: &Params) -> impl Iterator<Item = (usize, usize)> {
        self.units.iter().flat_map(|unit| unit.states(params))
    }

    /// Updates this rank's shards; where every rank keeps all weights, tells them the new values.
    pub async fn update(
        &mut self,
        params: &mut Params,
        optimizer: &mut AdamW,
        (lr, grad_scale): (f64, f32),
        replicas: Replicas<'_>,
    ) -> Result<()> {
        // All memory first: an update is whole or not at all.
        self.units.iter().try_for_each(|unit| unit.reserve(params, optimizer))?;
        optimizer.begin_step();
        for unit in &mut self.units {
            unit.update(params, optimizer, lr, grad_scale);
            if !self.stage.shards_parameters() {
                unit.share(params, replicas).await?;
            }
        }
        Ok(())
    }
}

impl RankPeers {
    /// Before segment `index` runs: where its weights are sharded, gathers them.
    pub(super) async fn gather_weights(&self, params: &mut Params, index: usize) -> Result<()> {
        among_others! {
            if let Some(zero) = self.zero().filter(|zero| zero.stage.shards_parameters()) {
                for &unit in &zero.uses[index].reads {
                    zero.units[unit].gather(params, self.replicas()).await?;
                }
            }
        }
        Ok(())
    }

    /// After segment `index` ran: where its weights are sharded, frees them.
    pub(super) fn release_weights(&self, params: &mut Params, index: usize) {
        if let Some(zero) = self.zero().filter(|zero| zero.stage.shards_parameters()) {
            zero.uses[index].reads.iter().for_each(|&unit| zero.units[unit].release(params));
        }
    }

    /// After segment `index` ran backward: where gradients are sharded, reduces those of its own units and frees them.
    pub(super) async fn reduce_weight_gradients(&mut self, params: &mut Params, index: usize) -> Result<()> {
        among_others! {
        let shares_rows = self.shares_rows();
        let Some(zero) = self.zero.as_mut().filter(|zero| zero.stage.shards_gradients()) else { return Ok(()) };
        let replicas = Replicas::of(&self.groups, &self.plan);
        let partial = |split: Split| split == Split::Replicated || split == Split::Copied && shares_rows;
        for &unit in &zero.uses[index].owns {
            let unit = &mut zero.units[unit];
            // The tensor-parallel ranks cut a unit at different places, since one of them has more: first every one needs the sum.
            let replicated: Vec<ParamId> = unit.learning(params).into_iter().filter(|&id| partial(params.get(id).split)).collect();
            sum_grads(params, &replicated, &self.groups.tensor, replicas.algorithm).await?;
            unit.reduce(params, replicas).await?;
        }
        }
        Ok(())
    }
}
