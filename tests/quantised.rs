//! LoRA on a shipped model whose weights are kept in blocks.

mod common;

use std::ops::Range;
use std::rc::Rc;

use common::shipped_assets;
use serde_json::{Value, json};
use tinyai::data::Corpus;
use tinyai::kernels::gemm::Coded;
use tinyai::lab::assets::corpus_file;
use tinyai::lab::base_model::BaseModel;
use tinyai::lab::check::parse;
use tinyai::lab::methods::method;
use tinyai::lab::training::Training;
use tinyai::nn::{InFormat, RandomWeights, WeightSource, at_once};
use tinyai::parallel::rank::Sequences;
use tinyai::quant::{BlockFormat, BlockWriter, FORMATS};
use tinyai::tensor::{BlockWeight, Category, Ledger, OutOfMemory};

/// What a run measured.
struct Ran {
    losses: Vec<f64>,
    /// Before and after.
    validation_loss: [f64; 2],
    /// Weights of all matrices of the base, and the bytes that they take.
    base: (usize, usize),
    /// Bytes of all parameters in the ledger before the first step.
    parameters: usize,
    seconds_a_step: f64,
}

/// Fine-tuning by LoRA of the poems' model.
fn fine_tune(training: Value, format: Option<&'static dyn BlockFormat>) -> Ran {
    let spec = json!({"base": {"fine_tuning": {"method": "lora"}, "training": training}, "runs": [{"name": "lora"}]});
    let assets = shipped_assets(&spec);
    let run = parse(&spec).expect("a spec of ours").base;
    let base = BaseModel::open(&run, &assets).expect("it ships");
    let corpus = assets.get(&corpus_file(&run).expect("it ships")).expect("it ships");
    let corpus = Corpus::from_bytes(&run.data.corpus, corpus).expect("it ships");
    let context = run.data.context as usize;
    let split = corpus.split(run.data.validation_percent, &base.tokenizer, context).expect("long enough");
    let (ledger, mut file) = (Ledger::new(None), base.source());
    let mut in_format;
    let of_model: &mut dyn WeightSource = match format {
        None => &mut *file,
        Some(format) => {
            in_format = InFormat::all(&mut *file, format);
            &mut in_format
        }
    };
    let of_method = &mut RandomWeights { seed: u64::from(run.training.seed) };
    let (method, train) = (method(&run), &split.train.ids);
    let training = Training::alone(&run.training, context, &base.blueprint, &ledger, [of_model, of_method], &*method, train.len());
    let mut training = training.expect("it fits");
    let parameters = ledger.report().of(Category::Parameters);
    assert_eq!(parameters.live, parameters.peak, "nothing else was there while the weights were read");
    let matrices = training.model().params.iter().filter(|param| param.shape.len() == 2 && !param.name.contains("lora_"));
    let base = matrices.fold((0, 0), |(weights, bytes), param| (weights + param.elements(), bytes + param.value.bytes()));
    let validation = |training: &mut Training| {
        let (stream, tokens) = (&split.validation.ids, run.evaluation.tokens as usize / context * context);
        let sequences = Sequences { inputs: &stream[..tokens], targets: &stream[1..=tokens], seq_len: context, group: 8 };
        at_once(training.rank.nll(sequences)).expect("it fits") / tokens as f64
    };
    let before = validation(&mut training);
    let start = std::time::Instant::now();
    let losses: Vec<f64> = (0..run.training.steps).map(|_| training.advance_alone(train).expect("it fits").loss).collect();
    let seconds_a_step = start.elapsed().as_secs_f64() / losses.len() as f64;
    let validation_loss = [before, validation(&mut training)];
    Ran { losses, validation_loss, base, parameters: parameters.live, seconds_a_step }
}

/// The largest relative difference of two runs' losses.
fn difference(a: &Ran, b: &Ran) -> f64 {
    let all = |ran: &Ran| ran.losses.iter().chain(&ran.validation_loss).copied().collect::<Vec<_>>();
    all(a).iter().zip(all(b)).map(|(a, b)| (a - b).abs() / b).fold(0.0, f64::max)
}

