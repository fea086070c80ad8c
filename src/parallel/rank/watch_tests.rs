//! A step that is watched: what it spent its time on, what it holds, and how slow a rank can be made.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::ready;
use std::pin::Pin;
use std::rc::Rc;

use super::tests::{BATCH, CONTEXT, UPDATE, batch, full, llama, plan_of, rank_of, settings};
use super::*;
use crate::parallel::exchange::{length, split, waits};
use crate::parallel::plan::Settings;
use crate::parallel::schedule::{ScheduleKind, SpanKind};
use crate::parallel::transport::thread::run;

/// What each gate saw: the action that comes next, and what is held.
type Seen = Rc<RefCell<Vec<(Action, Vec<Held>)>>>;

struct Watch(Seen);

impl Gate for Watch {
    fn pass(&self, action: Action, held: Vec<Held>) -> Pin<Box<dyn Future<Output = ()>>> {
        self.0.borrow_mut().push((action, held));
        Box::pin(ready(()))
    }
}

/// What a rank was seen to do: what its gate saw, its spans, what it exchanged, and how often its heart beat.
struct Watched {
    seen: Vec<(Action, Vec<Held>)>,
    spans: Vec<Span>,
    exchanges: Vec<Exchange>,
    beats: usize,
}

/// One step on every rank, after another that nobody watched, whose buffers are there to be used again.
fn watched(settings: Settings, speed: impl Fn(usize) -> f64 + Sync) -> Vec<Watched> {
    let config = llama();
    let plan = plan_of(settings, &config);
    let (config, plan, speed) = (&config, &plan, &speed);
    let results = run(plan.mesh.ranks(), |transport| {
        let plan = Rc::new(plan.clone());
        async move {
            let comm = Comm::new(transport);
            let beats = Rc::new(RefCell::new(0));
            let counted = beats.clone();
            comm.on_heartbeat(move || *counted.borrow_mut() += 1);
            let mut rank = rank_of(&comm, &plan, config, &Ledger::new(None), full).expect("built");
            rank.set_speed(speed(comm.transport().rank()));
            let seen = Seen::default();
            for step in 0..2 {
                let (inputs, targets) = batch(step);
                rank.step(Batch { inputs: &inputs, targets: &targets, dropout: None }, UPDATE).await?;
                rank.set_gate(Some(Box::new(Watch(seen.clone()))));
            }
            let exchanges = rank.exchanges().to_vec();
            Ok::<_, RankError>(Watched { seen: seen.take(), spans: rank.spans(), exchanges, beats: *beats.borrow() })
        }
    });
    results.into_iter().map(|rank| rank.expect("no panic").unwrap()).collect()
}

fn computing(spans: &[Span]) -> f64 {
    spans.iter().filter(|span| span.kind == SpanKind::Compute).map(|span| span.end - span.start).sum()
}

#[test]
fn a_gate_sees_every_action_and_what_waits_for_its_backward() {
    let ranks = watched(settings(1, 2, 1, 4), |_| 1.0);
    let plan = plan_of(settings(1, 2, 1, 4), &llama());
    for (rank, Watched { seen, beats, .. }) in ranks.iter().enumerate() {
        assert!(seen.iter().map(|(action, _)| action).eq(&plan.schedule.ranks[rank]), "rank {rank}");
        assert!(*beats > seen.len(), "a heart that beats at every action, and between segments");
        assert!(seen[0].1.is_empty() && seen.last().unwrap().1.is_empty(), "nothing is held before a step, nor at its end");
    }
    // 1F1B holds two micro-batches on the first rank, one on the last.
    let most = |rank: usize| {
        let flights = |held: &Vec<Held>| held.iter().filter(|held| held.kind == HeldKind::Activations).count();
        ranks[rank].seen.iter().map(|(_, held)| flights(held)).max().unwrap()
    };
    assert_eq!((most(0), most(1)), (2, 1));
    let activations = ranks[0].seen.iter().flat_map(|(_, held)| held).filter(|held| held.kind == HeldKind::Activations);
    // At the least the hidden states between its segments, of which it has five.
    let hidden = BATCH / 4 * CONTEXT * llama().d_model * size_of::<f32>();
    assert!(activations.clone().all(|held| held.bytes > 5 * hidden), "{:?}", activations.collect::<Vec<_>>());
    let sizes: BTreeSet<usize> = activations.map(|held| held.bytes).collect();
    assert_eq!(sizes.len(), 1, "micro-batches of one size hold as much as another: {sizes:?}");
}

#[test]
fn what_a_split_backward_leaves_for_later_is_held() {
    let settings = Settings { schedule: ScheduleKind::ZeroBubbleH1, ..settings(1, 2, 1, 4) };
    for Watched { seen, .. } in watched(settings, |_| 1.0) {
        let kept = |kind| seen.iter().flat_map(|(_, held)| held).filter(move |held| held.kind == kind).map(|held| held.bytes);
        let (all, later) = (kept(HeldKind::Activations).max().unwrap(), kept(HeldKind::WeightGradients).max().unwrap());
        // Inputs of linear layers, and the gradients of their outputs.
        assert!(0 < later && later < 2 * all, "{later} of {all} bytes");
    }
}

#[test]
fn spans_are_in_order_and_tell_computing_from_exchanges() {
    for Watched { spans, .. } in watched(settings(1, 2, 2, 2), |_| 1.0) {
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{spans:?}");
        let forward = spans.iter().filter(|span| matches!(span.action, Some(Action::Forward { .. })));
        let kinds: Vec<SpanKind> = forward.map(|span| span.kind).collect();
        assert!(kinds.contains(&SpanKind::Compute) && kinds.contains(&SpanKind::Transfer), "tensor ranks sum in a forward");
        assert!(spans.iter().any(|span| span.action == Some(Action::OptimizerStep) && span.kind == SpanKind::Compute));
    }
}

#[test]
fn a_slow_rank_computes_longer() {
    // Twenty times slower, so that no noise hides it.
    let ranks = watched(settings(2, 1, 1, 1), |rank| if rank == 0 { 0.05 } else { 1.0 });
    let (slow, fast) = (computing(&ranks[0].spans), computing(&ranks[1].spans));
    assert!(slow > 4.0 * fast, "{slow} s and {fast} s");
}

#[test]
fn a_rank_that_is_early_waits_for_a_slow_one_and_transfers_no_longer_for_it() {
    let ranks = watched(settings(2, 1, 1, 1), |rank| if rank == 0 { 0.05 } else { 1.0 });
    let late = computing(&ranks[0].spans) - computing(&ranks[1].spans);
    let exchanges: Vec<_> = ranks.iter().map(|rank| rank.exchanges.clone()).collect();
    let exchanges = split(&exchanges);
    let waited = |rank: usize| length(&waits(&exchanges[rank]));
    assert!(waited(1) > 0.8 * late && waited(0) < 0.2 * late, "{} s and {} s of {late} s", waited(0), waited(1));
    for (one, other) in exchanges[0].iter().zip(&exchanges[1]) {
        let last = one.start.max(other.start);
        assert_eq!((one.ready, other.ready), (last, last), "transfer begins for both when the second has come");
    }
}
