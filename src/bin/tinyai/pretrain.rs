//! `tinyai pretrain ID`

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use tinyai::data::corpora;
use tinyai::kernels;
use tinyai::lab::pretrain::{Baselines, Pretraining, Recipe};
use tinyai::lab::problem::Text;
use tinyai::lab::problems::{self, Asset};
use tinyai::lab::rank::Reader;
use tinyai::lab::sample::{Sampler, SamplingConfig};

use crate::cli::Failure;
use crate::run::{indent, read_file, set_threads};
use crate::{asset_folder, output};

/// Arguments of `tinyai pretrain`.
#[derive(Args)]
pub struct Pretrain {
    /// The base model: `tang-poems` or `shakespeare-plays`.
    id: String,
    /// Folder with `corpora/`; without it, that of the variable TINYAI_ASSETS, or `www/public` here, beside the program or in its source
    /// code.
    #[arg(long)]
    assets: Option<PathBuf>,
    /// Folder that gets the model's folder; without it, `models/` among the assets.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Optimizer steps; without it, those of the recipe, which the shipped model had.
    #[arg(long)]
    steps: Option<u32>,
    /// Threads of the kernels; without it, one per core. The weights do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
}

/// What the log holds of the training; losses in nats per token.
#[derive(Serialize)]
struct Log {
    model: &'static str,
    parameters: usize,
    vocab_size: usize,
    training_tokens: usize,
    validation_tokens: usize,
    steps: u32,
    seed: u32,
    simd: &'static str,
    seconds: f64,
    unigram_validation_loss: f64,
    bigram_validation_loss: f64,
    validation_loss: f64,
    /// Step, training loss (mean since the entry before), learning rate.
    training: Vec<(u32, f64, f64)>,
    /// Step, validation loss.
    validation: Vec<(u32, f64)>,
    samples: Vec<String>,
}

const LOG_EVERY: u32 = 20;
const VALIDATE_EVERY: u32 = 500;
const SAMPLES: u64 = 3;

/// Trains the base model and writes its folder: weights, configuration, tokenizer, log and model card.
pub fn run(args: &Pretrain) -> Result<(), Failure> {
    set_threads(args.threads)?;
    let recipes = Recipe::all();
    let ids = recipes.each_ref().map(|recipe| recipe.id);
    let Some(mut recipe) = recipes.into_iter().find(|recipe| recipe.id == args.id) else {
        return Err(vec![problems::not_found(Asset::BaseModel, &args.id, &ids)].into());
    };
    recipe.training.steps = args.steps.unwrap_or(recipe.training.steps);
    let assets = asset_folder::find(args.assets.as_deref())?;
    let mut training = open(&assets, recipe.clone())?;
    let folder = args.out.clone().unwrap_or_else(|| assets.join("models")).join(recipe.id);
    output::prepare(&folder.join("model.safetensors"))?;
    let log = train(&mut training, &recipe)?;
    let mut files = training.files();
    files.push(("training_log.json", serde_json::to_vec(&log).map_err(io::Error::from)?));
    files.push(("README.md", card(&log, &recipe).into_bytes()));
    write(&folder, &files)
}

