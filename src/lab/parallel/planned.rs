//! The plan of a parallel training, as it is shown before the training begins.

use std::collections::BTreeMap;

use super::nearest::nearest;
use super::report::{Planned, PlannedRank};
use super::setup::{self, Stages};
use super::subject::Subject;
use crate::lab::assets::Assets;
use crate::lab::problem::{Problem, ProblemCode};
use crate::lab::problems::{self, internal};
use crate::lab::spec::RunSpec;
use crate::parallel::mesh::Axis;
use crate::parallel::outline::ParamOutline;
use crate::parallel::outline::zero::{Kept, kept};
use crate::parallel::plan::Plan;
use crate::parallel::schedule::{Costs, StageCost};
use crate::tensor::Category;

/// The plan of `run`, whose [`plan_assets`](crate::lab::assets::plan_assets) are in `assets`, on at most `max_ranks` ranks; `stages`,
/// where the layers are divided by what the pilot measured.
///
/// # Errors
/// Naming the setting that does not fit, and the nearest that would.
pub fn planned(run: &RunSpec, assets: &Assets, max_ranks: usize, stages: Option<&Stages>) -> Result<Planned, Problem> {
    let subject = Subject::new(run, assets)?;
    let plan = setup::plan(run, &subject, max_ranks, stages).map_err(|problem| {
        // What is wrong with a single setting names the nearest value of it.
        let whole_mesh = problem.code == ProblemCode::OutOfMemory || problem.field.as_deref() == Some("mesh");
        if whole_mesh { suggested(problem, run, &subject, max_ranks) } else { problem }
    })?;
    let whole = subject.outline.whole();
    let unit = StageCost { forward: 1.0, backward_input: 1.0, backward_weight: 1.0, ..StageCost::default() };
    let timeline = plan.schedule.dry_run(&Costs::uniform(&plan.schedule, unit)).map_err(|error| internal(&error.to_string()))?;
    Ok(Planned {
        ranks: (0..plan.mesh.ranks()).map(|rank| planned_rank(&plan, &subject, rank)).collect(),
        segments: subject.blueprint.segments.iter().map(|segment| segment.kind).collect(),
        parameters: elements(&whole, |_| true),
        trainable_parameters: elements(&whole, |param| param.trainable),
        tokens_per_step: plan.batch_size * plan.context(),
        timeline,
        ideal_bubble: ideal_bubble(&plan),
        schedule: plan.schedule.ranks,
    })
}

/// The problem, with the nearest mesh that does not have it.
fn suggested(problem: Problem, run: &RunSpec, subject: &Subject, max_ranks: usize) -> Problem {
    match nearest(run, subject, max_ranks) {
        Some(near) => problems::with_nearest(problem, &near),
        None => problem,
    }
}

/// The least share of time that GPipe and 1F1B lose with equal stages: (p - 1) / (m + p - 1).
pub fn ideal_bubble(plan: &Plan) -> f64 {
    let (stages, micro_batches) = (plan.mesh.size(Axis::Pipeline) as f64, plan.settings.micro_batches as f64);
    (stages - 1.0) / (micro_batches + stages - 1.0)
}

fn elements(params: &[ParamOutline], counted: impl Fn(&ParamOutline) -> bool) -> u64 {
    params.iter().filter(|param| counted(param)).map(|param| param.len as u64).sum()
}

fn planned_rank(plan: &Plan, subject: &Subject, rank: usize) -> PlannedRank {
    let [data, pipeline, _, tensor] = plan.mesh.coordinates(rank);
    let part = plan.part(rank);
    let params = subject.outline.of(&part);
    let kept = kept(plan, &params, rank);
    PlannedRank {
        rank,
        data,
        pipeline,
        tensor,
        segments: part.chunks.iter().map(|chunk| (chunk.start, chunk.end)).collect(),
        parameters: kept.parameters,
        bytes: bytes(kept),
    }
}

/// Bytes that a rank holds all the time: float32 weights, their gradients, and AdamW's two moments.
fn bytes(Kept { parameters, gradients, optimizer }: Kept) -> BTreeMap<String, u64> {
    let f32s = |category: Category, count: u64| (category.name().to_owned(), 4 * count);
    BTreeMap::from([f32s(Category::Parameters, parameters), f32s(Category::Gradients, gradients), f32s(Category::Optimizer, optimizer)])
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::lab::parallel::nearest::NearestMesh;
    use crate::lab::parallel::spread_run;

    /// What a refused spec says, and the nearest mesh, which can be.
    #[test]
    fn a_mesh_that_is_named_can_be() {
        let mut spec = spread_run();
        // Of three sizes that are all impossible, those nearest by themselves would not be divisible.
        (spec.mesh.data, spec.mesh.pipeline, spec.mesh.tensor) = (3, 5, 5);
        let problem = planned(&spec, &Assets::default(), 8, None).expect_err("75 ranks");
        let subject = Subject::new(&spec, &Assets::default()).unwrap();
        let NearestMesh { mesh, micro_batches } = nearest(&spec, &subject, 8).expect("there is one");
        let sizes = format!("data {} × pipeline {} × tensor {}, {micro_batches} micro-batches", mesh.data, mesh.pipeline, mesh.tensor);
        assert!(problem.message.en.ends_with(&format!("The nearest mesh that can be: {sizes}.")), "{problem:?}");
        (spec.mesh, spec.training.micro_batches) = (mesh, micro_batches);
        planned(&spec, &Assets::default(), 8, None).expect("the mesh that was named");
    }

    #[test]
    fn a_mesh_that_is_proposed_has_room_for_the_text() {
        let mut spec = spread_run();
        spec.resources.memory_limit = 30;
        (spec.mesh.data, spec.mesh.pipeline) = (2, 2);
        let subject = Subject::new(&spec, &Assets::default()).unwrap();
        let NearestMesh { mesh, micro_batches } = nearest(&spec, &subject, 8).expect("there is one");
        let room = |run: &RunSpec| {
            let plan = setup::plan(run, &subject, 8, None).unwrap();
            let kept = (0..plan.mesh.ranks()).map(|rank| setup::bytes_kept_by(&plan, &subject, rank).into_iter().sum::<u64>());
            (30 << 20) - kept.max().unwrap() as usize - setup::most_token_bytes(run)
        };
        // Two by two by two leaves a MiB, and runs out of memory in its second step.
        spec.mesh = mesh;
        spec.training.micro_batches = micro_batches;
        assert!(room(&spec) >= 5 << 20);
    }
}
