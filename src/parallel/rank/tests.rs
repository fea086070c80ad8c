//! Every way to spread a training gives the losses of one rank.

mod methods;
mod open;
mod quantised;
mod zero;

use super::*;
use crate::autograd::{ParamId, Split, Tape};
use crate::finetune::full::Full;
use crate::finetune::{HooksOnly, attach, lora};
use crate::nn::{Biases, FeedForwardKind, Masks, ModelConfig, NormKind, ParamSpec, Pass, Positions, RandomWeights, Tokens};
use crate::optim::{Decay, clip_factor, grad_norm};
use crate::parallel::collectives::Algorithm;
use crate::parallel::comm::{Count, Kind};
use crate::parallel::compress::Compression;
use crate::parallel::formula;
use crate::parallel::outline::Outline;
use crate::parallel::plan::Settings;
use crate::parallel::schedule::ScheduleKind;
use crate::parallel::transport::thread::run;
use crate::parallel::zero::ZeroStage;

pub(super) const BATCH: usize = 8;
pub(super) const CONTEXT: usize = 12;
const STEPS: usize = 20;
pub(super) const UPDATE: Update = Update { learning_rate: 3e-3, gradient_clip: 1.0 };
pub(super) const ADAMW: AdamWConfig = AdamWConfig { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01, decay: Decay::MatricesOnly };

pub(super) fn llama() -> ModelConfig {
    ModelConfig {
        vocab_size: 37,
        d_model: 24,
        n_layers: 4,
        n_heads: 4,
        n_kv_heads: 2,
        d_head: 8,
        d_ff: 40,
        max_positions: 16,
        tie_embeddings: true,
        ..ModelConfig::default()
    }
}

fn gpt() -> ModelConfig {
    ModelConfig {
        n_kv_heads: 4,
        norm: NormKind::LayerNorm,
        positions: Positions::Learned,
        feed_forward: FeedForwardKind::Gelu,
        bias: Biases::ALL,
        tie_embeddings: false,
        ..llama()
    }
}

/// Makes a fine-tuning method.
pub(super) type MakeMethod = fn() -> Box<dyn Method>;

pub(super) fn full() -> Box<dyn Method> {
    Box::new(Full)
}

pub(super) fn with_lora() -> Box<dyn Method> {
    let target_modules = ["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"].map(str::to_owned).to_vec();
    Box::new(lora::LoraConfig { rank: 4, dropout: 0.1, target_modules, ..lora::LoraConfig::default() })
}

/// Trains what it says of the model's parameters, by segment, and adds nothing.
#[derive(Debug)]
struct Only(fn(usize, &ParamSpec) -> bool);

impl Method for Only {
    fn check(&self, _: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(())
    }
    fn added(&self, _: &Blueprint) -> Vec<(usize, ParamSpec)> {
        Vec::new()
    }
    fn learns(&self, _: &Blueprint, segment: usize, param: &ParamSpec) -> bool {
        (self.0)(segment, param)
    }
    fn hook(&self, _: &mut Transformer, _: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        Ok(Box::new(HooksOnly))
    }
}

/// A rank of `plan` whose weights are the same in every test.
pub(super) fn rank_of(
    comm: &Rc<Comm>,
    plan: &Rc<Plan>,
    config: &ModelConfig,
    ledger: &Ledger,
    method: MakeMethod,
) -> std::result::Result<Rank, StartError> {
    let (of_model, of_method) = (&mut RandomWeights { seed: 3 }, &mut RandomWeights { seed: 5 });
    Rank::new(comm, plan, &Rc::new(Blueprint::new(config)), ADAMW, ledger, [of_model, of_method], &*method())
}

pub(super) fn plan_of(settings: Settings, config: &ModelConfig) -> Plan {
    Plan::new(settings, &Blueprint::new(config), (BATCH, CONTEXT), 8).unwrap()
}

pub(super) fn batch(step: usize) -> (Vec<i32>, Vec<i32>) {
    // Two batches in turn, so that they are learned.
    let token = |i: usize| ((i * i + 7 * (step % 2) * i) % 37) as i32;
    let mut targets: Vec<i32> = (1..=BATCH * CONTEXT).map(token).collect();
    targets[5] = -100;
    ((0..BATCH * CONTEXT).map(token).collect(), targets)
}

/// The masks of a step: every rank has its part of the same ones.
pub(super) fn masks(step: usize) -> Option<DropoutKey> {
    Some(DropoutKey(step as u64))
}

