//! The nearest training that can be, for one that cannot.

use super::setup;
use super::spec::{MeshSpec, ParallelSpec, ZeroSpec};
use super::subject::Subject;
use crate::parallel::plan::Plan;
use crate::parallel::schedule::ScheduleKind;

/// Of all meshes with at most `max_ranks` ranks that make a plan with the rest of `spec`, the nearest: the one whose sizes are changed
/// by the smallest factors in all. `None`: there is none, or what is wrong is not the mesh.
pub fn nearest(spec: &ParallelSpec, subject: &Subject, max_ranks: usize) -> Option<MeshSpec> {
    let most = max_ranks as u32;
    let counts = 1..=most;
    let meshes = counts.clone().flat_map(|data| {
        let counts = counts.clone();
        counts.clone().flat_map(move |pipeline| counts.clone().map(move |tensor| [data, pipeline, tensor]))
    });
    let meshes = meshes.filter(|sizes| sizes.iter().product::<u32>() <= most);
    let candidates = meshes.flat_map(|sizes| micro_batches(spec).map(move |micro_batches| (sizes, micro_batches)));
    let candidates = candidates.map(|(sizes, micro_batches)| with(&spec.mesh, sizes, micro_batches));
    // What replicas share out is no size, and changed only where that helps: stage 3 of ZeRO saves the most memory.
    let sharing = |mesh: MeshSpec| [MeshSpec { zero: ZeroSpec::Parameters, ..mesh.clone() }, mesh];
    let mut candidates: Vec<MeshSpec> = candidates.flat_map(sharing).collect();
    candidates.sort_by(|a, b| distance(&spec.mesh, a).total_cmp(&distance(&spec.mesh, b)));
    candidates.into_iter().find(|mesh| {
        let spec = ParallelSpec { mesh: mesh.clone(), ..spec.clone() };
        setup::plan(&spec, subject, max_ranks, None).is_ok_and(|plan| has_room(&spec, &plan, subject))
    })
}

/// Of what the tokens leave of each rank's memory limit, what weights, gradients and the optimizer may take of a mesh that is
/// proposed: the rest is for activations and messages, whose bytes only a pilot can tell.
const SHARE: f64 = 0.75;

fn has_room(spec: &ParallelSpec, plan: &Plan, subject: &Subject) -> bool {
    let tokens = setup::most_token_bytes(spec);
    (0..plan.mesh.ranks()).all(|rank| {
        let bytes = setup::bytes_kept_by(plan, subject, rank).into_iter().sum::<u64>();
        bytes as f64 <= SHARE * setup::allowance(spec, rank).1.saturating_sub(tokens) as f64
    })
}

/// Numbers of micro-batches that can be: those that divide the batch.
fn micro_batches(spec: &ParallelSpec) -> impl Iterator<Item = u32> + use<> {
    let batch_size = spec.training.batch_size;
    (1..=batch_size).filter(move |count| batch_size.is_multiple_of(*count))
}

fn with(mesh: &MeshSpec, [data, pipeline, tensor]: [u32; 3], micro_batches: u32) -> MeshSpec {
    let chunks_per_stage = if mesh.schedule == ScheduleKind::Interleaved { mesh.chunks_per_stage } else { 1 };
    MeshSpec { data, pipeline, tensor, micro_batches, chunks_per_stage, ..mesh.clone() }
}

/// As far as twice a size, less a little.
const OTHER_ZERO: f64 = 0.69;

/// How far a mesh is from another: the sum of the logarithms of the factors.
fn distance(from: &MeshSpec, to: &MeshSpec) -> f64 {
    let sizes = |mesh: &MeshSpec| [mesh.data, mesh.pipeline, mesh.tensor, mesh.micro_batches, mesh.chunks_per_stage].map(f64::from);
    let factors = sizes(from).into_iter().zip(sizes(to)).map(|(a, b)| (a.max(1.0) / b).ln().abs());
    factors.sum::<f64>() + if from.zero == to.zero { 0.0 } else { OTHER_ZERO }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::assets::Assets;

    fn nearest_to(change: impl FnOnce(&mut ParallelSpec)) -> Option<MeshSpec> {
        let mut spec = ParallelSpec::default();
        change(&mut spec);
        nearest(&spec, &Subject::new(&spec, &Assets::default()).unwrap(), 8)
    }

    fn sizes(mesh: Option<MeshSpec>) -> [u32; 4] {
        let mesh = mesh.expect("there is one");
        [mesh.data, mesh.pipeline, mesh.tensor, mesh.micro_batches]
    }

    #[test]
    fn what_is_possible_is_its_own_nearest() {
        assert_eq!(nearest_to(|_| {}), Some(MeshSpec::default()));
    }

    #[test]
    fn the_nearest_changes_as_little_as_can_be() {
        // Eight heads are not divisible by three, six layers make no seven stages, and no more than eight ranks may be.
        assert_eq!(sizes(nearest_to(|spec| (spec.mesh.pipeline, spec.mesh.tensor) = (1, 3))), [1, 1, 4, 4]);
        assert_eq!(sizes(nearest_to(|spec| spec.mesh.pipeline = 7)), [1, 6, 1, 4]);
        assert_eq!(sizes(nearest_to(|spec| (spec.mesh.data, spec.mesh.tensor) = (2, 4))), [1, 2, 4, 4]);
        assert_eq!(sizes(nearest_to(|spec| spec.mesh.micro_batches = 5)), [1, 2, 1, 4]);
    }

    #[test]
    fn a_model_that_one_rank_cannot_hold_is_spread_over_more() {
        // 4.9 million parameters take 75 MiB with gradients and the optimizer's state.
        let spread = nearest_to(|spec| {
            (spec.mesh.pipeline, spec.mesh.micro_batches, spec.ranks.memory_limit) = (1, 1, 24);
        });
        let mesh = spread.expect("there is one");
        assert!(mesh.data * mesh.pipeline * mesh.tensor >= 4, "{mesh:?}");
    }

    #[test]
    fn no_mesh_helps_where_something_else_is_wrong() {
        use crate::lab::spec::Method;
        let none = nearest_to(|spec| {
            spec.fine_tuning.method = Method::Lora;
            spec.fine_tuning.lora.rank = 1000;
        });
        assert_eq!(none, None);
    }
}
