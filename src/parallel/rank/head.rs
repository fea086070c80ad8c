//! The loss, where each tensor-parallel rank has the logits of some of the tokens.

use super::{Rank, Result};
use crate::kernels::loss::{SLICE_STATS, cross_entropy_in_place, merge_slices, slice_gradient, slice_stats};
use crate::tensor::{Category, Tensor};

/// The loss of a micro-batch.
pub(super) struct Loss {
    /// Negative log-likelihood of all targets, in nats.
    pub nll: f64,
    /// Gradient of `scale * nll` by this rank's logits.
    pub d_logits: Tensor,
}

impl Rank {
    /// `logits` are those of this rank's slice of the vocabulary, `[rows, …]`, and are used up.
    pub(super) async fn loss(&self, mut logits: Tensor, targets: &[i32], scale: f32) -> Result<Loss> {
        let (rows, width) = (targets.len(), logits.shape()[1]);
        let group = &self.peers.groups.tensor;
        let output = |len: usize| Tensor::for_output(&self.peers.ledger, Category::Activations, &[len]);
        let mut nll = output(rows)?;
        if group.size() == 1 {
            cross_entropy_in_place(width, logits.data_mut(), targets, scale, nll.data_mut());
        } else {
            let first = self.model.part.slice.range(self.model.config.vocab_size).start;
            let mut stats = output(group.size() * rows * SLICE_STATS)?;
            let mine = &mut stats.data_mut()[group.index() * rows * SLICE_STATS..][..rows * SLICE_STATS];
            slice_stats(width, first, logits.data(), targets, mine);
            let shards = vec![rows * SLICE_STATS; group.size()];
            group.all_gather(stats.data_mut(), &shards, self.peers.plan.settings.algorithm).await?;
            let mut merged = output(2 * rows)?;
            merge_slices(stats.data(), targets, merged.data_mut(), nll.data_mut());
            slice_gradient(width, first, logits.data_mut(), targets, merged.data(), scale);
        }
        let nll = nll.data().iter().map(|nll| f64::from(*nll)).sum();
        Ok(Loss { nll, d_logits: logits })
    }
}