/// The losses of one rank, as the lab trains.
fn alone(config: &ModelConfig, method: MakeMethod) -> Vec<f64> {
    let mut model = Transformer::build(config.clone(), &Ledger::new(None), &mut RandomWeights { seed: 3 }).unwrap();
    attach(&*method(), &mut model, &mut RandomWeights { seed: 5 }).unwrap();
    let mut optimizer = AdamW::new(ADAMW);
    let step = |step: usize| {
        let (inputs, targets) = batch(step);
        model.params.zero_grads();
        let scale = 1.0 / (BATCH * CONTEXT) as f32;
        let loss = model
            .forward_backward(&Tokens::new(BATCH, CONTEXT, inputs), &targets, scale, masks(step).map(|key| Masks { key, first_row: 0 }))
            .unwrap();
        let clip = clip_factor(grad_norm(&model.params), UPDATE.gradient_clip);
        optimizer.step(&mut model.params, UPDATE.learning_rate, clip).unwrap();
        loss
    };
    (0..STEPS).map(step).collect()
}

/// The losses of each rank, which are threads. What each sent in a step is checked against the formula.
fn spread(config: &ModelConfig, settings: Settings, method: MakeMethod) -> Vec<Vec<f64>> {
    let plan = plan_of(settings, config);
    let results = run(plan.mesh.ranks(), |transport| {
        let plan = plan.clone();
        async move {
            let comm = Comm::new(transport);
            let outline = Outline::new(&Rc::new(Blueprint::new(config)), &*method());
            let traffic = formula::step::step(&plan, &outline, comm.transport().rank());
            let mut rank = rank_of(&comm, &Rc::new(plan), config, &Ledger::new(None), method).expect("built");
            let mut losses = Vec::new();
            for step in 0..STEPS {
                let (inputs, targets) = batch(step);
                comm.reset_counts();
                losses.push(rank.step(Batch { inputs: &inputs, targets: &targets, dropout: masks(step) }, UPDATE).await?.loss);
            }
            check_traffic(&comm, &traffic);
            Ok::<_, RankError>(losses)
        }
    });
    results.into_iter().map(|rank| rank.expect("no panic").unwrap()).collect()
}

fn check_traffic(comm: &Comm, expected: &formula::step::StepTraffic) {
    let rank = comm.transport().rank();
    for kind in Kind::ALL {
        let Count { bytes, messages, .. } = comm.counts().of(kind);
        assert_eq!(formula::Traffic { bytes, messages }, expected.of(kind), "{} of rank {rank}", kind.name());
    }
}

fn worst_difference(expected: &[f64], losses: &[f64]) -> f64 {
    assert_eq!(expected.len(), losses.len());
    expected.iter().zip(losses).map(|(a, b)| (a - b).abs() / a.abs()).fold(0.0, f64::max)
}

fn check(name: &str, settings: &Settings) {
    for (model, config) in [("llama", llama()), ("gpt", gpt())] {
        for (name_of_method, method) in [("full", full as MakeMethod), ("lora", with_lora)] {
            let expected = alone(&config, method);
            assert!(expected[STEPS - 1] < expected[1], "it learns: {expected:?}");
            let ranks = spread(&config, settings.clone(), method);
            assert!(ranks.iter().all(|losses| *losses == ranks[0]), "{name}, {model}, {name_of_method}: every rank reports the same");
            let worst = worst_difference(&expected, &ranks[0]);
            assert!(worst <= 1e-5, "{name}, {model}, {name_of_method}: {worst:e}");
        }
    }
}

pub(super) fn settings(data: usize, pipeline: usize, tensor: usize, micro_batches: usize) -> Settings {
    Settings { data, pipeline, tensor, micro_batches, ..Settings::default() }
}

#[test]
fn one_rank_in_micro_batches() {
    check("1 rank", &settings(1, 1, 1, 1));
    check("1 rank, 4 micro-batches", &settings(1, 1, 1, 4));
}

#[test]
fn data_parallel() {
    check("dp2", &settings(2, 1, 1, 1));
    check("dp4 in small buckets", &Settings { bucket_bytes: 4000, ..settings(4, 1, 1, 2) });
}

#[test]
fn tensor_parallel() {
    check("tp2", &settings(1, 1, 2, 1));
    for algorithm in Algorithm::ALL {
        check(&format!("tp2 by {}", algorithm.name()), &Settings { algorithm, ..settings(1, 1, 2, 2) });
    }
    check("tp2, rows shared out", &Settings { sequence_parallel: true, ..settings(1, 1, 2, 2) });
}

