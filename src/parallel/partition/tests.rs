use proptest::prelude::*;

use super::*;
use crate::nn::ModelConfig;

const PLAN: StageOrder = StageOrder { kind: ScheduleKind::OneForwardOneBackward, chunks_per_stage: 1, micro_batches: 4 };

fn segments(costs: &[(f64, u64, u64)]) -> Vec<SegmentCost> {
    costs.iter().map(|&(work, fixed_bytes, activation_bytes)| SegmentCost { work, fixed_bytes, activation_bytes }).collect()
}

fn devices(limits: &[(f64, Option<u64>)]) -> Vec<Device> {
    limits.iter().map(|&(speed, memory_bytes)| Device { speed, memory_bytes }).collect()
}

fn layers(n_layers: usize) -> Blueprint {
    Blueprint::new(&ModelConfig { n_layers, ..ModelConfig::default() })
}

fn ranges(parts: &[StageShare]) -> Vec<Range<usize>> {
    parts.iter().map(|part| part.segments.clone()).collect()
}

#[test]
fn an_even_division_gives_each_stage_as_many_layers() {
    // 0: embedding; 1 to 8: four layers; 9: head.
    assert_eq!(even(&layers(4), 2, 1).unwrap(), [0..5, 5..10]);
    assert_eq!(even(&layers(4), 2, 2).unwrap(), [0..3, 3..5, 5..7, 7..10]);
    assert_eq!(even(&layers(5), 3, 1).unwrap(), [0..5, 5..9, 9..12]);
    assert!(even(&layers(4), 3, 2).unwrap_err().to_string().ends_with("more than the model's 4 layers; try 2 stages"));
    assert!(even(&layers(4), usize::MAX, 2).is_err());
    assert!(even(&layers(2), 1, 3).unwrap_err().to_string().ends_with("at most 2 chunks can be made of it"));
    assert!(even(&layers(2), 0, 1).unwrap_err().to_string().contains("stages = 0"));
}

#[test]
fn a_slow_rank_and_a_heavy_head_get_less() {
    let model = segments(&[(1.0, 0, 0), (2.0, 0, 0), (2.0, 0, 0), (2.0, 0, 0), (2.0, 0, 0), (6.0, 0, 0)]);
    let equal = balanced(&model, &devices(&[(1.0, None), (1.0, None)]), PLAN).unwrap();
    assert_eq!(ranges(&equal), [0..4, 4..6]);
    let slow_first = balanced(&model, &devices(&[(0.5, None), (1.0, None)]), PLAN).unwrap();
    assert_eq!(ranges(&slow_first), [0..3, 3..6]);
    assert_eq!((slow_first[0].seconds, slow_first[1].seconds), (10.0, 10.0));
}

/// The head alone decides the time of the slowest stage; the rest is as even as it can be.
#[test]
fn stages_below_the_slowest_are_even_too() {
    let model = segments(&[(1.0, 0, 0), (1.0, 0, 0), (1.0, 0, 0), (1.0, 0, 0), (9.0, 0, 0)]);
    let parts = balanced(&model, &devices(&[(1.0, None); 3]), PLAN).unwrap();
    assert_eq!(ranges(&parts), [0..2, 2..4, 4..5]);
}

/// In 1F1B the first of two stages holds two micro-batches, the last one: the same segments take more memory there.
#[test]
fn memory_counts_the_micro_batches_in_flight() {
    let model = segments(&[(1.0, 10, 10); 6]);
    let free = balanced(&model, &devices(&[(1.0, Some(1000)); 2]), PLAN).unwrap();
    assert_eq!(free.iter().map(|part| part.bytes).collect::<Vec<_>>(), [3 * (10 + 2 * 10), 3 * (10 + 10)]);
    let tight = balanced(&model, &devices(&[(1.0, Some(89)), (1.0, Some(1000))]), PLAN).unwrap();
    assert_eq!(ranges(&tight), [0..2, 2..6]);
    let interleaved = StageOrder { kind: ScheduleKind::Interleaved, chunks_per_stage: 2, ..PLAN };
    let parts = balanced(&model, &devices(&[(1.0, Some(1000)); 2]), interleaved).unwrap();
    assert_eq!(parts.iter().map(|part| part.rank).collect::<Vec<_>>(), [0, 1, 0, 1]);
}

#[test]
fn what_does_not_fit_is_told_with_what_would() {
    let model = segments(&[(1.0, 10, 0); 6]);
    let refused = |devices: &[Device]| balanced(&model, devices, PLAN).unwrap_err().to_string();
    assert_eq!(
        refused(&devices(&[(1.0, Some(30)), (1.0, Some(25))])),
        "out of memory: stage 1 lacks 5 bytes for virtual stage 1 (30 of 25); it would fit 3 stages on ranks like these"
    );
    assert!(refused(&devices(&[(1.0, Some(9))])).ends_with("nor would it fit more stages on ranks like these"));
    assert!(refused(&devices(&[(1.0, None); 7])).ends_with("7 stages of 1 chunks are more than the model's 6 segments; try 6 stages"));
    assert!(refused(&[]).contains("stages = 0"));
    assert!(refused(&devices(&[(0.0, None)])).contains("speed = 0; it has to be between 1e-30 and 1e100"));
    let huge = segments(&[(1.0, u64::MAX, 0)]);
    assert!(balanced(&huge, &devices(&[(1.0, None)]), PLAN).unwrap_err().to_string().contains("fixed_bytes"));
    assert!(balanced(&segments(&[(f64::NAN, 0, 0)]), &devices(&[(1.0, None)]), PLAN).unwrap_err().to_string().contains("work = NaN"));
    assert!(balanced(&vec![model[0]; 513], &devices(&[(1.0, None)]), PLAN).unwrap_err().to_string().contains("512"));
}

