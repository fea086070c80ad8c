//! A unit: parameters of one segment, seen as one flat vector that is cut into even shards, one for each data-parallel rank.
//!
//! A shard is a list of pieces of parameters, since its bounds heed neither rows nor matrices; what depends on the kind of a parameter
//! (weight decay, whether it learns) goes by piece.

use std::ops::Range;

use super::super::Result;
use super::super::gradients::flat_grads;
use super::Replicas;
use super::cut::{Piece, pieces, shard_range};
use crate::autograd::{ParamId, Params};
use crate::kernels::elementwise::{add_assign, sum_of_squares};
use crate::optim::{self, AdamW};
use crate::parallel::collectives::Reduce;
use crate::parallel::group::{Group, even_shards};
use crate::tensor::{Category, OutOfMemory, Tensor, Weight};

/// Parameters that are sharded as one vector.
pub(super) struct Unit {
    members: Vec<ParamId>,
    lens: Vec<usize>,
    /// Elements of each rank's shard.
    shards: Vec<usize>,
    /// This rank's.
    pieces: Vec<Piece>,
    /// The optimizer's state of piece `i` is number `first_state + i`.
    first_state: usize,
    /// The values of this rank's shard, where the parameters do not keep them.
    values: Option<Tensor>,
    /// Of this rank's shard, the gradient of what learns, summed over the ranks.
    grad: Option<Tensor>,
}

impl Unit {
    pub fn new(params: &Params, members: Vec<ParamId>, group: &Group, first_state: usize) -> Self {
        let lens: Vec<usize> = members.iter().map(|&id| params.get(id).elements()).collect();
        let shards = even_shards(lens.iter().sum(), group.size());
        let pieces = pieces(&lens, shard_range(&shards, group.index()));
        Self { members, lens, shards, pieces, first_state, values: None, grad: None }
    }

    pub fn holds(&self, id: ParamId) -> bool {
        self.members.contains(&id)
    }

    /// The first number of an optimizer's state that is free after this unit's.
    pub fn next_state(&self) -> usize {
        self.first_state + self.pieces.len()
    }

    /// The members that learn.
    pub fn learning(&self, params: &Params) -> Vec<ParamId> {
        self.members.iter().copied().filter(|&id| params.is_trainable(id)).collect()
    }

    /// Keeps this rank's shard of the values, and frees the others: the parameters have none until they are gathered.
    ///
    /// # Errors
    /// If there is no memory for the shard beside the unit.
    pub fn take_values(&mut self, params: &mut Params) -> std::result::Result<(), OutOfMemory> {
        let len = self.pieces.iter().map(|piece| piece.range.len()).sum();
        let mut shard = Tensor::for_output(params.ledger(), Category::Parameters, &[len])?;
        self.own_values(params, shard.data_mut());
        self.values = Some(shard);
        self.release(params);
        Ok(())
    }

    /// Frees the values of sharded parameters.
    pub fn release(&self, params: &mut Params) {
        self.members.iter().for_each(|&id| params.get_mut(id).value = Weight::Away);
    }

    /// Gives sharded parameters the values of all ranks.
    pub async fn gather(&self, params: &mut Params, replicas: Replicas<'_>) -> Result<()> {
        let Some(shard) = &self.values else { return Ok(()) };
        let flat = self.all_gather(params, replicas, |own| own.copy_from_slice(shard.data())).await?;
        let mut rest = flat.data();
        for (&id, &len) in self.members.iter().zip(&self.lens) {
            let (value, after) = rest.split_at(len);
            let mut gathered = Tensor::for_output(params.ledger(), Category::Parameters, &params.get(id).shape)?;
            gathered.data_mut().copy_from_slice(value);
            params.get_mut(id).value = Weight::of(gathered);
            rest = after;
        }
        Ok(())
    }

    /// Tells all ranks the values of this one's shard, where every rank keeps all of them.
    pub async fn share(&self, params: &mut Params, replicas: Replicas<'_>) -> Result<()> {
        let flat = self.all_gather(params, replicas, |own| self.own_values(params, own)).await?;
        let mut rest = flat.data();
        for (&id, &len) in self.members.iter().zip(&self.lens) {
            let (value, after) = rest.split_at(len);
            params.get_mut(id).value.data_mut().copy_from_slice(value);
            rest = after;
        }
        Ok(())
    }

    /// The shards of all ranks, one behind the other; `fill` writes this rank's.
    async fn all_gather(&self, params: &Params, replicas: Replicas<'_>, fill: impl FnOnce(&mut [f32])) -> Result<Tensor> {
        let mut flat = Tensor::for_output(params.ledger(), Category::Communication, &[self.shards.iter().sum()])?;
        fill(&mut flat.data_mut()[shard_range(&self.shards, replicas.group.index())]);
        replicas.group.all_gather(flat.data_mut(), &self.shards, replicas.algorithm).await?;
        Ok(flat)
    }

