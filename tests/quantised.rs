//! LoRA on a shipped model whose weights are kept in blocks.

#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::shipped_assets;
use serde_json::json;
use tinyai::data::Corpus;
use tinyai::lab::assets::{Assets, corpus_file};
use tinyai::lab::base_model::BaseModel;
use tinyai::lab::check::parse;
use tinyai::lab::evaluate::Evaluation;
use tinyai::lab::methods::method;
use tinyai::lab::training::Training;
use tinyai::nn::{InFormat, RandomWeights, WeightSource};
use tinyai::quant::{BlockFormat, FORMATS};
use tinyai::tensor::{Category, Ledger};

/// What a run measured.
struct Ran {
    losses: Vec<f64>,
    validation_loss: f64,
    /// Weights of all matrices of the base, and the bytes that they take.
    base: (usize, usize),
    /// Bytes of all parameters in the ledger before the first step.
    parameters: usize,
    seconds_a_step: f64,
}

/// The default fine-tuning by LoRA of the poems' model, for so many steps.
fn fine_tune(steps: u32, format: Option<&'static dyn BlockFormat>) -> Ran {
    let spec = json!({"base": {"fine_tuning": {"method": "lora"}, "training": {"steps": steps}}, "runs": [{"name": "lora"}]});
    let assets: Assets = shipped_assets(&spec);
    let run = parse(&spec).expect("a spec of ours").base;
    let base = BaseModel::open(&run.model.base, &assets).expect("it ships");
    let corpus = assets.get(&corpus_file(&run.data.corpus).expect("it ships")).expect("it ships");
    let corpus = Corpus::from_bytes(&run.data.corpus, corpus).expect("it ships");
    let context = run.data.context as usize;
    let split = corpus.split(run.data.validation_percent, &base.tokenizer, context).expect("long enough");
    let (ledger, mut file) = (Ledger::new(None), base.weights());
    let mut in_format;
    let of_model: &mut dyn WeightSource = match format {
        None => &mut file,
        Some(format) => {
            in_format = InFormat { source: &mut file, format };
            &mut in_format
        }
    };
    let of_method = &mut RandomWeights { seed: u64::from(run.training.seed) };
    let (method, train) = (method(&run.fine_tuning), &split.train.ids);
    let training = Training::alone(&run.training, context, &base.blueprint, &ledger, [of_model, of_method], &*method, train.len());
    let mut training = training.expect("it fits");
    let parameters = ledger.report().of(Category::Parameters);
    assert_eq!(parameters.live, parameters.peak, "nothing else was there while the weights were read");
    let matrices = training.model().params.iter().filter(|param| param.shape.len() == 2 && !param.name.contains("lora_"));
    let base = matrices.fold((0, 0), |(weights, bytes), param| (weights + param.elements(), bytes + param.value.bytes()));
    let start = std::time::Instant::now();
    let losses = (0..steps).map(|_| training.advance_alone(train).expect("it fits").loss).collect();
    let seconds_a_step = start.elapsed().as_secs_f64() / f64::from(steps);
    let mut evaluation = Evaluation::new(split.validation.ids.len(), context, run.evaluation.tokens as usize);
    let validation_loss = loop {
        if let Some(loss) = evaluation.advance(training.model(), &split.validation.ids, 8).expect("it fits") {
            break loss;
        }
    };
    Ran { losses, validation_loss, base, parameters: parameters.live, seconds_a_step }
}

#[test]
fn lora_on_blocks_takes_a_quarter_of_the_memory_and_learns_as_well() {
    let floats = fine_tune(STEPS, None);
    for format in FORMATS {
        let blocks = fine_tune(STEPS, Some(format));
        let (weights, bytes) = blocks.base;
        println!(
            "{}: {:.4} bytes a weight of {weights}, {} of parameters against {}; validation loss {:.5} against {:.5}, last {:.5} against \
             {:.5}; {:.1} against {:.1} ms a step",
            format.name(),
            bytes as f64 / weights as f64,
            blocks.parameters,
            floats.parameters,
            blocks.validation_loss,
            floats.validation_loss,
            blocks.losses[blocks.losses.len() - 1],
            floats.losses[floats.losses.len() - 1],
            1e3 * blocks.seconds_a_step,
            1e3 * floats.seconds_a_step,
        );
        assert_eq!(floats.base, (weights, 4 * weights));
        assert!(bytes as f64 <= 1.07 * weights as f64, "{bytes} bytes for {weights} weights");
        assert_eq!(floats.parameters - blocks.parameters, 4 * weights - bytes, "the ledger has the difference");
        assert!(floats.losses[0] - floats.losses[floats.losses.len() - 1] > 0.3, "it learns: {:?}", floats.losses);
        for (step, (blocks, floats)) in blocks.losses.iter().zip(&floats.losses).enumerate() {
            assert!((blocks - floats).abs() < 0.01 * floats, "step {step}: {blocks} against {floats}");
        }
        assert!((blocks.validation_loss - floats.validation_loss).abs() < 0.01 * floats.validation_loss);
    }
}

const STEPS: u32 = 30;
