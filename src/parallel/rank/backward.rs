//! A micro-batch backward through the segments of one virtual stage.

use super::forward::{Ran, Recorded};
use super::{Place, Rank, Result, Step};
use crate::autograd::{Params, WeightGrads};
use crate::kernels::elementwise;
use crate::tensor::Tensor;

impl Rank {
    /// Runs the virtual stage at `place` backward; `split`: the gradients of its weights are left for later.
    pub(super) async fn backward(&mut self, place: Place, step: &mut Step, split: bool) -> Result<()> {
        let (micro_batch, stage) = place;
        let flight = step.flights.remove(&place).expect("its forward ran before");
        let mut later = split.then(Vec::new);
        let mut d_output = match flight.d_logits {
            Some(d_logits) => Some(d_logits),
            None => step.d_outputs.remove(&place),
        };
        for (index, ran) in self.segments_of(stage).zip(flight.ran).rev() {
            self.beat();
            // Below here nothing learns.
            let Some(d_y) = d_output.take() else { break };
            self.gather_weights_for_backward(index).await?;
            d_output = match ran {
                Ran::Whole(recorded) => self.backward_whole(recorded, d_y, &mut later).await?,
                Ran::ByRows { norm, branch, residual } => self.backward_by_rows(norm, branch, residual, d_y, &mut later).await?,
            };
            self.release_weights(index)?;
            self.reduce_weight_gradients(index).await?;
        }
        if stage > 0 {
            step.d_outputs.insert((micro_batch, stage - 1), d_output.expect("a stage that is not the first takes a gradient's input"));
        }
        if let Some(later) = later {
            step.weight_grads.insert(place, later);
        }
        Ok(())
    }

    async fn backward_whole(&mut self, recorded: Recorded, d_y: Tensor, later: &mut Option<Vec<WeightGrads>>) -> Result<Option<Tensor>> {
        let (boundary, rows) = (self.boundary(), self.rows());
        // With sequence parallelism only the embedding runs on all rows, and what it gave was shared out.
        let d_y = if boundary.sequence_parallel { boundary.gather(&d_y, rows).await? } else { d_y };
        match recorded.run(&mut self.model.params, d_y, later)? {
            Some(partial) => Ok(Some(self.boundary().sum(partial).await?)),
            None => Ok(None),
        }
    }

    /// `d_y`: gradient of this rank's rows of the output; gives that of its rows of the input.
    async fn backward_by_rows(
        &mut self,
        norm: Recorded,
        branch: Recorded,
        residual: bool,
        d_y: Tensor,
        later: &mut Option<Vec<WeightGrads>>,
    ) -> Result<Option<Tensor>> {
        let (boundary, rows) = (self.boundary(), self.rows());
        // The head's logits are on all ranks, each having some columns of all rows.
        let (d_branch, d_residual) = if residual { (boundary.gather(&d_y, rows).await?, Some(d_y)) } else { (d_y, None) };
        let d_gathered = branch.run(&mut self.model.params, d_branch, later)?;
        let d_norm = match d_gathered {
            Some(partial) => {
                let d_h = self.boundary().sum(partial).await?;
                norm.run(&mut self.model.params, d_h, later)?
            }
            None => None,
        };
        Ok(match (d_norm, d_residual) {
            (Some(mut d_x), Some(d_residual)) => {
                elementwise::add_assign(d_x.data_mut(), d_residual.data());
                Some(d_x)
            }
            (d_norm, d_residual) => d_norm.or(d_residual),
        })
    }
}

impl Recorded {
    /// Runs the tape backward; with `later`, the gradients of linear weights are put there.
    fn run(self, params: &mut Params, d_output: Tensor, later: &mut Option<Vec<WeightGrads>>) -> Result<Option<Tensor>> {
        let Self { tape, input, output } = self;
        match later {
            None => Ok(tape.backward(params, output, d_output, input)?),
            Some(later) => {
                let (d_input, grads) = tape.backward_input(params, output, d_output, input)?;
                later.push(grads);
                Ok(d_input)
            }
        }
    }
}
