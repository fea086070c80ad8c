//! Passes without a backward, through the stages of the pipeline: the loss of a text, and the logits after one.

use std::collections::HashMap;
use std::ops::Range;

use super::{Place, Rank, Result, Way};
use crate::autograd::Tape;
use crate::nn::walk::{self, Keep};
use crate::nn::{Input, Tokens};
use crate::parallel::collectives::{Algorithm, Reduce};
use crate::parallel::group::even_shards;
use crate::tensor::{Category, Tensor};

/// Sequences that pass the model and teach it nothing; the same at every rank.
#[derive(Clone, Copy, Debug)]
pub struct Sequences<'a> {
    /// Token ids `[sequences, seq_len]`.
    pub inputs: &'a [i32],
    /// The token that follows each, `[sequences, seq_len]`; negative: none that counts.
    pub targets: &'a [i32],
    /// Tokens of a sequence.
    pub seq_len: usize,
    /// Sequences that pass together, at most.
    pub group: usize,
}

impl Rank {
    /// The sum of the negative log-likelihoods of all targets, in nats; the replicas share the sequences out. Every rank takes part.
    ///
    /// # Errors
    /// If memory runs out, or a rank is gone.
    pub async fn nll(&mut self, sequences: Sequences<'_>) -> Result<f64> {
        let groups = self.own_groups(sequences);
        let (mut sum, mut waiting) = (0.0, HashMap::new());
        for stage in self.own_stages() {
            for (number, (tokens, targets)) in groups.iter().enumerate() {
                if let Some(logits) = self.pass((number, stage), tokens, &mut waiting).await? {
                    let loss = self.loss(logits, targets, 1.0).await?;
                    sum += if self.peers.groups.tensor.index() == 0 { loss.nll } else { 0.0 };
                }
            }
        }
        // As a pair of float32, since messages have no float64.
        let mut sums = [sum as f32, (sum - f64::from(sum as f32)) as f32];
        self.peers.groups.world.all_reduce(&mut sums, Reduce::Sum, Algorithm::Tree).await?;
        Ok(f64::from(sums[0]) + f64::from(sums[1]))
    }

    /// The logits `[vocab_size]` after the last of `ids`, at the first of the ranks that have the head, and nothing at the others. Every
    /// rank takes part, and all replicas do the same.
    ///
    /// # Errors
    /// If memory runs out, or a rank is gone.
    ///
    /// # Panics
    /// If there are no ids.
    pub async fn logits_after(&mut self, ids: &[i32]) -> Result<Vec<f32>> {
        // Where tensor ranks share out the rows, each has one at least; no token sees those after it.
        let rows = ids.len().max(self.peers.groups.tensor.size());
        let mut padded = ids.to_vec();
        padded.resize(rows, *ids.last().expect("a text"));
        let (tokens, mut waiting) = (Tokens::new(1, rows, padded), HashMap::new());
        let mut found = Vec::new();
        for stage in self.own_stages() {
            if let Some(logits) = self.pass((0, stage), &tokens, &mut waiting).await? {
                let width = logits.shape()[1];
                found = self.whole_row(&logits.data()[(ids.len() - 1) * width..][..width]).await?;
            }
        }
        Ok(if self.peers.groups.data.index() == 0 { found } else { Vec::new() })
    }

    /// The row of logits of which each tensor rank has a slice, at the first of them.
    async fn whole_row(&self, slice: &[f32]) -> Result<Vec<f32>> {
        let group = &self.peers.groups.tensor;
        if group.size() == 1 {
            return Ok(slice.to_vec());
        }
        let vocab_size = self.model.config.vocab_size;
        let lens = even_shards(vocab_size, group.size());
        let mut whole = vec![0.0; if group.index() == 0 { vocab_size } else { 0 }];
        group.gather(0, slice, &lens, &mut whole).await?;
        Ok(whole)
    }

    /// The virtual stages of this rank, in the order of the model.
    fn own_stages(&self) -> impl Iterator<Item = usize> + use<> {
        let pipeline = &self.peers.groups.pipeline;
        (pipeline.index()..self.peers.plan.stages.len()).step_by(pipeline.size())
    }

    /// This replica's sequences in groups, with their targets: as many of the same sizes at each replica, the last ones repeated with
    /// nothing to count where they do not divide.
    fn own_groups(&self, Sequences { inputs, targets, seq_len, group }: Sequences<'_>) -> Vec<(Tokens, Vec<i32>)> {
        let data = &self.peers.groups.data;
        let count = inputs.len() / seq_len;
        let each = count.div_ceil(data.size());
        let sequence = |number: usize| {
            let tokens = |number: usize| number * seq_len..(number + 1) * seq_len;
            match number < count {
                true => (&inputs[tokens(number)], targets[tokens(number)].to_vec()),
                false => (&inputs[tokens(0)], vec![-1; seq_len]),
            }
        };
        let numbers: Vec<usize> = (data.index() * each..(data.index() + 1) * each).collect();
        let chunks = numbers.chunks(group.max(1)).map(|numbers| {
            let (ids, targets): (Vec<&[i32]>, Vec<Vec<i32>>) = numbers.iter().copied().map(sequence).unzip();
            (Tokens::new(numbers.len(), seq_len, ids.concat()), targets.concat())
        });
        chunks.collect()
    }

    /// Runs one virtual stage; gives its logits where it has the head, and else sends on what it gives.
    async fn pass(&mut self, place: Place, tokens: &Tokens, waiting: &mut HashMap<Place, Tensor>) -> Result<Option<Tensor>> {
        let (number, stage) = place;
        let (me, ranks, stages) = (self.peers.groups.pipeline.index(), self.peers.groups.pipeline.size(), self.peers.plan.stages.len());
        let hidden = match waiting.remove(&place) {
            None if stage > 0 => Some(self.receive((me + ranks - 1) % ranks, self.tag(place, Way::Down), tokens.ids.len()).await?),
            hidden => hidden,
        };
        let x = hidden.map(|hidden| Tape::inference(&self.peers.ledger).input(hidden, false));
        let segments: Range<usize> = self.segments_of(stage);
        let (_, y) = walk::forward(&mut self.model, &mut self.peers, segments, Input::of(tokens, None), x, |_| Keep::Nothing).await?;
        let y = y.into_tensor()?;
        if stage + 1 == stages {
            return Ok(Some(y));
        }
        let next = (number, stage + 1);
        if ranks == 1 {
            waiting.insert(next, y);
        } else {
            self.peers.groups.pipeline.send((me + 1) % ranks, self.tag(next, Way::Down), y.data())?;
        }
        Ok(None)
    }

    /// Hidden states of `rows` tokens, or their gradient, from a rank of the pipeline.
    pub(super) async fn receive(&self, peer: usize, tag: u32, rows: usize) -> Result<Tensor> {
        let rows = self.peers.own_rows(rows);
        let mut tensor = Tensor::for_output(&self.peers.ledger, Category::Activations, &[rows, self.model.config.d_model])?;
        self.peers.groups.pipeline.recv(peer, tag, tensor.data_mut()).await?;
        Ok(tensor)
    }
}
