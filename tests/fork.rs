//! Runs that begin where another run was, and runs that go on where they were interrupted: bitwise as if nothing had happened.

mod common;

use common::{bits, experiment, finished, shipped_assets};
use serde_json::{Value, json};
use tinyai::json::FromJson;
use tinyai::lab::check::{parse, resolve};
use tinyai::lab::experiment::Experiment;
use tinyai::lab::problem::ProblemCode;
use tinyai::lab::rank::{Program, Reply};
use tinyai::lab::result::{ExperimentResult, RunResult, RunStatus};
use tinyai::lab::run::Saved;
use tinyai::lab::spec::TransportSpec;
use tinyai::lab::threads::Threads;

fn small(steps: u32) -> Value {
    json!({
        "model": { "base": "new", "n_layers": 2, "d_model": 16, "n_heads": 2, "d_ff": 24, "family": "llama" },
        "data": { "corpus": "shakespeare-sonnets", "context": 16 },
        "training": { "steps": steps, "batch_size": 4, "micro_batches": 2, "warmup_steps": 2, "learning_rate": 0.003 },
        "evaluation": { "every": 3, "tokens": 100, "sample_tokens": 6, "sample_every": 5 },
        "ranks": { "snapshot_every": 2 },
    })
}

/// The meshes that states have to fit.
fn meshes() -> Vec<(&'static str, Value)> {
    vec![
        ("one rank", json!({})),
        ("pipeline", json!({ "pipeline": 2 })),
        ("2x1x2", json!({ "data": 2, "tensor": 2 })),
        ("ZeRO 1", json!({ "data": 2, "zero": "optimizer" })),
        ("ZeRO 3", json!({ "data": 2, "zero": "parameters" })),
    ]
}

#[test]
fn a_fork_without_a_change_is_bitwise_the_original_on_every_mesh() {
    for (name, mesh) in meshes() {
        for compression in ["none", "int8"] {
            if compression == "int8" && (mesh["data"].is_null() || mesh["zero"].is_string()) {
                continue;
            }
            let mut base = small(12);
            base["mesh"] = mesh.clone();
            base["communication"] = json!({ "compression": compression });
            let fork = |step: u32| json!({ "run": "a", "step": step });
            let spec = json!({ "base": base, "runs": [
                { "name": "a" },
                { "name": "same", "fork": fork(5) },
                { "name": "other", "fork": fork(6), "patch": { "training": { "learning_rate": 0.001 } } },
            ] });
            let result = finished(&spec);
            let [a, same, other] = &result.runs[..] else { panic!("three runs") };
            assert!(result.runs.iter().all(|run| run.status == RunStatus::Finished), "{name}: {result:?}");
            assert_eq!(bits(a, 5), bits(same, 5), "{name} {compression}");
            assert_eq!(same.reports.fork.as_ref().expect("a report").differs, None, "{name}");
            let report = other.reports.fork.as_ref().expect("a report");
            let differs = report.differs.as_ref().expect("another learning rate makes a difference");
            assert_eq!((report.run.as_str(), report.step, differs.step), ("a", 6, 7), "{name}");
            assert!(differs.by.is_some_and(|by| by > 0.0) && differs.tensor.is_some(), "{name}: {differs:?}");
            assert_ne!(bits(a, 7), bits(other, 7), "{name}");
        }
    }
}

#[test]
fn a_change_that_acts_later_is_found_by_the_losses() {
    let spec = json!({ "base": small(12), "runs": [
        { "name": "a", "patch": { "training": { "schedule": "constant" } } },
        // Constant until its last steps: as before until then.
        { "name": "later", "fork": { "run": "a", "step": 4 }, "patch": { "training": { "gradient_clip": 1000 } } },
        { "name": "never", "fork": { "run": "a", "step": 4 }, "patch": { "evaluation": { "every": 2 } } },
    ] });
    let result = finished(&spec);
    let differs = |run: usize| result.runs[run].reports.fork.as_ref().expect("a report").differs.clone();
    let clipped = result.runs[0].series["gradient_norm"].iter().find(|(step, norm)| *step > 4 && *norm > 1.0);
    assert_eq!(differs(1).map(|differs| differs.step), clipped.map(|(step, _)| *step));
    assert_eq!(differs(2), None);
}

