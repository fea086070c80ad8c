//! The nearest training that can be, for one that cannot.

use serde::Serialize;

use super::setup;
use super::subject::Subject;
use crate::lab::spec::{MeshSpec, RunSpec, ZeroSpec};
use crate::parallel::plan::Plan;
use crate::parallel::schedule::ScheduleKind;

/// A mesh that can be, and the micro-batches that go with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct NearestMesh {
    /// The mesh.
    pub mesh: MeshSpec,
    /// Parts that each replica's sequences of a step are cut into.
    pub micro_batches: u32,
}

/// Of all meshes with at most `max_ranks` ranks that make a plan with the rest of `run`, the nearest: the one whose sizes are changed
/// by the smallest factors in all. `None`: there is none, or what is wrong is not the mesh.
pub fn nearest(run: &RunSpec, subject: &Subject, max_ranks: usize) -> Option<NearestMesh> {
    let most = max_ranks as u32;
    let counts = 1..=most;
    let meshes = counts.clone().flat_map(|data| {
        let counts = counts.clone();
        counts.clone().flat_map(move |pipeline| counts.clone().map(move |tensor| [data, pipeline, tensor]))
    });
    let meshes = meshes.filter(|sizes| sizes.iter().product::<u32>() <= most);
    let candidates = meshes.flat_map(|sizes| micro_batches(run).map(move |micro_batches| (sizes, micro_batches)));
    let candidates = candidates.map(|(sizes, micro_batches)| with(&run.mesh, sizes, micro_batches));
    // What replicas share out is no size, and changed only where that helps: stage 3 of ZeRO saves the most memory.
    let sharing = |near: NearestMesh| {
        let mesh = MeshSpec { zero: ZeroSpec::Parameters, ..near.mesh.clone() };
        [NearestMesh { mesh, ..near.clone() }, near]
    };
    let mut candidates: Vec<NearestMesh> = candidates.flat_map(sharing).collect();
    let from = NearestMesh { mesh: run.mesh.clone(), micro_batches: run.training.micro_batches };
    candidates.sort_by(|a, b| distance(&from, a).total_cmp(&distance(&from, b)));
    candidates.into_iter().find(|near| {
        let mut run = RunSpec { mesh: near.mesh.clone(), ..run.clone() };
        run.training.micro_batches = near.micro_batches;
        setup::plan(&run, subject, max_ranks, None).is_ok_and(|plan| has_room(&run, &plan, subject))
    })
}

/// Of what the tokens leave of each rank's memory limit, what weights, gradients and the optimizer may take of a mesh that is
/// proposed: the rest is for activations and messages, whose bytes only a pilot can tell.
const SHARE: f64 = 0.75;

fn has_room(run: &RunSpec, plan: &Plan, subject: &Subject) -> bool {
    let tokens = setup::most_token_bytes(run);
    (0..plan.mesh.ranks()).all(|rank| {
        let bytes = setup::bytes_kept_by(plan, subject, rank).into_iter().sum::<u64>();
        bytes as f64 <= SHARE * setup::allowance(run, rank).1.saturating_sub(tokens) as f64
    })
}

/// Numbers of micro-batches that can be: those that divide the batch.
fn micro_batches(run: &RunSpec) -> impl Iterator<Item = u32> + use<> {
    let batch_size = run.training.batch_size;
    (1..=batch_size).filter(move |count| batch_size.is_multiple_of(*count))
}

fn with(mesh: &MeshSpec, [data, pipeline, tensor]: [u32; 3], micro_batches: u32) -> NearestMesh {
    let chunks_per_stage = if mesh.schedule == ScheduleKind::Interleaved { mesh.chunks_per_stage } else { 1 };
    NearestMesh { mesh: MeshSpec { data, pipeline, tensor, chunks_per_stage, ..mesh.clone() }, micro_batches }
}

/// As far as twice a size, less a little.
const OTHER_ZERO: f64 = 0.69;

/// How far a mesh is from another: the sum of the logarithms of the factors.
fn distance(from: &NearestMesh, to: &NearestMesh) -> f64 {
    let sizes = |near: &NearestMesh| {
        let MeshSpec { data, pipeline, tensor, chunks_per_stage, .. } = near.mesh;
        [data, pipeline, tensor, near.micro_batches, chunks_per_stage].map(f64::from)
    };
    let factors = sizes(from).into_iter().zip(sizes(to)).map(|(a, b)| (a.max(1.0) / b).ln().abs());
    factors.sum::<f64>() + if from.mesh.zero == to.mesh.zero { 0.0 } else { OTHER_ZERO }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::lab::assets::Assets;
    use crate::lab::parallel::spread_run;

    fn nearest_to(change: impl FnOnce(&mut RunSpec)) -> Option<NearestMesh> {
        let mut run = spread_run();
        change(&mut run);
        nearest(&run, &Subject::new(&run, &Assets::default()).unwrap(), 8)
    }

    fn sizes(near: Option<NearestMesh>) -> [u32; 4] {
        let NearestMesh { mesh, micro_batches } = near.expect("there is one");
        [mesh.data, mesh.pipeline, mesh.tensor, micro_batches]
    }

    #[test]
    fn what_is_possible_is_its_own_nearest() {
        assert_eq!(sizes(nearest_to(|_| {})), [1, 2, 1, 4]);
    }

    #[test]
    fn the_nearest_changes_as_little_as_can_be() {
        // Eight heads are not divisible by three, six layers make no seven stages, and no more than eight ranks may be.
        assert_eq!(sizes(nearest_to(|spec| (spec.mesh.pipeline, spec.mesh.tensor) = (1, 3))), [1, 1, 4, 4]);
        assert_eq!(sizes(nearest_to(|spec| spec.mesh.pipeline = 7)), [1, 6, 1, 4]);
        assert_eq!(sizes(nearest_to(|spec| (spec.mesh.data, spec.mesh.tensor) = (2, 4))), [1, 2, 4, 4]);
        assert_eq!(sizes(nearest_to(|spec| spec.training.micro_batches = 5)), [1, 2, 1, 4]);
    }

    #[test]
    fn a_model_that_one_rank_cannot_hold_is_spread_over_more() {
        // 4.9 million parameters take 75 MiB with gradients and the optimizer's state.
        let spread = nearest_to(|spec| {
            (spec.mesh.pipeline, spec.training.micro_batches, spec.resources.memory_limit) = (1, 1, 24);
        });
        let mesh = spread.expect("there is one").mesh;
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
