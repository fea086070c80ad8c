//! What ranks measure before a run: how fast they are, and the connections between them.

use std::rc::Rc;

use crate::finetune;
use crate::lab::assets::Assets;
use crate::lab::parallel::report::{Pilot, SegmentSeconds};
use crate::lab::parallel::setup;
use crate::lab::parallel::subject::Subject;
use crate::lab::problem::Problem;
use crate::lab::problems;
use crate::lab::spec::RunSpec;
use crate::lab::training::adamw;
use crate::nn::{BuildError, InFormat, ParamSpec, Part, RandomWeights, Slice, Tokens, Transformer};
use crate::parallel::comm::Comm;
use crate::parallel::group::Group;
use crate::parallel::mesh::Axis;
use crate::parallel::pilot;
use crate::parallel::plan::Plan;
use crate::tensor::{Ledger, OutOfMemory};

/// What a rank measures before the run. Ranks compute one after the other, as if each had a core of its own; connections are measured
/// by all at once. All ranks call it.
///
/// # Errors
/// If a layer does not fit this rank's memory limit, or a rank is gone.
pub async fn pilot(run: &RunSpec, assets: &Assets, comm: &Rc<Comm>) -> Result<Pilot, Problem> {
    let number = comm.transport().rank();
    let subject = Subject::new(run, assets)?;
    let plan = setup::plan(run, &subject, comm.transport().ranks(), None)?;
    let world = Group::world(comm);
    let mut measured = None;
    for turn in 0..comm.transport().ranks() {
        if turn == number {
            measured = Some(measure(run, &subject, &plan, comm)?);
        }
        world.barrier().await.map_err(|error| problems::lost(&error))?;
    }
    let link = pilot::link(comm).await.map_err(|error| problems::lost(&error))?;
    let (segments, update_per_parameter) = measured.expect("each rank has a turn");
    Ok(Pilot { rank: number, segments, update_per_parameter, latency: link.latency, bandwidth: link.bandwidth })
}

/// Times one segment of each class.
fn measure(run: &RunSpec, subject: &Subject, plan: &Plan, comm: &Comm) -> Result<(Vec<SegmentSeconds>, f64), Problem> {
    let number = comm.transport().rank();
    let mut model = representatives(run, subject, plan, number)?;
    let tokens = Tokens::new(plan.micro_batch_size(), plan.seq_len, vec![0; plan.micro_batch_size() * plan.seq_len]);
    let effort = (setup::allowance(run, number).0, f64::INFINITY);
    let (times, update) =
        pilot::compute(comm, &mut model, &tokens, adamw(&run.training), effort).map_err(|error| refused(number, error))?;
    let seconds = |time: &pilot::SegmentTime| SegmentSeconds {
        forward: time.forward,
        backward_input: time.backward_input,
        backward_weight: time.backward_weight,
        activation_bytes: time.activation_bytes as u64,
    };
    Ok((times.iter().map(seconds).collect(), update))
}

/// Why a rank cannot be measured.
pub(in crate::lab) fn refused(number: usize, error: OutOfMemory) -> Problem {
    problems::build(Some(number), &BuildError::Memory(error))
}

/// A rank's slice of one segment of each class, with what the method adds.
pub(in crate::lab) fn representatives(run: &RunSpec, subject: &Subject, plan: &Plan, number: usize) -> Result<Transformer, Problem> {
    let (_, limit) = setup::allowance(run, number);
    let slice = Slice { index: plan.mesh.coordinates(number)[Axis::Tensor as usize], count: plan.mesh.size(Axis::Tensor) };
    let chunks = subject.blueprint.representatives().into_iter().map(|segment| segment..segment + 1).collect();
    let mut weights = RandomWeights { seed: 0 };
    let learning = subject.learning();
    let which = |param: &ParamSpec| !learning.contains(param.name.as_str());
    let source = &mut InFormat { source: &mut weights, format: subject.format, which: &which };
    let model = Transformer::build_part(&subject.blueprint, Part { chunks, slice }, &Ledger::new(Some(limit)), source);
    let mut model = model.map_err(|error| problems::build(Some(number), &error))?;
    finetune::attach(&*subject.method, &mut model, &mut weights).map_err(|error| problems::attach(Some(number), &error))?;
    Ok(model)
}
