//! Runs that search for their learning rate, or are given a training time, before they train.

mod common;

use common::{bits, experiment, finished, shipped_assets};
use serde_json::{Value, json};
use tinyai::lab::event::{Event, RunPhase};
use tinyai::lab::experiment::Experiment;
use tinyai::lab::problem::{Problem, ProblemCode};
use tinyai::lab::rank::Program;
use tinyai::lab::result::{RunResult, RunStatus};
use tinyai::lab::run::Saved;
use tinyai::lab::search::{Budget, SearchReport};
use tinyai::lab::threads::Threads;
use tinyai::optim::{LrSchedule, LrScheduleKind};

/// A small new model; candidates are measured after 4, 8 and 16 steps.
fn base() -> Value {
    json!({
        "model": { "base": "new", "n_layers": 2, "d_model": 32, "n_heads": 2, "d_ff": 48, "family": "llama" },
        "data": { "corpus": "shakespeare-sonnets", "context": 24 },
        "training": { "steps": 24, "batch_size": 4, "warmup_steps": 2, "search": { "candidates": 5, "lowest": 1e-5, "highest": 1.0, "steps": 4 } },
        "evaluation": { "every": 4, "tokens": 600, "sample_tokens": 4 },
    })
}

fn with(mut base: Value, patch: Value) -> Value {
    fn merge(into: &mut Value, patch: Value) {
        match (into, patch) {
            (Value::Object(into), Value::Object(patch)) => {
                patch.into_iter().for_each(|(key, value)| merge(into.entry(key).or_insert(Value::Null), value));
            }
            (into, patch) => *into = patch,
        }
    }
    merge(&mut base, patch);
    base
}

fn of_base(base: &Value) -> Value {
    json!({ "base": base, "runs": [{ "name": "a" }] })
}

fn run(base: &Value) -> RunResult {
    let result = finished(&of_base(base)).runs.remove(0);
    assert_eq!(result.status, RunStatus::Finished, "{:?}", result.problem);
    result
}

fn search(run: &RunResult) -> &SearchReport {
    run.reports.search.as_ref().expect("it searched")
}

/// One unit of work, wherever it is done.
fn advance(experiment: &mut Experiment, threads: &mut Threads) -> Vec<Event> {
    match experiment.order().cloned() {
        Some(order) => experiment.replied(threads.obey(&order)),
        None => experiment.advance(),
    }
}

fn assert_names(problem: &Problem, needles: &[&str]) {
    for text in [&problem.message.en, &problem.message.zh] {
        assert!(needles.iter().all(|needle| text.contains(needle)), "{text:?} does not name all of {needles:?}");
    }
}

#[test]
fn a_candidate_is_measured_as_a_run_with_its_rate_and_the_run_is_one_with_the_best() {
    let searched = run(&base());
    let report = search(&searched);
    let alone = |rate: f64| run(&with(base(), json!({ "training": { "learning_rate": rate, "search": { "candidates": 0 } } })));
    assert_eq!(report.candidates.len(), 5);
    for candidate in &report.candidates {
        let other = alone(candidate.learning_rate);
        for point in &candidate.losses {
            assert!(other.series["validation_loss"].contains(point), "{candidate:?}: {:?}", other.series["validation_loss"]);
        }
    }
    let measured: Vec<usize> = report.candidates.iter().map(|candidate| candidate.losses.len()).collect();
    assert_eq!(measured.iter().sum::<usize>(), 5 + 3 + 2, "{report:?}");
    assert_eq!(report.steps, 5 * 4 + 3 * 4 + 2 * 8);
    // Neither the lowest nor the highest of these is any good.
    let chosen = report.chosen.expect("one was chosen");
    assert!(chosen > 1e-5 && chosen < 1.0, "{report:?}");
    assert_eq!(bits(&searched, 0), bits(&alone(chosen), 0));
    assert_eq!(searched.metrics["learning_rate"].value, chosen);
    assert_eq!(searched.metrics["search_time"].value, report.seconds);
    assert!(report.seconds > 0.0 && report.seconds < searched.metrics["duration"].value);
    assert!(!alone(chosen).metrics.contains_key("search_time"));
}

