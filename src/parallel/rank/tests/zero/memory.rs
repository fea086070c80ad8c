//! Each rank's ledger shows what ZeRO saves.

use super::*;
use crate::parallel::outline::zero::{Kept, kept, units};
use crate::tensor::Category;

const REPLICAS: usize = 4;
const FLOAT: usize = size_of::<f32>();

/// A model whose weights take more than its activations.
fn large(config: ModelConfig) -> ModelConfig {
    ModelConfig { d_model: 64, d_head: 16, d_ff: 128, n_layers: 8, ..config }
}

fn outline(config: &ModelConfig, method: MakeMethod) -> Outline {
    Outline::new(&Rc::new(Blueprint::new(config)), &*method())
}

/// Bytes of each segment's weights.
fn segment_bytes(config: &ModelConfig) -> Vec<usize> {
    let plan = plan_of(zero(ZeroStage::Parameters, settings(REPLICAS, 1, 1, 2)), config);
    let units = units(&plan, &outline(config, full).whole());
    units.into_iter().map(|unit| unit.elements() * FLOAT).collect()
}

/// Tables of the rotary embedding, which are no weights.
fn tables(config: &ModelConfig) -> usize {
    let rotary = matches!(config.positions, Positions::Rotary(_));
    if rotary { CONTEXT.next_power_of_two() * config.d_head * FLOAT } else { 0 }
}

fn trained(config: &ModelConfig, stage: ZeroStage, method: MakeMethod) -> Vec<Seen> {
    let settings = zero(stage, settings(REPLICAS, 1, 1, 2));
    watch(config, settings, method, None, 2).into_iter().map(|seen| seen.unwrap()).collect()
}

/// What a rank keeps, in bytes.
#[derive(Clone, Copy)]
struct Bytes {
    parameters: usize,
    gradients: usize,
    optimizer: usize,
}

/// What the outline says that each rank keeps.
fn outlined(config: &ModelConfig, stage: ZeroStage, method: MakeMethod) -> Vec<Bytes> {
    let plan = plan_of(zero(stage, settings(REPLICAS, 1, 1, 2)), config);
    let params = outline(config, method).whole();
    let bytes = |Kept { parameters, gradients, optimizer }| Bytes {
        parameters: parameters as usize * FLOAT,
        gradients: gradients as usize * FLOAT,
        optimizer: optimizer as usize * FLOAT,
    };
    (0..REPLICAS).map(|rank| bytes(kept(&plan, &params, rank))).collect()
}

#[test]
fn a_rank_keeps_its_share_of_what_its_stage_shares_out() {
    for config in [llama(), gpt()].map(large) {
        for (name, method) in [("full", full as MakeMethod), ("lora", with_lora)] {
            let [all, ..] = outlined(&config, ZeroStage::None, method)[..] else { panic!("no ranks") };
            for stage in ZeroStage::ALL {
                let kept = outlined(&config, stage, method);
                for (Seen { memory, .. }, kept) in trained(&config, stage, method).into_iter().zip(kept) {
                    let live = |category| memory.of(category).live;
                    assert_eq!(live(Category::Optimizer), kept.optimizer, "{name}, {stage:?}");
                    assert_eq!(live(Category::Parameters), kept.parameters + tables(&config), "{name}, {stage:?}");
                    // After a step with stage 1, too, there are shards only.
                    let gradients = if stage == ZeroStage::Optimizer { kept.optimizer / 2 } else { kept.gradients };
                    assert_eq!(live(Category::Gradients), gradients, "{name}, {stage:?}");
                    let share = |part: usize, all: usize| part <= all / REPLICAS + FLOAT * 2 * (2 * Blueprint::new(&config).segments.len());
                    assert!(stage < ZeroStage::Optimizer || share(kept.optimizer, all.optimizer), "{name}, {stage:?}");
                    assert!(!stage.shards_gradients() || share(kept.gradients, all.gradients), "{name}, {stage:?}");
                    assert!(!stage.shards_parameters() || share(kept.parameters, all.parameters), "{name}, {stage:?}");
                }
            }
        }
    }
}

