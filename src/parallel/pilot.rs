//! What a rank measures before a run, so that the run's time can be foretold: how fast it computes at the model's sizes, and how fast
//! messages are (the α–β model: a message of n bytes takes α + β n seconds; Hockney 1994).

use super::clock;
use super::comm::Comm;
use super::group::Group;
use super::schedule::Link;
use super::transport::Lost;
use crate::autograd::{Result, Tape};
use crate::nn::walk::{self, Alone, Keep};
use crate::nn::{Input, SegmentKind, Tokens, Transformer, at_once};
use crate::optim::{AdamW, AdamWConfig};
use crate::tensor::{Category, Ledger, Tensor};

/// Seconds, and bytes, of one micro-batch in one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SegmentTime {
    /// Forward.
    pub forward: f64,
    /// Backward: gradients of the inputs.
    pub backward_input: f64,
    /// Backward: gradients of the weights.
    pub backward_weight: f64,
    /// Bytes of activations that wait for the backward.
    pub activation_bytes: usize,
    /// The most bytes beside these and the input, at any moment of forward and backward: output, its gradient, and what lies between.
    pub transient_bytes: usize,
}

impl SegmentTime {
    /// Forward and backward.
    pub fn seconds(&self) -> f64 {
        self.forward + self.backward_input + self.backward_weight
    }
}

/// Rounds of which the fastest counts: what else the machine does makes a round slower, never faster.
pub const ROUNDS: usize = 5;

/// Times each segment of `model` on a micro-batch, and the optimizer's update, which is given in seconds per parameter that learns.
/// `speed` as in [`Rank::set_speed`](super::rank::Rank::set_speed). After `patience` seconds no more rounds begin.
///
/// # Errors
/// If memory runs out.
pub fn compute(
    comm: &Comm,
    model: &mut Transformer,
    tokens: &Tokens,
    optimizer: AdamWConfig,
    (speed, patience): (f64, f64),
) -> Result<(Vec<SegmentTime>, f64)> {
    let begin = clock::now();
    let goes_on = |_: &usize| clock::now() - begin < patience;
    let ledger = model.params.ledger().clone();
    // A first round shows the bytes; the others run as a training does, which uses its buffers again.
    ledger.reuse(false);
    let first: Result<Vec<SegmentTime>> = (0..model.segments.len()).map(|index| segment(comm, model, index, tokens, speed)).collect();
    let mut best = first?;
    ledger.reuse(true);
    for _ in (0..ROUNDS).take_while(goes_on) {
        for (index, best) in best.iter_mut().enumerate() {
            let time = segment(comm, model, index, tokens, speed)?;
            if time.seconds() < best.seconds() {
                let SegmentTime { activation_bytes, transient_bytes, .. } = *best;
                *best = SegmentTime { activation_bytes, transient_bytes, ..time };
            }
        }
    }
    let (_, learning) = model.params.counts();
    let mut optimizer = AdamW::new(optimizer);
    let mut update = f64::INFINITY;
    for round in 0..ROUNDS {
        // The first makes the optimizer's state.
        if round > 1 && !goes_on(&round) {
            break;
        }
        let start = clock::now();
        optimizer.step(&mut model.params, 0.0, 1.0)?;
        update = f64::min(update, clock::now() - start);
    }
    Ok((best, update / learning.max(1) as f64 / speed))
}

/// Least seconds of each segment of `model` where nothing is kept for a backward: on one token, that of a text that is read token by
/// token.
///
/// # Errors
/// If memory runs out.
pub fn reading(model: &mut Transformer, tokens: &Tokens) -> Result<Vec<f64>> {
    let mut best = vec![f64::INFINITY; model.segments.len()];
    for _ in 0..ROUNDS {
        for (index, best) in best.iter_mut().enumerate() {
            let x = input(model, index, tokens.ids.len())?.map(|hidden| Tape::inference(model.params.ledger()).input(hidden, false));
            let start = clock::now();
            drop(at_once(walk::forward(model, &mut Alone, index..index + 1, Input::of(tokens, None), x, |_| Keep::Nothing))?);
            *best = best.min(clock::now() - start);
        }
    }
    Ok(best)
}

/// What segment `index` of `model` takes; none at the embedding.
fn input(model: &Transformer, index: usize, rows: usize) -> Result<Option<Tensor>> {
    let number = model.part.segments().nth(index).expect("a segment of the part");
    let is_first = model.blueprint.segments[number].kind == SegmentKind::Embedding;
    (!is_first).then(|| hidden(model.params.ledger(), rows, model.config.d_model)).transpose()
}

