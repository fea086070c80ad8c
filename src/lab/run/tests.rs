use std::fs;
use std::path::Path;

use super::*;
use crate::lab::assets::required;
use crate::lab::spec::Method;

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

#[test]
fn what_the_last_evaluation_needs_counts_for_the_peak() {
    let mut spec = spec();
    // Little is trained on at once, much is evaluated on; only the last evaluation has the optimizer's state beside it.
    (spec.data.context, spec.evaluation.tokens, spec.evaluation.sample_tokens) = (8, 1024, 0);
    let legs = legs(&[("a", spec.clone())], &[None]).remove(0);
    let assets = files(&spec);
    let surroundings = Surroundings { assets, shared: SharedWeights::default(), cores: 1, max_ranks: 8, keeper: Bytes::from };
    let mut run = Run::new(0, "a", legs, vec![], surroundings);
    let mut events = vec![];
    while !run.ended() {
        run.advance(&mut events);
    }
    let evaluated = events.iter().rposition(|event| matches!(event, Event::Metric { series, .. } if series == "validation_loss")).unwrap();
    let peak = |events: &[Event]| {
        let told = events.iter().rev().find_map(|event| if let Event::Memory { memory, .. } = event { Some(memory) } else { None });
        told.expect("it is told of").get("total").unwrap().peak_bytes
    };
    let result = run.result();
    assert!(peak(&events[evaluated..]) > peak(&events[..evaluated]));
    assert_eq!(peak(&events), result.memory["total"].peak_bytes);
    assert_eq!(peak(&events) as f64, result.metrics["peak_memory"].value);
}

#[test]
fn a_run_that_goes_on_counts_what_it_took_before() {
    let assets = files(&spec());
    let mut first = run(assets.clone());
    let mut events = vec![];
    while !events.iter().any(|event| matches!(event, Event::Progress { .. })) {
        first.advance(&mut events);
    }
    let mut saved = first.saved().unwrap();
    saved.result.metrics.get_mut("duration").unwrap().value = 100.0;
    let mut second = run(assets);
    second.resume(saved);
    events.clear();
    while !second.ended() {
        second.advance(&mut events);
    }
    let told = events
        .iter()
        .rev()
        .find_map(|event| if let Event::Progress { elapsed_seconds, .. } = event { Some(*elapsed_seconds) } else { None });
    assert!(told.unwrap() > 100.0 && told.unwrap() <= second.result().metrics["duration"].value);
}

#[test]
fn the_file_of_what_was_trained_is_as_long_as_the_one_that_is_saved() {
    let mut spec = spec();
    (spec.data.context, spec.evaluation.tokens, spec.evaluation.sample_tokens) = (8, 64, 0);
    let ended = |spec: RunSpec| {
        let surroundings =
            Surroundings { assets: files(&spec), shared: SharedWeights::default(), cores: 1, max_ranks: 8, keeper: Bytes::from };
        let mut run = Run::new(0, "a", legs(&[("a", spec)], &[None]).remove(0), vec![], surroundings);
        while !run.ended() {
            run.advance(&mut vec![]);
        }
        run
    };
    let bytes = |run: &Run| run.result().metrics.get("adapter_bytes").map(|metric| metric.value);
    for method in [Method::Lora, Method::Dora, Method::Ia3, Method::PrefixTuning] {
        spec.fine_tuning.method = method;
        let mut run = ended(spec.clone());
        assert_eq!(bytes(&run), Some(run.adapter().unwrap().weights.len() as f64), "{method:?}");
    }
    for method in [Method::Full, Method::BitFit] {
        spec.fine_tuning.method = method;
        let run = ended(spec.clone());
        assert_eq!(bytes(&run), Some(4.0 * run.result().metrics["trainable_parameters"].value), "{method:?}: PEFT has no file");
    }
    let mut new = spec.clone();
    (new.fine_tuning.method, new.model.base) = (Method::Full, NEW_MODEL.to_owned());
    (new.model.n_layers, new.model.d_model, new.model.n_heads, new.model.d_ff) = (1, 16, 2, 16);
    assert_eq!(bytes(&ended(new)), None, "a model of one's own is no adapter");
}
