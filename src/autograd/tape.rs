//! The tape of one segment.

use std::rc::Rc;

use super::Result;
use super::ops::{Op, WeightGrad};
use super::params::Params;
use crate::kernels::elementwise;
use crate::tensor::{Category, Ledger, Tensor};

/// A value on a tape.
#[derive(Clone, Debug)]
pub struct Var {
    pub(super) id: usize,
    pub(super) value: Rc<Tensor>,
    /// Whether a gradient has to reach it: it depends on a trainable parameter or on a differentiable input.
    pub(super) needs_grad: bool,
}

/// The place of a value on its tape, without the value.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    id: usize,
    needs_grad: bool,
}

impl Node {
    /// Whether a gradient has to reach it.
    pub fn needs_grad(self) -> bool {
        self.needs_grad
    }
}

impl Var {
    /// Its place on the tape, for a backward pass after the value itself is gone.
    pub fn node(&self) -> Node {
        Node { id: self.id, needs_grad: self.needs_grad }
    }

    /// Whether a gradient has to reach it: it depends on a trainable parameter or on a differentiable input.
    pub fn needs_grad(&self) -> bool {
        self.needs_grad
    }

    /// Whether it is the same value on the same tape.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.value, &other.value)
    }

    /// The value.
    pub fn tensor(&self) -> &Tensor {
        &self.value
    }

    /// The elements.
    pub fn data(&self) -> &[f32] {
        self.value.data()
    }

    /// Takes the tensor out: without a copy if nothing on the tape saved it.
    pub fn into_tensor(self) -> Result<Tensor> {
        Rc::try_unwrap(self.value).or_else(|shared| shared.try_clone())
    }
}

/// What one operation left on the tape.
#[derive(Debug)]
struct Record {
    output: usize,
    op: Op,
}

/// What a tape does beside computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Nothing,
    /// Tells which values would need a gradient.
    Tracing,
    /// Saves what a backward pass needs, too.
    Recording,
}

/// The record of one segment's forward pass.
#[derive(Debug)]
pub struct Tape {
    ledger: Ledger,
    mode: Mode,
    records: Vec<Record>,
    vars: usize,
}

impl Tape {
    /// A tape that records for a backward pass.
    pub fn recording(ledger: &Ledger) -> Self {
        Self { ledger: ledger.clone(), mode: Mode::Recording, records: Vec::new(), vars: 0 }
    }

    /// A tape that saves nothing, but tells which values need a gradient: for a forward pass that will be run again.
    pub fn tracing(ledger: &Ledger) -> Self {
        Self { mode: Mode::Tracing, ..Self::recording(ledger) }
    }

    /// A tape that saves nothing: for inference.
    pub fn inference(ledger: &Ledger) -> Self {
        Self { mode: Mode::Nothing, ..Self::recording(ledger) }
    }

    /// Whether no backward pass will follow, now or after running forward again.
    pub(super) fn is_inference(&self) -> bool {
        self.mode == Mode::Nothing
    }

    /// The ledger that the tape's values are written down in.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Puts an input of the segment on the tape; `needs_grad`: whether the backward pass has to give its gradient.
    pub fn input(&mut self, tensor: Tensor, needs_grad: bool) -> Var {
        self.var(tensor, needs_grad && self.mode >= Mode::Tracing)
    }

    /// Puts the output of the segment before on this tape, without a copy.
    pub fn input_from(&mut self, x: Var) -> Var {
        let id = self.vars;
        self.vars += 1;
        Var { id, value: x.value, needs_grad: x.needs_grad && self.mode >= Mode::Tracing }
    }

    /// Runs backward from `outputs`, each with its gradient, adding to the gradients in `params`; gives the gradients of `inputs`, of
    /// those that asked for one. With `later`, the gradients of linear weights, about half of the work, are left there, and the values that
    /// they need are kept until then (Qi et al. 2023, arXiv:2401.10241).
    pub fn backward(
        mut self,
        params: &mut Params,
        outputs: impl IntoIterator<Item = (Node, Tensor)>,
        inputs: &[Node],
        later: Option<&mut WeightGrads>,
    ) -> Result<Vec<Option<Tensor>>> {
        let deferred = later.is_some().then(WeightGrads::default);
        let mut grads = Grads { ledger: self.ledger.clone(), of: Vec::new(), deferred };
        grads.of.resize_with(self.vars, || None);
        for (output, gradient) in outputs.into_iter().filter(|(output, _)| output.needs_grad) {
            grads.add(output.id, Rc::new(gradient))?;
        }
        while let Some(Record { output, op }) = self.records.pop() {
            if let Some(d_output) = grads.of[output].take() {
                op.backward(params, &mut grads, d_output)?;
            }
        }
        if let (Some(later), Some(deferred)) = (later, grads.deferred.take()) {
            later.0.extend(deferred.0);
        }
        let mut d_input = |input: &Node| match grads.of[input.id].take().filter(|_| input.needs_grad) {
            Some(grad) => Ok(Some(Rc::try_unwrap(grad).or_else(|shared| shared.try_clone())?)),
            None => Ok(None),
        };
        inputs.iter().map(&mut d_input).collect()
    }