#[test]
fn pipeline_parallel() {
    for schedule in ScheduleKind::ALL {
        let chunks_per_stage = if schedule == ScheduleKind::Interleaved { 2 } else { 1 };
        check(&format!("pp2 {}", schedule.name()), &Settings { schedule, chunks_per_stage, ..settings(1, 2, 1, 4) });
    }
    check("pp4", &settings(1, 4, 1, 8));
}

#[test]
fn mixtures() {
    check("dp2 tp2 pp2", &settings(2, 2, 2, 2));
    check(
        "dp2 tp2 pp2, rows shared out, zb_h1",
        &Settings { sequence_parallel: true, schedule: ScheduleKind::ZeroBubbleH1, ..settings(2, 2, 2, 4) },
    );
    check("pp4 dp2", &settings(2, 4, 1, 4));
}

/// The weights of each rank after some steps, by name, with how they are shared out.
fn weights(config: &ModelConfig, settings: Settings) -> Vec<Vec<(String, Split, Vec<f32>)>> {
    let plan = plan_of(settings, config);
    let results = run(plan.mesh.ranks(), |transport| {
        let plan = plan.clone();
        async move {
            let comm = Comm::new(transport);
            let mut rank = rank_of(&comm, &Rc::new(plan), config, &Ledger::new(None), full).expect("built");
            for step in 0..5 {
                let (inputs, targets) = batch(step);
                rank.step(Batch { inputs: &inputs, targets: &targets, dropout: masks(step) }, UPDATE).await?;
            }
            let params = rank.model.params.iter();
            Ok::<_, RankError>(params.map(|param| (param.name.clone(), param.split, param.value.data().to_vec())).collect())
        }
    });
    results.into_iter().map(|rank| rank.expect("no panic").unwrap()).collect()
}

/// A weight that several ranks hold whole has the same bits at all of them, however its gradients are rounded on their way.
#[test]
fn copies_of_a_weight_stay_the_same() {
    // More than two replicas, whose sum depends on the order.
    let meshes = [
        ("dp2 tp2", settings(2, 1, 2, 1)),
        ("dp2 pp2", settings(2, 2, 1, 2)),
        ("dp4 tp2", settings(4, 1, 2, 1)),
        ("dp4 pp2", settings(4, 2, 1, 2)),
    ];
    let none = Compression::None;
    let ways = [Compression::Int8, Compression::TopK { keep: 0.1 }].map(|compression| (compression, ZeroStage::None));
    for (compression, zero) in [(none, ZeroStage::None), (none, ZeroStage::Optimizer)].into_iter().chain(ways) {
        for (name, settings) in &meshes {
            let mut first: HashMap<String, Vec<f32>> = HashMap::new();
            let ranks = weights(&llama(), Settings { compression, zero, ..settings.clone() });
            let tied = |param: &str| name.ends_with("pp2") && param == crate::nn::EMBEDDING_WEIGHT;
            for (param, split, value) in ranks.iter().flatten() {
                // Slices are no copies; without tensor ranks, the embedding's weight is whole at both ends of the pipeline.
                if !matches!(split, Split::Replicated | Split::Copied) && !tied(param) {
                    continue;
                }
                match first.get(param) {
                    Some(first) => assert!(first == value, "{name}, {}, {zero:?}: {param} differs", compression.name()),
                    None => drop(first.insert(param.clone(), value.clone())),
                }
            }
            assert!(first.len() > 5, "{name}: {:?}", first.keys());
        }
    }
}

#[test]
fn compressed_gradients_still_learn_and_send_fewer_bytes() {
    let expected = alone(&llama(), full);
    // About five times what was measured; a tenth of the gradient is another gradient.
    for (compression, most) in [(Compression::Float16, 1e-5), (Compression::Int8, 2e-3), (Compression::TopK { keep: 0.1 }, 0.1)] {
        let ranks = spread(&llama(), Settings { compression, ..settings(2, 1, 1, 1) }, full);
        assert_eq!(ranks[0], ranks[1], "{}", compression.name());
        let worst = worst_difference(&expected, &ranks[0]);
        assert!(worst > 0.0 && worst < most, "{}: {worst:e}", compression.name());
        assert!(ranks[0][STEPS - 1] < ranks[0][0], "{}: {:?}", compression.name(), ranks[0]);
    }
}