#[test]
fn forks_of_forks_and_forks_of_runs_that_are_over_are_trained_again_from_the_start() {
    let fork = |run: &str, step: u32| json!({ "run": run, "step": step });
    let rate = |rate: f64| json!({ "training": { "learning_rate": rate } });
    let spec = json!({ "base": small(9), "runs": [
        { "name": "a" },
        { "name": "b", "fork": fork("a", 3), "patch": rate(0.001) },
        { "name": "c", "fork": fork("b", 6), "patch": rate(0.01) },
    ] });
    let whole = finished(&spec);
    // The first two are there already, with nothing of what they held.
    let assets = shipped_assets(&spec);
    let mut experiment = experiment(&spec, assets.clone());
    for run in 0..2 {
        experiment.resume(run, Saved { result: whole.runs[run].clone(), state: None });
    }
    Threads::new(assets).run(&mut experiment, |_| {});
    let again = experiment.result();
    assert_eq!(again.runs[1], whole.runs[1]);
    assert_eq!(bits(&again.runs[2], 0), bits(&whole.runs[2], 0));
    let reports = |result: &ExperimentResult| result.runs[2].reports.fork.clone().expect("a report");
    assert_eq!(reports(&again), reports(&whole));
}

#[test]
fn states_that_were_kept_spare_the_way_to_a_fork() {
    let mut spec = json!({ "base": small(12), "runs": [{ "name": "a" }] });
    let assets = shipped_assets(&spec);
    let mut first = experiment(&spec, assets.clone());
    first.keep_states(64 << 20);
    Threads::new(assets.clone()).run(&mut first, |_| {});
    let kept: Vec<u32> = first.states().map(|(_, state)| state.step).collect();
    assert_eq!(kept, [0, 3, 6, 9, 12]);
    let one = first.states().next().expect("there is one").1.len();

    // Whatever the budget, it is not exceeded, and what is left is spread over the run.
    for budget in [0, one, 2 * one, 3 * one] {
        let mut tight = experiment(&spec, assets.clone());
        tight.keep_states(budget);
        Threads::new(assets.clone()).run(&mut tight, |_| {});
        assert!(tight.states().map(|(_, state)| state.len()).sum::<usize>() <= budget, "{budget}");
    }

    spec["runs"].as_array_mut().expect("runs").push(json!({ "name": "b", "fork": { "run": "a", "step": 8 } }));
    let mut second = experiment(&spec, assets.clone());
    second.resume(0, Saved { result: first.result().runs[0].clone(), state: None });
    first.states().for_each(|(run, state)| second.provide(run, state.clone()));
    let mut trained = 0;
    Threads::new(assets).run(&mut second, |event| trained += usize::from(matches!(event, tinyai::lab::event::Event::Progress { .. })));
    assert_eq!(trained, 4);
    assert_eq!(bits(&second.result().runs[1], 8), bits(&first.result().runs[0], 8));
}

#[test]
fn a_run_that_was_interrupted_anywhere_ends_as_if_it_had_not_been() {
    for (name, mesh) in meshes() {
        let mut base = small(8);
        base["mesh"] = mesh;
        let spec = json!({ "base": base, "runs": [{ "name": "a" }, { "name": "b", "patch": { "training": { "seed": 7 } } }] });
        let whole = finished(&spec);
        let assets = shipped_assets(&spec);
        for units in [1, 4, 9, 17, 30, 44, 60] {
            let mut interrupted = experiment(&spec, assets.clone());
            let mut threads = Threads::new(assets.clone());
            for _ in 0..units {
                if interrupted.finished() {
                    break;
                }
                match interrupted.order().cloned() {
                    Some(order) => drop(interrupted.replied(threads.obey(&order))),
                    None => drop(interrupted.advance()),
                }
            }
            let saved: Vec<Option<Saved>> = (0..2).map(|run| interrupted.saved(run)).collect();
            drop((interrupted, threads));
            let mut again = experiment(&spec, assets.clone());
            for (run, saved) in saved.into_iter().enumerate() {
                // As a file would keep it.
                let saved = saved.map(|saved| Saved {
                    result: FromJson::from_json(serde_json::to_value(&saved.result).expect("JSON")).expect("a result"),
                    ..saved
                });
                saved.into_iter().for_each(|saved| again.resume(run, saved));
            }
            Threads::new(assets.clone()).run(&mut again, |_| {});
            for (run, straight) in again.result().runs.iter().zip(&whole.runs) {
                assert_eq!(run.status, RunStatus::Finished, "{name} {units}: {:?}", run.problem);
                assert_eq!(bits(run, 0), bits(straight, 0), "{name}, interrupted after {units} units");
                assert_eq!(run.samples, straight.samples, "{name}, interrupted after {units} units");
            }
        }
    }
}

