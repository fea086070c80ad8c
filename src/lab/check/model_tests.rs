//! A run against its model: each refusal names the limit, and the modelled memory is below what the ledger measures.

use std::rc::Rc;

use super::model::*;
use crate::json::FromJson;
use crate::lab::methods::method;
use crate::lab::problem::ProblemCode;
use crate::lab::spec::{Method, RunSpec, TargetModule};
use crate::lab::training::Training;
use crate::nn::{Blueprint, FeedForwardKind, ModelConfig, RandomWeights, WeightSource};
use crate::tensor::Ledger;

fn small() -> Blueprint {
    Blueprint::new(&ModelConfig { n_layers: 6, vocab_size: 4000, ..ModelConfig::default() })
}

fn lora(rank: u32) -> RunSpec {
    let mut run = RunSpec::default();
    run.fine_tuning.method = Method::Lora;
    run.fine_tuning.lora.rank = rank;
    run
}

#[test]
fn the_default_run_goes_with_a_small_model() {
    assert_eq!(check_against_model(&RunSpec::default(), &small()), []);
    assert_eq!(check_against_model(&lora(64), &small()), []);
}

#[test]
fn a_rank_above_the_smallest_layer_names_the_layer_and_the_limit() {
    let problems = check_against_model(&lora(65), &small());
    assert_eq!(problems.len(), 1);
    let problem = &problems[0];
    assert_eq!(problem.field.as_deref(), Some("fine_tuning.lora.rank"));
    for text in [&problem.message.en, &problem.message.zh] {
        assert!(text.contains("65") && text.contains("k_proj") && text.contains("64 × 192"), "{text}");
    }
    let mut full = lora(65);
    full.fine_tuning.method = Method::Full;
    assert_eq!(check_against_model(&full, &small()), [], "LoRA's rank matters only to LoRA");
}

/// Whoever does as the message says has a rank that goes with all layers, not the next one's refusal.
#[test]
fn of_several_layers_that_a_rank_is_too_high_for_the_narrowest_is_named() {
    let mut adalora = lora(4);
    adalora.fine_tuning.method = Method::AdaLora;
    adalora.fine_tuning.adalora.initial_rank = 1024;
    for (run, field) in [(lora(1024), "fine_tuning.lora.rank"), (adalora, "fine_tuning.adalora.initial_rank")] {
        let [problem] = &check_against_model(&run, &small())[..] else { panic!("{field}") };
        assert_eq!(problem.field.as_deref(), Some(field));
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(text.contains("1024") && text.contains("k_proj") && text.contains("64 × 192"), "{text}");
        }
    }
}

/// What is at a limit is accepted, and what is above it refused, by the setting itself.
#[test]
fn the_limits_of_settings_are_those_of_the_check() {
    let run_of = |method| {
        let mut run = RunSpec::default();
        run.fine_tuning.method = method;
        run.fine_tuning.adalora.initial_rank = 12;
        run
    };
    let mut pattern = run_of(Method::Lora);
    pattern.fine_tuning.lora.target_modules =
        vec![TargetModule::named("k_proj").unwrap().into(), TargetModule::named("q_proj").unwrap().into()];
    pattern.fine_tuning.lora.rank_pattern.insert("k_proj".into(), 3);
    let mut reparametrised = run_of(Method::PrefixTuning);
    reparametrised.fine_tuning.prompt.reparametrised = true;
    let cases: [(RunSpec, &[(&str, u32)]); 9] = [
        (run_of(Method::Full), &[("data.context", 256)]),
        (run_of(Method::Lora), &[("fine_tuning.lora.rank", 64), ("data.context", 256)]),
        (run_of(Method::Dora), &[("fine_tuning.lora.rank", 64), ("data.context", 256)]),
        (pattern, &[("fine_tuning.lora.rank", 192), ("data.context", 256)]),
        (
            run_of(Method::AdaLora),
            &[("fine_tuning.adalora.initial_rank", 64), ("fine_tuning.adalora.target_rank", 12), ("data.context", 256)],
        ),
        (run_of(Method::Adapter), &[("fine_tuning.adapter.size", 192), ("data.context", 256)]),
        (run_of(Method::LastLayers), &[("fine_tuning.last_layers.layers", 6), ("data.context", 256)]),
        (run_of(Method::PromptTuning), &[("data.context", 248), ("fine_tuning.prompt.virtual_tokens", 192)]),
        (reparametrised, &[("data.context", 248), ("fine_tuning.prompt.virtual_tokens", 192)]),
    ];
    for (run, expected) in cases {
        let found = limits(&run, &small());
        let found: Vec<(&str, u32)> = found.iter().map(|limit| (limit.field.as_str(), limit.most)).collect();
        assert_eq!(found, expected, "{:?}", run.fine_tuning.method);
        for (field, most) in expected {
            let with = |value: u32| {
                let mut json = serde_json::to_value(&run).unwrap();
                *json.pointer_mut(&format!("/{}", field.replace('.', "/"))).unwrap() = value.into();
                let run = RunSpec::from_json(json).unwrap();
                check_sizes(&run, &small()).into_iter().filter_map(|problem| problem.field).collect::<Vec<_>>()
            };
            assert_eq!(with(*most), [""; 0], "{field} = {most}");
            assert_eq!(with(most + 1), [*field], "{field} = {}", most + 1);
        }
    }
}