fn segment(comm: &Comm, model: &mut Transformer, index: usize, tokens: &Tokens, speed: f64) -> Result<SegmentTime> {
    comm.beat();
    let ledger = model.params.ledger().clone();
    let activations = |ledger: &Ledger| ledger.report().of(Category::Activations).live;
    let x = input(model, index, tokens.ids.len())?.map(|hidden| Tape::recording(&ledger).input(hidden, true));
    let before = activations(&ledger);
    ledger.restart_peaks();
    let (input, run) = (Input::of(tokens, None), index..index + 1);
    let start = clock::now();
    let (flight, y) = at_once(walk::forward(model, &mut Alone, run, input, x, |_| Keep::Tape))?;
    let forward = clock::now() - start;
    let shape = y.tensor().shape().to_vec();
    // The gradient has the output's size, and takes its place.
    drop(y);
    let activation_bytes = activations(&ledger).saturating_sub(before);
    let mut d_y = Tensor::for_output(&ledger, Category::Activations, &shape)?;
    d_y.data_mut().fill(1e-3);
    let mut later = Vec::new();
    let start = clock::now();
    drop(at_once(walk::backward(model, &mut Alone, flight, input, d_y, 1.0, Some(&mut later)))?);
    let backward_input = clock::now() - start;
    let start = clock::now();
    later.into_iter().try_for_each(|grads| grads.accumulate(&mut model.params))?;
    let backward_weight = clock::now() - start;
    let most = ledger.report().of(Category::Activations).peak;
    comm.rest((forward + backward_input + backward_weight) * (1.0 / speed - 1.0));
    Ok(SegmentTime {
        forward: forward / speed,
        backward_input: backward_input / speed,
        backward_weight: backward_weight / speed,
        activation_bytes,
        transient_bytes: most.saturating_sub(before + activation_bytes),
    })
}

/// Hidden states that no norm divides by zero for.
fn hidden(ledger: &Ledger, rows: usize, d_model: usize) -> Result<Tensor> {
    let mut hidden = Tensor::for_output(ledger, Category::Activations, &[rows, d_model])?;
    hidden.data_mut().iter_mut().enumerate().for_each(|(i, x)| *x = (i % 7) as f32 - 3.0);
    Ok(hidden)
}

/// Messages of each round of [`link`].
const MESSAGES: usize = 8;
/// Bytes of a long message.
const LONG: usize = 1 << 20;

/// Times messages between a rank and the next one, there and back. All ranks call it, and all pairs are measured at the same time, as
/// in a run. A lonely rank gets a link that costs nothing.
///
/// # Errors
/// If a message cannot come.
pub async fn link(comm: &std::rc::Rc<Comm>) -> std::result::Result<Link, Lost> {
    let world = Group::world(comm);
    if world.size() == 1 {
        return Ok(Link::default());
    }
    let latency = round_trip(&world, 1).await? / 2.0;
    let long = round_trip(&world, LONG).await? / 2.0;
    // A message that is not measurably longer under way: as fast as the clock can tell.
    let bandwidth = LONG as f64 / (long - latency).max(1e-6);
    Ok(Link { latency, bandwidth: Some(bandwidth) })
}

/// Least seconds of a message of that many bytes to the next rank, and one back from the previous one.
async fn round_trip(world: &Group, bytes: usize) -> std::result::Result<f64, Lost> {
    let (ahead, back) = ((world.index() + 1) % world.size(), (world.index() + world.size() - 1) % world.size());
    let mut data = vec![0u8; bytes];
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        world.barrier().await?;
        let start = clock::now();
        for message in 0..MESSAGES as u32 {
            world.send(ahead, 2 * message, &data)?;
            world.recv(back, 2 * message, &mut data).await?;
            world.send(back, 2 * message + 1, &data)?;
            world.recv(ahead, 2 * message + 1, &mut data).await?;
        }
        least = least.min((clock::now() - start) / MESSAGES as f64);
    }
    Ok(least)
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::nn::{ModelConfig, RandomWeights};
    use crate::optim::Decay;
    use crate::parallel::transport::thread::run;

    const ADAMW: AdamWConfig = AdamWConfig { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, decay: Decay::MatricesOnly };

    #[test]
    fn every_segment_has_a_time_and_a_slow_rank_longer_ones() {
        let config = ModelConfig { n_layers: 1, ..ModelConfig::default() };
        let measured = [1.0, 0.1].map(|speed| {
            let mut ranks = run(1, |transport| {
                let config = config.clone();
                async move {
                    let mut model = Transformer::build(config, &Ledger::new(None), &mut RandomWeights { seed: 1 }).unwrap();
                    let tokens = Tokens::new(2, 16, vec![3; 32]);
                    Ok::<_, Lost>(compute(&Comm::new(transport), &mut model, &tokens, ADAMW, (speed, f64::INFINITY)).unwrap())
                }
            });
            ranks.remove(0).expect("no panic").unwrap()
        });
        for (segments, update) in &measured {
            assert_eq!(segments.len(), 4);
            assert!(*update > 0.0 && segments.iter().all(|time| time.forward > 0.0 && time.backward_input + time.backward_weight > 0.0));
            assert!(segments[1..].iter().all(|time| time.activation_bytes > 0), "{segments:?}");
        }
        let feed_forward = |(segments, _): &(Vec<SegmentTime>, f64)| segments[2].forward;
        assert!(feed_forward(&measured[1]) > 3.0 * feed_forward(&measured[0]), "{measured:?}");
    }

    #[test]
    fn a_link_takes_time() {
        let links = run(2, |transport| async move { link(&Comm::new(transport)).await });
        for link in links {
            let link = link.expect("no panic").unwrap();
            assert!(link.latency > 0.0 && link.bandwidth.unwrap() > 1e6, "{link:?}");
        }
    }
}
