//! Everything that a method, a segment and a policy may do gives on every mesh what it gives on one rank.

use super::*;
use crate::finetune::probe::Probe;
use crate::nn::{Exchange, Linear, Segment, Sites, Values};
use crate::parallel::zero::ZeroError;

/// The losses of ranks, with what a method adds to the loss and does after each step.
fn trained(config: &ModelConfig, settings: Settings, method: MakeMethod, policy: fn(usize) -> Keep) -> Vec<f64> {
    trained_with(config, settings, method, policy, |_| ())
}

/// As [`trained`], with a change to each rank first.
fn trained_with(
    config: &ModelConfig,
    settings: Settings,
    method: MakeMethod,
    policy: fn(usize) -> Keep,
    change: impl Fn(&mut Rank) + Sync,
) -> Vec<f64> {
    let plan = Rc::new(plan_of(settings, config));
    let (plan, change) = (&*plan, &change);
    let results = run(plan.mesh.ranks(), |transport| {
        let plan = Rc::new(plan.clone());
        async move {
            let mut rank = rank_of(&Comm::new(transport), &plan, config, &Ledger::new(None), method).expect("built");
            rank.set_policy(Box::new(policy));
            change(&mut rank);
            let mut losses = Vec::new();
            for step in 0..6 {
                let (inputs, targets) = batch(step);
                losses.push(rank.step(Batch { inputs: &inputs, targets: &targets, dropout: masks(step) }, UPDATE).await?.loss);
            }
            Ok::<_, RankError>(losses)
        }
    });
    results.into_iter().map(|rank| rank.expect("no panic").unwrap()).next().expect("a rank")
}

/// One axis at a time, and all together.
fn meshes() -> [(&'static str, Settings); 6] {
    [
        ("4 micro-batches", settings(1, 1, 1, 4)),
        ("dp2", settings(2, 1, 1, 1)),
        ("tp2", settings(1, 1, 2, 2)),
        ("tp2, rows shared out", Settings { sequence_parallel: true, ..settings(1, 1, 2, 2) }),
        ("pp2", settings(1, 2, 1, 2)),
        ("dp2 tp2 pp2", settings(2, 2, 2, 2)),
    ]
}

/// Every place where a method can act, a penalty, and what it does after a step.
#[test]
fn every_hook_works_on_every_mesh() {
    let probe: MakeMethod = || Box::new(Probe { prefix: true });
    for config in [llama(), gpt()] {
        let expected = trained(&config, settings(1, 1, 1, 1), probe, |_| Keep::Tape);
        let zero2 = Settings { zero: ZeroStage::Gradients, ..settings(2, 1, 1, 2) };
        for (name, settings) in meshes().into_iter().chain([("ZeRO 2, dp2", zero2)]) {
            let worst = worst_difference(&expected, &trained(&config, settings, probe, |_| Keep::Tape));
            assert!(worst <= 1e-5, "{name}: {worst:e}");
        }
    }
}

#[test]
fn sharded_weights_refuse_a_method_that_needs_them_between_steps() {
    let plan = plan_of(Settings { zero: ZeroStage::Parameters, ..settings(2, 1, 1, 1) }, &llama());
    let results = run(2, |transport| {
        let plan = Rc::new(plan.clone());
        async move {
            let probe: MakeMethod = || Box::new(Probe { prefix: false });
            Ok::<_, RankError>(rank_of(&Comm::new(transport), &plan, &llama(), &Ledger::new(None), probe).err())
        }
    });
    for refused in results {
        let refused = refused.expect("no panic").unwrap().expect("refused");
        assert!(matches!(refused, StartError::Zero(ZeroError::Method { stage: ZeroStage::Parameters })), "{refused}");
    }
}

/// A segment that adds to the loss what a phase of it begins with.
#[derive(Debug)]
struct WithAux {
    inner: Box<dyn Segment>,
    phase: usize,
    weights: Rc<[f32]>,
}

impl Segment for WithAux {
    fn exchanges(&self) -> &'static [Exchange] {
        self.inner.exchanges()
    }
    fn run(&self, phase: usize, tape: &mut Tape, pass: &Pass, input: Values) -> crate::autograd::Result<Values> {
        let aux_loss = if phase == self.phase { Some(tape.weighted_mean(input.hidden(), &self.weights)?) } else { None };
        Ok(Values { aux_loss, ..self.inner.run(phase, tape, pass, input)? })
    }
    fn params(&self) -> Vec<ParamId> {
        self.inner.params()
    }
    fn linears(&self) -> Vec<&Linear> {
        self.inner.linears()
    }
    fn sites_mut(&mut self) -> Sites<'_> {
        self.inner.sites_mut()
    }
}