/// It is the number of virtual tokens that is wrong, and their one limit is beside the context.
#[test]
fn virtual_tokens_that_leave_no_room_for_the_context_are_refused_once() {
    for (method, reparametrised) in [(Method::PromptTuning, false), (Method::PrefixTuning, false), (Method::PrefixTuning, true)] {
        for tokens in [193, 254, 255, 1024] {
            let mut run = RunSpec::default();
            run.fine_tuning.method = method;
            (run.fine_tuning.prompt.virtual_tokens, run.fine_tuning.prompt.reparametrised) = (tokens, reparametrised);
            let [problem] = &check_sizes(&run, &small())[..] else { panic!("{method:?} of {tokens}") };
            assert_eq!(problem.field.as_deref(), Some("fine_tuning.prompt.virtual_tokens"));
            for (text, advice) in [(&problem.message.en, "Choose at most 192"), (&problem.message.zh, "请改为不超过 192")] {
                assert!(text.contains(advice) && text.contains("{data.context}") && text.contains("64"), "{text}");
            }
        }
    }
}

#[test]
fn a_context_above_the_model_s_is_refused() {
    let mut run = RunSpec::default();
    run.data.context = 257;
    let problems = check_against_model(&run, &small());
    assert_eq!(problems[0].field.as_deref(), Some("data.context"));
    assert!(problems[0].message.en.contains("at most 256"));
}

#[test]
fn a_batch_that_cannot_fit_is_refused_and_the_batch_it_proposes_is_accepted() {
    let mut run = RunSpec::default();
    run.training.batch_size = 1024;
    run.data.context = 256;
    let problems = check_against_model(&run, &small());
    assert_eq!(problems[0].code, ProblemCode::OutOfMemory);
    assert_eq!(problems[0].field.as_deref(), Some("training.batch_size"));
    let proposed = problems[0].message.en.split("at most ").nth(1).unwrap();
    run.training.batch_size = proposed.split(',').next().unwrap().parse().unwrap();
    assert_eq!(check_against_model(&run, &small()), []);
    run.training.batch_size += 1;
    assert_eq!(check_against_model(&run, &small()).len(), 1);
}

#[test]
fn a_limit_below_the_weights_points_at_the_limit() {
    let mut run = RunSpec::default();
    run.resources.memory_limit = 1;
    let problems = check_against_model(&run, &small());
    assert_eq!(problems[0].field.as_deref(), Some("resources.memory_limit"));
}

