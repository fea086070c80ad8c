//! What is measured for an estimate, within moments.

use crate::data::Tokenizer;
use crate::kernels::loss::cross_entropy_in_place;
use crate::kernels::pool::on_one_thread;
use crate::lab::parallel::report::SegmentSeconds;
use crate::lab::parallel::subject::Subject;
use crate::lab::problem::Problem;
use crate::lab::rank::{refused, representatives};
use crate::lab::spec::RunSpec;
use crate::lab::training::adamw;
use crate::nn::{SegmentKind, Tokens};
use crate::parallel::comm::Comm;
use crate::parallel::plan::Plan;
use crate::parallel::transport::alone::Alone;
use crate::parallel::{clock, pilot};

/// Seconds after which nothing more is measured.
const PATIENCE: f64 = 0.2;
/// Multiply-adds of one forward through a segment of each class, at most: of a large batch a part is measured.
const WORK: usize = 400_000_000;
/// Tokens that are measured at the least: the products of fewer are of another kind.
const LEAST_TOKENS: usize = 64;

/// What was measured of a run.
#[derive(Debug)]
pub(super) struct Measured {
    pub subject: Subject,
    pub plan: Plan,
    /// One micro-batch in a segment of each class, that of the head with the loss.
    pub segments: Vec<SegmentSeconds>,
    /// The most bytes beside what is kept, in a segment of each class.
    pub transient_bytes: Vec<u64>,
    pub update_per_parameter: f64,
    /// A token that is read with a cache, in a segment of each class.
    pub token_seconds: Vec<f64>,
}

/// Measures a segment of each class, on all threads if the run has one rank, and else as its ranks run.
///
/// # Errors
/// If a segment of each class does not fit the memory limit.
pub(super) fn measure(run: &RunSpec, subject: Subject, plan: Plan) -> Result<Measured, Problem> {
    // Ranks of a page are threads themselves; natively they share the pool.
    match cfg!(target_arch = "wasm32") && plan.mesh.ranks() > 1 {
        true => on_one_thread(|| measured(run, subject, plan)),
        false => measured(run, subject, plan),
    }
}

fn measured(run: &RunSpec, subject: Subject, plan: Plan) -> Result<Measured, Problem> {
    let mut model = representatives(run, &subject, &plan, 0)?;
    let (sequences, seq_len) = sizes(model.params.counts().0, plan.micro_batch_size(), plan.seq_len);
    let share = (plan.micro_batch_size() * plan.seq_len) as f64 / (sequences * seq_len) as f64;
    let separator = Tokenizer::Bytes(crate::data::ByteTokenizer).document_separator();
    let tokens = |sequences: usize, seq_len: usize| Tokens::new(sequences, seq_len, vec![separator; sequences * seq_len]);
    let (comm, all) = (Comm::new(Alone::new()), tokens(sequences, seq_len));
    let failed = |error| refused(0, error);
    let compute = pilot::compute(&comm, &mut model, &all, adamw(&run.training), (1.0, PATIENCE));
    let (times, update_per_parameter) = compute.map_err(failed)?;
    let token_seconds = pilot::reading(&mut model, &tokens(1, 1)).map_err(failed)?;
    let grown = |bytes: usize| (bytes as f64 * share) as u64;
    let kinds = subject.blueprint.representatives().into_iter().map(|segment| subject.blueprint.segments[segment].kind);
    let loss = loss_seconds(subject.blueprint.config.vocab_size / plan.settings.tensor, sequences * seq_len);
    let segments = times.iter().zip(kinds).map(|(time, kind)| SegmentSeconds {
        forward: share * (time.forward + if kind == SegmentKind::Head { loss } else { 0.0 }),
        backward_input: share * time.backward_input,
        backward_weight: share * time.backward_weight,
        activation_bytes: grown(time.activation_bytes),
    });
    Ok(Measured {
        segments: segments.collect(),
        transient_bytes: times.iter().map(|time| grown(time.transient_bytes)).collect(),
        update_per_parameter,
        token_seconds,
        subject,
        plan,
    })
}

/// Sequences, and tokens of each, that are measured of a micro-batch.
fn sizes(params: usize, sequences: usize, seq_len: usize) -> (usize, usize) {
    let most = (WORK / params.max(1)).max(LEAST_TOKENS);
    if most < seq_len { (1, most) } else { (sequences.min(most / seq_len), seq_len) }
}

/// Seconds that logits of so many rows take to become the loss and their gradient.
fn loss_seconds(width: usize, rows: usize) -> f64 {
    let (mut logits, mut nll, targets) = (vec![0.5; width * rows], vec![0.0; rows], vec![0; rows]);
    let least = (0..2).map(|_| {
        let start = clock::now();
        cross_entropy_in_place(width, &mut logits, &targets, 1.0, &mut nll);
        clock::now() - start
    });
    least.fold(f64::INFINITY, f64::min)
}
