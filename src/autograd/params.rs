//! The parameters of a model: values, gradients, names.

use std::collections::HashMap;

use super::Result;
use crate::tensor::{Category, Ledger, Tensor};

/// Handle of a parameter in its [`Params`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(usize);

/// How the ranks of a tensor-parallel group share out a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// Each has the whole; their gradients are parts of a sum.
    Replicated,
    /// Each has some of the rows.
    Rows,
    /// Each has some of the columns.
    Columns,
    /// The first one has it alone.
    Leader,
}

/// One parameter.
#[derive(Debug)]
pub struct Param {
    /// Hugging Face name, e.g. `model.layers.0.self_attn.q_proj.weight`.
    pub name: String,
    /// Its shape; matrices are `[out_features, in_features]`.
    pub shape: Vec<usize>,
    /// The value, of that shape; empty while it is [released](Params::release).
    pub value: Tensor,
    /// Sum of the gradients since they were last cleared; `None` before the first backward pass and for frozen ones.
    pub grad: Option<Tensor>,
    /// Whether it learns.
    pub trainable: bool,
    /// How it is shared out, where the model is.
    pub split: Split,
}

impl Param {
    /// Number of scalars, also while the value is released.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    fn grad_mut(&mut self, ledger: &Ledger) -> Result<(&[f32], &mut [f32])> {
        debug_assert!(self.trainable, "gradient of the frozen parameter {}", self.name);
        let grad = match self.grad.take() {
            Some(grad) => grad,
            None => Tensor::zeros(ledger, Category::Gradients, &self.shape)?,
        };
        Ok((self.value.data(), self.grad.insert(grad).data_mut()))
    }

    fn value_and_grad(&mut self, ledger: &Ledger) -> Result<(&[f32], GradBuffer<'_>)> {
        if !self.trainable {
            return Ok((self.value.data(), None));
        }
        self.grad_mut(ledger).map(|(value, grad)| (value, Some(grad)))
    }
}

/// The gradient buffer of a parameter, if it learns.
pub(super) type GradBuffer<'a> = Option<&'a mut [f32]>;

/// All parameters of a model, in a fixed order.
#[derive(Debug)]
pub struct Params {
    ledger: Ledger,
    params: Vec<Param>,
    by_name: HashMap<String, ParamId>,
}

impl Params {
    /// No parameters yet; their memory will be written down in `ledger`.
    pub fn new(ledger: &Ledger) -> Self {
        Self { ledger: ledger.clone(), params: Vec::new(), by_name: HashMap::new() }
    }

    /// The ledger that holds the parameters and that passes over them use.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Adds a trainable parameter: this rank's part of one that is shared out by `split`.
    ///
    /// # Panics
    /// If the name is taken.
    pub fn add(&mut self, name: String, shape: &[usize], data: Vec<f32>, split: Split) -> Result<ParamId> {
        let value = Tensor::from_vec(&self.ledger, Category::Parameters, shape, data)?;
        let id = ParamId(self.params.len());
        let taken = self.by_name.insert(name.clone(), id);
        assert!(taken.is_none(), "parameter {name} is added twice");
        self.params.push(Param { name, shape: shape.to_vec(), value, grad: None, trainable: true, split });
        Ok(id)
    }

    /// The parameter of that handle.
    pub fn get(&self, id: ParamId) -> &Param {
        &self.params[id.0]
    }

    /// The parameter of that handle.
    pub fn get_mut(&mut self, id: ParamId) -> &mut Param {
        &mut self.params[id.0]
    }

    /// The values of a parameter.
    pub fn value(&self, id: ParamId) -> &[f32] {
        self.params[id.0].value.data()
    }

    /// The values of two parameters to read and of a third to change.
    ///
    /// # Panics
    /// If two of them are the same.
    pub fn two_and_mut(&mut self, a: ParamId, b: ParamId, changed: ParamId) -> (&[f32], &[f32], &mut [f32]) {
        let [a, b, changed] = self.params.get_disjoint_mut([a.0, b.0, changed.0]).expect("three different parameters");
        (a.value.data(), b.value.data(), changed.value.data_mut())
    }

    /// Whether a parameter learns.
    pub fn is_trainable(&self, id: ParamId) -> bool {
        self.params[id.0].trainable
    }

    /// The handle of a name.
    pub fn find(&self, name: &str) -> Option<ParamId> {
        self.by_name.get(name).copied()
    }

    /// The handles of all parameters in their order.
    pub fn ids(&self) -> impl Iterator<Item = ParamId> + use<> {
        (0..self.params.len()).map(ParamId)
    }

    /// All parameters in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.params.iter()
    }

    /// All parameters in their order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Param> {
        self.params.iter_mut()
    }

    /// Frees the value of a parameter that is kept elsewhere: until [`Params::restore`], nothing may read it.
    pub fn release(&mut self, id: ParamId) -> Result<()> {
        self.params[id.0].value = Tensor::zeros(&self.ledger, Category::Parameters, &[0])?;
        Ok(())
    }

    /// Gives a released parameter its value back.
    ///
    /// # Panics
    /// If `data` does not fill its shape.
    pub fn restore(&mut self, id: ParamId, data: &[f32]) -> Result<()> {
        let param = &mut self.params[id.0];
        param.value = Tensor::for_output(&self.ledger, Category::Parameters, &param.shape)?;
        param.value.data_mut().copy_from_slice(data);
        Ok(())
    }

    /// Freezes every parameter; their gradients are freed.
    pub fn freeze_all(&mut self) {
        for param in &mut self.params {
            param.trainable = false;
            param.grad = None;
        }
    }

    /// Value and gradient buffer of a trainable parameter; the buffer is made, zeroed, at its first use.
    pub fn grad_mut(&mut self, id: ParamId) -> Result<(&[f32], &mut [f32])> {
        self.params[id.0].grad_mut(&self.ledger)
    }

    /// The value of a parameter, and its gradient buffer, as in [`Params::grad_mut`], if it learns.
    pub(super) fn value_and_grad(&mut self, id: ParamId) -> Result<(&[f32], GradBuffer<'_>)> {
        self.params[id.0].value_and_grad(&self.ledger)
    }

    /// As [`Params::value_and_grad`] for two different parameters at once: value of the first, gradient buffers of those that learn.
    pub(super) fn value_and_grads(&mut self, a: ParamId, b: ParamId) -> Result<(&[f32], [GradBuffer<'_>; 2])> {
        let [a, b] = self.params.get_disjoint_mut([a.0, b.0]).expect("two different parameters");
        let (value, d_a) = a.value_and_grad(&self.ledger)?;
        let (_, d_b) = b.value_and_grad(&self.ledger)?;
        Ok((value, [d_a, d_b]))
    }

    /// Sets all gradients to zero, keeping their buffers.
    pub fn zero_grads(&mut self) {
        for grad in self.params.iter_mut().filter_map(|p| p.grad.as_mut()) {
            grad.data_mut().fill(0.0);
        }
    }

    /// Number of scalars, all and trainable.
    pub fn counts(&self) -> (usize, usize) {
        let count = |trainable_only: bool| self.params.iter().filter(|p| p.trainable || !trainable_only).map(Param::elements).sum();
        (count(false), count(true))
    }
}
