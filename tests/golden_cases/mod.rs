//! The golden cases: reference numbers of PyTorch, transformers and PEFT, and what this engine makes of the same
//! inputs. One harness for all targets; `tests/goldens.rs` runs it natively, `in_browser.rs` in a browser, as
//! one of the engine's unit tests: there a test beside the engine would have it compiled twice.
//!
//! Every size, hyper-parameter and tolerance comes from the files of the case, so another set of goldens can be
//! judged by the same code. `tests/goldens/README.md` says what the cases hold.

mod adapters;
mod bottleneck;
mod case;
mod checks;
mod clm_eval;
mod engine;
mod families;
#[cfg(target_arch = "wasm32")]
mod in_browser;
mod kv_cache;
mod llama_tiny;
mod llama_train;
mod packing;
mod quant_float;
mod quant_int8;
mod quant_nf4;
pub mod tolerance;
mod training;

pub use case::{Case, Files};
use checks::Checks;

/// What a case body returns: an error ends the case, findings are gathered in [`Checks`].
type CaseResult = Result<(), Box<dyn std::error::Error>>;

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything the case expects was compared and lies within its tolerance.
    Passed,
    /// The findings.
    Failed(Vec<String>),
    /// The engine has nothing yet to run it with.
    NotCovered,
}

/// The body of a case, if there is one.
fn body(name: &str) -> Option<fn(&Case, &mut Checks) -> CaseResult> {
    Some(match name {
        "llama-tiny" => llama_tiny::run,
        "llama-train" => llama_train::run,
        "clm-eval" => clm_eval::run,
        "lora-qv" | "lora-rslora" | "lora-dora" | "ia3" | "prompt-tuning" | "prefix-tuning" => adapters::run,
        "adapter-bottleneck" => bottleneck::run,
        "qwen2-tiny" | "gemma3-tiny" => families::run,
        "kvcache-llama" | "kvcache-sliding" => kv_cache::run,
        "packing" => packing::run,
        "quant-float" => quant_float::run,
        "quant-int8" => quant_int8::run,
        "quant-nf4" => quant_nf4::run,
        _ => return None,
    })
}

/// The cases that the engine has nothing yet to run with. Each is to leave this list when it has.
pub const NOT_COVERED: [&str; 4] = ["gguf-file", "moe-mixtral", "moe-switch", "quant-gguf"];

/// What is wrong with the list of cases `names`: each is covered or listed in [`NOT_COVERED`], not both, and each that is listed is
/// there.
#[allow(dead_code, reason = "the copy inside the program of the browser has a test a case")]
pub fn list_problems(names: &[String]) -> Vec<String> {
    let listed = |name: &str| NOT_COVERED.contains(&name);
    let unknown =
        names.iter().filter(|name| body(name).is_none() && !listed(name)).map(|name| format!("{name} is neither covered nor listed"));
    let both = NOT_COVERED.iter().filter(|name| body(name).is_some()).map(|name| format!("{name} is covered, but listed as not"));
    let gone = NOT_COVERED
        .iter()
        .filter(|name| !names.iter().any(|n| n == *name))
        .map(|name| format!("{name} is listed, but there is no such case"));
    unknown.chain(both).chain(gone).collect()
}

/// Runs one case.
pub fn run(files: &dyn Files, name: &str) -> Outcome {
    let Some(body) = body(name) else {
        let listed = NOT_COVERED.contains(&name);
        return if listed { Outcome::NotCovered } else { Outcome::Failed(vec!["neither covered nor listed as not".to_owned()]) };
    };
    let findings = Case::open(files, name).and_then(|case| {
        let mut checks = Checks::new(&case);
        body(&case, &mut checks)?;
        checks.finish()
    });
    match findings {
        Ok(findings) if findings.is_empty() => Outcome::Passed,
        Ok(findings) => Outcome::Failed(findings),
        Err(error) => Outcome::Failed(vec![error.to_string()]),
    }
}
