use super::*;
use crate::autograd::ParamId;
use crate::finetune::attach;
use crate::nn::transformer::tests::{build, families};
use crate::nn::{RandomWeights, Tokens};
use crate::optim::{AdamW, AdamWConfig, Decay};

fn config() -> AdaLoraConfig {
    let target_modules = ["q_proj", "v_proj", "down_proj"].map(str::to_owned).to_vec();
    AdaLoraConfig {
        initial_rank: 4,
        target_rank: 2,
        target_modules,
        total_steps: 12,
        first_steps: 2,
        last_steps: 3,
        ..AdaLoraConfig::default()
    }
}

/// Ranks of all modules that are left, step by step, and the model.
fn trained(steps: u32) -> (Vec<usize>, Transformer, Box<dyn Attached>) {
    let mut model = build(families()[0].clone());
    let mut attached = attach(&config(), &mut model, &mut RandomWeights { seed: 4 }).unwrap();
    let mut optimizer = AdamW::new(AdamWConfig { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, decay: Decay::All });
    let mut left = Vec::new();
    for step in 1..=steps {
        train(&mut model, &mut *attached, &mut optimizer, step);
        left.push(values(&model).into_iter().filter(|e| *e != 0.0).count());
    }
    (left, model, attached)
}

fn train(model: &mut Transformer, attached: &mut dyn Attached, optimizer: &mut AdamW, step: u32) {
    let tokens = Tokens::new(1, 6, (0..6).map(|i| (i * 5 + step as i32) % 23).collect::<Vec<_>>());
    model.params.zero_grads();
    attached.penalties(&mut model.params).unwrap();
    model.forward_backward(&tokens, &[3, 1, 4, 1, 5, 9], 1.0, None).unwrap();
    optimizer.step(&mut model.params, 1e-2, 1.0).unwrap();
    attached.after_step(model, Update { step, grad_scale: 1.0 }).unwrap();
}

fn values(model: &Transformer) -> Vec<f32> {
    model.params.iter().filter(|param| param.name.contains("lora_E")).flat_map(|param| param.value.data().to_vec()).collect()
}

#[test]
fn the_budget_shrinks_with_the_cube_of_what_is_left_and_then_stays() {
    let (left, ..) = trained(12);
    let modules = values(&trained(0).1).len() / 4;
    let expected = |step: u32| match step {
        0..=2 => 4 * modules,
        9.. => 2 * modules,
        step => (2.0 * modules as f64 * (1.0 - f64::from(step - 2) / 7.0).powi(3) + 2.0 * modules as f64) as usize,
    };
    let expected: Vec<usize> = (1..=12).map(expected).collect();
    assert_eq!(left, expected);
}

/// Triplets that are gone in the end stay gone, those that are left go on learning.
#[test]
fn the_last_steps_train_what_is_left() {
    let (_, nine, _) = trained(9);
    let (_, twelve, _) = trained(12);
    let (before, after) = (values(&nine), values(&twelve));
    assert!(before.iter().zip(&after).all(|(a, b)| (*a == 0.0) == (*b == 0.0)));
    assert!(before.iter().zip(&after).any(|(a, b)| a != b));
    // Not every module has the same rank: that is the point.
    let ranks: Vec<usize> = after.chunks(4).map(|module| module.iter().filter(|e| **e != 0.0).count()).collect();
    assert!(ranks.iter().any(|rank| *rank != 2), "{ranks:?}");
}

#[test]
fn the_penalty_has_the_gradient_of_finite_differences() {
    let mut model = build(families()[0].clone());
    let attached = attach(&config(), &mut model, &mut RandomWeights { seed: 4 }).unwrap();
    let ids: Vec<ParamId> = model.params.ids().filter(|id| model.params.is_trainable(*id)).collect();
    for id in &ids {
        model.params.get_mut(*id).value.data_mut().iter_mut().enumerate().for_each(|(i, x)| *x += 0.3 * (i as f32 * 1.7).sin());
    }
    let penalty = |params: &mut Params| attached.penalties(params).unwrap().iter().map(|(_, penalty)| penalty).sum::<f64>();
    penalty(&mut model.params);
    let grads: Vec<Option<Vec<f32>>> = ids.iter().map(|id| model.params.get(*id).grad.as_ref().map(|grad| grad.data().to_vec())).collect();
    for (id, grad) in ids.into_iter().zip(grads) {
        if model.params.get(id).name.contains("lora_E") {
            continue;
        }
        let grad = grad.expect("it is penalised");
        let direction: Vec<f32> = (0..grad.len()).map(|i| ((i * 7919 + 13) % 101) as f32 / 50.0 - 1.0).collect();
        let mut at = |step: f32| {
            let before = model.params.value(id).to_vec();
            model.params.get_mut(id).value.data_mut().iter_mut().zip(&direction).for_each(|(value, d)| *value += step * d);
            let penalty = penalty(&mut model.params);
            model.params.get_mut(id).value.data_mut().copy_from_slice(&before);
            penalty
        };
        let numeric = (at(1e-2) - at(-1e-2)) / 2e-2;
        let expected: f64 = grad.iter().zip(&direction).map(|(g, d)| f64::from(g * d)).sum();
        assert!((numeric - expected).abs() < 1e-3 + 0.01 * expected.abs(), "{}: {expected}, {numeric}", model.params.get(id).name);
    }
}

/// What is kept between two steps is all that the next ones depend on.
#[test]
fn a_state_goes_on_where_it_was() {
    for steps in [5, 10] {
        let (.., attached) = trained(steps);
        let (.., mut resumed) = trained(0);
        assert!(resumed.restore(&attached.state()));
        assert_eq!(resumed.state(), attached.state());
        assert!(!resumed.restore(&attached.state()[1..]));
    }
}

#[test]
fn what_it_does_not_go_with_is_refused() {
    let blueprint = Blueprint::new(&families()[0].clone());
    let refused = |config: AdaLoraConfig| config.check(&blueprint).unwrap_err().to_string();
    let message = refused(AdaLoraConfig { target_rank: 5, ..config() });
    assert!(message.contains("target_rank is 5") && message.contains("1 to 4"), "{message}");
    let message = refused(AdaLoraConfig { initial_rank: 99, ..config() });
    assert!(message.contains("initial_rank is 99"), "{message}");
    let message = refused(AdaLoraConfig { first_steps: 6, last_steps: 6, ..config() });
    assert!(message.contains("12 training.steps"), "{message}");
    for sharing in [
        Sharing { tensor: 2, ..Sharing::default() },
        Sharing { pipeline: 2, ..Sharing::default() },
        Sharing { updates_shared: true, ..Sharing::default() },
    ] {
        assert!(config().check_sharing(&blueprint, sharing).unwrap_err().to_string().contains("AdaLoRA"));
    }
}
