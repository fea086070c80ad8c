//! A micro-batch forward through the segments of one virtual stage.

use super::boundary::Boundary;
use super::head::Loss;
use super::{Batch, Place, Rank, Result, Step};
use crate::autograd::{Node, Tape, Var};
use crate::kernels::elementwise;
use crate::nn::{Masks, Pass, Segment};
use crate::tensor::{Ledger, Tensor};

/// A tape that waits for its backward.
pub(super) struct Recorded {
    pub tape: Tape,
    pub input: Option<Node>,
    pub output: Node,
}

/// A segment that ran forward.
pub(super) enum Ran {
    /// On all rows.
    Whole(Recorded),
    /// With sequence parallelism: its norm on this rank's rows, the rest on all.
    ByRows {
        norm: Recorded,
        branch: Recorded,
        /// Whether its input was added to its output.
        residual: bool,
    },
}

/// A virtual stage that ran forward and waits for its backward.
pub(super) struct Flight {
    pub ran: Vec<Ran>,
    /// Gradient of the logits, where the stage has the head.
    pub d_logits: Option<Tensor>,
}

/// Hidden states between two segments.
struct Hidden {
    value: Tensor,
    needs_grad: bool,
}

impl Rank {
    /// Runs the virtual stage at `place`.
    pub(super) async fn forward(&mut self, place: Place, step: &mut Step, batch: Batch<'_>) -> Result<()> {
        let (micro_batch, stage) = place;
        let (tokens, targets) = self.micro_batch(batch, micro_batch);
        let scale = 1.0 / (self.plan.batch_size * self.plan.seq_len) as f32;
        let first_row = self.plan.sequences(self.groups.data.index(), micro_batch).start * self.plan.seq_len;
        let masks = batch.dropout.map(|key| Masks { key, first_row });
        // A gradient goes to every stage before, whether something learns there or not.
        let mut x = step.inputs.remove(&place).map(|value| Hidden { value, needs_grad: true });
        let mut flight = Flight { ran: Vec::new(), d_logits: None };
        for index in self.segments_of(stage) {
            self.beat();
            self.gather_weights(index).await?;
            let pass = self.model.pass(&tokens, masks)?;
            let segment = &self.model.segments[index];
            let boundary = self.boundary();
            let Output { ran, y, residual } = match x.take() {
                Some(x) if boundary.sequence_parallel => boundary.by_rows(&pass, segment, x).await?,
                x => run_whole(&self.ledger, &pass, segment, x)?,
            };
            flight.ran.push(ran);
            if let Segment::Head(_) = segment {
                let Loss { nll, d_logits } = self.loss(y.into_tensor()?, targets, scale).await?;
                if self.groups.tensor.index() == 0 {
                    step.loss += nll * f64::from(scale);
                }
                flight.d_logits = Some(d_logits);
            } else {
                let needs_grad = y.needs_grad() || residual.as_ref().is_some_and(Var::needs_grad);
                let mut value = boundary.sum(y.into_tensor()?).await?;
                if let Some(residual) = residual {
                    elementwise::add_assign(value.data_mut(), residual.data());
                }
                x = Some(Hidden { value, needs_grad });
            }
            self.release_weights(index)?;
        }
        if let Some(hidden) = x {
            step.inputs.insert((micro_batch, stage + 1), hidden.value);
        }
        step.flights.insert(place, flight);
        Ok(())
    }

    /// The segments of a virtual stage, as indices into this rank's.
    pub(super) fn segments_of(&self, stage: usize) -> std::ops::Range<usize> {
        let chunk = stage / self.groups.pipeline.size();
        let start = self.model.part.chunks[..chunk].iter().map(ExactSizeIterator::len).sum();
        start..start + self.model.part.chunks[chunk].len()
    }
}

/// What a segment gave: a part of a sum.
struct Output {
    ran: Ran,
    y: Var,
    /// What is added to the sum.
    residual: Option<Var>,
}

fn run_whole(ledger: &Ledger, pass: &Pass, segment: &Segment, x: Option<Hidden>) -> Result<Output> {
    let mut tape = Tape::recording(ledger);
    let x = x.map(|x| tape.input(x.value, x.needs_grad));
    let y = segment.forward(&mut tape, pass, x.as_ref())?;
    let ran = Ran::Whole(Recorded { tape, input: x.map(|x| x.node()), output: y.node() });
    Ok(Output { ran, y, residual: None })
}

impl Boundary<'_> {
    /// Runs the segment's norm on this rank's rows, the rest on those of all.
    async fn by_rows(&self, pass: &Pass<'_>, segment: &Segment, x: Hidden) -> Result<Output> {
        let mut norm_tape = Tape::recording(self.ledger);
        let x = norm_tape.input(x.value, x.needs_grad);
        let h = segment.norm(&mut norm_tape, pass, &x)?;
        let mut tape = Tape::recording(self.ledger);
        let gathered = tape.input(self.gather(h.tensor(), pass.tokens.ids.len()).await?, h.needs_grad());
        let norm = Recorded { tape: norm_tape, input: Some(x.node()), output: h.node() };
        let input = Some(gathered.node());
        let y = segment.branch(&mut tape, pass, gathered)?;
        let branch = Recorded { tape, input, output: y.node() };
        let residual = !matches!(segment, Segment::Head(_));
        Ok(Output { ran: Ran::ByRows { norm, branch, residual }, y, residual: residual.then_some(x) })
    }
}