#[test]
fn every_mesh_finds_the_same_learning_rate() {
    // Higher rates make so much of how sums are rounded that nothing could be compared.
    let mut base = base();
    base["training"]["search"]["highest"] = json!(0.01);
    let mut spec = of_base(&base);
    spec["runs"] = json!([
        { "name": "one" }, { "name": "data", "patch": { "mesh": { "data": 2 } } }, { "name": "zero", "patch": { "mesh": { "data": 2, "zero": "parameters" } } },
        { "name": "pipeline", "patch": { "mesh": { "pipeline": 2 } } }, { "name": "tensor", "patch": { "mesh": { "tensor": 2 } } },
    ]);
    let result = finished(&spec);
    let one = search(&result.runs[0]);
    for run in &result.runs {
        assert_eq!(run.status, RunStatus::Finished, "{}: {:?}", run.name, run.problem);
        let report = search(run);
        assert_eq!((report.chosen, report.steps), (one.chosen, one.steps), "{}", run.name);
        for (here, alone) in report.candidates.iter().zip(&one.candidates) {
            assert_eq!(here.dropped_after, alone.dropped_after, "{}", run.name);
            let near = |(here, alone): (&(u32, f64), &(u32, f64))| here.0 == alone.0 && (here.1 - alone.1).abs() < 1e-3 * alone.1;
            assert!(here.losses.iter().zip(&alone.losses).all(near), "{}: {here:?} {alone:?}", run.name);
        }
    }
}

#[test]
fn what_happens_is_told_along_the_way() {
    let spec = of_base(&base());
    let (mut experiment, mut events) = (experiment(&spec, shipped_assets(&spec)), Vec::new());
    let mut remaining = Vec::new();
    while !experiment.finished() {
        let told = experiment.advance();
        if told.iter().any(|event| matches!(event, Event::Progress { .. })) {
            remaining.extend(
                told.iter()
                    .find_map(|event| if let Event::Progress { remaining_seconds, .. } = event { Some(*remaining_seconds) } else { None }),
            );
        }
        events.extend(told);
    }
    let reports: Vec<&SearchReport> =
        events.iter().filter_map(|event| if let Event::Searched { report, .. } = event { Some(report) } else { None }).collect();
    assert_eq!(reports.len(), 10);
    assert!(reports[..9].iter().all(|report| report.chosen.is_none()) && reports[9].chosen.is_some());
    assert!(reports.windows(2).all(|two| two[0].steps < two[1].steps && two[0].seconds < two[1].seconds));
    let place = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).expect("it is told");
    let searching = place(&|event| matches!(event, Event::Phase { phase: RunPhase::Searching, .. }));
    let started = place(&|event| matches!(event, Event::Started { .. }));
    let rate = place(&|event| matches!(event, Event::Figure { name, .. } if name == "learning_rate"));
    assert!(searching < started && started < rate);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Started { .. })).count(), 1);
    assert!(events[..started].iter().all(|event| !matches!(event, Event::Metric { .. } | Event::Progress { .. })));
    assert_eq!(remaining.len(), 24);
}