/// What is saved of the first run of a spec, a few units after its beginning.
fn saved_under_way(base: &Value) -> Saved {
    let spec = json!({ "base": base, "runs": [{ "name": "a" }] });
    let assets = shipped_assets(&spec);
    let (mut experiment, mut threads) = (experiment(&spec, assets.clone()), Threads::new(assets));
    loop {
        match experiment.order().cloned() {
            Some(order) => drop(experiment.replied(threads.obey(&order))),
            None => drop(experiment.advance()),
        }
        if let Some(saved) = experiment.saved(0).filter(|saved| saved.state.as_ref().is_some_and(|state| state.step >= 4)) {
            return saved;
        }
    }
}

fn resumed(base: &Value, saved: Saved) -> RunResult {
    let spec = json!({ "base": base, "runs": [{ "name": "a" }] });
    let assets = shipped_assets(&spec);
    let mut experiment = experiment(&spec, assets.clone());
    experiment.resume(0, saved);
    Threads::new(assets).run(&mut experiment, |_| {});
    experiment.result().runs[0].clone()
}

#[test]
fn a_run_of_which_only_the_result_was_saved_measures_everything_again() {
    let base = small(8);
    let whole = finished(&json!({ "base": base, "runs": [{ "name": "a" }] }));
    let again = resumed(&base, Saved { state: None, ..saved_under_way(&base) });
    assert_eq!(bits(&again, 0), bits(&whole.runs[0], 0));
    assert_eq!(again.series["validation_loss"].len(), whole.runs[0].series["validation_loss"].len());
    assert_eq!(again.samples, whole.runs[0].samples);
}

#[test]
fn the_state_of_another_run_is_refused_and_harms_nothing() {
    let with = |section: &str, fields: Value| {
        let mut base = small(8);
        for (name, value) in fields.as_object().expect("fields") {
            base[section][name] = value.clone();
        }
        base
    };
    let lora = with("fine_tuning", json!({ "method": "lora" }));
    let sent_as = |compression: &str| {
        let mut base = with("mesh", json!({ "data": 2 }));
        base["communication"] = json!({ "compression": compression });
        base
    };
    let zero = |stage: &str| with("mesh", json!({ "data": 2, "zero": stage }));
    for (name, of, into) in [
        ("another width", small(8), with("model", json!({ "d_model": 32 }))),
        ("more layers", with("model", json!({ "n_layers": 3 })), small(8)),
        ("fewer layers", small(8), with("model", json!({ "n_layers": 3 }))),
        ("all weights into adapters", small(8), lora.clone()),
        ("adapters into all weights", lora, small(8)),
        ("more ranks", with("mesh", json!({ "data": 2 })), small(8)),
        ("fewer ranks", small(8), with("mesh", json!({ "data": 2 }))),
        ("sharded moments", zero("optimizer"), zero("none")),
        ("sharded weights", zero("parameters"), zero("optimizer")),
        ("stages into slices", with("mesh", json!({ "pipeline": 2 })), with("mesh", json!({ "tensor": 2 }))),
    ] {
        let run = resumed(&into, saved_under_way(&of));
        let problem = run.problem.unwrap_or_else(|| panic!("{name} was accepted"));
        assert_eq!((run.status, problem.code), (RunStatus::Failed, ProblemCode::BadFile), "{name}: {problem:?}");
        assert!(problem.message.en.contains("beginning") && problem.message.zh.contains("从头"), "{name}: {problem:?}");
    }
    // What compressed gradients have lost: with other bytes a message, all the same; with other buckets refused.
    assert_eq!(resumed(&sent_as("none"), saved_under_way(&sent_as("int8"))).status, RunStatus::Finished);
    let mut small_buckets = sent_as("int8");
    small_buckets["communication"]["bucket"] = json!(1);
    assert_eq!(resumed(&small_buckets, saved_under_way(&sent_as("int8"))).problem.map(|problem| problem.code), Some(ProblemCode::BadFile));

    let mut elsewhere = saved_under_way(&small(8));
    elsewhere.state.as_mut().expect("a state").step += 1;
    assert_eq!(resumed(&small(8), elsewhere).problem.map(|problem| problem.code), Some(ProblemCode::BadFile));

    let mut saved = saved_under_way(&small(8));
    for damaged in [vec![], vec![0; 7], b"not a state of a run".to_vec()] {
        saved.state.as_mut().expect("a state").ranks[0] = damaged.into();
        assert_eq!(resumed(&small(8), saved.clone()).problem.map(|problem| problem.code), Some(ProblemCode::BadFile));
    }
}

