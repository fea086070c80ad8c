//! What a rank will keep with ZeRO.

use super::ParamOutline;
use crate::parallel::group::even_shards;
use crate::parallel::mesh::Axis;
use crate::parallel::plan::Plan;
use crate::parallel::zero::ZeroStage;

/// Parameters of one segment that are cut into shards as one vector: those of the model that learn or do not, or a method's; those that
/// several tensor ranks have whole, apart from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitOutline {
    /// The segment of the whole model.
    pub segment: usize,
    /// Elements of the whole.
    pub len: usize,
    /// Whether they learn.
    pub trainable: bool,
    whole: bool,
}

/// The units of a rank's parameters: only what is shared out is cut, so that before stage 3, frozen weights are in none.
pub fn units(plan: &Plan, params: &[ParamOutline]) -> Vec<UnitOutline> {
    let stage = plan.settings.zero;
    let mut units: Vec<UnitOutline> = Vec::new();
    let shared = |param: &&ParamOutline| stage.shards_parameters() || stage != ZeroStage::None && param.trainable;
    for param in params.iter().filter(shared) {
        let unit = UnitOutline { segment: param.segment, len: param.len, trainable: param.trainable, whole: param.is_whole(plan) };
        let same = |other: &&mut UnitOutline| UnitOutline { len: unit.len, ..**other } == unit;
        match units.iter_mut().find(same) {
            Some(found) => found.len += unit.len,
            None => units.push(unit),
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
        let units = units(plan, params).into_iter().filter(|unit| unit.trainable || !learning);
        units.map(|unit| even_shards(unit.len, replicas)[me] as u64).sum::<u64>()
    };
    Kept {
        parameters: if stage.shards_parameters() { shards(false) } else { whole(false) },
        gradients: if stage.shards_gradients() { shards(true) } else { whole(true) },
        optimizer: 2 * if stage == ZeroStage::None { whole(true) } else { shards(true) },
    }
}
