//! AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), as PyTorch computes it.

use crate::autograd::{Param, Params, Result};
use crate::kernels::adamw::{AdamwStep, adamw_step};
use crate::tensor::{Category, Ledger, Tensor};

/// Which parameters the weight decay acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decay {
    /// All, as PyTorch's default does.
    All,
    /// Those with two dimensions: neither gains nor biases.
    MatricesOnly,
}

/// Settings of AdamW; the learning rate comes with each step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWConfig {
    /// Decay of the gradient's running mean.
    pub beta1: f64,
    /// Decay of the gradient's running square.
    pub beta2: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// Decoupled weight decay: each step first multiplies by `1 - lr * weight_decay`.
    pub weight_decay: f64,
    /// What it acts on.
    pub decay: Decay,
}

/// The optimizer with its state: two moments a piece of the parameters, made before its first step. A piece is a parameter, or the range
/// of one that a rank updates for all.
#[derive(Debug)]
pub struct AdamW {
    config: AdamWConfig,
    moments: Vec<Option<(Tensor, Tensor)>>,
    steps: u32,
}

/// A range of a parameter that is updated.
#[derive(Debug)]
pub struct Piece<'a> {
    /// Whether the parameter is a matrix: weight decay may act on these only.
    pub matrix: bool,
    /// What the learning rate is multiplied by.
    pub rate: f64,
    /// Its values in the range.
    pub value: &'a mut [f32],
    /// Its gradient in the range.
    pub grad: &'a [f32],
}

impl AdamW {
    /// An optimizer without state yet.
    pub fn new(config: AdamWConfig) -> Self {
        Self { config, moments: Vec::new(), steps: 0 }
    }

    /// One update of every parameter that has a gradient; gradients are multiplied by `grad_scale` first (clipping).
    ///
    /// # Errors
    /// If there is no memory for the state; nothing is changed then but the state of some parameters.
    pub fn step(&mut self, params: &mut Params, lr: f64, grad_scale: f32) -> Result<()> {
        let ledger = params.ledger().clone();
        for (index, param) in params.iter().enumerate().filter(|(_, param)| learns(param)) {
            self.reserve(index, param.elements(), &ledger)?;
        }
        self.begin_step();
        for (index, param) in params.iter_mut().enumerate().filter(|(_, param)| learns(param)) {
            let Param { value, grad: Some(grad), shape, rate, .. } = param else { continue };
            let (matrix, rate) = (shape.len() > 1, *rate);
            self.update(index, Piece { matrix, rate, value: value.data_mut(), grad: grad.data() }, lr, grad_scale);
        }
        Ok(())
    }

    /// Makes the state of piece `index`, of `len` elements, if there is none yet.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn reserve(&mut self, index: usize, len: usize, ledger: &Ledger) -> Result<()> {
        if self.moments.len() <= index {
            self.moments.resize_with(index + 1, || None);
        }
        if self.moments[index].is_none() {
            let zeros = || Tensor::zeros(ledger, Category::Optimizer, &[len]);
            self.moments[index] = Some((zeros()?, zeros()?));
        }
        Ok(())
    }

    /// Updates so far.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Counts on from so many updates.
    pub fn set_steps(&mut self, steps: u32) {
        self.steps = steps;
    }

    /// Number and both moments of each piece that has state.
    pub fn moments(&self) -> impl Iterator<Item = (usize, &[f32], &[f32])> {
        let pieces = self.moments.iter().enumerate();
        pieces.filter_map(|(index, moments)| moments.as_ref().map(|(m, v)| (index, m.data(), v.data())))
    }

    /// Both moments of a piece.
    ///
    /// # Panics
    /// If it has no state.
    pub fn moments_mut(&mut self, index: usize) -> [&mut [f32]; 2] {
        let (m, v) = self.moments[index].as_mut().expect("reserved before");
        [m.data_mut(), v.data_mut()]
    }

    /// Begins an update; [`AdamW::update`] of each piece follows.
    pub fn begin_step(&mut self) {
        self.steps += 1;
    }

    /// This step's update of piece `index`.
    ///
    /// # Panics
    /// If it has no state.
    pub fn update(&mut self, index: usize, piece: Piece, lr: f64, grad_scale: f32) {
        let (m, v) = self.moments[index].as_mut().expect("reserved before");
        let step = self.config.step_of(self.steps, piece.matrix, lr * piece.rate, grad_scale);
        adamw_step(&step, piece.value, m.data_mut(), v.data_mut(), piece.grad);
    }
}

impl AdamWConfig {
    /// What update number `steps`, counted from 1, does to a parameter.
    fn step_of(&self, steps: u32, matrix: bool, lr: f64, grad_scale: f32) -> AdamwStep {
        let AdamWConfig { beta1, beta2, eps, weight_decay, decay } = *self;
        let decays = decay == Decay::All || matrix;
        // The kernel computes with the betas in float32, where 1 - 0.999 is off by 5e-5 of itself. That cancels out if the
        // correction is that of the very same rounded beta, and would shrink every update by 2e-5 if it were not.
        let correction = |beta: f64| (1.0 - f64::from(beta as f32).powf(f64::from(steps))) as f32;
        AdamwStep {
            lr: lr as f32,
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            eps: eps as f32,
            weight_decay: if decays { weight_decay as f32 } else { 0.0 },
            bias_correction1: correction(beta1),
            bias_correction2: correction(beta2),
            grad_scale,
        }
    }
}

fn learns(param: &Param) -> bool {
    param.trainable && param.grad.is_some()
}
