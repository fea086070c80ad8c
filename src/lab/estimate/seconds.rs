//! How long a run will take.

use super::pilot::Measured;
use super::text::TextSizes;
use crate::lab::parallel::predict::predict_of;
use crate::lab::parallel::report::{Pilot, SegmentSeconds};
use crate::lab::parallel::setup;
use crate::lab::problem::Problem;
use crate::lab::run::TIMED_STEPS;
use crate::lab::sample::sampling_work;
use crate::lab::search::{Budget, Halving};
use crate::lab::spec::{NEW_MODEL, RunSpec};
use crate::parallel::pilot::ROUNDS;

/// Of what is expected, what it may take at the least and at the most: on one rank, and on several, which share cores and wait for
/// messages.
const ONE_RANK: (f64, f64) = (0.85, 1.3);
const SEVERAL_RANKS: (f64, f64) = (0.7, 1.6);
/// Seconds until several ranks are there and know each other.
const START_OF_RANKS: f64 = 0.8;
/// Seconds that a message between ranks takes whatever its size, and bytes that one second moves: those of shared memory.
const LATENCY: f64 = 5e-5;
const BANDWIDTH: f64 = 1e9;
/// Seconds until a weight is made or read.
const PER_WEIGHT: f64 = 1e-8;

/// Seconds of a run from step `from` on.
///
/// # Errors
/// If the layers do not fit the ranks however they are divided.
pub(super) fn seconds(run: &RunSpec, from: u32, measured: &Measured, text: &TextSizes, cores: usize) -> Result<(f64, f64), Problem> {
    let ranks = measured.plan.mesh.ranks();
    let pilots: Vec<Pilot> = (0..ranks).map(|rank| pilot_of(run, measured, rank)).collect();
    let step = predict_of(run, &measured.subject, &pilots, cores)?.step_seconds;
    let (training, evaluation) = (&run.training, &run.evaluation);
    let all = if training.seconds > 0.0 { Budget::new(training.seconds, step).steps } else { training.steps };
    let steps = all.saturating_sub(from);
    let evaluations = if from == 0 { 1 } else { 0 } + steps.div_ceil(evaluation.every);
    let between = steps.saturating_sub(1).checked_div(evaluation.sample_every).unwrap_or(0);
    let samples = if from == 0 { 2 } else { 1 } + between;
    let seconds = f64::from(steps) * step
        + f64::from(evaluations) * evaluation_seconds(run, measured, text.validation, cores)
        + 2.0 * evaluation_seconds(run, measured, text.base, cores)
        + f64::from(samples) * sample_seconds(run, measured, text)
        + start_seconds(run, measured, text)
        + preliminary_seconds(run, measured, text, (step, cores));
    let (least, most) = if ranks == 1 { ONE_RANK } else { SEVERAL_RANKS };
    Ok((least * seconds, most * seconds))
}

/// Seconds until a run knows how to train: those of its search for the learning rate, and of the steps that tell how long one takes.
fn preliminary_seconds(run: &RunSpec, measured: &Measured, text: &TextSizes, (step, cores): (f64, usize)) -> f64 {
    let search = Halving::new(&run.training.search, run.training.steps).left();
    let timed = if run.training.seconds > 0.0 && search.trials == 0 { TIMED_STEPS } else { 0 };
    let trials = search.trials + u32::from(timed > 0);
    f64::from(search.steps + timed) * step
        + f64::from(search.trials) * evaluation_seconds(run, measured, text.validation, cores)
        + f64::from(trials) * build_seconds(run, measured, text)
}

/// What the pilot of a rank would say: that of the first, as slow as the rank is.
fn pilot_of(run: &RunSpec, measured: &Measured, rank: usize) -> Pilot {
    let (speed, _) = setup::allowance(run, rank);
    let slowed = |time: &SegmentSeconds| SegmentSeconds {
        forward: time.forward / speed,
        backward_input: time.backward_input / speed,
        backward_weight: time.backward_weight / speed,
        activation_bytes: time.activation_bytes,
    };
    let alone = measured.plan.mesh.ranks() == 1;
    Pilot {
        rank,
        segments: measured.segments.iter().map(slowed).collect(),
        update_per_parameter: measured.update_per_parameter / speed,
        latency: if alone { 0.0 } else { LATENCY },
        bandwidth: (!alone).then_some(BANDWIDTH),
    }
}

/// The sum over all segments of what one of each class has.
fn whole(measured: &Measured, of_class: impl Fn(usize) -> f64) -> f64 {
    measured.subject.blueprint.segments.iter().map(|segment| of_class(segment.class)).sum()
}

/// Seconds of a token's forward among many, on one rank of each slice.
fn forward_per_token(measured: &Measured) -> f64 {
    let tokens = measured.plan.micro_batch_size() * measured.plan.seq_len;
    whole(measured, |class| measured.segments[class].forward) / tokens as f64
}

/// Seconds of a measurement on a text of so many tokens.
fn evaluation_seconds(run: &RunSpec, measured: &Measured, tokens: usize, cores: usize) -> f64 {
    let context = run.data.context as usize;
    let windows = (tokens.saturating_sub(1) / context).min((run.evaluation.tokens as usize).div_ceil(context));
    let mesh = &measured.plan.mesh;
    // Slices of a layer run side by side, as far as there are cores.
    let turns = (measured.plan.settings.tensor as f64 / cores.min(mesh.ranks()).max(1) as f64).max(1.0);
    (windows * context) as f64 * forward_per_token(measured) * turns
}

fn sample_seconds(run: &RunSpec, measured: &Measured, text: &TextSizes) -> f64 {
    let tokens = run.evaluation.sample_tokens as usize;
    let among_many = forward_per_token(measured);
    if measured.plan.mesh.ranks() > 1 {
        // Without a cache, each draw reads the whole text again.
        return tokens as f64 * (text.prompt as f64 + tokens as f64 / 2.0).min(text.window as f64) * among_many;
    }
    let one_by_one = whole(measured, |class| measured.token_seconds[class]);
    let work = sampling_work(text.prompt, true, tokens, text.window);
    let alone = work.min(tokens as f64);
    alone * one_by_one + (work - alone) * among_many
}

/// Seconds until the first step can be: the model is built, and ranks are started and measured, one after the other.
fn start_seconds(run: &RunSpec, measured: &Measured, text: &TextSizes) -> f64 {
    let ranks = measured.plan.mesh.ranks();
    let of_ranks = match ranks {
        1 => 0.0,
        _ => {
            let class = |time: &SegmentSeconds| time.forward + time.backward_input + time.backward_weight;
            let one: f64 = measured.segments.iter().map(class).sum();
            START_OF_RANKS + (ranks * (ROUNDS + 1)) as f64 * one
        }
    };
    build_seconds(run, measured, text) + of_ranks
}

/// Seconds until the text is read, twice where a model's vocabulary is made of it, and the model built.
fn build_seconds(run: &RunSpec, measured: &Measured, text: &TextSizes) -> f64 {
    let parameters: usize = measured.subject.outline.whole().iter().map(|param| param.len).sum();
    let reading = text.seconds * if run.model.base == NEW_MODEL { 2.0 } else { 1.0 };
    reading + PER_WEIGHT * parameters as f64
}