    /// A tensor for an operation's output, which has to overwrite every element.
    pub(super) fn output(&self, shape: &[usize]) -> Result<Tensor> {
        Tensor::for_output(&self.ledger, Category::Activations, shape)
    }

    fn var(&mut self, tensor: Tensor, needs_grad: bool) -> Var {
        let id = self.vars;
        self.vars += 1;
        Var { id, value: Rc::new(tensor), needs_grad }
    }

    /// Puts an operation's output on the tape; `op` is asked for, and saved, only if a gradient has to pass.
    pub(super) fn push(&mut self, output: Tensor, needs_grad: bool, op: impl FnOnce() -> Op) -> Var {
        let needs_grad = needs_grad && self.mode >= Mode::Tracing;
        let output = self.var(output, needs_grad);
        if needs_grad && self.mode == Mode::Recording {
            self.records.push(Record { output: output.id, op: op() });
        }
        output
    }

    /// As [`Tape::push`], for an operation that saves its own output.
    pub(super) fn push_saving_output(&mut self, output: Tensor, needs_grad: bool, op: impl FnOnce(Rc<Tensor>) -> Op) -> Var {
        let needs_grad = needs_grad && self.mode >= Mode::Tracing;
        let output = self.var(output, needs_grad);
        if needs_grad && self.mode == Mode::Recording {
            self.records.push(Record { output: output.id, op: op(output.value.clone()) });
        }
        output
    }
}

/// Gradients of the values of a tape while it runs backward.
#[derive(Debug)]
pub(super) struct Grads {
    ledger: Ledger,
    of: Vec<Option<Rc<Tensor>>>,
    /// Gradients of linear weights that are left for later; `None`: they are computed at once.
    pub(super) deferred: Option<WeightGrads>,
}

/// Gradients of linear weights that a backward pass left for later.
#[derive(Debug, Default)]
pub struct WeightGrads(pub(super) Vec<WeightGrad>);

impl WeightGrads {
    /// Computes them and adds them to those in `params`.
    pub fn accumulate(self, params: &mut Params) -> Result<()> {
        self.0.into_iter().try_for_each(|grad| grad.accumulate(params))
    }
}

impl Grads {
    /// A tensor for a gradient, every element of which has to be overwritten.
    pub(super) fn output(&self, shape: &[usize]) -> Result<Tensor> {
        Tensor::for_output(&self.ledger, Category::Activations, shape)
    }

    /// Has `compute` add to the gradient of value `id`: it gets a buffer of that shape and `beta`, by which it multiplies what the buffer
    /// holds; with 0 it has to overwrite every element. A sum that nothing else holds is added to in place.
    pub(super) fn accumulate(&mut self, id: usize, shape: &[usize], compute: impl FnOnce(&mut [f32], f32)) -> Result<()> {
        if let Some(sum) = self.of[id].as_mut().and_then(Rc::get_mut) {
            compute(sum.data_mut(), 1.0);
            return Ok(());
        }
        let mut new = self.output(shape)?;
        compute(new.data_mut(), 0.0);
        self.add(id, Rc::new(new))
    }

    /// Adds `grad` to the gradient of value `id`; the first one is kept without a copy, also where it is shared.
    pub(super) fn add(&mut self, id: usize, grad: Rc<Tensor>) -> Result<()> {
        let sum = match self.of[id].take() {
            None => grad,
            Some(mut old) => match Rc::get_mut(&mut old) {
                Some(sum) => {
                    elementwise::add_assign(sum.data_mut(), grad.data());
                    old
                }
                None => {
                    let mut sum = self.output(old.shape())?;
                    elementwise::add(old.data(), grad.data(), sum.data_mut());
                    Rc::new(sum)
                }
            },
        };
        self.of[id] = Some(sum);
        Ok(())
    }
}
