//! Gradients summed over the ranks that hold the same weights.

use super::zero::Replicas;
use super::{Rank, Result, StepReport};
use crate::autograd::{ParamId, Params, Split};
use crate::kernels::elementwise::sum_of_squares;
use crate::parallel::among_others;
use crate::parallel::collectives::{Algorithm, Reduce};
use crate::parallel::compress::{Compression, ErrorFeedback};
use crate::parallel::group::{Group, even_shards};
use crate::tensor::{Category, Charge, Ledger, Tensor};

impl Rank {
    /// Sums gradients over the ranks with the same weights; `loss` is this rank's part.
    pub(super) async fn reduce_gradients(&mut self, loss: f64) -> Result<StepReport> {
        if self.peers.plan.settings.zero.shards_gradients() {
            return self.report(loss).await;
        }
        if self.peers.zero().is_some() {
            self.sum_over_copies().await?;
            self.sum_over_replicas().await?;
        } else {
            // A tied weight has other neighbours in the buckets of the first stage than in those of the last, with which a sum over
            // replicas is rounded or compressed: what comes last has to give both copies the same bits.
            self.sum_over_replicas().await?;
            self.sum_over_copies().await?;
        }
        self.report(loss).await
    }

    /// What the method adds to the loss of the replica. Of a parameter that several of its ranks have, one counts the penalty, and one
    /// has its gradient where gradients are summed over them.
    pub(super) fn penalties(&mut self) -> Result<f64> {
        let penalties = self.attached.penalties(&mut self.model.params)?;
        let mut sum = 0.0;
        for (id, penalty) in penalties {
            if self.counts(id) {
                sum += penalty;
            } else if self.tied_weight() == Some(id) || self.peers.gradient_is_partial(self.model.params.get(id).split) {
                self.model.params.grad_mut(id)?.fill(0.0);
            }
        }
        Ok(sum)
    }

    /// Sums gradients over the ranks of a replica that hold the same weight.
    async fn sum_over_copies(&mut self) -> Result<()> {
        let algorithm = self.peers.plan.settings.algorithm;
        // Of a weight that each tensor-parallel rank has whole, each has a part of the gradient.
        let replicated = self.learning(|split| self.peers.gradient_is_partial(split));
        sum_grads(&mut self.model.params, &replicated, &self.peers.groups.tensor, algorithm).await?;
        let tied: Vec<ParamId> = self.tied_weight().into_iter().collect();
        if let Some(group) = &self.peers.groups.tied {
            sum_grads(&mut self.model.params, &tied, group, algorithm).await?;
        }
        Ok(())
    }

    /// The trainable parameters of these kinds.
    fn learning(&self, of: impl Fn(Split) -> bool) -> Vec<ParamId> {
        let params = &self.model.params;
        params.ids().filter(|&id| params.is_trainable(id) && of(params.get(id).split)).collect()
    }

    /// The trainable weight that the first and the last stage both hold.
    fn tied_weight(&self) -> Option<ParamId> {
        self.model
            .params
            .find(crate::nn::EMBEDDING_WEIGHT)
            .filter(|&id| self.peers.groups.tied.is_some() && self.model.params.is_trainable(id))
    }

    /// In buckets, the weights of the last segments first; with the optimizer's state sharded, unit by unit, each rank getting its shard.
    async fn sum_over_replicas(&mut self) -> Result<()> {
        let peers = &mut self.peers;
        among_others! {
            if let Some(zero) = &mut peers.zero {
                let replicas = Replicas::of(&peers.groups, &peers.plan);
                return zero.reduce_all(&mut self.model.params, replicas).await;
            }
        }
        let buckets = self.buckets();
        let (group, settings) = (&self.peers.groups.data, &self.peers.plan.settings);
        if settings.compression == Compression::None || group.size() == 1 {
            for bucket in &buckets {
                sum_grads(&mut self.model.params, bucket, group, settings.algorithm).await?;
            }
            return Ok(());
        }
        among_others! {
            for (index, bucket) in buckets.iter().enumerate() {
                let mut flat = flat_grads(&self.model.params, bucket)?;
                if self.compressed.len() == index {
                    self.compressed.push(CompressedBucket::new(flat.len(), group, &self.peers.ledger)?);
                }
                self.compressed[index].all_reduce(group, settings.compression, settings.algorithm, flat.data_mut()).await?;
                put_grads(&mut self.model.params, bucket, flat.data())?;
            }
        }
        Ok(())
    }

