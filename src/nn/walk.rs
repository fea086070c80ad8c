//! The walk through the segments, forward and backward: the only one there is.
//!
//! Training on one rank or many, evaluation, and reading a text with a cache are all this walk. What other ranks have to do with it goes
//! through [`Peers`]; what is kept of a segment for its backward is a choice ([`Keep`]).

use std::future::Future;
use std::ops::Range;

use super::pass::{Input, Pass};
use super::segment::{Exchange, Segment, Values};
use super::transformer::Transformer;
use crate::autograd::{Node, Params, Tape, Var, WeightGrads};
use crate::tensor::{Category, Ledger, OutOfMemory, Tensor};

/// Which way a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the tokens to the logits.
    Forward,
    /// Back again, with gradients; `reads_weights` says whether the segment's are read.
    Backward {
        /// Whether they are.
        reads_weights: bool,
    },
}

/// The other ranks, as a walk sees them.
pub trait Peers {
    /// What can go wrong.
    type Error: From<OutOfMemory>;

    /// Whether no one shares the hidden states: then nothing is exchanged.
    fn alone(&self) -> bool;

    /// Whether something that the hidden states after segment `index` of the model depend on learns, here or at a peer.
    fn learns_by(&self, index: usize) -> bool;

    /// How much of an auxiliary loss, and of its gradient, counts here: of one that a phase adds to on `rows` rows, `inside` where the
    /// phase comes after a [`Exchange::Gather`] and before the [`Exchange::Sum`].
    fn aux_share(&self, inside: bool, rows: usize) -> AuxShare;

    /// Called before segment `index` of the model runs.
    fn before(&mut self, params: &mut Params, index: usize, way: Way) -> impl Future<Output = Result<(), Self::Error>>;

    /// Called after segment `index` of the model ran.
    fn after(&mut self, params: &mut Params, index: usize, way: Way) -> impl Future<Output = Result<(), Self::Error>>;

    /// What follows a phase: `value` is this rank's `[rows, width]`; `rows` are those of the whole pass.
    fn exchange(&self, exchange: Exchange, value: Tensor, rows: usize) -> impl Future<Output = Result<Tensor, Self::Error>>;

    /// The reverse: from the gradient of what the exchange gave to that of what it took.
    fn exchange_back(&self, exchange: Exchange, gradient: Tensor, rows: usize) -> impl Future<Output = Result<Tensor, Self::Error>>;
}

/// The share of an auxiliary loss that a rank counts.
#[derive(Clone, Copy, Debug)]
pub struct AuxShare {
    /// Of its value.
    pub loss: f64,
    /// Of its gradient.
    pub gradient: f32,
}

impl AuxShare {
    /// All of it.
    pub const WHOLE: Self = Self { loss: 1.0, gradient: 1.0 };
}

/// A rank without others.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Peers for Alone {
    type Error = OutOfMemory;

    fn alone(&self) -> bool {
        true
    }
    fn learns_by(&self, _: usize) -> bool {
        false
    }
    fn aux_share(&self, _: bool, _: usize) -> AuxShare {
        AuxShare::WHOLE
    }
    async fn before(&mut self, _: &mut Params, _: usize, _: Way) -> Result<(), OutOfMemory> {
        Ok(())
    }
    async fn after(&mut self, _: &mut Params, _: usize, _: Way) -> Result<(), OutOfMemory> {
        Ok(())
    }
    async fn exchange(&self, _: Exchange, value: Tensor, _: usize) -> Result<Tensor, OutOfMemory> {
        Ok(value)
    }
    async fn exchange_back(&self, _: Exchange, gradient: Tensor, _: usize) -> Result<Tensor, OutOfMemory> {
        Ok(gradient)
    }
}

/// What is kept of a segment's forward for its backward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Its tapes, with the values that they saved.
    Tape,
    /// Its input: the backward runs it forward again first, with the same masks (Chen et al. 2016, arXiv:1604.06174).
    Input,
    /// Nothing: there is no backward.
    Nothing,
}

/// A stretch of segments that ran forward and waits for its backward.
#[derive(Debug)]
pub struct Flight {
    /// With the segments' numbers, ascending.
    kept: Vec<(usize, Kept)>,
    /// What the segments add to the loss: of a sum of means over the tokens of the pass, this rank's share.
    pub aux_loss: f64,
}