#[test]
fn settings_of_other_methods_name_the_limit_in_both_languages() {
    let refused = |change: fn(&mut RunSpec)| {
        let mut run = RunSpec::default();
        change(&mut run);
        let problems = check_against_model(&run, &small());
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.into_iter().next().unwrap()
    };
    let too_many_layers = refused(|run| {
        run.fine_tuning.method = Method::LastLayers;
        run.fine_tuning.last_layers.layers = 7;
    });
    let too_wide = refused(|run| {
        run.fine_tuning.method = Method::Adapter;
        run.fine_tuning.adapter.size = 1000;
    });
    let only_virtual = refused(|run| {
        run.fine_tuning.method = Method::PromptTuning;
        run.fine_tuning.prompt.virtual_tokens = 255;
        run.data.context = 1;
    });
    let too_long = [Method::PromptTuning, Method::PrefixTuning].map(|method| {
        let mut run = RunSpec::default();
        run.fine_tuning.method = method;
        run.data.context = 250;
        check_against_model(&run, &small()).remove(0)
    });
    for (problem, field, parts) in [
        (&too_many_layers, "fine_tuning.last_layers.layers", ["7", "6"]),
        (&too_wide, "fine_tuning.adapter.size", ["1000", "192"]),
        (&only_virtual, "fine_tuning.prompt.virtual_tokens", ["255", "254"]),
        (&too_long[0], "data.context", ["250", "248"]),
        (&too_long[1], "data.context", ["250", "248"]),
    ] {
        assert_eq!(problem.field.as_deref(), Some(field));
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        }
    }
}

#[test]
fn layers_that_the_model_does_not_have_are_named_with_those_it_has() {
    let gpt = Blueprint::new(&ModelConfig { feed_forward: FeedForwardKind::Gelu, ..ModelConfig::default() });
    let mut run = lora(4);
    run.fine_tuning.lora.target_modules = vec![TargetModule::named("gate_proj").unwrap().into()];
    let problems = check_against_model(&run, &gpt);
    assert_eq!(problems[0].field.as_deref(), Some("fine_tuning.lora.target_modules"));
    assert!(problems[0].message.zh.contains("up_proj"), "{problems:?}");
}

/// The most bytes that two steps of a run take, by the ledger.
fn measured(run: &RunSpec, blueprint: &Rc<Blueprint>) -> f64 {
    let ledger = Ledger::new(None);
    let stream: Vec<i32> = (0..400).map(|i| i % blueprint.config.vocab_size as i32).collect();
    let (of_model, of_method) = (&mut RandomWeights { seed: 1 }, &mut RandomWeights { seed: 1 });
    let (method, context) = (method(run), run.data.context as usize);
    let sources: [&mut dyn WeightSource; 2] = [of_model, of_method];
    let mut training = Training::alone(&run.training, context, blueprint, &ledger, sources, &*method, stream.len()).unwrap();
    for _ in 0..2 {
        training.advance_alone(&stream).unwrap();
    }
    ledger.report().total.peak as f64
}

#[test]
fn the_modelled_memory_is_a_lower_bound_of_the_measured_and_not_an_empty_one() {
    let module = |name: &str| Some(vec![TargetModule::named(name).unwrap().into()]);
    let plain = |feed_forward| ModelConfig { d_model: 48, d_head: 8, d_ff: 96, n_layers: 2, feed_forward, ..ModelConfig::default() };
    let swiglu = plain(FeedForwardKind::SwiGlu);
    let normed = ModelConfig { qk_norm: true, post_norms: true, ..swiglu.clone() };
    for config in [swiglu, plain(FeedForwardKind::Gelu), normed] {
        let blueprint = Rc::new(Blueprint::new(&config));
        let all = lora(4).fine_tuning.lora.target_modules;
        for targets in [None, Some(all), module("down_proj"), module("q_proj"), module("o_proj")] {
            let mut run = targets.clone().map_or_else(RunSpec::default, |_| lora(4));
            run.fine_tuning.lora.target_modules = targets.unwrap_or_default();
            let bound = memory_bound(&run, &blueprint).total(f64::from(run.training.batch_size * run.data.context));
            let measured = measured(&run, &blueprint);
            let label = format!("{:?} {:?}: {bound} of {measured}", config.feed_forward, run.fine_tuning);
            assert!(bound <= measured, "no lower bound: {label}");
            assert!(bound >= 0.4 * measured, "far too low: {label}");
        }
        for method in
            [Method::Dora, Method::Ia3, Method::Adapter, Method::PromptTuning, Method::PrefixTuning, Method::BitFit, Method::LastLayers]
        {
            let mut run = lora(4);
            run.fine_tuning.method = method;
            let bound = memory_bound(&run, &blueprint).total(f64::from(run.training.batch_size * run.data.context));
            let measured = measured(&run, &blueprint);
            assert!(bound <= measured, "no lower bound: {method:?}: {bound} of {measured}");
            assert!(bound >= 0.3 * measured, "far too low: {method:?}: {bound} of {measured}");
        }
    }
}
