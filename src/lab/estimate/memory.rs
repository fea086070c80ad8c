//! How many bytes a run will hold.

use std::collections::BTreeMap;

use super::pilot::Measured;
use super::text::TextSizes;
use crate::lab::parallel::setup;
use crate::lab::problem::Problem;
use crate::lab::problems::internal;
use crate::lab::spec::RunSpec;
use crate::nn::SegmentKind;
use crate::nn::blueprint::SegmentSpec;
use crate::parallel::mesh::Axis;
use crate::parallel::outline::ParamOutline;
use crate::parallel::schedule::{ActivationPeak, Costs, Link, StageCost};
use crate::tensor::Category;

/// Bytes at the peak by category, of the rank that holds the most, and their total.
///
/// # Errors
/// If the schedule is none: an error of ours.
pub(super) fn memory(run: &RunSpec, measured: &Measured, text: &TextSizes) -> Result<BTreeMap<String, u64>, Problem> {
    let plan = &measured.plan;
    let peaks = plan.schedule.activation_peaks(&costs(measured)).map_err(|error| internal(&error.to_string()))?;
    let of_ranks = (0..plan.mesh.ranks()).map(|rank| of_rank(run, measured, text, &peaks, rank));
    Ok(of_ranks.max_by_key(|memory| memory["total"]).unwrap_or_default())
}

fn of_rank(run: &RunSpec, measured: &Measured, text: &TextSizes, peaks: &[ActivationPeak], rank: usize) -> BTreeMap<String, u64> {
    let Measured { plan, subject, transient_bytes, .. } = measured;
    let [mut parameters, mut gradients, optimizer] = setup::bytes_kept_by(plan, subject, rank);
    // What replicas share out is whole of one segment at a time.
    let zero = plan.settings.zero;
    parameters += if zero.shards_parameters() { largest_segment(measured, rank, |_| true) } else { 0 };
    gradients += if zero.shards_gradients() { largest_segment(measured, rank, |param| param.trainable) } else { 0 };
    let segments: Vec<&SegmentSpec> = plan.part(rank).segments().map(|segment| &subject.blueprint.segments[segment]).collect();
    let most = |of_head: bool| {
        let some = segments.iter().filter(|segment| (segment.kind == SegmentKind::Head) == of_head);
        some.map(|segment| transient_bytes[segment.class]).max().unwrap_or(0)
    };
    // The buffer of the logits, of a size of its own, is kept for the next step while the other segments run backward.
    let activations = peaks[plan.mesh.coordinates(rank)[Axis::Pipeline as usize]].bytes + most(true) + most(false);
    let data = (size_of::<i32>() * (text.train + text.validation + text.base)) as u64;
    // Only a rank without others keeps keys and values of a sample; it samples between two steps, when it holds no activations.
    let kv = if plan.mesh.ranks() == 1 { kv(run, measured, text) } else { 0 };
    let bytes = [
        (Category::Parameters, parameters),
        (Category::Gradients, gradients),
        (Category::Optimizer, optimizer),
        (Category::Activations, activations),
        (Category::Kv, kv),
        (Category::Data, data),
    ];
    let total = parameters + gradients + optimizer + data + activations.max(kv);
    bytes.into_iter().map(|(category, bytes)| (category.name().to_owned(), bytes)).chain([("total".to_owned(), total)]).collect()
}

/// Bytes of the counted parameters of the segment that has the most.
fn largest_segment(Measured { plan, subject, .. }: &Measured, rank: usize, counted: impl Fn(&ParamOutline) -> bool) -> u64 {
    let mut segments: BTreeMap<usize, usize> = BTreeMap::new();
    for param in subject.outline.of(&plan.part(rank)).iter().filter(|param| counted(param)) {
        *segments.entry(param.segment).or_default() += param.len * size_of::<f32>();
    }
    segments.into_values().max().unwrap_or(0) as u64
}

/// Keys and values of a sample; the last token that is drawn is never read.
fn kv(run: &RunSpec, measured: &Measured, text: &TextSizes) -> u64 {
    let (config, tokens) = (&measured.subject.blueprint.config, run.evaluation.sample_tokens as usize);
    if tokens == 0 {
        return 0;
    }
    let capacity = (text.prompt + tokens - 1).min(config.max_positions);
    (2 * config.n_layers * capacity * config.n_kv_heads * config.d_head * size_of::<f32>()) as u64
}

/// What is kept for the backward by each virtual stage.
fn costs(measured: &Measured) -> Costs {
    let Measured { plan, subject, segments, .. } = measured;
    // What a segment takes waits with it; the pilot's was there before.
    let taken = (plan.micro_batch_size() * plan.seq_len * subject.blueprint.config.d_model * size_of::<f32>()) as u64;
    // Below the first that learns no gradient goes, and nothing is kept for one; but every stage of a pipeline gives one to the stage before.
    let learning = match plan.mesh.size(Axis::Pipeline) {
        1 => subject.outline.first_learning().unwrap_or(usize::MAX),
        _ => 0,
    };
    let kept = |segment: usize| {
        let SegmentSpec { class, kind, .. } = &subject.blueprint.segments[segment];
        match kind {
            _ if segment < learning => 0,
            SegmentKind::Embedding => segments[*class].activation_bytes,
            _ => segments[*class].activation_bytes + taken,
        }
    };
    let stage = |stage: &std::ops::Range<usize>| {
        let activation_bytes = stage.clone().map(kept).sum();
        StageCost { activation_bytes, weight_activation_bytes: activation_bytes, ..StageCost::default() }
    };
    Costs {
        stages: plan.stages.iter().map(stage).collect(),
        speeds: vec![1.0; plan.mesh.size(Axis::Pipeline)],
        link: Link::default(),
        reduce_gradients: 0.0,
        optimizer_step: 0.0,
    }
}