#[test]
fn an_auxiliary_loss_counts_once_on_every_mesh() {
    for config in [llama(), gpt()] {
        let plain = trained(&config, settings(1, 1, 1, 1), full, |_| Keep::Tape);
        for phase in 0..3 {
            let of = |settings, keep| {
                trained_with(&config, settings, full, keep, |rank| {
                    let segments = &mut rank.model_mut().segments;
                    for segment in std::mem::take(segments) {
                        let weights = (0..config.d_model).map(|i| (i as f32 * 0.7).sin()).collect();
                        let block = segment.exchanges().len() == 3;
                        segments.push(if block { Box::new(WithAux { inner: segment, phase, weights }) } else { segment });
                    }
                })
            };
            let expected = of(settings(1, 1, 1, 1), |_| Keep::Tape);
            assert!(worst_difference(&plain, &expected) > 1e-3, "phase {phase}: it has an effect");
            assert_eq!(of(settings(1, 1, 1, 1), |_| Keep::Input), expected, "phase {phase}");
            for (name, settings) in meshes() {
                let worst = worst_difference(&expected, &of(settings, |_| Keep::Tape));
                assert!(worst <= 1e-5, "{name}, phase {phase}: {worst:e}");
            }
        }
    }
}

/// Segments below this one stay as they are.
const FROZEN: usize = 5;

/// The weight that a frozen embedding and a learning head share is frozen at both ends of a pipeline. Of what is frozen below, nothing
/// has to be kept.
#[test]
fn a_method_may_train_the_upper_segments_alone() {
    let upper: MakeMethod = || Box::new(Only(|segment, _| segment >= FROZEN));
    let nothing_below = |segment| if segment < FROZEN { Keep::Nothing } else { Keep::Input };
    for config in [llama(), gpt()] {
        let expected = trained(&config, settings(1, 1, 1, 1), upper, |_| Keep::Tape);
        assert!(expected[5] < expected[1], "it learns: {expected:?}");
        assert_eq!(trained(&config, settings(1, 1, 1, 1), upper, nothing_below), expected);
        for (name, settings) in [("dp2", settings(2, 1, 1, 1)), ("tp2", settings(1, 1, 2, 1)), ("pp2", settings(1, 2, 1, 2))] {
            let worst = worst_difference(&expected, &trained(&config, settings, upper, |_| Keep::Tape));
            assert!(worst <= 1e-5, "{name}: {worst:e}");
        }
    }
}

/// Bitwise the same losses where only the inputs of segments are kept, under dropout.
#[test]
fn running_forward_again_gives_the_same_losses_to_the_bit() {
    let by_rows = Settings { sequence_parallel: true, ..settings(1, 1, 2, 2) };
    let zero3 = Settings { zero: ZeroStage::Parameters, ..settings(2, 1, 1, 2) };
    let zero_bubble = Settings { schedule: ScheduleKind::ZeroBubbleH1, ..settings(1, 2, 1, 4) };
    let meshes = [
        ("1 rank", settings(1, 1, 1, 2)),
        ("tp2", settings(1, 1, 2, 1)),
        ("tp2, rows shared out", by_rows),
        ("ZeRO 3, dp2", zero3),
        ("pp2", settings(1, 2, 1, 4)),
        ("pp2 zb_h1", zero_bubble),
        ("dp2 tp2 pp2", settings(2, 2, 2, 2)),
    ];
    for (name, settings) in meshes {
        for (config, method) in [(llama(), full as MakeMethod), (llama(), with_lora), (gpt(), full)] {
            let tapes = trained(&config, settings.clone(), method, |_| Keep::Tape);
            let inputs = trained(&config, settings.clone(), method, |_| Keep::Input);
            let some = trained(&config, settings.clone(), method, |segment| if segment % 3 == 1 { Keep::Input } else { Keep::Tape });
            assert_eq!((&tapes, &tapes), (&inputs, &some), "{name}");
        }
    }
}
