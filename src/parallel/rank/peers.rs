//! What a rank's walk does together with the other ranks.
//!
//! A segment's slice gives a part of a sum. The sum is formed whole at every rank (Shoeybi et al. 2019, arXiv:1909.08053), or, with
//! sequence parallelism, by rows: each rank gets the sum of its rows, does what is done row by row with them, and gathers the rows of
//! all before the next product (Korthikanti et al. 2022, arXiv:2205.05198). The bytes are the same.

use std::rc::Rc;

use super::zero::{Replicas, Zero};
use super::{Groups, RankError, Result};
use crate::autograd::{Params, Split};
use crate::nn::Exchange;
use crate::nn::walk::{AuxShare, Peers, Way};
use crate::parallel::WORLD_OF_ONE;
use crate::parallel::collectives::Reduce;
use crate::parallel::group::even_shards;
use crate::parallel::plan::Plan;
use crate::tensor::{Category, Ledger, Tensor};

/// The other ranks, and what they share with this one.
pub(super) struct RankPeers {
    pub plan: Rc<Plan>,
    pub groups: Groups,
    pub ledger: Ledger,
    pub zero: Option<Zero>,
    /// For each segment of this rank, whether something that its output depends on learns.
    pub learns_by: Vec<bool>,
}

impl RankPeers {
    /// What the replicas share out.
    pub fn zero(&self) -> Option<&Zero> {
        self.zero.as_ref().filter(|_| !WORLD_OF_ONE)
    }

    /// Whether tensor ranks share out the rows between their products.
    pub fn shares_rows(&self) -> bool {
        self.plan.settings.sequence_parallel && self.groups.tensor.size() > 1
    }

    /// Of `rows` rows, those that this rank has between the segments.
    pub fn own_rows(&self, rows: usize) -> usize {
        if self.shares_rows() { even_shards(rows, self.groups.tensor.size())[self.groups.tensor.index()] } else { rows }
    }

    /// Whether the gradients that the tensor ranks have of such a parameter are parts of a sum.
    pub fn gradient_is_partial(&self, split: Split) -> bool {
        split == Split::Replicated || split == Split::Copied && self.shares_rows()
    }

    /// Whether several tensor ranks have such a parameter whole.
    pub fn is_whole(&self, split: Split) -> bool {
        self.groups.tensor.size() > 1 && matches!(split, Split::Replicated | Split::Copied)
    }

    /// Tells that this rank is alive.
    pub fn beat(&self) {
        self.groups.world.comm().beat();
    }

    /// The data-parallel ranks.
    pub fn replicas(&self) -> Replicas<'_> {
        Replicas::of(&self.groups, &self.plan)
    }

    /// The sum of what every rank has, `[rows, width]`: whole, or this rank's rows of it.
    async fn sum(&self, mut partial: Tensor) -> Result<Tensor> {
        let (group, algorithm) = (&self.groups.tensor, self.plan.settings.algorithm);
        if !self.shares_rows() {
            group.all_reduce(partial.data_mut(), Reduce::Sum, algorithm).await?;
            return Ok(partial);
        }
        let shards = self.shards(partial.shape());
        group.reduce_scatter(partial.data_mut(), &shards, Reduce::Sum, algorithm).await?;
        let (start, width, len) = (self.start(&shards), partial.shape()[1], shards[group.index()]);
        let mut own = Tensor::for_output(&self.ledger, Category::Activations, &[len / width, width])?;
        own.data_mut().copy_from_slice(&partial.data()[start..start + len]);
        Ok(own)
    }

    /// The rows of all ranks, `rows` of them.
    async fn gather(&self, own: Tensor, rows: usize) -> Result<Tensor> {
        if !self.shares_rows() {
            return Ok(own);
        }
        let shape = [rows, own.shape()[1]];
        let shards = self.shards(&shape);
        let mut all = Tensor::for_output(&self.ledger, Category::Activations, &shape)?;
        let start = self.start(&shards);
        all.data_mut()[start..start + own.len()].copy_from_slice(own.data());
        self.groups.tensor.all_gather(all.data_mut(), &shards, self.plan.settings.algorithm).await?;
        Ok(all)
    }

    /// Elements of each rank's rows.
    fn shards(&self, shape: &[usize]) -> Vec<usize> {
        even_shards(shape[0], self.groups.tensor.size()).into_iter().map(|rows| rows * shape[1]).collect()
    }

    fn start(&self, shards: &[usize]) -> usize {
        shards[..self.groups.tensor.index()].iter().sum()
    }
}

impl Peers for RankPeers {
    type Error = RankError;

    fn alone(&self) -> bool {
        self.groups.tensor.size() == 1
    }

    fn learns_by(&self, index: usize) -> bool {
        self.learns_by[index]
    }

    fn aux_share(&self, inside: bool, rows: usize) -> AuxShare {
        let leads = self.groups.tensor.index() == 0;
        let (loss, gradient) = match (inside, self.shares_rows()) {
            // All have the same, and gradients are parts of a sum.
            (true, _) => (if leads { 1.0 } else { 0.0 }, if leads { 1.0 } else { 0.0 }),
            // Each has the mean over rows of its own.
            (false, true) => {
                let share = self.own_rows(rows) as f64 / rows as f64;
                (share, share as f32)
            }
            // All have the same, gradients included.
            (false, false) => (if leads { 1.0 } else { 0.0 }, 1.0),
        };
        AuxShare { loss, gradient }
    }

    async fn before(&mut self, params: &mut Params, index: usize, way: Way) -> Result<()> {
        self.beat();
        match way {
            Way::Backward { reads_weights: false } => Ok(()),
            _ => self.gather_weights(params, index).await,
        }
    }

    async fn after(&mut self, params: &mut Params, index: usize, way: Way) -> Result<()> {
        self.release_weights(params, index);
        match way {
            Way::Forward => Ok(()),
            Way::Backward { .. } => self.reduce_weight_gradients(params, index).await,
        }
    }

    async fn exchange(&self, exchange: Exchange, value: Tensor, rows: usize) -> Result<Tensor> {
        match exchange {
            Exchange::None => Ok(value),
            Exchange::Gather => self.gather(value, rows).await,
            Exchange::Sum => self.sum(value).await,
        }
    }

    async fn exchange_back(&self, exchange: Exchange, gradient: Tensor, rows: usize) -> Result<Tensor> {
        match exchange {
            Exchange::None => Ok(gradient),
            Exchange::Gather => self.sum(gradient).await,
            Exchange::Sum => self.gather(gradient, rows).await,
        }
    }
}
