//! Which triplets are left: PEFT's `RankAllocator`.

use super::AdaLoraConfig;
use crate::autograd::{ParamId, Params};
use crate::finetune::Update;

/// The importance of every element of A, E and B of all modules, smoothed over steps, and the triplets that are left in the end.
#[derive(Debug)]
pub(super) struct Allocator {
    config: AdaLoraConfig,
    /// Sensitivity and uncertainty of each parameter's elements (eq. 11 and 12), module by module: A, E, B.
    scores: Vec<[Smoothed; 3]>,
    /// Whether each triplet of each module is left, once that is final.
    left: Option<Vec<Vec<bool>>>,
}

#[derive(Debug)]
struct Smoothed {
    sensitivity: Vec<f32>,
    uncertainty: Vec<f32>,
}

impl Smoothed {
    fn zeros(len: usize) -> Self {
        Self { sensitivity: vec![0.0; len], uncertainty: vec![0.0; len] }
    }

    /// Takes in `|w g|` of this step.
    fn take_in(&mut self, values: &[f32], grads: &[f32], grad_scale: f32, [beta1, beta2]: [f32; 2]) {
        let smoothed = self.sensitivity.iter_mut().zip(&mut self.uncertainty);
        for ((sensitivity, uncertainty), (w, g)) in smoothed.zip(values.iter().zip(grads)) {
            let now = (w * g * grad_scale).abs();
            *sensitivity = beta1 * *sensitivity + (1.0 - beta1) * now;
            *uncertainty = beta2 * *uncertainty + (1.0 - beta2) * (now - *sensitivity).abs();
        }
    }

    /// The importance of each element (eq. 10).
    fn importance(&self) -> impl Iterator<Item = f32> {
        self.sensitivity.iter().zip(&self.uncertainty).map(|(sensitivity, uncertainty)| sensitivity * uncertainty)
    }
}

impl Allocator {
    pub fn new(config: &AdaLoraConfig, triplets: &[[ParamId; 3]], params: &Params) -> Self {
        let scores = triplets.iter().map(|ids| ids.map(|id| Smoothed::zeros(params.get(id).elements()))).collect();
        Self { config: config.clone(), scores, left: None }
    }

    /// Takes in an update and takes triplets away, when it is time.
    pub fn after_step(&mut self, params: &mut Params, triplets: &[[ParamId; 3]], Update { step, grad_scale }: Update) {
        let AdaLoraConfig { total_steps, last_steps, beta1, beta2, .. } = self.config;
        let last = total_steps.saturating_sub(last_steps);
        if step > last {
            if let Some(left) = &self.left {
                take_away(params, triplets, left);
            }
            return;
        }
        if step < last {
            for (ids, scores) in triplets.iter().zip(&mut self.scores) {
                for (id, score) in ids.iter().zip(scores) {
                    let param = params.get(*id);
                    if let Some(grad) = &param.grad {
                        score.take_in(param.value.data(), grad.data(), grad_scale, [beta1 as f32, beta2 as f32]);
                    }
                }
            }
        }
        let (budget, due) = self.budget(step);
        if due || step == last {
            let left = self.most_important(budget);
            take_away(params, triplets, &left);
            if step == last {
                self.left = Some(left);
            }
        }
    }

    /// Triplets of all modules that are to be left after a step (eq. 14), and whether others are taken away now.
    fn budget(&self, step: u32) -> (usize, bool) {
        let AdaLoraConfig { initial_rank, target_rank, first_steps, last_steps, interval, total_steps, .. } = self.config;
        let modules = self.scores.len();
        let (initial, target) = (initial_rank * modules, target_rank * modules);
        let last = total_steps.saturating_sub(last_steps);
        if step <= first_steps {
            return (initial, false);
        }
        if step > last {
            return (target, true);
        }
        let rest = 1.0 - f64::from(step - first_steps) / f64::from(last - first_steps);
        let budget = ((initial - target) as f64 * rest.powi(3) + target as f64) as usize;
        (budget, step.is_multiple_of(interval.max(1)))
    }

    /// The `budget` triplets of the highest importance: that of the value, and the mean of its row and of its column (eq. 13). Those that
    /// are as important as the last one that goes, go too.
    fn most_important(&self, budget: usize) -> Vec<Vec<bool>> {
        let rank = self.config.initial_rank;
        let of_module = |[a, e, b]: &[Smoothed; 3]| -> Vec<f32> {
            let (rows, columns) = (a.sensitivity.len() / rank, b.sensitivity.len() / rank);
            let mut sums: Vec<f32> = e.importance().collect();
            a.importance().enumerate().for_each(|(i, x)| sums[i / rows] += x / rows as f32);
            b.importance().enumerate().for_each(|(i, x)| sums[i % rank] += x / columns as f32);
            sums
        };
        let importance: Vec<Vec<f32>> = self.scores.iter().map(of_module).collect();
        let mut sorted: Vec<f32> = importance.iter().flatten().copied().collect();
        sorted.sort_unstable_by(f32::total_cmp);
        match (sorted.len() - budget.min(sorted.len())).checked_sub(1) {
            None => importance.iter().map(|module| vec![true; module.len()]).collect(),
            Some(last) => importance.iter().map(|module| module.iter().map(|x| *x > sorted[last]).collect()).collect(),
        }
    }

    /// Everything of earlier steps.
    pub fn state(&self) -> Vec<f32> {
        let smoothed = self.scores.iter().flatten().flat_map(|score| score.sensitivity.iter().chain(&score.uncertainty)).copied();
        let left = self.left.iter().flatten().flatten().map(|left| f32::from(u8::from(*left)));
        smoothed.chain(left).collect()
    }

    /// Whether `state` is such a state; goes on from it then.
    pub fn restore(&mut self, state: &[f32]) -> bool {
        let smoothed: usize = self.scores.iter().flatten().map(|score| 2 * score.sensitivity.len()).sum();
        let triplets = self.scores.len() * self.config.initial_rank;
        if state.len() != smoothed && state.len() != smoothed + triplets {
            return false;
        }
        let (mut rest, left) = state.split_at(smoothed);
        for score in self.scores.iter_mut().flatten() {
            for part in [&mut score.sensitivity, &mut score.uncertainty] {
                let (own, after) = rest.split_at(part.len());
                part.copy_from_slice(own);
                rest = after;
            }
        }
        let modules = left.chunks(self.config.initial_rank).map(|module| module.iter().map(|left| *left > 0.5).collect());
        self.left = (!left.is_empty()).then(|| modules.collect());
        true
    }
}

/// Sets the values of triplets that are not left to zero.
fn take_away(params: &mut Params, triplets: &[[ParamId; 3]], left: &[Vec<bool>]) {
    for ([_, e, _], left) in triplets.iter().zip(left) {
        let values = params.get_mut(*e).value.data_mut().iter_mut().zip(left);
        values.filter(|(_, left)| !**left).for_each(|(e, _)| *e = 0.0);
    }
}