#[test]
fn lora_on_blocks_takes_less_memory_and_learns_as_well() {
    let training = json!({"steps": 30, "learning_rate": 0.003});
    let floats = fine_tune(training.clone(), None);
    let [before, after] = floats.validation_loss;
    assert!(after < before - 0.1, "it learns: {before} to {after}");
    for format in FORMATS {
        let blocks = fine_tune(training.clone(), Some(format));
        let (weights, bytes) = blocks.base;
        assert_eq!(floats.base, (weights, 4 * weights));
        // Bytes a weight, and by how much losses may differ.
        let (most_bytes, most) = match format.name() {
            "int8" => (1.07, 0.01),
            _ => (0.60, 0.03),
        };
        assert!(bytes as f64 <= most_bytes * weights as f64, "{}: {bytes} bytes for {weights} weights", format.name());
        assert_eq!(floats.parameters - blocks.parameters, 4 * weights - bytes, "the ledger has the difference");
        let worst = difference(&blocks, &floats);
        println!("{}: {:.3} bytes a weight, losses differ by {worst:.4}", format.name(), bytes as f64 / weights as f64);
        assert!(worst < most, "{}: losses differ by {worst}", format.name());
    }
}

/// A format whose products round the inputs in training, too: what that would cost.
#[derive(Debug)]
struct Rounding(&'static dyn BlockFormat);

struct RoundingWriter(Box<dyn BlockWriter>);

#[derive(Debug)]
struct RoundingWeight(Rc<dyn BlockWeight>);

impl BlockFormat for Rounding {
    fn name(&self) -> &'static str {
        "rounding"
    }
    fn bytes(&self, shape: [usize; 2], first: usize) -> usize {
        self.0.bytes(shape, first)
    }
    fn allocate(&self, ledger: &Ledger, shape: [usize; 2], first: usize) -> Result<Box<dyn BlockWriter>, OutOfMemory> {
        Ok(Box::new(RoundingWriter(self.0.allocate(ledger, shape, first)?)))
    }
}

impl BlockWriter for RoundingWriter {
    fn write(&mut self, row: &[f32], columns: Range<usize>) {
        self.0.write(row, columns);
    }
    fn finish(self: Box<Self>) -> Rc<dyn BlockWeight> {
        Rc::new(RoundingWeight(self.0.finish()))
    }
}

impl BlockWeight for RoundingWeight {
    fn format(&self) -> &'static str {
        "rounding"
    }
    fn bytes(&self) -> usize {
        self.0.bytes()
    }
    fn rows(&self) -> &dyn Coded {
        self.0.rows()
    }
    fn multiply(&self, alpha: f32, x: &[f32], beta: f32, y: &mut [f32]) {
        assert!(alpha == 1.0 && beta == 0.0);
        self.0.multiply_rounded(x, y);
    }
}

/// `cargo test --release --test quantised -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn the_default_fine_tuning_in_every_format() {
    static ROUNDING: Rounding = Rounding(FORMATS[0]);
    let formats = FORMATS.map(Some).into_iter().chain([Some(&ROUNDING as &dyn BlockFormat), None]);
    let floats = fine_tune(json!({}), None);
    for format in formats {
        let ran = fine_tune(json!({}), format);
        println!(
            "{}: validation loss {:.5} to {:.5} (float32 {:.5} to {:.5}); largest difference of a loss {:.4} %; {} bytes of {} weights; \
             {:.1} ms a step (float32 {:.1})",
            format.map_or("float32", |format| format.name()),
            ran.validation_loss[0],
            ran.validation_loss[1],
            floats.validation_loss[0],
            floats.validation_loss[1],
            100.0 * difference(&ran, &floats),
            ran.base.1,
            ran.base.0,
            1e3 * ran.seconds_a_step,
            1e3 * floats.seconds_a_step,
        );
    }
}
