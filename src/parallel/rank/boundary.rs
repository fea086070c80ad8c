//! What tensor-parallel ranks exchange between two segments.
//!
//! A segment's slice gives a part of a sum. The sum is formed whole at every rank (Shoeybi et al. 2019, arXiv:1909.08053), or, with
//! sequence parallelism, by rows: each rank gets the sum of its rows, does what is done row by row with them, and gathers the rows of
//! all before the next product (Korthikanti et al. 2022, arXiv:2205.05198). The bytes are the same.

use super::Result;
use crate::parallel::collectives::{Algorithm, Reduce};
use crate::parallel::group::{Group, even_shards};
use crate::tensor::{Category, Ledger, Tensor};

pub(super) struct Boundary<'a> {
    pub group: &'a Group,
    pub ledger: &'a Ledger,
    pub sequence_parallel: bool,
    pub algorithm: Algorithm,
}

impl Boundary<'_> {
    /// Of `rows` rows, those that this rank has between the segments.
    pub fn rows(&self, rows: usize) -> usize {
        if self.sequence_parallel { even_shards(rows, self.group.size())[self.group.index()] } else { rows }
    }

    /// The sum of what every rank has, `[rows, width]`: whole, or this rank's rows of it.
    pub async fn sum(&self, mut partial: Tensor) -> Result<Tensor> {
        if !self.sequence_parallel {
            self.group.all_reduce(partial.data_mut(), Reduce::Sum, self.algorithm).await?;
            return Ok(partial);
        }
        let shards = self.shards(partial.shape());
        self.group.reduce_scatter(partial.data_mut(), &shards, Reduce::Sum, self.algorithm).await?;
        self.own_rows(&partial, &shards)
    }

    /// The rows of all ranks, `rows` of them.
    pub async fn gather(&self, own: &Tensor, rows: usize) -> Result<Tensor> {
        let shape = [rows, own.shape()[1]];
        let shards = self.shards(&shape);
        let mut all = Tensor::for_output(self.ledger, Category::Activations, &shape)?;
        let start = self.start(&shards);
        all.data_mut()[start..start + own.len()].copy_from_slice(own.data());
        self.group.all_gather(all.data_mut(), &shards, self.algorithm).await?;
        Ok(all)
    }

    fn own_rows(&self, whole: &Tensor, shards: &[usize]) -> Result<Tensor> {
        let (start, width) = (self.start(shards), whole.shape()[1]);
        let len = shards[self.group.index()];
        let mut own = Tensor::for_output(self.ledger, Category::Activations, &[len / width, width])?;
        own.data_mut().copy_from_slice(&whole.data()[start..start + len]);
        Ok(own)
    }

    /// Elements of each rank's rows.
    fn shards(&self, shape: &[usize]) -> Vec<usize> {
        even_shards(shape[0], self.group.size()).into_iter().map(|rows| rows * shape[1]).collect()
    }

    fn start(&self, shards: &[usize]) -> usize {
        shards[..self.group.index()].iter().sum()
    }
}