#[test]
fn a_run_that_is_interrupted_searches_again_or_keeps_what_it_found() {
    for mesh in [json!({}), json!({ "data": 2 })] {
        let spec = of_base(&with(base(), json!({ "mesh": mesh, "ranks": { "snapshot_every": 1 } })));
        let assets = shipped_assets(&spec);
        let straight = finished(&spec).runs.remove(0);
        let (mut searching, mut found) = (0, 0);
        for units in (5..).step_by(23) {
            let (mut interrupted, mut threads) = (experiment(&spec, assets.clone()), Threads::new(assets.clone()));
            (0..units).for_each(|_| drop(advance(&mut interrupted, &mut threads)));
            if interrupted.finished() {
                break;
            }
            let saved = interrupted.saved(0);
            match &saved {
                None => searching += 1,
                Some(saved) => {
                    found += 1;
                    assert_eq!(search(&saved.result).chosen, search(&straight).chosen);
                }
            }
            drop((interrupted, threads));
            let (mut again, mut told) = (experiment(&spec, assets.clone()), Vec::new());
            let resumed = saved.is_some();
            saved.into_iter().for_each(|saved| again.resume(0, saved));
            Threads::new(assets.clone()).run(&mut again, |event| told.push(event.clone()));
            assert_eq!(told.iter().any(|event| matches!(event, Event::Searched { .. })), !resumed);
            let again = again.result().runs.remove(0);
            assert_eq!((again.status, bits(&again, 0)), (RunStatus::Finished, bits(&straight, 0)), "after {units} units");
            let losses = |run: &RunResult| search(run).candidates.clone();
            assert_eq!(losses(&again), losses(&straight));
        }
        assert!(searching > 1 && found > 1, "{searching} {found}");
    }
}

#[test]
fn what_was_found_for_other_settings_is_found_anew() {
    let spec = of_base(&base());
    let assets = shipped_assets(&spec);
    let mut first = experiment(&spec, assets.clone());
    let saved = loop {
        first.advance();
        if let Some(saved) = first.saved(0).filter(|saved| saved.state.as_ref().is_some_and(|state| state.step == 6)) {
            break saved;
        }
    };
    let resume = |spec: &Value, change: &dyn Fn(&mut Saved)| {
        let (mut saved, mut again, mut searched) = (saved.clone(), experiment(spec, assets.clone()), 0);
        change(&mut saved);
        again.resume(0, saved);
        while !again.finished() {
            searched += again.advance().iter().filter(|event| matches!(event, Event::Searched { .. })).count();
        }
        (searched, again.result().runs.remove(0))
    };
    let narrower = of_base(&with(base(), json!({ "training": { "search": { "lowest": 2e-5 } } })));
    let (searched, again) = resume(&narrower, &|_| {});
    assert_eq!((searched, bits(&again, 0)), (10, bits(&finished(&narrower).runs[0], 0)));
    // A learning rate that is none of the candidates is not believed; one without a state is, and trained with from the first step.
    assert_eq!(resume(&spec, &|saved| saved.result.reports.search.as_mut().unwrap().chosen = Some(0.5)).0, 10);
    let (searched, again) = resume(&spec, &|saved| saved.state = None);
    assert_eq!((searched, bits(&again, 0)), (0, bits(&finished(&spec).runs[0], 0)));
}

#[test]
fn a_rank_that_is_lost_during_the_search_costs_the_trial_that_was_under_way() {
    let spec = of_base(&with(base(), json!({ "mesh": { "data": 2 } })));
    let assets = shipped_assets(&spec);
    let straight = finished(&spec).runs.remove(0);
    let (mut experiment, mut threads, mut trained, mut restored) = (experiment(&spec, assets.clone()), Threads::new(assets), 0, 0);
    while !experiment.finished() {
        let order = experiment.order().cloned();
        trained += usize::from(order.as_ref().is_some_and(|order| matches!(order.program, Program::Train)));
        restored += usize::from(order.as_ref().is_some_and(|order| matches!(order.program, Program::Restore { .. })));
        // In the third trial of the first round, and in the second of the second.
        if matches!(&order, Some(order) if matches!(order.program, Program::Train)) && (trained == 11 || trained == 29) {
            let problem = Problem { code: ProblemCode::RankLost, run: None, field: None, value: None, message: Default::default() };
            let events = experiment.replied(Err(problem));
            assert!(events.iter().any(|event| matches!(event, Event::Lost { step: 0, from: 0, .. })), "{events:?}");
            experiment.recover(0);
            continue;
        }
        advance(&mut experiment, &mut threads);
    }
    let recovered = experiment.result().runs.remove(0);
    assert_eq!((recovered.status, bits(&recovered, 0)), (RunStatus::Finished, bits(&straight, 0)));
    assert_eq!(search(&recovered).candidates, search(&straight).candidates);
    assert_eq!(restored, 5 + 1, "the second round began where the first had ended");
}

