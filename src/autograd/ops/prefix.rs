//! Learned rows before those of sequences.

use std::ops::Range;
use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::params::{ParamId, Params};
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::attention::Span;
use crate::kernels::elementwise;
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct Prefix {
    x: Option<usize>,
    table: Option<ParamId>,
    rows: usize,
    learned: usize,
    spans: Rc<[Span]>,
    begins: Rc<[bool]>,
}

/// Where the rows of each sequence are, and where they go if so many learned ones come before those of each sequence that begins.
fn moved<'a>(spans: &'a [Span], begins: &'a [bool], learned: usize) -> impl Iterator<Item = (&'a Span, bool, Range<usize>)> {
    let mut shift = 0;
    spans.iter().zip(begins).map(move |(span, &begins)| {
        shift += if begins { learned } else { 0 };
        (span, begins, span.keys.start + shift..span.keys.end + shift)
    })
}

impl Tape {
    /// Puts the rows of `table` `[learned, width]` before the key rows of each of the `spans` of `x` `[key_rows, width]` whose sequence
    /// `begins`.
    pub fn prefix(&mut self, params: &Params, table: ParamId, x: &Var, spans: &Rc<[Span]>, begins: &Rc<[bool]>) -> Result<Var> {
        let param = params.get(table);
        let (learned, width, rows) = (param.shape[0], param.shape[1], x.value.shape()[0]);
        let more = begins.iter().filter(|begins| **begins).count() * learned;
        let mut y = self.output(&[rows + more, width])?;
        for (span, begins, own) in moved(spans, begins, learned) {
            if begins {
                y.data_mut()[(own.start - learned) * width..own.start * width].copy_from_slice(param.value.data());
            }
            y.data_mut()[own.start * width..own.end * width].copy_from_slice(&x.data()[span.keys.start * width..span.keys.end * width]);
        }
        let x_id = x.needs_grad.then_some(x.id);
        let table = param.trainable.then_some(table);
        Ok(self.push(y, x_id.is_some() || table.is_some(), || {
            Op::Prefix(Prefix { x: x_id, table, rows, learned, spans: spans.clone(), begins: begins.clone() })
        }))
    }
}

/// The spans of sequences of which those that begin have so many more keys before their own.
pub fn after_prefix(spans: &[Span], begins: &[bool], learned: usize) -> Rc<[Span]> {
    let span = |(span, begins, own): (&Span, bool, Range<usize>)| Span {
        queries: span.queries.clone(),
        keys: own.start - if begins { learned } else { 0 }..own.end,
    };
    moved(spans, begins, learned).map(span).collect()
}

impl Prefix {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let width = d_y.shape()[1];
        if let Some(table) = self.table {
            let d_table = params.grad_mut(table)?;
            for (_, _, own) in moved(&self.spans, &self.begins, self.learned).filter(|(_, begins, _)| *begins) {
                elementwise::add_assign(d_table, &d_y.data()[(own.start - self.learned) * width..own.start * width]);
            }
        }
        let Some(x) = self.x else { return Ok(()) };
        let mut d_x = grads.output(&[self.rows, width])?;
        for (span, _, own) in moved(&self.spans, &self.begins, self.learned) {
            let d_own = &d_y.data()[own.start * width..own.end * width];
            d_x.data_mut()[span.keys.start * width..span.keys.end * width].copy_from_slice(d_own);
        }
        grads.add(x, Rc::new(d_x))
    }
}
