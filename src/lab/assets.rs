//! The files an experiment needs: which, and their bytes once somebody brought them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::problem::Problem;
use super::problems::{self, Asset};
use super::spec::{NEW_MODEL, RunSpec, TokenizerSpec};
use crate::data::corpora;

/// Prefix of the name of a file that the visitor brought.
pub const OWN_FILE: &str = "file:";

/// The base models that ship with the site: folders below `models/`.
pub const BASE_MODELS: [&str; 2] = ["tang-poems", "shakespeare-plays"];

/// The files of a base model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFiles {
    /// The weights: safetensors.
    pub weights: String,
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
}

impl ModelFiles {
    /// The files of a shipped model, or of one of the visitor's own: then `config.json` and `tokenizer.json` are those in the folder
    /// of the weights, `file:FOLDER/model.safetensors`, which may also be named alone, `file:FOLDER`. Weights without a folder have
    /// `file:config.json` and `file:tokenizer.json`.
    ///
    /// # Errors
    /// If no model of that name ships with the site.
    pub fn of(base: &str) -> Result<Self, Problem> {
        if let Some(name) = base.strip_prefix(OWN_FILE) {
            let folder = name.rfind(['/', '\\']).map_or("", |end| &name[..=end]);
            // The name of a file has an ending.
            let folder = match name[folder.len()..].contains('.') || name.is_empty() || name == folder {
                true => folder.to_owned(),
                false => format!("{name}/"),
            };
            let own = |name: &str| format!("{OWN_FILE}{folder}{name}");
            let weights = if name.len() <= folder.len() && !name.is_empty() { own("model.safetensors") } else { base.to_owned() };
            return Ok(Self { weights, config: own("config.json"), tokenizer: own("tokenizer.json") });
        }
        match BASE_MODELS.contains(&base) {
            true => {
                let file = |name: &str| format!("models/{base}/{name}");
                Ok(Self { weights: file("model.safetensors"), config: file("config.json"), tokenizer: file("tokenizer.json") })
            }
            false => Err(problems::not_found(Asset::BaseModel, base, &BASE_MODELS)),
        }
    }
}

/// The file of a run's text.
///
/// # Errors
/// If no such corpus ships with the site.
pub fn corpus_file(run: &RunSpec) -> Result<String, Problem> {
    file_of(&run.data.corpus, Asset::Corpus)
}

/// The file of the text on which a run measures what it forgets, if it does.
///
/// # Errors
/// If no such corpus ships with the site.
pub fn base_corpus_file(run: &RunSpec) -> Result<Option<String>, Problem> {
    let corpus = &run.evaluation.base_corpus;
    (!corpus.is_empty()).then(|| file_of(corpus, Asset::BaseCorpus)).transpose()
}

/// The file of a corpus: one that ships with the site, or the visitor's own.
fn file_of(corpus: &str, asset: Asset) -> Result<String, Problem> {
    if corpus.starts_with(OWN_FILE) {
        return Ok(corpus.to_owned());
    }
    match corpora::file_of(corpus) {
        Some(file) => Ok(format!("corpora/{file}")),
        None => Err(problems::not_found(asset, corpus, &corpora::ids())),
    }
}

