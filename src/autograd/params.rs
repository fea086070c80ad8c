//! The parameters of a model: values, gradients, names.

use std::collections::HashMap;

use super::Result;
use crate::tensor::{Category, Charge, Ledger, Tensor, Weight};

/// Handle of a parameter in its [`Params`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(usize);

/// How the ranks of a tensor-parallel group share out a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// Each has the whole; their gradients are parts of a sum.
    Replicated,
    /// Each has the whole and uses it on rows that all have alike: their gradients are the same, and whole. Where the rows are shared
    /// out, too, they are parts of a sum.
    Copied,
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
    /// The value, of that shape.
    pub value: Weight,
    /// Sum of the gradients since they were last cleared; `None` before the first backward pass and for frozen ones.
    pub grad: Option<Tensor>,
    /// Whether it learns.
    pub trainable: bool,
    /// How fast it learns: its learning rate is that of the step times this.
    pub rate: f64,
    /// How it is shared out, where the model is.
    pub split: Split,
    /// What a value that other models hold, too, would take.
    of_others: Option<Charge>,
}

impl Param {
    /// Number of scalars, wherever the value is.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    fn grad_mut(&mut self, ledger: &Ledger) -> Result<(&Weight, &mut [f32])> {
        debug_assert!(self.trainable, "gradient of the frozen parameter {}", self.name);
        let grad = match self.grad.take() {
            Some(grad) => grad,
            None => Tensor::zeros(ledger, Category::Gradients, &self.shape)?,
        };
        Ok((&self.value, self.grad.insert(grad).data_mut()))
    }

    fn value_and_grad(&mut self, ledger: &Ledger) -> Result<(&[f32], GradBuffer<'_>)> {
        if !self.trainable {
            return Ok((self.value.data(), None));
        }
        self.grad_mut(ledger).map(|(value, grad)| (value.data(), Some(grad)))
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

    /// Adds a parameter, this rank's part of one that is shared out by `split`: a trainable one, unless it is kept in blocks.
    ///
    /// # Panics
    /// If the name is taken.
    pub fn add(&mut self, name: String, shape: &[usize], split: Split, value: Weight) -> ParamId {
        let id = ParamId(self.params.len());
        let taken = self.by_name.insert(name.clone(), id);
        assert!(taken.is_none(), "parameter {name} is added twice");
        let trainable = value.format().is_none();
        self.params.push(Param { name, shape: shape.to_vec(), value, grad: None, trainable, rate: 1.0, split, of_others: None });
        id
    }

    /// As [`Params::add`], with a value that another model holds, too. Each of them accounts for it as if it held it alone.
    ///
    /// # Errors
    /// If the ledger's limit leaves no room for it.
    ///
    /// # Panics
    /// If the name is taken.
    pub fn add_shared(&mut self, name: String, shape: &[usize], split: Split, value: Weight) -> Result<ParamId> {
        let charge = self.ledger.charge(Category::Parameters, value.bytes())?;
        let id = self.add(name, shape, split, value);
        self.params[id.0].of_others = Some(charge);
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

    /// Lets a parameter learn, in a copy of its own where others share its value; or freezes it, and frees its gradient.
    ///
    /// # Errors
    /// If there is no memory for the copy.
    ///
    /// # Panics
    /// If one that is kept in blocks is to learn.
    pub fn set_trainable(&mut self, id: ParamId, trainable: bool) -> Result<()> {
        let param = &mut self.params[id.0];
        assert!(!trainable || param.value.format().is_none(), "{} is kept in blocks and cannot learn", param.name);
        param.trainable = trainable;
        match trainable {
            true => {
                // What it takes was written down as if it were its own.
                param.of_others = None;
                param.value.make_own(&self.ledger)?;
                Ok(())
            }
            false => {
                param.grad = None;
                Ok(())
            }
        }
    }

    /// Copies the values of a parameter, where others share them.
    ///
    /// # Errors
    /// If there is no memory for the copy.
    pub fn make_own(&mut self, id: ParamId) -> Result<()> {
        let param = &mut self.params[id.0];
        param.of_others = None;
        param.value.make_own(&self.ledger)
    }

    /// The gradient buffer of a trainable parameter; it is made, zeroed, at its first use.
    pub fn grad_mut(&mut self, id: ParamId) -> Result<&mut [f32]> {
        let (_, grad) = self.params[id.0].grad_mut(&self.ledger)?;
        Ok(grad)
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
