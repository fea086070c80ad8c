use super::*;
use crate::lab::parallel::spread_run;
use crate::lab::spec::{CompressionSpec, MeshSpec, UnequalRank, ZeroSpec};

/// Pilots of ranks that are alike, but for these speeds: attention takes 2 ms forward, and as much again for each half of the backward.
fn pilots(speeds: &[f64]) -> Vec<Pilot> {
    let times = |speed: f64| {
        let segment = |seconds: f64| SegmentSeconds {
            forward: seconds / speed,
            backward_input: seconds / speed,
            backward_weight: seconds / speed,
            activation_bytes: 1000,
        };
        [0.0, 2e-3, 4e-3, 1e-3].map(segment).to_vec()
    };
    let pilot = |(rank, &speed): (usize, &f64)| Pilot {
        rank,
        segments: times(speed),
        update_per_parameter: 1e-9,
        latency: 1e-5,
        bandwidth: Some(1e9),
    };
    speeds.iter().enumerate().map(pilot).collect()
}

fn spec(change: impl FnOnce(&mut RunSpec)) -> RunSpec {
    let mut spec = spread_run();
    change(&mut spec);
    spec
}

fn predicted(run: &RunSpec, speeds: &[f64], cores: usize) -> Prediction {
    predict(run, &Assets::default(), &pilots(speeds), cores).unwrap()
}

fn data(data: u32) -> MeshSpec {
    MeshSpec { data, pipeline: 1, ..MeshSpec::default() }
}

#[test]
fn a_pipeline_of_equal_ranks_has_the_bubble_of_the_papers() {
    let Prediction { bubble_fraction, stages, step_seconds, .. } = predicted(&spec(|_| {}), &[1.0, 1.0], 2);
    assert!((bubble_fraction - 0.2).abs() < 0.02, "{bubble_fraction}");
    assert_eq!(stages, [(0, 7), (7, 14)]);
    // Four micro-batches and one that waits, each with three layers of 18 ms.
    assert!(step_seconds > 5.0 * 3.0 * 18e-3 && step_seconds < 0.4, "{step_seconds}");
}

#[test]
fn equal_ranks_on_cores_of_their_own_are_as_much_faster_than_one_as_they_do_not_wait() {
    for (change, ranks) in [(MeshSpec { pipeline: 2, ..data(1) }, 2), (data(4), 4)] {
        let micro_batches = if change.pipeline == 2 { 4 } else { 1 };
        let run = spec(|spec| (spec.mesh, spec.training.micro_batches) = (change, micro_batches));
        let Prediction { one_rank_seconds, timeline, .. } = predicted(&run, &vec![1.0; ranks], 1);
        let computing: f64 = timeline.ranks.iter().map(|rank| rank.compute).sum::<f64>() / timeline.ranks.len() as f64;
        let speed_up = one_rank_seconds / timeline.makespan;
        let expected = ranks as f64 * computing / timeline.makespan;
        // Each replica updates all weights.
        assert!((speed_up - expected).abs() < 0.1 * expected, "{speed_up} and {expected}");
    }
}

#[test]
fn what_tensor_ranks_exchange_is_no_computing() {
    let run = spec(|spec| (spec.mesh.pipeline, spec.mesh.tensor) = (1, 2));
    let Prediction { timeline, .. } = predicted(&run, &[1.0; 2], 2);
    let slices: f64 = 4.0 * (6.0 * 18e-3 + 3e-3);
    assert!((timeline.ranks[0].compute - slices).abs() < 0.1 * slices, "{:?}", timeline.ranks);
    assert!(timeline.ranks[0].transfer > 0.0, "{:?}", timeline.ranks);
}

#[test]
fn ranks_that_share_a_core_take_turns() {
    let spec = spec(|_| {});
    let (two, one) = (predicted(&spec, &[1.0; 2], 2), predicted(&spec, &[1.0; 2], 1));
    assert!(one.step_seconds > 1.5 * two.step_seconds, "{} and {}", one.step_seconds, two.step_seconds);
}

#[test]
fn a_slow_rank_gets_fewer_layers() {
    let slow = |partition| {
        spec(|spec| {
            spec.mesh.partition = partition;
            spec.ranks.unequal = vec![UnequalRank { rank: 0, speed_percent: 25.0, memory_limit: 1024 }];
        })
    };
    let [even, balanced] = [PartitionSpec::Even, PartitionSpec::Balanced].map(|partition| predicted(&slow(partition), &[0.25, 1.0], 2));
    assert!(balanced.stages[0].1 < even.stages[0].1, "{:?}", balanced.stages);
    assert!(balanced.step_seconds < 0.7 * even.step_seconds, "{} and {}", balanced.step_seconds, even.step_seconds);
}

#[test]
fn what_does_not_fit_however_it_is_divided_is_refused() {
    let limited = |first, second| {
        spec(|spec| {
            spec.mesh.partition = PartitionSpec::Balanced;
            spec.ranks.unequal = vec![
                UnequalRank { rank: 0, speed_percent: 100.0, memory_limit: first },
                UnequalRank { rank: 1, speed_percent: 100.0, memory_limit: second },
            ];
        })
    };
    // All takes 75 MiB.
    let stages = predicted(&limited(100, 25), &[1.0, 1.0], 2).stages;
    assert!(stages[1].0 > 7, "{stages:?}");
    let refused = predict(&limited(25, 25), &Assets::default(), &pilots(&[1.0, 1.0]), 2).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("resources.memory_limit"), "{refused:?}");
}

#[test]
fn sending_less_takes_less_and_zero_sends_more_with_each_stage() {
    let seconds = |change: &dyn Fn(&mut RunSpec)| {
        let spec = spec(|spec| {
            (spec.mesh, spec.training.micro_batches) = (data(4), 1);
            change(spec);
        });
        predicted(&spec, &[1.0; 4], 4).step_seconds
    };
    let plain = seconds(&|_| {});
    assert!(seconds(&|spec| spec.communication.compression = CompressionSpec::Int8) < plain);
    let [optimizer, parameters] = [ZeroSpec::Optimizer, ZeroSpec::Parameters].map(|zero| seconds(&|spec| spec.mesh.zero = zero));
    // Stage 1 sends as much as plain data parallelism, and updates a quarter; stage 3 gathers the weights twice.
    assert!(optimizer < 1.05 * plain && parameters > optimizer, "{plain}, {optimizer}, {parameters}");
}