#[test]
fn a_fork_that_was_interrupted_says_where_it_first_differs() {
    let fork = json!({ "run": "a", "step": 3 });
    let spec = json!({ "base": small(6), "runs": [{ "name": "a" }, { "name": "b", "fork": fork, "patch": { "training": { "learning_rate": 0.001 } } }] });
    let differs = |result: &RunResult| result.reports.fork.clone().expect("a report").differs.expect("a difference").step;
    let wanted = differs(&finished(&spec).runs[1]);
    let assets = shipped_assets(&spec);
    let (mut experiment, mut resumed) = (common::experiment(&spec, assets.clone()), 0);
    while !experiment.finished() {
        experiment.advance();
        let Some(saved) = experiment.saved(1).filter(|saved| saved.state.is_some()) else { continue };
        resumed += 1;
        let mut again = common::experiment(&spec, assets.clone());
        again.resume(0, experiment.saved(0).expect("it ended"));
        again.resume(1, saved);
        Threads::new(assets.clone()).run(&mut again, |_| {});
        assert_eq!(differs(&again.result().runs[1]), wanted, "gone on with for the {resumed}th time");
    }
    assert!(resumed > 3);
}

#[test]
fn forks_that_cannot_be_are_refused_with_the_reason() {
    let refused = |runs: Value| {
        let spec = parse(&json!({ "base": small(9), "runs": runs })).and_then(|spec| resolve(&spec).map(drop));
        spec.expect_err("it cannot be")
    };
    let fork = |run: &str, step: u32, patch: Value| json!({ "name": "b", "fork": { "run": run, "step": step }, "patch": patch });
    for (run, field, part) in [
        (fork("c", 3, json!({})), "fork", "no run of that name"),
        (fork("a", 10, json!({ "training": { "steps": 20 } })), "fork", "only 9 steps"),
        (fork("a", 9, json!({})), "fork", "nothing is left"),
        (fork("a", 3, json!({ "model": { "n_layers": 3 } })), "model.n_layers", "has to stay 2"),
        (fork("a", 3, json!({ "mesh": { "data": 2 } })), "mesh.data", "has to stay 1"),
        (fork("a", 3, json!({ "fine_tuning": { "method": "lora" } })), "fine_tuning.method", "has to stay"),
    ] {
        let problems = refused(json!([{ "name": "a" }, run]));
        assert_eq!((problems.len(), problems[0].run.as_deref(), problems[0].field.as_deref()), (1, Some("b"), Some(field)), "{problems:?}");
        assert!(problems[0].message.en.contains(part) && !problems[0].message.zh.is_empty(), "{problems:?}");
    }
    // What a run finds out before it trains, a fork could not have in common with it.
    let (search, time) = (json!({ "training": { "search": { "candidates": 3 } } }), json!({ "training": { "seconds": 5 } }));
    for (first, second, field, part) in [
        (json!({}), search.clone(), "training.search.candidates", "The fork searches"),
        (search, json!({}), "training.search.candidates", "\"a\" searches"),
        (json!({}), time.clone(), "training.seconds", "The fork takes as many steps as fit into 5"),
        (time, json!({}), "training.seconds", "\"a\" takes as many steps as fit into 5"),
    ] {
        let problems = refused(json!([{ "name": "a", "patch": first }, fork("a", 3, second)]));
        assert_eq!((problems.len(), problems[0].run.as_deref(), problems[0].field.as_deref()), (1, Some("b"), Some(field)), "{problems:?}");
        assert!(problems[0].message.en.contains(part) && problems[0].message.zh.contains(&format!("{{{field}}}")), "{problems:?}");
    }
    let circle = json!([{ "name": "a", "fork": { "run": "b", "step": 3 } }, { "name": "b", "fork": { "run": "a", "step": 3 } }]);
    assert!(refused(circle)[0].message.en.contains("fork of itself"));
}

/// Runs an experiment whose ranks are reached as on a page: through what is asked for, and by `at` before each unit.
fn run_as_on_a_page(experiment: &mut Experiment, threads: &mut Threads, mut at: impl FnMut(&mut Experiment, usize)) -> usize {
    let mut units = 0;
    while !experiment.finished() {
        at(experiment, units);
        units += 1;
        let Some(order) = experiment.order().cloned() else {
            experiment.advance();
            continue;
        };
        let mut answers = threads.obey(&order).unwrap();
        if let Program::Open { transport, .. } = &order.program {
            let through = if *transport == TransportSpec::Ports { "ports" } else { "shared" };
            answers[0].reply = Reply::Opened { transport: through.into() };
        }
        experiment.replied(Ok(answers));
        assert!(experiment.finished() || !experiment.stuck(), "{:?}", experiment.result().runs);
    }
    units
}