/// Writes the model's folder; where that fails, into the folder for temporary files, and where that fails, too, prints the log.
fn write(folder: &Path, files: &[(&'static str, Vec<u8>)]) -> Result<(), Failure> {
    let name = format!("tinyai-{}-{}", folder.file_name().unwrap_or_default().display(), std::process::id());
    match output::write_files(folder, &std::env::temp_dir().join(name), files) {
        Ok((folder, None)) => {
            eprintln!("written to {}", folder.display());
            Ok(())
        }
        Ok((other, Some(error))) => Err(Failure::Unwritten(Text {
            en: format!("The model could not be written to {}: {error}. It is in {} instead.", folder.display(), other.display()),
            zh: format!("模型无法写入 {}：{error}。已改为写入 {}。", folder.display(), other.display()),
        })),
        Err(error) => {
            let log = files.iter().find(|(name, _)| *name == "training_log.json").map(|(_, bytes)| bytes.as_slice());
            io::stdout().lock().write_all(log.unwrap_or_default())?;
            Err(Failure::Unwritten(Text {
                en: format!("The model could not be written to {}: {error}. Its log is on standard output.", folder.display()),
                zh: format!("模型无法写入 {}：{error}。训练日志已输出到标准输出。", folder.display()),
            }))
        }
    }
}

fn open(assets: &Path, recipe: Recipe) -> Result<Pretraining, Failure> {
    let ours = || io::Error::other(format!("the recipe's corpus {} does not ship", recipe.corpus));
    let corpus = corpora::find(recipe.corpus).ok_or_else(ours)?;
    let folder = assets.join("corpora");
    let tokenizer = match corpus.tokenizer.file() {
        Some(file) => String::from_utf8(read_file(&folder.join(file))?).map_err(io::Error::other)?,
        None => String::new(),
    };
    let tokenizer = corpus.tokenizer.load(&tokenizer).map_err(io::Error::other)?;
    let text = read_file(&folder.join(corpus.file))?;
    Pretraining::new(recipe, tokenizer, &text).map_err(|problem| vec![problem].into())
}

fn train(training: &mut Pretraining, recipe: &Recipe) -> Result<Log, Failure> {
    let start = Instant::now();
    let failure = |problem| Failure::from(vec![problem]);
    let Baselines { unigram, bigram } = training.baselines();
    let (training_tokens, validation_tokens) = training.tokens();
    eprintln!(
        "{}: {} parameters, {training_tokens} tokens; unigram {unigram:.4}, bigram {bigram:.4} nats/token",
        recipe.id,
        training.parameters()
    );
    let (mut curve, mut validation, mut sum) = (Vec::new(), Vec::new(), 0.0);
    loop {
        let (step, steps) = training.progress();
        if step % VALIDATE_EVERY == 0 || step == steps {
            let loss = training.validate().map_err(failure)?;
            eprintln!("step {step}: validation loss {loss:.4} after {:.0} s", start.elapsed().as_secs_f64());
            validation.push((step, loss));
        }
        if step == steps {
            break;
        }
        let report = training.advance().map_err(failure)?;
        sum += report.loss;
        let done = step + 1;
        if done % LOG_EVERY == 0 {
            let loss = sum / f64::from(LOG_EVERY);
            eprintln!("step {done}: loss {loss:.4}, {:.0} s", start.elapsed().as_secs_f64());
            curve.push((done, loss, report.learning_rate));
            sum = 0.0;
        }
    }
    training.round_to_f16();
    Ok(Log {
        model: recipe.id,
        parameters: training.parameters(),
        vocab_size: training.model().1.vocab_size(),
        training_tokens,
        validation_tokens,
        steps: recipe.training.steps,
        seed: recipe.training.seed,
        simd: kernels::backend_name(),
        seconds: start.elapsed().as_secs_f64(),
        unigram_validation_loss: unigram,
        bigram_validation_loss: bigram,
        validation_loss: training.validate().map_err(failure)?,
        training: curve,
        validation,
        samples: (0..SAMPLES).map(|seed| sample(training, seed)).collect::<Result<_, _>>()?,
    })
}

/// One document, from its beginning, of at most as many tokens as the model has positions.
fn sample(training: &mut Pretraining, seed: u64) -> Result<String, Failure> {
    let (model, tokenizer) = training.model();
    let separator = tokenizer.document_separator();
    let config = SamplingConfig { temperature: 0.8, top_k: 40, seed };
    let capacity = model.config.max_positions + 1;
    let (mut sampler, mut reader) = (Sampler::new(config, vec![separator], model.config.max_positions), Reader::default());
    while !sampler.is_full() {
        let logits = reader.logits(model, sampler.ids(), capacity, 0).map_err(io::Error::other)?;
        if sampler.push(logits.data()) == separator {
            break;
        }
    }
    let ids = sampler.continuation();
    Ok(tokenizer.decode(ids.strip_suffix(&[separator]).unwrap_or(ids)))
}

/// The model card.
fn card(log: &Log, recipe: &Recipe) -> String {
    let samples = log.samples.iter().fold(String::new(), |mut text, sample| {
        let _ = write!(text, "\n{}\n\n---\n", indent(sample));
        text
    });
    format!(
        "# {id}\n\n\
         A Llama of {parameters} parameters ({layers} blocks of width {d_model}, {heads} query and {kv_heads} key/value heads, vocabulary {vocab}), \
         trained from random weights on `corpora/{corpus}` by `tinyai pretrain {id}` (seed {seed}, {steps} steps of {batch} x {context} tokens, \
         {seconds:.0} s on the CPU, {simd}). Weights are float16; losses below are those of the rounded weights.\n\n\
         ## Validation loss\n\n\
         Mean negative log-likelihood in nats per token on the last {percent} % of the documents ({validation_tokens} tokens), never trained on.\n\n\
         | model | nats per token |\n|---|---|\n| unigram | {unigram:.4} |\n| bigram | {bigram:.4} |\n| this model | {loss:.4} |\n\n\
         ## Samples\n\nTemperature 0.8, top 40, seeds 0 to {last_seed}, from the beginning of a document.\n{samples}\n\
         ## Intended use\n\nThe starting point of fine-tuning experiments in the browser. It knows nothing but the style of its corpus.\n\n\
         ## Licence\n\nApache-2.0, as the project; the corpus: see `corpora/LICENSES.md`. The curve of the training is in `training_log.json`.\n",
        id = log.model,
        parameters = log.parameters,
        layers = recipe.model.n_layers,
        d_model = recipe.model.d_model,
        heads = recipe.model.n_heads,
        kv_heads = recipe.model.n_kv_heads,
        vocab = log.vocab_size,
        corpus = recipe.corpus,
        seed = log.seed,
        steps = log.steps,
        batch = recipe.training.batch_size,
        context = recipe.context,
        seconds = log.seconds,
        simd = log.simd,
        percent = recipe.validation_percent,
        validation_tokens = log.validation_tokens,
        unigram = log.unigram_validation_loss,
        bigram = log.bigram_validation_loss,
        loss = log.validation_loss,
        last_seed = SAMPLES - 1,
    )
}