/// Beside its shares, a rank has the weights and the gradient of one segment.
#[test]
fn no_more_than_a_segment_is_whole() {
    for config in [llama(), gpt()].map(large) {
        let segments = segment_bytes(&config);
        let (all, largest) = (segments.iter().sum::<usize>(), *segments.iter().max().unwrap());
        // The gradient of a tied weight waits for the embedding's backward, and its value is read by the head beside the norm.
        let (tied_gradient, tied_value) = if config.tie_embeddings { (segments[0], segments[segments.len() - 1]) } else { (0, 0) };
        for stage in ZeroStage::ALL {
            let kept = outlined(&config, stage, full);
            for (Seen { memory, .. }, kept) in trained(&config, stage, full).into_iter().zip(kept) {
                let (gradients, parameters) = (memory.of(Category::Gradients).peak, memory.of(Category::Parameters).peak);
                if stage.shards_gradients() {
                    assert!(gradients <= kept.gradients + largest + tied_gradient, "{stage:?}: {gradients} of {all}");
                } else {
                    assert!((all..=all + largest).contains(&gradients), "{stage:?}: {gradients} of {all}");
                }
                if stage.shards_parameters() {
                    let most = kept.parameters + largest + tied_value + tables(&config);
                    assert!(parameters <= most, "{stage:?}: {parameters} of {all}, at most {most}");
                } else {
                    assert_eq!(parameters, all + tables(&config));
                }
            }
        }
    }
}

#[test]
fn each_stage_lowers_the_peak_of_all_memory() {
    for config in [llama(), gpt()].map(large) {
        let peak = |stage| trained(&config, stage, full).iter().map(|seen| seen.memory.total.peak).max().unwrap();
        let peaks = ZeroStage::ALL.map(peak);
        println!("peaks by stage: {peaks:?}; weights {}", segment_bytes(&config).iter().sum::<usize>());
        assert!(peaks.is_sorted_by(|before, after| after < before), "{peaks:?}");
    }
}

/// Frozen weights are where a LoRA training's memory is: only stage 3 shares them out.
#[test]
fn frozen_weights_are_shared_out() {
    let config = large(llama());
    let segments = segment_bytes(&config);
    let (all, largest) = (segments.iter().sum::<usize>(), *segments.iter().max().unwrap());
    for Seen { memory, .. } in trained(&config, ZeroStage::Gradients, with_lora) {
        assert!(memory.of(Category::Parameters).live > all);
    }
    for Seen { built, memory, .. } in trained(&config, ZeroStage::Parameters, with_lora) {
        // While they are attached, the pairs are whole.
        assert!(built.of(Category::Parameters).peak < all / 2, "{} of {all}", built.of(Category::Parameters).peak);
        assert!(memory.of(Category::Parameters).peak <= built.of(Category::Parameters).live + largest + all / 16);
        assert!(memory.of(Category::Gradients).peak + memory.of(Category::Optimizer).peak < all / 4);
    }
}

/// Limits that are too low for one rank: to build the model, and to train it.
#[test]
fn four_ranks_build_and_train_what_one_cannot() {
    let config = large(llama());
    let all: usize = segment_bytes(&config).iter().sum();
    let sharded = |limit, method, steps| {
        let settings = zero(ZeroStage::Parameters, settings(REPLICAS, 1, 1, 2));
        watch(&config, settings, method, Some(limit), steps)
    };
    let one = |limit, method, steps| watch(&config, settings(1, 1, 1, BATCH), method, Some(limit), steps).remove(0);
    for (name, method, limit) in [("lora", with_lora as MakeMethod, all - 1), ("full", full, 2 * all)] {
        let refused = one(limit, method, STEPS).err().expect("one rank lacks memory");
        assert!(matches!(&refused, RankError::Memory(error) if error.limit == Some(limit)), "{name}: {refused}");
        let expected = alone(&config, method);
        for seen in sharded(limit, method, STEPS) {
            let Seen { losses, memory, .. } = seen.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(worst_difference(&expected, &losses) <= 1e-5 && memory.total.peak <= limit, "{name}");
        }
    }
    assert!(one(all - 1, full, 0).is_err(), "one rank cannot build the model");
    for seen in sharded(all / 2, full, 0) {
        let built = seen.expect("four can").built.of(Category::Parameters);
        assert!(built.peak <= all / REPLICAS + segment_bytes(&config).iter().max().unwrap() + 64 * FLOAT);
    }
}
