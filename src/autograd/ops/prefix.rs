//! Learned rows before those of each sequence.

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
    /// Where each sequence's own rows are, before and after.
    spans: Rc<[Span]>,
}

/// Where the rows of sequence `index` go, with so many learned ones before those of each.
fn moved(span: &Span, index: usize, learned: usize) -> std::ops::Range<usize> {
    let shift = (index + 1) * learned;
    span.keys.start + shift..span.keys.end + shift
}

impl Tape {
    /// Puts the rows of `table` `[learned, width]` before the key rows of each of the `spans` of `x` `[key_rows, width]`.
    pub fn prefix(&mut self, params: &Params, table: ParamId, x: &Var, spans: &Rc<[Span]>) -> Result<Var> {
        let param = params.get(table);
        let (learned, width, rows) = (param.shape[0], param.shape[1], x.value.shape()[0]);
        let mut y = self.output(&[rows + spans.len() * learned, width])?;
        for (index, span) in spans.iter().enumerate() {
            let own = moved(span, index, learned);
            y.data_mut()[(own.start - learned) * width..own.start * width].copy_from_slice(param.value.data());
            y.data_mut()[own.start * width..own.end * width].copy_from_slice(&x.data()[span.keys.start * width..span.keys.end * width]);
        }
        let x_id = x.needs_grad.then_some(x.id);
        let table = param.trainable.then_some(table);
        Ok(self.push(y, x_id.is_some() || table.is_some(), || Op::Prefix(Prefix { x: x_id, table, rows, spans: spans.clone() })))
    }
}

/// The spans of sequences that have so many more keys before their own.
pub fn after_prefix(spans: &[Span], learned: usize) -> Rc<[Span]> {
    let span = |(index, span): (usize, &Span)| {
        let own = moved(span, index, learned);
        Span { queries: span.queries.clone(), keys: own.start - learned..own.end }
    };
    spans.iter().enumerate().map(span).collect()
}

impl Prefix {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let (all, width) = (d_y.shape()[0], d_y.shape()[1]);
        let learned = (all - self.rows) / self.spans.len().max(1);
        if let Some(table) = self.table {
            let d_table = params.grad_mut(table)?;
            for (index, span) in self.spans.iter().enumerate() {
                let own = moved(span, index, learned);
                elementwise::add_assign(d_table, &d_y.data()[(own.start - learned) * width..own.start * width]);
            }
        }
        let Some(x) = self.x else { return Ok(()) };
        let mut d_x = grads.output(&[self.rows, width])?;
        for (index, span) in self.spans.iter().enumerate() {
            let own = moved(span, index, learned);
            let d_own = &d_y.data()[own.start * width..own.end * width];
            d_x.data_mut()[span.keys.start * width..span.keys.end * width].copy_from_slice(d_own);
        }
        grads.add(x, Rc::new(d_x))
    }
}
