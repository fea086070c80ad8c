//! A micro-batch forward and backward through the segments of one virtual stage.

use super::head::Loss;
use super::{Batch, Place, Rank, Result, Step};
use crate::autograd::Tape;
use crate::nn::walk::{self, Flight};
use crate::nn::{Input, Masks, Tokens};
use crate::tensor::Tensor;

/// A virtual stage that ran forward and waits for its backward.
pub(super) struct Flying {
    tokens: Tokens,
    masks: Option<Masks>,
    flight: Flight,
    /// Gradient of the logits, where the stage has the head.
    d_logits: Option<Tensor>,
}

impl Rank {
    /// Runs the virtual stage at `place`.
    pub(super) async fn forward(&mut self, place: Place, step: &mut Step, batch: Batch<'_>) -> Result<()> {
        let (micro_batch, stage) = place;
        let (tokens, targets) = self.micro_batch(batch, micro_batch);
        let plan = &self.peers.plan;
        let scale = 1.0 / (plan.batch_size * plan.context()) as f32;
        let first_row = plan.sequences(self.peers.groups.data.index(), micro_batch).start * plan.seq_len;
        let masks = batch.dropout.map(|key| Masks { key, first_row });
        let (input, segments) = (Input::of(&tokens, masks), self.segments_of(stage));
        let has_head = segments.end == self.model.segments.len() && stage + 1 == plan.stages.len();
        // A gradient goes to every stage before, whether something learns there or not.
        let x = step.inputs.remove(&place).map(|value| Tape::recording(&self.peers.ledger).input(value, true));
        let (numbers, policy): (Vec<usize>, _) = (self.model.part.segments().collect(), &self.policy);
        let keep = |index: usize| policy(numbers[index]);
        let (flight, y) = walk::forward(&mut self.model, &mut self.peers, segments, input, x, keep).await?;
        step.loss += flight.aux_loss * f64::from(self.aux_scale());
        let mut d_logits = None;
        if has_head {
            let Loss { nll, d_logits: gradient } = self.loss(y.into_tensor()?, targets, scale).await?;
            if self.peers.groups.tensor.index() == 0 {
                step.loss += nll * f64::from(scale);
            }
            d_logits = Some(gradient);
        } else {
            step.inputs.insert((micro_batch, stage + 1), y.into_tensor()?);
        }
        step.flights.insert(place, Flying { tokens, masks, flight, d_logits });
        Ok(())
    }

    /// Runs the virtual stage at `place` backward; `split`: the gradients of its weights are left for later.
    pub(super) async fn backward(&mut self, place: Place, step: &mut Step, split: bool) -> Result<()> {
        let (micro_batch, stage) = place;
        let Flying { tokens, masks, flight, d_logits } = step.flights.remove(&place).expect("its forward ran before");
        let d_output = d_logits.or_else(|| step.d_outputs.remove(&place)).expect("the stage after gave it");
        let (input, aux_scale) = (Input::of(&tokens, masks), self.aux_scale());
        let mut later = split.then(Vec::new);
        let d_input = walk::backward(&mut self.model, &mut self.peers, flight, input, d_output, aux_scale, later.as_mut()).await?;
        if stage > 0 {
            step.d_outputs.insert((micro_batch, stage - 1), d_input.expect("a stage that is not the first takes a gradient's input"));
        }
        if let Some(later) = later {
            step.weight_grads.insert(place, later);
        }
        Ok(())
    }

    /// The segments of a virtual stage, as indices into this rank's.
    pub(super) fn segments_of(&self, stage: usize) -> std::ops::Range<usize> {
        let chunk = stage / self.peers.groups.pipeline.size();
        let start = self.model.part.chunks[..chunk].iter().map(ExactSizeIterator::len).sum();
        start..start + self.model.part.chunks[chunk].len()
    }

    /// A micro-batch's share of the batch: what segments add to the loss is a mean over its tokens.
    fn aux_scale(&self) -> f32 {
        let plan = &self.peers.plan;
        plan.micro_batch_size() as f32 / plan.batch_size as f32
    }

    /// The tokens of a micro-batch of this rank's replica, and their targets.
    fn micro_batch<'a>(&self, batch: Batch<'a>, micro_batch: usize) -> (Tokens, &'a [i32]) {
        let plan = &self.peers.plan;
        let sequences = plan.sequences(self.peers.groups.data.index(), micro_batch);
        let tokens = sequences.start * plan.seq_len..sequences.end * plan.seq_len;
        (Tokens::new(sequences.len(), plan.seq_len, &batch.inputs[tokens.clone()]), &batch.targets[tokens])
    }
}