#[test]
fn a_search_can_be_cancelled() {
    let spec = of_base(&base());
    let mut experiment = experiment(&spec, shipped_assets(&spec));
    while !experiment.advance().iter().any(|event| matches!(event, Event::Searched { .. })) {}
    experiment.cancel(None);
    let run = experiment.result().runs.remove(0);
    assert_eq!((run.status, search(&run).chosen, search(&run).steps), (RunStatus::Cancelled, None, 4));
    assert!(!run.metrics.contains_key("learning_rate"));
}

/// The shipped model, with a block whose gradients overflow, whatever the learning rate.
fn brittle(base: &Value) -> RunResult {
    use tinyai::formats::safetensors;
    let spec = of_base(&with(base.clone(), json!({ "model": { "base": "file:mine/model.safetensors" } })));
    let mut assets = shipped_assets(&spec);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/tang-poems");
    for file in ["config.json", "tokenizer.json"] {
        assets.insert(format!("file:mine/{file}"), std::fs::read(folder.join(file)).expect("shipped"));
    }
    let bytes = std::fs::read(folder.join("model.safetensors")).expect("shipped");
    let file = safetensors::read(&bytes).expect("shipped");
    let mut tensors: Vec<_> = file.tensors.values().map(|t| (t.name.clone(), t.shape.clone(), t.to_f32().expect("floats"))).collect();
    for (name, _, data) in &mut tensors {
        match name.as_str() {
            "model.layers.3.mlp.up_proj.weight" => data.iter_mut().for_each(|x| *x *= 1e20),
            "model.layers.3.mlp.down_proj.weight" => data.fill(0.0),
            _ => {}
        }
    }
    let sources: Vec<_> = tensors.iter().map(|(name, shape, data)| safetensors::TensorSource { name, shape, data }).collect();
    assets.insert("file:mine/model.safetensors", safetensors::write(&sources, safetensors::SaveDtype::F32, &Default::default()));
    let mut experiment = experiment(&spec, assets);
    while !experiment.finished() {
        experiment.advance();
    }
    experiment.result().runs.remove(0)
}

#[test]
fn a_search_in_which_no_loss_is_a_number_ends_and_the_run_says_of_what_it_diverges() {
    let base = json!({
        "data": { "corpus": "tang-poems", "context": 24 },
        "training": { "steps": 6, "batch_size": 2, "warmup_steps": 0, "search": { "candidates": 3, "lowest": 1e-8, "highest": 1.0, "steps": 3 } },
        "evaluation": { "every": 6, "tokens": 96, "sample_tokens": 0 },
    });
    let run = brittle(&base);
    let (report, problem) = (search(&run), run.problem.as_ref().expect("it diverges"));
    assert!(report.candidates.iter().all(|candidate| candidate.losses.is_empty()), "{report:?}");
    assert_eq!((report.chosen, report.steps), (Some(1e-8), 3));
    let field = problem.field.as_deref();
    assert_eq!((run.status, problem.code, field), (RunStatus::Failed, ProblemCode::Diverged, Some("training.search.lowest")));
    assert_names(problem, &["0.00000001", "training.search.lowest", "training.gradient_clip"]);
}

fn timed(patch: Value) -> Value {
    let base = with(
        base(),
        json!({ "training": { "seconds": 1.0, "warmup_steps": 0, "learning_rate": 0.01, "search": { "candidates": 0 } }, "evaluation": { "every": 100000 } }),
    );
    with(base, patch)
}

