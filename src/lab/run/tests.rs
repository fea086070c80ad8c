use std::fs;
use std::path::Path;

use super::*;
use crate::lab::assets::required;
use crate::tensor::{Category, Ledger};

fn spec() -> RunSpec {
    let mut spec = RunSpec::default();
    (spec.training.steps, spec.training.warmup_steps, spec.training.batch_size) = (2, 1, 1);
    (spec.evaluation.tokens, spec.evaluation.sample_tokens) = (64, 16);
    spec
}

/// The files of the run, from `www/public`.
fn files(spec: &RunSpec) -> Rc<Assets> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public");
    let mut assets = Assets::default();
    for name in required(std::slice::from_ref(spec)).unwrap() {
        assets.insert(name.clone(), fs::read(folder.join(&name)).unwrap());
    }
    Rc::new(assets)
}

fn run(assets: Rc<Assets>) -> Run {
    Run::new(0, "a", spec(), vec![], (assets, SharedWeights::default()))
}

#[test]
fn files_are_released_when_a_run_is_cancelled_fails_or_has_read_them() {
    let assets = files(&spec());
    let mut cancelled = run(assets.clone());
    assert_eq!(Rc::strong_count(&assets), 2);
    cancelled.cancel(&mut vec![]);
    assert_eq!(Rc::strong_count(&assets), 1, "cancelled before it began");

    let mut loaded = run(assets.clone());
    loaded.advance(&mut vec![]);
    assert!(loaded.loaded.is_some());
    assert_eq!(Rc::strong_count(&assets), 1, "read");

    let files = Rc::new(Assets::default());
    let weak = Rc::downgrade(&files);
    let mut failed = run(files);
    failed.advance(&mut vec![]);
    assert_eq!(failed.result().status, RunStatus::Failed);
    assert!(weak.upgrade().is_none(), "failed");
}

/// Advances until the ledger holds some of a category.
fn advance_until_used(run: &mut Run, category: Category) -> Ledger {
    loop {
        run.advance(&mut vec![]);
        assert!(!run.ended(), "{:?}", run.result().problem);
        let loaded = run.loaded.as_ref().unwrap();
        if loaded.memory().of(category).live > 0 {
            return loaded.ledger.clone();
        }
    }
}

/// Bytes that somebody holds beside the buffers that the ledger keeps for reuse, which go with it.
fn in_use(ledger: &Ledger) -> usize {
    ledger.reuse(false);
    ledger.report().total.live
}

#[test]
fn model_and_caches_are_released_when_a_run_is_cancelled_while_it_writes_a_sample() {
    let mut run = run(files(&spec()));
    let ledger = advance_until_used(&mut run, Category::Kv);
    assert!(matches!(run.stage, Stage::Sample(..)));
    run.cancel(&mut vec![]);
    assert_eq!(in_use(&ledger), 0);
}

#[test]
fn everything_is_released_when_a_run_finishes() {
    let mut run = run(files(&spec()));
    let ledger = advance_until_used(&mut run, Category::Parameters);
    while !run.ended() {
        run.advance(&mut vec![]);
    }
    assert_eq!(run.result().status, RunStatus::Finished);
    assert_eq!(in_use(&ledger), 0);
}
