use std::fs;
use std::path::Path;

use super::*;
use crate::lab::assets::required;

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
    let legs = legs(&[("a", spec())], &[None]).remove(0);
    Run::new(0, "a", legs, vec![], Surroundings { assets, shared: SharedWeights::default(), cores: 1, max_ranks: 8, keeper: Bytes::from })
}

#[test]
fn files_are_released_when_a_run_is_cancelled_fails_or_has_read_them() {
    let assets = files(&spec());
    let mut cancelled = run(assets.clone());
    assert!(Rc::strong_count(&assets) > 1);
    cancelled.cancel(&mut vec![]);
    assert_eq!(Rc::strong_count(&assets), 1, "cancelled before it began");

    let mut loaded = run(assets.clone());
    while loaded.progress.prepared.is_none() {
        loaded.advance(&mut vec![]);
    }
    assert_eq!(Rc::strong_count(&assets), 1, "read");

    let files = Rc::new(Assets::default());
    let weak = Rc::downgrade(&files);
    let mut failed = run(files);
    failed.advance(&mut vec![]);
    assert_eq!(failed.result().status, RunStatus::Failed);
    assert!(weak.upgrade().is_none(), "failed");
}

#[test]
fn everything_is_released_when_a_run_ends() {
    for cancelled in [true, false] {
        let mut run = run(files(&spec()));
        let mut events = vec![];
        while !run.ended() {
            run.advance(&mut events);
            let writes = events.iter().any(|event| matches!(event, Event::Sample { .. }));
            if cancelled && writes {
                run.cancel(&mut events);
            }
        }
        assert_eq!(run.result().status, if cancelled { RunStatus::Cancelled } else { RunStatus::Finished });
        assert!(run.here.is_none(), "the rank is gone, and with it its model, caches and buffers");
    }
}