/// All divisions of `count` segments into `stages` parts that are not empty, as their inner boundaries.
fn all_cuts(count: usize, stages: usize) -> Vec<Vec<usize>> {
    let extend = |cuts: Vec<Vec<usize>>, _| {
        let longer = |cuts: Vec<usize>| (cuts.last().map_or(1, |last| last + 1)..count).map(move |cut| [&cuts[..], &[cut]].concat());
        cuts.into_iter().flat_map(longer).collect()
    };
    (1..stages).fold(vec![vec![]], extend)
}

/// The best division by trying all: (time of the slowest stage, fewest bytes beyond the limits).
fn brute_force(model: &[SegmentCost], devices: &[Device], plan: StageOrder) -> (f64, u64) {
    let stages = devices.len() * plan.chunks_per_stage;
    let in_flight = Schedule::new(plan.kind, devices.len(), plan.chunks_per_stage, plan.micro_batches).unwrap().peak_in_flight();
    let (mut fastest, mut fewest) = (f64::INFINITY, u64::MAX);
    for cuts in all_cuts(model.len(), stages) {
        let bounds = [&[0], &cuts[..], &[model.len()]].concat();
        let (mut slowest, mut overrun) = (0.0f64, 0);
        for v in 0..stages {
            let (device, part) = (devices[v % devices.len()], &model[bounds[v]..bounds[v + 1]]);
            let bytes: u64 = part.iter().map(|s| s.fixed_bytes + s.activation_bytes * in_flight[v] as u64).sum();
            slowest = slowest.max(part.iter().map(|s| s.work).sum::<f64>() / device.speed);
            overrun += bytes.saturating_sub(device.memory_bytes.map_or(u64::MAX, |bytes| bytes / plan.chunks_per_stage as u64));
        }
        fewest = fewest.min(overrun);
        if overrun == 0 {
            fastest = fastest.min(slowest);
        }
    }
    (fastest, fewest)
}

proptest! {
    /// Whole numbers as works and powers of 2 as speeds: sums are exact in any order.
    #[test]
    fn no_other_division_is_better(
        model in prop::collection::vec((0u32..20, 0u64..30, 0u64..10), 4..=9),
        ranks in prop::collection::vec((0i32..3, prop::option::of(20u64..150)), 1..=4),
        interleave in any::<bool>(),
    ) {
        let model = segments(&model.into_iter().map(|(work, fixed, activation)| (f64::from(work), fixed, activation)).collect::<Vec<_>>());
        let devices = devices(&ranks.into_iter().map(|(speed, memory)| (2f64.powi(speed), memory)).collect::<Vec<_>>());
        let two_chunks = interleave && 2 * devices.len() <= model.len();
        let plan = match two_chunks {
            true => StageOrder { kind: ScheduleKind::Interleaved, chunks_per_stage: 2, micro_batches: 2 * devices.len() },
            false => PLAN,
        };
        let (fastest, fewest) = brute_force(&model, &devices, plan);
        match balanced(&model, &devices, plan) {
            Ok(parts) => {
                prop_assert_eq!(parts.iter().map(|part| part.seconds).fold(0.0, f64::max), fastest);
                let mut next = 0;
                for part in &parts {
                    prop_assert!(part.segments.start == next && part.segments.end > next);
                    next = part.segments.end;
                }
                prop_assert_eq!(next, model.len());
            }
            Err(PartitionError::Memory { lacking, enough }) => {
                prop_assert_eq!(fastest, f64::INFINITY);
                prop_assert_eq!(lacking.iter().map(|lack| lack.needed - lack.limit).sum::<u64>(), fewest);
                if let Some(stages) = enough {
                    let more: Vec<Device> = devices.iter().copied().cycle().take(stages).collect();
                    prop_assert!(balanced(&model, &more, plan).is_ok());
                }
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    /// An even division covers the segments in order, and no stage has two layers more than another.
    #[test]
    fn an_even_division_is_even(stages in 1usize..6, chunks in 1usize..4, more in 0usize..20) {
        let n_layers = stages * chunks + more;
        let parts = even(&layers(n_layers), stages, chunks).unwrap();
        prop_assert_eq!((parts.len(), parts[0].start, parts[parts.len() - 1].end), (stages * chunks, 0, 2 * n_layers + 2));
        prop_assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
        let layers: Vec<usize> = parts.iter().enumerate().map(|(v, part)| {
            let ends = usize::from(v == 0) + usize::from(v + 1 == parts.len());
            (part.len() - ends) / 2
        }).collect();
        prop_assert!(layers.iter().max().unwrap() - layers.iter().min().unwrap() <= 1);
    }
}