/// Paths of the shipped files, and names of the visitor's own, that the runs need; each once.
pub fn required(runs: &[RunSpec]) -> Result<Vec<String>, Vec<Problem>> {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    let mut add = |file: String| {
        if !files.contains(&file) {
            files.push(file);
        }
    };
    for run in runs {
        match (run.model.base.as_str(), ModelFiles::of(&run.model.base)) {
            (NEW_MODEL, _) => {}
            (_, Ok(ModelFiles { weights, config, tokenizer })) => [weights, config, tokenizer].into_iter().for_each(&mut add),
            (_, Err(problem)) => problems.push(problem),
        }
        for file in [corpus_file(run).map(Some), base_corpus_file(run)] {
            match file {
                Ok(file) => file.into_iter().for_each(&mut add),
                Err(problem) => problems.push(problem),
            }
        }
    }
    problems.dedup();
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// Those of them that are needed to read the runs' texts and to know the sizes of their models: all but the weights.
///
/// # Errors
/// If a base model or corpus does not exist.
pub fn without_weights(runs: &[RunSpec]) -> Result<Vec<String>, Vec<Problem>> {
    let weights: Vec<String> = runs.iter().filter_map(|run| ModelFiles::of(&run.model.base).ok()).map(|files| files.weights).collect();
    Ok(required(runs)?.into_iter().filter(|file| !weights.contains(file)).collect())
}

/// Those of them that tell the sizes of a run's model.
///
/// # Errors
/// If there is no such base model or corpus.
pub fn plan_assets(run: &RunSpec) -> Result<Vec<String>, Problem> {
    Ok(match (run.model.base.as_str(), run.model.tokenizer) {
        (NEW_MODEL, TokenizerSpec::Bytes) => Vec::new(),
        (NEW_MODEL, TokenizerSpec::Characters) => vec![corpus_file(run)?],
        (base, _) => vec![ModelFiles::of(base)?.config],
    })
}

/// The bytes of files, by the names that [`required`] gives; a copy has the same bytes.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    files: BTreeMap<String, Arc<Vec<u8>>>,
}

impl Assets {
    /// Adds a file.
    pub fn insert(&mut self, name: impl Into<String>, bytes: Vec<u8>) {
        self.files.insert(name.into(), Arc::new(bytes));
    }

    /// The bytes of a file.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(|bytes| bytes.as_slice())
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn models_of_one_s_own_have_the_files_of_their_folder() {
        for (base, weights, config, tokenizer) in [
            ("file:a.safetensors", "file:a.safetensors", "file:config.json", "file:tokenizer.json"),
            ("file:x/model.safetensors", "file:x/model.safetensors", "file:x/config.json", "file:x/tokenizer.json"),
            ("file:x/y/b.safetensors", "file:x/y/b.safetensors", "file:x/y/config.json", "file:x/y/tokenizer.json"),
            ("file:y", "file:y/model.safetensors", "file:y/config.json", "file:y/tokenizer.json"),
            ("file:../x.y/z", "file:../x.y/z/model.safetensors", "file:../x.y/z/config.json", "file:../x.y/z/tokenizer.json"),
            ("file:y/", "file:y/model.safetensors", "file:y/config.json", "file:y/tokenizer.json"),
            ("file:/abs/m.safetensors", "file:/abs/m.safetensors", "file:/abs/config.json", "file:/abs/tokenizer.json"),
            ("file:d\\m.safetensors", "file:d\\m.safetensors", "file:d\\config.json", "file:d\\tokenizer.json"),
        ] {
            let files = ModelFiles { weights: weights.into(), config: config.into(), tokenizer: tokenizer.into() };
            assert_eq!(ModelFiles::of(base), Ok(files));
        }
    }

    #[test]
    fn a_second_text_is_asked_for_where_there_is_one() {
        let mut run = RunSpec::default();
        let alone = required(std::slice::from_ref(&run)).unwrap();
        run.evaluation.base_corpus = "tang-poems".into();
        let both = required(std::slice::from_ref(&run)).unwrap();
        assert_eq!(both, [&alone[..], &["corpora/tang-poems.txt".into()]].concat());
        run.evaluation.base_corpus = "tang-poem".into();
        let [problem] = &required(std::slice::from_ref(&run)).unwrap_err()[..] else { panic!("there is no such corpus") };
        assert_eq!(problem.field.as_deref(), Some("evaluation.base_corpus"));
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(text.contains("{evaluation.base_corpus}") && text.contains("tang-poems"), "{text}");
        }
    }

    #[test]
    fn two_models_of_one_s_own_ask_for_two_configurations() {
        let run = |base: &str| {
            let mut run = RunSpec::default();
            run.model.base = base.into();
            run
        };
        let files = required(&[run("file:a/model.safetensors"), run("file:b/model.safetensors")]).unwrap();
        let of = |folder: &str| ["model.safetensors", "config.json", "tokenizer.json"].map(|name| format!("file:{folder}/{name}"));
        assert_eq!(files, [&of("a")[..], &["corpora/song-ci.txt".into()], &of("b")].concat());
    }
}
