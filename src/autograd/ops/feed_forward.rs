//! The non-linearities of feed-forward blocks.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::activation;
use crate::tensor::Tensor;

/// The activation of a gate.
#[derive(Clone, Copy, Debug)]
enum GateKind {
    Silu,
    Gelu,
}

#[derive(Debug)]
pub(in crate::autograd) struct Gated {
    kind: GateKind,
    gate_id: usize,
    up_id: usize,
    gate: Rc<Tensor>,
    up: Rc<Tensor>,
}

#[derive(Debug)]
pub(in crate::autograd) struct Gelu {
    id: usize,
    x: Rc<Tensor>,
}

#[derive(Debug)]
pub(in crate::autograd) struct GeluErf {
    id: usize,
    x: Rc<Tensor>,
}

impl Tape {
    /// `silu(gate) * up` (Shazeer 2020, arXiv:2002.05202); all of one shape.
    pub fn swiglu(&mut self, gate: &Var, up: &Var) -> Result<Var> {
        self.gated(GateKind::Silu, gate, up)
    }

    /// `gelu(gate) * up` (Shazeer 2020, arXiv:2002.05202), with GELU in its tanh form; all of one shape.
    pub fn geglu(&mut self, gate: &Var, up: &Var) -> Result<Var> {
        self.gated(GateKind::Gelu, gate, up)
    }

    fn gated(&mut self, kind: GateKind, gate: &Var, up: &Var) -> Result<Var> {
        let mut y = self.output(gate.value.shape())?;
        match kind {
            GateKind::Silu => activation::swiglu_forward(gate.data(), up.data(), y.data_mut()),
            GateKind::Gelu => activation::geglu_forward(gate.data(), up.data(), y.data_mut()),
        }
        Ok(self.push(y, gate.needs_grad || up.needs_grad, || {
            Op::Gated(Gated { kind, gate_id: gate.id, up_id: up.id, gate: gate.value.clone(), up: up.value.clone() })
        }))
    }

    /// GELU in its tanh form (Hendrycks and Gimpel 2016, arXiv:1606.08415).
    pub fn gelu(&mut self, x: &Var) -> Result<Var> {
        let mut y = self.output(x.value.shape())?;
        activation::gelu_forward(x.data(), y.data_mut());
        Ok(self.push(y, x.needs_grad, || Op::Gelu(Gelu { id: x.id, x: x.value.clone() })))
    }

    /// GELU in its exact form, `x Φ(x)` (Hendrycks and Gimpel 2016, arXiv:1606.08415).
    pub fn gelu_erf(&mut self, x: &Var) -> Result<Var> {
        let mut y = self.output(x.value.shape())?;
        activation::gelu_erf_forward(x.data(), y.data_mut());
        Ok(self.push(y, x.needs_grad, || Op::GeluErf(GeluErf { id: x.id, x: x.value.clone() })))
    }
}

impl Gated {
    pub(super) fn backward(self, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let mut d_gate = grads.output(d_y.shape())?;
        let mut d_up = grads.output(d_y.shape())?;
        let backward = match self.kind {
            GateKind::Silu => activation::swiglu_backward,
            GateKind::Gelu => activation::geglu_backward,
        };
        backward(self.gate.data(), self.up.data(), d_y.data(), d_gate.data_mut(), d_up.data_mut());
        grads.add(self.gate_id, Rc::new(d_gate))?;
        grads.add(self.up_id, Rc::new(d_up))
    }
}

impl Gelu {
    pub(super) fn backward(self, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let mut d_x = grads.output(d_y.shape())?;
        activation::gelu_backward(self.x.data(), d_y.data(), d_x.data_mut());
        grads.add(self.id, Rc::new(d_x))
    }
}

impl GeluErf {
    pub(super) fn backward(self, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let mut d_x = grads.output(d_y.shape())?;
        activation::gelu_erf_backward(self.x.data(), d_y.data(), d_x.data_mut());
        grads.add(self.id, Rc::new(d_x))
    }
}