    /// Writes the values of this rank's shard, which the parameters have, to `out`.
    fn own_values(&self, params: &Params, mut out: &mut [f32]) {
        for Piece { member, range } in &self.pieces {
            let (part, rest) = out.split_at_mut(range.len());
            part.copy_from_slice(&params.value(self.members[*member])[range.clone()]);
            out = rest;
        }
    }

    /// Adds the gradients that the parameters of all ranks have to those of the shards, and frees them.
    pub async fn reduce(&mut self, params: &mut Params, replicas: Replicas<'_>) -> Result<()> {
        let learning = self.learning(params);
        if learning.is_empty() {
            return Ok(());
        }
        let mut flat = flat_grads(params, &learning)?;
        learning.iter().for_each(|&id| params.get_mut(id).grad = None);
        let shards = self.gradient_shards(params);
        replicas.group.reduce_scatter(flat.data_mut(), &shards, Reduce::Sum, replicas.algorithm).await?;
        let own = &flat.data()[shard_range(&shards, replicas.group.index())];
        match &mut self.grad {
            Some(grad) => add_assign(grad.data_mut(), own),
            None => {
                let mut grad = Tensor::for_output(params.ledger(), Category::Gradients, &[own.len()])?;
                grad.data_mut().copy_from_slice(own);
                self.grad = Some(grad);
            }
        }
        Ok(())
    }

    /// Elements of each rank's shard that learn.
    fn gradient_shards(&self, params: &Params) -> Vec<usize> {
        let learns = |piece: &Piece| params.is_trainable(self.members[piece.member]);
        let shard = |index| {
            let pieces = pieces(&self.lens, shard_range(&self.shards, index));
            pieces.into_iter().filter(learns).map(|piece| piece.range.len()).sum()
        };
        (0..self.shards.len()).map(shard).collect()
    }

    /// The values of this rank's shard, where the parameters do not keep them.
    pub fn values(&self) -> Option<&[f32]> {
        self.values.as_ref().map(Tensor::data)
    }

    /// The same, to go on from a snapshot.
    pub fn values_mut(&mut self) -> Option<&mut [f32]> {
        self.values.as_mut().map(Tensor::data_mut)
    }

    /// Forgets the gradient.
    pub fn clear_gradient(&mut self) {
        self.grad = None;
    }

    /// The sum of the squares of this rank's shard of the gradient, of the parameters that `counts` says.
    pub fn sum_of_squares(&self, params: &Params, counts: impl Fn(ParamId) -> bool) -> f64 {
        let Some(grad) = &self.grad else { return 0.0 };
        let learning = self.learning_pieces(params).filter(|piece| counts(piece.id));
        learning.map(|piece| sum_of_squares(&grad.data()[piece.of_gradient])).sum()
    }

    /// Number and elements of each piece of this rank's shard that the optimizer has a state of.
    pub fn states(&self, params: &Params) -> impl Iterator<Item = (usize, usize)> {
        self.learning_pieces(params).map(|piece| (piece.state, piece.of_param.len()))
    }

    /// Makes the optimizer's state of this rank's shard.
    pub fn reserve(&self, params: &Params, optimizer: &mut AdamW) -> std::result::Result<(), OutOfMemory> {
        self.states(params).try_for_each(|(state, len)| optimizer.reserve(state, len, params.ledger()))
    }

    /// Updates this rank's shard of the values; gradients are multiplied by `grad_scale` first.
    pub fn update(&mut self, params: &mut Params, optimizer: &mut AdamW, lr: f64, grad_scale: f32) {
        let Some(grad) = &self.grad else { return };
        let pieces: Vec<LearningPiece> = self.learning_pieces(params).collect();
        for LearningPiece { id, state, of_param, of_shard, of_gradient } in pieces {
            let param = params.get_mut(id);
            let value = match &mut self.values {
                Some(shard) => &mut shard.data_mut()[of_shard],
                None => &mut param.value.data_mut()[of_param],
            };
            let piece = optim::Piece { matrix: param.shape.len() > 1, rate: param.rate, value, grad: &grad.data()[of_gradient] };
            optimizer.update(state, piece, lr, grad_scale);
        }
    }

    /// The pieces of this rank's shard that learn.
    fn learning_pieces(&self, params: &Params) -> impl Iterator<Item = LearningPiece> {
        let (mut of_shard, mut of_gradient) = (0..0, 0..0);
        self.pieces.iter().zip(self.first_state..).filter_map(move |(Piece { member, range }, state)| {
            let id = self.members[*member];
            of_shard = of_shard.end..of_shard.end + range.len();
            if !params.is_trainable(id) {
                return None;
            }
            of_gradient = of_gradient.end..of_gradient.end + range.len();
            Some(LearningPiece { id, state, of_param: range.clone(), of_shard: of_shard.clone(), of_gradient: of_gradient.clone() })
        })
    }
}

/// A piece that learns: the same elements, as ranges of what holds them.
struct LearningPiece {
    id: ParamId,
    /// Number of the optimizer's state.
    state: usize,
    of_param: Range<usize>,
    /// Of this rank's values.
    of_shard: Range<usize>,
    /// Of this rank's gradient.
    of_gradient: Range<usize>,
}
