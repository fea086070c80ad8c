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
    table: Table,
    rows: usize,
    learned: usize,
    spans: Rc<[Span]>,
    begins: Rc<[bool]>,
}

/// Where the gradient of the learned rows goes.
#[derive(Debug)]
enum Table {
    Param(ParamId),
    Value(usize),
    Nowhere,
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
        let to = if param.trainable { Table::Param(table) } else { Table::Nowhere };
        self.put_before((param.value.data(), param.shape[0]), to, x, spans, begins)
    }

    /// As [`Tape::prefix`], with rows that were computed: `table` is `[learned, width]`.
    pub fn prefix_of(&mut self, table: &Var, x: &Var, spans: &Rc<[Span]>, begins: &Rc<[bool]>) -> Result<Var> {
        let to = if table.needs_grad { Table::Value(table.id) } else { Table::Nowhere };
        self.put_before((table.data(), table.value.shape()[0]), to, x, spans, begins)
    }

    fn put_before(
        &mut self,
        (table, learned): (&[f32], usize),
        to: Table,
        x: &Var,
        spans: &Rc<[Span]>,
        begins: &Rc<[bool]>,
    ) -> Result<Var> {
        let (rows, width) = (x.value.shape()[0], x.value.shape()[1]);
        let more = begins.iter().filter(|begins| **begins).count() * learned;
        let mut y = self.output(&[rows + more, width])?;
        for (span, begins, own) in moved(spans, begins, learned) {
            if begins {
                y.data_mut()[(own.start - learned) * width..own.start * width].copy_from_slice(table);
            }
            y.data_mut()[own.start * width..own.end * width].copy_from_slice(&x.data()[span.keys.start * width..span.keys.end * width]);
        }
        let x_id = x.needs_grad.then_some(x.id);
        let needs_grad = x_id.is_some() || !matches!(to, Table::Nowhere);
        Ok(self
            .push(y, needs_grad, || Op::Prefix(Prefix { x: x_id, table: to, rows, learned, spans: spans.clone(), begins: begins.clone() })))
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
        let add_to = |d_table: &mut [f32]| {
            for (_, _, own) in moved(&self.spans, &self.begins, self.learned).filter(|(_, begins, _)| *begins) {
                elementwise::add_assign(d_table, &d_y.data()[(own.start - self.learned) * width..own.start * width]);
            }
        };
        match self.table {
            Table::Param(table) => add_to(params.grad_mut(table)?),
            Table::Value(id) => {
                let mut d_table = grads.output(&[self.learned, width])?;
                d_table.data_mut().fill(0.0);
                add_to(d_table.data_mut());
                grads.add(id, Rc::new(d_table))?;
            }
            Table::Nowhere => {}
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