#[derive(Debug)]
enum Kept {
    Tapes(Vec<Recorded>),
    Input(Option<Var>),
}

/// Phases of a segment that ran on one tape.
#[derive(Debug)]
struct Recorded {
    tape: Tape,
    /// Hidden states, if any, and what was carried.
    inputs: Vec<Node>,
    hidden: Node,
    carried: Vec<Node>,
    /// With the share of each gradient.
    aux_losses: Vec<(Node, f32)>,
    /// What followed.
    exchange: Exchange,
}

/// Runs a stretch of the model's segments forward. `x` is the output of the segment before, and none at the embedding; gives that of the
/// last one.
///
/// # Errors
/// If memory runs out, or a peer is gone.
///
/// # Panics
/// If there are no segments.
pub async fn forward<P: Peers>(
    model: &mut Transformer,
    peers: &mut P,
    segments: Range<usize>,
    input: Input<'_>,
    mut x: Option<Var>,
    keep: impl Fn(usize) -> Keep,
) -> Result<(Flight, Var), P::Error> {
    let mut flight = Flight { kept: Vec::with_capacity(segments.len()), aux_loss: 0.0 };
    for index in segments {
        peers.before(&mut model.params, index, Way::Forward).await?;
        let (pass, segment) = (model.pass(input), &*model.segments[index]);
        let keep = keep(index);
        if keep == Keep::Input {
            flight.kept.push((index, Kept::Input(x.clone())));
        }
        let ran = run(peers, &pass, (index, segment), x.take(), keep, Exchanges::All).await?;
        flight.aux_loss += ran.aux_loss;
        if keep == Keep::Tape {
            flight.kept.push((index, Kept::Tapes(ran.recorded)));
        }
        x = Some(ran.output);
        peers.after(&mut model.params, index, Way::Forward).await?;
    }
    Ok((flight, x.expect("a stretch of segments")))
}

/// Runs a stretch backward from the gradient of its output; gives that of its input, if it asked for one. What the segments add to the
/// loss counts `aux_scale` times. With `later`, the gradients of linear weights are left there.
///
/// # Errors
/// If memory runs out, or a peer is gone.
///
/// # Panics
/// If nothing was kept of a segment, but of one before it.
pub async fn backward<P: Peers>(
    model: &mut Transformer,
    peers: &mut P,
    flight: Flight,
    input: Input<'_>,
    d_output: Tensor,
    aux_scale: f32,
    mut later: Option<&mut Vec<WeightGrads>>,
) -> Result<Option<Tensor>, P::Error> {
    let (mut d_output, mut after) = (Some(d_output), None);
    for (index, kept) in flight.kept.into_iter().rev() {
        assert!(after.is_none_or(|after| index + 1 == after), "nothing was kept of a segment between {index} and {after:?}");
        after = Some(index);
        // Below here nothing learns.
        let Some(d_y) = d_output.take() else { break };
        let again = matches!(kept, Kept::Input(_));
        let way = Way::Backward { reads_weights: again || model.segments[index].reads_weights_backward() };
        peers.before(&mut model.params, index, way).await?;
        let tapes = match kept {
            Kept::Tapes(tapes) => tapes,
            Kept::Input(x) => {
                run(peers, &model.pass(input), (index, &*model.segments[index]), x, Keep::Tape, Exchanges::Inner).await?.recorded
            }
        };
        let rows = input.tokens.ids.len();
        d_output = run_backward(peers, &mut model.params, tapes, (d_y, rows), aux_scale, &mut later).await?;
        peers.after(&mut model.params, index, way).await?;
    }
    Ok(d_output)
}

/// The exchanges that a run does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exchanges {
    All,
    /// Not the last: what it gives was there before.
    Inner,
}

/// A segment that ran.
struct Ran {
    recorded: Vec<Recorded>,
    output: Var,
    aux_loss: f64,
}