    /// The parameters whose gradients are summed over replicas, as they are sent together.
    pub(super) fn buckets(&self) -> Vec<Vec<ParamId>> {
        let whole = |split: Split| self.peers.is_whole(split);
        // What all tensor ranks have whole is apart from the rest, of which some have more: with the same neighbours in its bucket, it
        // is rounded alike at all.
        let mut buckets = Vec::new();
        for ids in [self.learning(|split| !whole(split)), self.learning(whole)] {
            let ids: Vec<ParamId> = ids.into_iter().rev().collect();
            buckets.extend(self::buckets(&self.model.params, &ids, self.peers.plan.settings.bucket_bytes));
        }
        buckets
    }

    /// The whole loss and the norm of the whole gradient.
    async fn report(&self, loss: f64) -> Result<StepReport> {
        let squares = self.sum_of_squares();
        // As pairs of float32, since messages have no float64.
        let mut sums = [loss as f32, (loss - f64::from(loss as f32)) as f32, squares as f32, (squares - f64::from(squares as f32)) as f32];
        self.peers.groups.world.all_reduce(&mut sums, Reduce::Sum, Algorithm::Tree).await?;
        let [loss, loss_rest, squares, squares_rest] = sums.map(f64::from);
        Ok(StepReport { loss: loss + loss_rest, gradient_norm: (squares + squares_rest).sqrt() })
    }

    /// This rank's part of the sum of the squares of the whole gradient.
    fn sum_of_squares(&self) -> f64 {
        let params = &self.model.params;
        match self.peers.zero() {
            // Each replica has its shard.
            Some(zero) => zero.sum_of_squares(params, |id| self.counts(id)),
            // Each has all.
            None if self.peers.groups.data.index() > 0 => 0.0,
            None => {
                let counted = params.ids().filter(|&id| self.counts(id)).filter_map(|id| params.get(id).grad.as_ref());
                counted.map(|grad| sum_of_squares(grad.data())).sum()
            }
        }
    }

    /// Whether this rank is the one, of the tensor and pipeline ranks that hold the same slice of a weight, that counts its gradient.
    fn counts(&self, id: ParamId) -> bool {
        let param = self.model.params.get(id);
        let copy = matches!(param.split, Split::Replicated | Split::Copied) && self.peers.groups.tensor.index() > 0;
        let tied_copy = self.peers.groups.pipeline.index() > 0 && self.tied_weight() == Some(id);
        param.trainable && !copy && !tied_copy
    }
}

/// Parameters in groups of about so many bytes.
fn buckets(params: &Params, ids: &[ParamId], bytes: usize) -> Vec<Vec<ParamId>> {
    let mut buckets: Vec<Vec<ParamId>> = Vec::new();
    let mut room = 0;
    for &id in ids {
        let size = params.get(id).elements() * size_of::<f32>();
        if buckets.is_empty() || room < size {
            buckets.push(Vec::new());
            room = bytes.max(size);
        }
        room -= size;
        buckets.last_mut().expect("one was pushed").push(id);
    }
    buckets
}

/// Sums the gradients of these parameters over a group.
pub(super) async fn sum_grads(params: &mut Params, ids: &[ParamId], group: &Group, algorithm: Algorithm) -> Result<()> {
    if group.size() == 1 || ids.is_empty() {
        return Ok(());
    }
    // Large weights fill a bucket each, and need no copy.
    if let [id] = *ids {
        let grad = params.grad_mut(id)?;
        return Ok(group.all_reduce(grad, Reduce::Sum, algorithm).await?);
    }
    let mut flat = flat_grads(params, ids)?;
    group.all_reduce(flat.data_mut(), Reduce::Sum, algorithm).await?;
    put_grads(params, ids, flat.data())
}

/// The gradients of these parameters, one behind the other; zeros where there is none.
pub(super) fn flat_grads(params: &Params, ids: &[ParamId]) -> Result<Tensor> {
    let len = ids.iter().map(|&id| params.get(id).elements()).sum();
    let mut flat = Tensor::for_output(params.ledger(), Category::Communication, &[len])?;
    let mut rest = flat.data_mut();
    for &id in ids {
        let (part, after) = rest.split_at_mut(params.get(id).elements());
        match &params.get(id).grad {
            Some(grad) => part.copy_from_slice(grad.data()),
            None => part.fill(0.0),
        }
        rest = after;
    }
    Ok(flat)
}

/// The reverse of [`flat_grads`].
fn put_grads(params: &mut Params, ids: &[ParamId], mut flat: &[f32]) -> Result<()> {
    for &id in ids {
        let grad = params.grad_mut(id)?;
        let (part, rest) = flat.split_at(grad.len());
        grad.copy_from_slice(part);
        flat = rest;
    }
    Ok(())
}

