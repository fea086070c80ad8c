//! A run against its model: each refusal names the limit, and the modelled memory is below what the ledger measures.

use super::model::*;
use crate::finetune::{full, lora};
use crate::lab::problem::ProblemCode;
use crate::lab::spec::{Method, RunSpec, TargetModule};
use crate::lab::training::Training;
use crate::nn::{FeedForwardKind, ModelConfig, RandomWeights, Transformer};
use crate::tensor::Ledger;

const FACTS: ModelFacts = ModelFacts {
    d_model: 192,
    d_ff: 512,
    gated: true,
    n_layers: 6,
    n_heads: 6,
    n_kv_heads: 2,
    d_head: 32,
    vocab_size: 4000,
    max_positions: 256,
    parameters: 3_000_000,
};

fn lora(rank: u32) -> RunSpec {
    let mut run = RunSpec::default();
    run.fine_tuning.method = Method::Lora;
    run.fine_tuning.lora.rank = rank;
    run
}

#[test]
fn the_default_run_goes_with_a_small_model() {
    assert_eq!(check_against_model("full", &RunSpec::default(), &FACTS), []);
    assert_eq!(check_against_model("lora", &lora(64), &FACTS), []);
}

#[test]
fn a_rank_above_the_smallest_layer_names_the_layer_and_the_limit() {
    let problems = check_against_model("lora", &lora(65), &FACTS);
    assert_eq!(problems.len(), 1);
    let problem = &problems[0];
    assert_eq!((problem.run.as_deref(), problem.field.as_deref()), (Some("lora"), Some("fine_tuning.lora.rank")));
    for text in [&problem.message.en, &problem.message.zh] {
        assert!(text.contains("65") && text.contains("k_proj") && text.contains("64 × 192"), "{text}");
    }
    let mut full = lora(65);
    full.fine_tuning.method = Method::Full;
    assert_eq!(check_against_model("full", &full, &FACTS), [], "LoRA's rank matters only to LoRA");
}

#[test]
fn a_context_above_the_model_s_is_refused() {
    let mut run = RunSpec::default();
    run.data.context = 257;
    let problems = check_against_model("a", &run, &FACTS);
    assert_eq!(problems[0].field.as_deref(), Some("data.context"));
    assert!(problems[0].message.en.contains("at most 256"));
}

#[test]
fn a_batch_that_cannot_fit_is_refused_and_the_batch_it_proposes_is_accepted() {
    let mut run = RunSpec::default();
    run.training.batch_size = 1024;
    run.data.context = 256;
    let problems = check_against_model("a", &run, &FACTS);
    assert_eq!(problems[0].code, ProblemCode::OutOfMemory);
    assert_eq!(problems[0].field.as_deref(), Some("training.batch_size"));
    let proposed = problems[0].message.en.split("at most ").nth(1).unwrap();
    run.training.batch_size = proposed.split(',').next().unwrap().parse().unwrap();
    assert_eq!(check_against_model("a", &run, &FACTS), []);
    run.training.batch_size += 1;
    assert_eq!(check_against_model("a", &run, &FACTS).len(), 1);
}

#[test]
fn a_limit_below_the_weights_points_at_the_limit() {
    let mut run = RunSpec::default();
    run.resources.memory_limit = 1;
    let problems = check_against_model("a", &run, &FACTS);
    assert_eq!(problems[0].field.as_deref(), Some("resources.memory_limit"));
}

#[test]
fn absurd_facts_from_a_file_do_not_panic() {
    let huge = ModelFacts {
        d_model: usize::MAX,
        d_ff: usize::MAX,
        gated: true,
        n_layers: usize::MAX,
        n_heads: usize::MAX,
        n_kv_heads: 0,
        d_head: usize::MAX,
        vocab_size: usize::MAX,
        max_positions: 0,
        parameters: u64::MAX,
    };
    assert!(!check_against_model("a", &lora(4), &huge).is_empty());
}

/// The most bytes that two steps of a run take, by the ledger.
fn measured(run: &RunSpec, config: &ModelConfig) -> f64 {
    let ledger = Ledger::new(None);
    let mut weights = RandomWeights { seed: 1 };
    let mut model = Transformer::build(config.clone(), &ledger, &mut weights).unwrap();
    match run.fine_tuning.method {
        Method::Full => full::attach(&mut model),
        Method::Lora => {
            let settings = &run.fine_tuning.lora;
            let target_modules = settings.target_modules.iter().map(|module| module.name().to_owned()).collect();
            let (rank, init) = (settings.rank as usize, lora::LoraInit::Gaussian);
            let config = lora::LoraConfig { rank, alpha: 8.0, dropout: 0.0, target_modules, init };
            lora::attach(&mut model, &config, &mut weights).unwrap();
        }
    }
    let stream: Vec<i32> = (0..400).map(|i| i % config.vocab_size as i32).collect();
    let mut training = Training::new(&run.training, run.data.context as usize, stream.len());
    for _ in 0..2 {
        training.advance(&mut model, &stream).unwrap();
    }
    ledger.report().total.peak as f64
}

#[test]
fn the_modelled_memory_is_a_lower_bound_of_the_measured_and_not_an_empty_one() {
    use TargetModule::*;
    for feed_forward in [FeedForwardKind::SwiGlu, FeedForwardKind::Gelu] {
        let config = ModelConfig { d_model: 48, d_head: 8, d_ff: 96, n_layers: 2, feed_forward, ..ModelConfig::default() };
        let built = Transformer::build(config.clone(), &Ledger::new(None), &mut RandomWeights { seed: 1 }).unwrap();
        let facts = ModelFacts {
            d_model: 48,
            d_ff: 96,
            gated: feed_forward == FeedForwardKind::SwiGlu,
            n_layers: 2,
            n_heads: config.n_heads,
            n_kv_heads: config.n_kv_heads,
            d_head: 8,
            vocab_size: config.vocab_size,
            max_positions: config.max_positions,
            parameters: built.params.counts().0 as u64,
        };
        let all = lora(4).fine_tuning.lora.target_modules;
        for targets in [None, Some(all), Some(vec![DownProj]), Some(vec![QProj]), Some(vec![OProj])] {
            let mut run = targets.clone().map_or_else(RunSpec::default, |_| lora(4));
            run.fine_tuning.lora.target_modules = targets.unwrap_or_default();
            let bound = memory_bound(&run, &facts).total(f64::from(run.training.batch_size * run.data.context));
            let measured = measured(&run, &config);
            let label = format!("{feed_forward:?} {:?}: {bound} of {measured}", run.fine_tuning);
            assert!(bound <= measured, "no lower bound: {label}");
            assert!(bound >= 0.4 * measured, "far too low: {label}");
        }
    }
}