/// What somebody looked at for a while has no time, also where the last action was let go by unticking.
#[test]
fn a_step_by_hand_is_not_measured_however_it_ends() {
    let mut base = small(4);
    base["mesh"] = json!({ "pipeline": 2 });
    let spec = json!({ "base": base, "runs": [{ "name": "a" }] });
    let assets = shipped_assets(&spec);
    let (mut experiment, mut threads) = (experiment(&spec, assets.clone()), Threads::new(assets));
    let mut by_hand = 0;
    while !experiment.finished() {
        let Some(order) = experiment.order().cloned() else {
            experiment.advance();
            continue;
        };
        let answers = threads.obey(&order);
        let looked_at = matches!(order.program, Program::Train) && order.by_hand;
        by_hand += usize::from(looked_at);
        // Ticked until a step was begun by hand, unticked while it goes on.
        experiment.set_by_hand(!looked_at && by_hand == 0);
        experiment.replied(answers);
    }
    let run = &experiment.result().runs[0];
    assert_eq!((by_hand, run.series["loss"].len()), (1, 4));
    for series in ["step_milliseconds", "bubble_fraction", "transfer_fraction"] {
        assert_eq!(run.series[series].len(), 3, "{series}");
    }
}

/// Ranks in shared memory hear nobody: to be stepped through they are replaced by others, which must not change what they train.
#[test]
fn stepping_by_hand_from_any_unit_on_changes_no_loss_of_a_fork_and_a_resumed_run() {
    let mut base = small(8);
    base["mesh"] = json!({ "pipeline": 2 });
    let fork = |run: &str, step: u32| json!({ "run": run, "step": step });
    let spec = json!({ "base": base, "runs": [
        { "name": "a" },
        { "name": "b", "fork": fork("a", 3), "patch": { "training": { "learning_rate": 0.001 } } },
        { "name": "c", "fork": fork("b", 5), "patch": { "training": { "learning_rate": 0.002 } } },
        // It begins with weights that its own seed would not give.
        { "name": "d", "fork": fork("a", 0), "patch": { "training": { "seed": 7 } } },
    ] });
    let wanted = finished(&spec);
    let assets = shipped_assets(&spec);
    let begun = |threads: &mut Threads| {
        let mut experiment = experiment(&spec, assets.clone());
        // As after an interruption: the first run is somewhere in its midst.
        let mut midst = common::experiment(&spec, assets.clone());
        while midst.saved(0).is_none_or(|saved| saved.state.is_none_or(|state| state.step < 4)) {
            match midst.order().cloned() {
                Some(order) => drop(midst.replied(threads.obey(&order))),
                None => drop(midst.advance()),
            }
        }
        experiment.resume(0, midst.saved(0).unwrap());
        experiment
    };
    let units = run_as_on_a_page(&mut begun(&mut Threads::new(assets.clone())), &mut Threads::new(assets.clone()), |_, _| {});
    for unit in (0..units).step_by(3) {
        let mut threads = Threads::new(assets.clone());
        let mut experiment = begun(&mut threads);
        run_as_on_a_page(&mut experiment, &mut threads, |experiment, at| match at {
            at if at == unit => experiment.set_by_hand(true),
            at if at == unit + 9 => experiment.set_by_hand(false),
            _ => {}
        });
        for (run, wanted) in experiment.result().runs.iter().zip(&wanted.runs) {
            assert_eq!((run.status, bits(run, 0)), (RunStatus::Finished, bits(wanted, 0)), "{} by hand from unit {unit} on", run.name);
        }
    }
}

#[test]
fn the_seed_that_frozen_weights_come_from_stays_in_a_fork() {
    let mut base = small(6);
    base["fine_tuning"] = json!({ "method": "lora" });
    let spec = |base: &Value| {
        json!({ "base": base, "runs": [
        { "name": "a" },
        { "name": "b", "fork": { "run": "a", "step": 2 }, "patch": { "training": { "seed": 7 } } },
    ] })
    };
    let problems = |base: &Value| resolve(&parse(&spec(base)).unwrap()).err().unwrap_or_default();
    let [problem] = &problems(&base)[..] else { panic!("one problem: {:?}", problems(&base)) };
    assert_eq!((problem.run.as_deref(), problem.field.as_deref()), (Some("b"), Some("training.seed")));
    base["fine_tuning"] = json!({ "method": "full" });
    assert!(problems(&base).is_empty());
}