#[test]
fn a_training_time_becomes_the_steps_that_fit_into_it() {
    for (patch, searched) in [
        (json!({}), false),
        (json!({ "training": { "search": { "candidates": 5 } } }), true),
        // A search that measures no step that counts, and one that takes none.
        (json!({ "training": { "search": { "candidates": 2, "steps": 1 }, "steps": 1 } }), true),
        (json!({ "training": { "search": { "candidates": 1 } } }), true),
        (json!({ "mesh": { "data": 2 } }), false),
    ] {
        let base = timed(patch);
        let spec = of_base(&base);
        let (assets, mut told) = (shipped_assets(&spec), Vec::new());
        let mut experiment = experiment(&spec, assets.clone());
        Threads::new(assets).run(&mut experiment, |event| told.push(event.clone()));
        let run = experiment.result().runs.remove(0);
        assert_eq!(run.status, RunStatus::Finished, "{base}: {:?}", run.problem);
        let budget = run.reports.budget.expect("it was timed");
        assert_eq!(budget.seconds, 1.0);
        assert_eq!(budget.steps, Budget::new(1.0, budget.step_milliseconds * 1e-3).steps);
        assert!(budget.step_milliseconds > 0.0);
        assert_eq!(run.series["loss"].len(), budget.steps as usize);
        assert!(told.contains(&Event::Budgeted { run: 0, report: budget }));
        for event in &told {
            match event {
                Event::Started { steps, .. } | Event::Progress { steps, .. } => assert_eq!(*steps, budget.steps),
                _ => {}
            }
        }
        // The schedule has the steps and the rate that were found.
        let peak = if searched { search(&run).chosen.expect("one was chosen") } else { 0.01 };
        let warmup = base["training"]["warmup_steps"].as_u64().unwrap() as u32;
        let schedule = LrSchedule { kind: LrScheduleKind::Cosine, peak, warmup, steps: budget.steps };
        assert!(run.series["learning_rate"].iter().all(|(step, rate)| *rate == schedule.at(step - 1)), "{base}");
        assert_eq!(run.reports.search.is_some(), searched);
        let last = run.series["validation_loss"].last().unwrap().0;
        assert_eq!(last, budget.steps);
    }
}

#[test]
fn a_run_that_goes_on_keeps_the_steps_that_it_was_given() {
    let spec = of_base(&timed(json!({})));
    let assets = shipped_assets(&spec);
    let mut first = experiment(&spec, assets.clone());
    let saved = loop {
        first.advance();
        if let Some(saved) = first.saved(0).filter(|saved| saved.state.as_ref().is_some_and(|state| state.step == 1)) {
            break saved;
        }
    };
    let steps = saved.result.reports.budget.expect("it was timed").steps;
    let mut second = experiment(&spec, assets.clone());
    second.resume(0, saved.clone());
    let (mut same, mut told) = (first, Vec::new());
    while !same.finished() {
        same.advance();
    }
    while !second.finished() {
        told.extend(second.advance());
    }
    assert!(!told.iter().any(|event| matches!(event, Event::Budgeted { .. })));
    let (second, same) = (second.result().runs.remove(0), same.result().runs.remove(0));
    assert_eq!((second.series["loss"].len(), second.reports.budget), (steps as usize, saved.result.reports.budget));
    assert_eq!(bits(&second, 0), bits(&same, 0));
    // That of another time is not.
    let other = of_base(&timed(json!({ "training": { "seconds": 0.1 } })));
    let mut third = experiment(&other, assets);
    third.resume(0, saved);
    while !third.finished() {
        third.advance();
    }
    assert_eq!(third.result().runs[0].reports.budget.expect("it was timed").seconds, 0.1);
}

#[test]
fn a_time_that_is_over_before_the_warm_up_is_refused() {
    let run = finished(&of_base(&timed(json!({ "training": { "seconds": 1e-6, "warmup_steps": 2 } })))).runs.remove(0);
    let problem = run.problem.as_ref().expect("it is refused");
    assert_eq!((run.status, problem.code, problem.field.as_deref()), (RunStatus::Failed, ProblemCode::Conflict, Some("training.seconds")));
    assert_names(problem, &["training.seconds", "training.warmup_steps", " 1 ", " 2"]);
}