async fn run<P: Peers>(
    peers: &P,
    pass: &Pass<'_>,
    (index, segment): (usize, &dyn Segment),
    x: Option<Var>,
    keep: Keep,
    which: Exchanges,
) -> Result<Ran, P::Error> {
    let ledger = pass.params.ledger();
    let (exchanges, rows) = (segment.exchanges(), pass.tokens.ids.len());
    let (mut recorded, mut aux_loss) = (Vec::new(), 0.0);
    let (record, mut tape) = (keep == Keep::Tape, tape(ledger, keep));
    let mut values = Values { hidden: x.map(|x| tape.input_from(x)), carried: Vec::new(), aux_loss: None };
    let mut inputs = nodes(&values);
    let (mut aux_losses, mut inside) = (Vec::new(), false);
    for (phase, &exchange) in exchanges.iter().enumerate() {
        values = segment.run(phase, &mut tape, pass, values)?;
        if let Some(aux) = values.aux_loss.take() {
            let share = peers.aux_share(inside, rows);
            aux_loss += share.loss * f64::from(aux.data()[0]);
            aux_losses.push((aux.node(), share.gradient));
        }
        let last = phase + 1 == exchanges.len();
        let exchanged = exchange != Exchange::None && !peers.alone();
        if !last && !exchanged {
            continue;
        }
        inside = exchange == Exchange::Gather;
        let hidden = values.hidden.take().expect("a phase gives hidden states");
        if record {
            let carried = values.carried.iter().map(Var::node).collect();
            let tape = std::mem::replace(&mut tape, self::tape(ledger, keep));
            let (inputs, aux_losses) = (std::mem::take(&mut inputs), std::mem::take(&mut aux_losses));
            recorded.push(Recorded { tape, inputs, hidden: hidden.node(), carried, aux_losses, exchange });
        }
        let hidden = match exchanged && !(last && which == Exchanges::Inner) {
            true => {
                // Of what only one rank has, the others must know, too.
                let needs_grad = hidden.needs_grad() || exchange == Exchange::Sum && peers.learns_by(index);
                let value = peers.exchange(exchange, hidden.into_tensor()?, rows).await?;
                tape.input(value, needs_grad)
            }
            false => tape.input_from(hidden),
        };
        if last {
            return Ok(Ran { recorded, output: hidden, aux_loss });
        }
        values = Values { hidden: Some(hidden), carried: values.carried.drain(..).map(|x| tape.input_from(x)).collect(), aux_loss: None };
        inputs = nodes(&values);
    }
    unreachable!("a segment has a phase")
}

async fn run_backward<P: Peers>(
    peers: &P,
    params: &mut Params,
    tapes: Vec<Recorded>,
    (d_output, rows): (Tensor, usize),
    aux_scale: f32,
    later: &mut Option<&mut Vec<WeightGrads>>,
) -> Result<Option<Tensor>, P::Error> {
    let (mut d_hidden, mut d_carried) = (Some(d_output), Vec::new());
    for Recorded { tape, inputs, hidden, carried, aux_losses, exchange } in tapes.into_iter().rev() {
        if let Some(gradient) = d_hidden.take() {
            d_hidden = Some(match exchange {
                Exchange::None => gradient,
                _ if peers.alone() => gradient,
                _ => peers.exchange_back(exchange, gradient, rows).await?,
            });
        }
        let ledger = params.ledger().clone();
        let mut outputs: Vec<(Node, Tensor)> = d_hidden.take().map(|gradient| (hidden, gradient)).into_iter().collect();
        outputs.extend(carried.into_iter().zip(d_carried).filter_map(|(node, gradient)| Some((node, gradient?))));
        for (aux, share) in aux_losses {
            outputs.push((aux, scalar(&ledger, aux_scale * share)?));
        }
        let mut deferred = later.as_ref().map(|_| WeightGrads::default());
        let mut d_inputs = tape.backward(params, outputs, &inputs, deferred.as_mut())?.into_iter();
        if let (Some(later), Some(deferred)) = (later.as_mut(), deferred) {
            later.push(deferred);
        }
        d_hidden = d_inputs.next().flatten();
        d_carried = d_inputs.collect();
    }
    Ok(d_hidden)
}

/// Hidden states first.
fn nodes(values: &Values) -> Vec<Node> {
    values.hidden.iter().chain(&values.carried).map(Var::node).collect()
}

fn tape(ledger: &Ledger, keep: Keep) -> Tape {
    match keep {
        Keep::Tape => Tape::recording(ledger),
        Keep::Input => Tape::tracing(ledger),
        Keep::Nothing => Tape::inference(ledger),
    }
}

fn scalar(ledger: &Ledger, value: f32) -> Result<Tensor, OutOfMemory> {
    let mut scalar = Tensor::for_output(ledger, Category::Activations, &[1])?;
    scalar.data_mut()[0] = value;
    Ok(scalar)
}
