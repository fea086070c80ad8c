//! Token and position embeddings.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::params::{ParamId, Params};
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::{elementwise, embedding};
use crate::tensor::{Tensor, Weight};

#[derive(Debug)]
pub(in crate::autograd) struct Embedding {
    table: ParamId,
    ids: Rc<[i32]>,
    scale: f32,
}

#[derive(Debug)]
pub(in crate::autograd) struct PositionEmbedding {
    x: Option<usize>,
    table: Option<ParamId>,
    positions: Rc<[u32]>,
}

impl Tape {
    /// Rows `ids` of the table `[vocab_size, d_model]`, times `scale`, as `[ids.len(), d_model]`; zeros where an id is negative. Every id is
    /// below `vocab_size`.
    pub fn embedding(&mut self, params: &Params, table: ParamId, ids: &Rc<[i32]>, scale: f32) -> Result<Var> {
        let param = params.get(table);
        let d_model = param.shape[1];
        let mut y = self.output(&[ids.len(), d_model])?;
        match &param.value {
            Weight::Blocks(blocks) => embedding::gather_with(d_model, ids, y.data_mut(), |id, row| blocks.dequantize_row(id, row)),
            weight => embedding::gather(d_model, weight.data(), ids, y.data_mut()),
        }
        if scale != 1.0 {
            elementwise::scale(scale, y.data_mut());
        }
        Ok(self.push(y, param.trainable, || Op::Embedding(Embedding { table, ids: ids.clone(), scale })))
    }

    /// `x` `[rows, d_model]` plus, in each row, that of its position in the table `[max_positions, d_model]`.
    pub fn position_embedding(&mut self, params: &Params, table: ParamId, x: Var, positions: &Rc<[u32]>) -> Result<Var> {
        let (id, x_needs_grad) = (x.id, x.needs_grad);
        let mut y = x.into_tensor()?;
        let d_model = y.shape()[1];
        match &params.get(table).value {
            Weight::Blocks(blocks) => {
                embedding::gather_add_with(d_model, positions, y.data_mut(), |at, row| blocks.dequantize_row(at, row))
            }
            weight => embedding::gather_add(d_model, weight.data(), positions, y.data_mut()),
        }
        let trainable = params.is_trainable(table);
        Ok(self.push(y, x_needs_grad || trainable, || {
            let positions = positions.clone();
            Op::PositionEmbedding(PositionEmbedding { x: x_needs_grad.then_some(id), table: trainable.then_some(table), positions })
        }))
    }
}

impl Embedding {
    pub(super) fn backward(self, params: &mut Params, d_y: Rc<Tensor>) -> Result<()> {
        let d_model = d_y.shape()[1];
        let d_table = params.grad_mut(self.table)?;
        if self.scale == 1.0 {
            embedding::scatter_add(d_model, d_y.data(), &self.ids, d_table);
        } else {
            let mut scaled = Rc::try_unwrap(d_y).or_else(|shared| shared.try_clone())?;
            elementwise::scale(self.scale, scaled.data_mut());
            embedding::scatter_add(d_model, scaled.data(), &self.ids, d_table);
        }
        Ok(())
    }
}

impl PositionEmbedding {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: Rc<Tensor>) -> Result<()> {
        if let Some(table) = self.table {
            let d_table = params.grad_mut(table)?;
            embedding::scatter_add(d_y.shape()[1], d_y.data(), &self.positions, d_table);
        }
        match self.x {
            Some(x) => grads.add(x, d_y),
            None => Ok(()),
        }
    }
}
