//! What a rank will keep with ZeRO.

use super::ParamOutline;
use crate::parallel::group::even_shards;
use crate::parallel::mesh::Axis;
use crate::parallel::plan::Plan;
use crate::parallel::zero::ZeroStage;

/// Parameters of one segment that are cut into shards as one vector: those of the model, or a method's where weights are shared out
/// before it is there; those that several tensor ranks have whole, apart from the rest, and a weight that two stages hold from both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitOutline {
    /// The segment of the whole model.
    pub segment: usize,
    /// Elements of each parameter, and whether it learns.
    members: Vec<(usize, bool)>,
    /// Whether several tensor ranks have them whole, two stages hold them, and a method adds them.
    kind: [bool; 3],
}

impl UnitOutline {
    /// Elements of the whole.
    pub fn elements(&self) -> usize {
        self.members.iter().map(|(len, _)| len).sum()
    }

    /// Elements of each replica's shard.
    pub fn shards(&self, replicas: usize) -> Vec<usize> {
        even_shards(self.elements(), replicas)
    }

    /// Elements of each replica's shard that learn.
    pub fn learning(&self, replicas: usize) -> Vec<usize> {
        let mut start = 0;
        let learning: Vec<(usize, usize)> = self
            .members
            .iter()
            .filter_map(|&(len, learns)| {
                start += len;
                learns.then_some((start - len, start))
            })
            .collect();
        let mut end = 0;
        let shard = |len: usize| {
            let shard = end..end + len;
            end = shard.end;
            learning.iter().map(|&(from, to)| to.min(shard.end).saturating_sub(from.max(shard.start))).sum()
        };
        self.shards(replicas).into_iter().map(shard).collect()
    }
}

/// The units of a rank's parameters: only what is shared out is cut, so that before stage 3, frozen weights are in none.
pub fn units(plan: &Plan, params: &[ParamOutline]) -> Vec<UnitOutline> {
    let stage = plan.settings.zero;
    let mut units: Vec<UnitOutline> = Vec::new();
    let shared = |param: &&ParamOutline| stage.shards_parameters() || stage != ZeroStage::None && param.trainable;
    for param in params.iter().filter(shared) {
        let tied = param.tied && plan.mesh.size(Axis::Pipeline) > 1;
        let kind = [param.is_whole(plan), tied, stage.shards_parameters() && param.added];
        let member = (param.len, param.trainable);
        match units.iter_mut().find(|unit| (unit.segment, unit.kind) == (param.segment, kind)) {
            Some(found) => found.members.push(member),
            None => units.push(UnitOutline { segment: param.segment, members: vec![member], kind }),
        }
    }
    units
}

/// Elements that a rank keeps all the time; more than 32 bits count, of a rank that could not keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Weights.
    pub parameters: u64,
    /// Gradients.
    pub gradients: u64,
    /// AdamW's two moments.
    pub optimizer: u64,
}

/// What `rank` of `plan` keeps all the time of its parameters; in stage 1 the gradients are whole until they are reduced.
///
/// # Panics
/// If the plan has no such rank.
pub fn kept(plan: &Plan, params: &[ParamOutline], rank: usize) -> Kept {
    let (stage, replicas) = (plan.settings.zero, plan.mesh.size(Axis::Data));
    let me = plan.mesh.coordinates(rank)[Axis::Data as usize];
    let whole = |learning: bool| params.iter().filter(|param| param.trainable || !learning).map(|param| param.len as u64).sum::<u64>();
    let shards = |learning: bool| {
        let shard = |unit: &UnitOutline| if learning { unit.learning(replicas)[me] } else { unit.shards(replicas)[me] };
        units(plan, params).iter().map(|unit| shard(unit) as u64).sum::<u64>()
    };
    Kept {
        parameters: if stage.shards_parameters() { shards(false) } else { whole(false) },
        gradients: if stage.shards_gradients() { shards(true) } else { whole(true) },
        optimizer: 2 * if stage == ZeroStage::None { whole(true) } else { shards(true) },
    }
}