/// A bucket that is sent in fewer bytes, in two phases, each with its own error feedback: every rank gets its shard of all, and sends
/// the sum to all (Tang et al. 2021, arXiv:2102.02888). The largest elements alone, which lie elsewhere at each rank, all go to all.
pub(super) struct CompressedBucket {
    shards: Vec<usize>,
    of_shards: Vec<ErrorFeedback>,
    of_sum: ErrorFeedback,
    _charge: Charge,
}

impl CompressedBucket {
    pub fn new(len: usize, group: &Group, ledger: &Ledger) -> Result<Self> {
        let shards = even_shards(len, group.size());
        let bytes = (len + shards[group.index()]) * size_of::<f32>();
        let of_shards = shards.iter().map(|_| ErrorFeedback::default()).collect();
        let _charge = ledger.charge(Category::Communication, bytes)?;
        Ok(Self { shards, of_shards, of_sum: ErrorFeedback::default(), _charge })
    }

    /// Elements of the bucket.
    pub fn len(&self) -> usize {
        self.shards.iter().sum()
    }

    /// What encodings have lost so far: of each shard, then of the sum.
    pub fn lost(&self) -> impl Iterator<Item = &[f32]> {
        self.of_shards.iter().chain([&self.of_sum]).map(ErrorFeedback::lost)
    }

    /// The same, each with its length once something was lost, to go on from a snapshot.
    pub fn lost_mut(&mut self, group: &Group, compression: Compression) -> impl Iterator<Item = (usize, &mut Vec<f32>)> {
        let of_sum = if matches!(compression, Compression::TopK { .. }) { self.len() } else { self.shards[group.index()] };
        let lens = self.shards.clone().into_iter().chain([of_sum]);
        lens.zip(self.of_shards.iter_mut().chain([&mut self.of_sum]).map(ErrorFeedback::lost_mut))
    }

    async fn all_reduce(&mut self, group: &Group, compression: Compression, algorithm: Algorithm, flat: &mut [f32]) -> Result<()> {
        match compression {
            Compression::TopK { .. } => self.all_reduce_largest(group, compression, algorithm, flat).await,
            _ => self.all_reduce_shards(group, compression, algorithm, flat).await,
        }
    }

    async fn all_reduce_largest(&mut self, group: &Group, compression: Compression, algorithm: Algorithm, flat: &mut [f32]) -> Result<()> {
        let mine = self.of_sum.encode(compression, flat)?;
        let lens = vec![mine.len(); group.size()];
        let mut all = vec![0; mine.len() * group.size()];
        all[mine.len() * group.index()..][..mine.len()].copy_from_slice(&mine);
        group.all_gather(&mut all, &lens, algorithm).await?;
        flat.fill(0.0);
        Ok(all.chunks_exact(mine.len().max(1)).try_for_each(|bytes| compression.decode_add(bytes, flat))?)
    }

    async fn all_reduce_shards(&mut self, group: &Group, compression: Compression, algorithm: Algorithm, flat: &mut [f32]) -> Result<()> {
        let (mut encoded, mut rest) = (Vec::new(), &mut *flat);
        for (feedback, &len) in self.of_shards.iter_mut().zip(&self.shards) {
            let (shard, after) = rest.split_at_mut(len);
            encoded.extend(feedback.encode(compression, shard)?);
            rest = after;
        }
        let lens: Vec<usize> = self.shards.iter().map(|&len| compression.encoded_len(len)).collect();
        let mine = lens[group.index()];
        let mut received = vec![0; mine * group.size()];
        group.all_to_all(&encoded, &lens, &mut received, &vec![mine; group.size()]).await?;
        let mut sum = vec![0.0; self.shards[group.index()]];
        received.chunks_exact(mine.max(1)).try_for_each(|bytes| compression.decode_add(bytes, &mut sum))?;
        let start: usize = lens[..group.index()].iter().sum();
        encoded[start..start + mine].copy_from_slice(&self.of_sum.encode(compression, &mut sum)?);
        group.all_gather(&mut encoded, &lens, algorithm).await?;
        flat.fill(0.0);
        let (mut bytes, mut rest) = (&encoded[..], flat);
        for (&len, &encoded_len) in self.shards.iter().zip(&lens) {
            let (shard, after) = rest.split_at_mut(len);
            let (part, later) = bytes.split_at(encoded_len);
            compression.decode_add(part, shard)?;
            (bytes, rest) = (later, after);
        }
        Ok(())
    }
}
