//! A program for all ranks that proves a transport and the collectives over it: every collective, algorithm and a choice of lengths,
//! in groups of all sizes, against values that each rank can compute by itself; and the bytes sent against [`formula`].
//! Tests run it natively, and browsers between workers.

use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use thiserror::Error;

use super::collectives::{Algorithm, Reduce};
use super::comm::{Comm, Kind};
use super::formula::{self, Traffic};
use super::group::{FIRST_FREE_SPACE, Group, even_shards};
use super::transport::Lost;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckError {
    /// A message did not come.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// A collective gave something else than it should, or sent more or less.
    #[error("rank {rank}: {what}")]
    Wrong {
        /// The rank that found it.
        rank: usize,
        /// Collective, sizes and difference.
        what: String,
    },
}

type Result<T = ()> = std::result::Result<T, CheckError>;

/// Bytes of the large messages, more than any ring of the tests.
const LARGE: usize = 1 << 20;

/// Runs all checks; returns their number at this rank.
///
/// # Errors
/// The first that fails.
pub async fn self_check(comm: &Rc<Comm>) -> Result<usize> {
    let (rank, ranks) = (comm.transport().rank(), comm.transport().ranks());
    let mut checks = 0;
    // Groups of the first ranks, and of every other one, backwards: a group's order is its own.
    for size in 1..=ranks {
        let first = (rank < size).then(|| (0..size).collect());
        let every_other: Vec<usize> = (0..ranks).filter(|other| other % 2 == rank % 2).rev().take(size).collect();
        let groups = [first, every_other.contains(&rank).then_some(every_other)];
        for (members, space) in groups.into_iter().zip(FIRST_FREE_SPACE + 2 * size as u32..) {
            if let Some(members) = members {
                let mut checker = Checker { group: Group::new(comm, members, space), checks: 0 };
                checker.all().await?;
                checks += checker.checks;
            }
        }
    }
    let world = Group::world(comm);
    tags_out_of_order(&world).await?;
    large_messages_both_ways(&world).await?;
    groups_at_the_same_time(comm).await?;
    world.barrier().await?;
    Ok(checks + 3)
}

struct Checker {
    group: Group,
    checks: usize,
}

/// What a rank contributes: small whole numbers, whose sums are exact in any order.
fn value(rank: usize, index: usize) -> f32 {
    ((rank * 37 + index * 11) % 101) as f32 - 50.0
}

fn values(rank: usize, len: usize) -> Vec<f32> {
    (0..len).map(|index| value(rank, index)).collect()
}

/// What a rank contributes where the order of adding shows.
fn fractions(rank: usize, len: usize) -> Vec<f32> {
    (0..len).map(|index| 1.0 / (1.0 + (rank * 7919 + index * 104_729) as f32)).collect()
}

fn reduced(members: &[usize], len: usize, reduce: Reduce) -> Vec<f32> {
    let all = |index| members.iter().map(move |&rank| value(rank, index));
    let one = |index| match reduce {
        Reduce::Sum => all(index).sum(),
        Reduce::Max => all(index).fold(f32::NEG_INFINITY, f32::max),
    };
    (0..len).map(one).collect()
}

/// Shards of very different lengths, some empty.
fn uneven_shards(len: usize, parts: usize) -> Vec<usize> {
    let mut left = len;
    let mut shards: Vec<usize> = (0..parts)
        .map(|_| {
            let shard = left / 2;
            left -= shard;
            shard
        })
        .collect();
    shards[0] += left;
    shards.rotate_left(parts / 2);
    shards
}

fn start(shards: &[usize], member: usize) -> usize {
    shards[..member].iter().sum()
}

fn in_bytes(shards: &[usize]) -> Vec<usize> {
    shards.iter().map(|len| len * size_of::<f32>()).collect()
}

impl Checker {
    async fn all(&mut self) -> Result {
        let n = self.group.size();
        for len in [0, 1, n - 1, n, 1000, 1003, 40_000] {
            for algorithm in Algorithm::ALL {
                for reduce in [Reduce::Sum, Reduce::Max] {
                    self.all_reduce(len, reduce, algorithm).await?;
                }
                self.same_bits(len, algorithm).await?;
                for shards in [even_shards(len, n), uneven_shards(len, n)] {
                    self.reduce_scatter(&shards, algorithm).await?;
                    self.all_gather(&shards, algorithm).await?;
                }
                self.broadcast(len, len % n, algorithm).await?;
            }
            self.all_to_all(len).await?;
            self.scatter_and_gather(&uneven_shards(len, n), len % n).await?;
            self.barrier().await?;
        }
        Ok(())
    }

    fn rank(&self) -> usize {
        self.group.members()[self.group.index()]
    }

    fn wrong(&self, kind: Kind, what: String) -> CheckError {
        let what = format!("{} among {:?}: {what}", kind.name(), self.group.members());
        CheckError::Wrong { rank: self.rank(), what }
    }

    fn equal(&mut self, kind: Kind, what: &str, found: &[f32], expected: &[f32]) -> Result {
        self.checks += 1;
        match found.iter().zip(expected).position(|(found, expected)| found.to_bits() != expected.to_bits()) {
            None if found.len() == expected.len() => Ok(()),
            at => Err(self.wrong(kind, format!("{what} of {} floats differs at {at:?}", expected.len()))),
        }
    }

    /// What was sent since the counts were last reset, which they then are.
    fn sent(&mut self, kind: Kind, what: &str, expected: Traffic) -> Result {
        self.checks += 1;
        let counts = self.group.comm().counts();
        self.group.comm().reset_counts();
        let (count, total) = (counts.of(kind), counts.total());
        let found = Traffic { bytes: count.bytes, messages: count.messages };
        if found != expected || (total.bytes, total.messages) != (count.bytes, count.messages) {
            return Err(self.wrong(kind, format!("{what} sent {found:?} instead of {expected:?}, and {total:?} in all")));
        }
        Ok(())
    }

    async fn all_reduce(&mut self, len: usize, reduce: Reduce, algorithm: Algorithm) -> Result {
        let mut data = values(self.rank(), len);
        self.group.all_reduce(&mut data, reduce, algorithm).await?;
        self.sent(Kind::AllReduce, algorithm.name(), formula::all_reduce(algorithm, self.group.size(), self.group.index(), len))?;
        self.equal(Kind::AllReduce, algorithm.name(), &data, &reduced(self.group.members(), len, reduce))
    }

    /// Replicas must not drift apart: all members have the bits that the first has.
    async fn same_bits(&mut self, len: usize, algorithm: Algorithm) -> Result {
        let mut data = fractions(self.rank(), len);
        self.group.all_reduce(&mut data, Reduce::Sum, algorithm).await?;
        let mut first = data.clone();
        self.group.broadcast(&mut first, 0, Algorithm::Naive).await?;
        self.group.comm().reset_counts();
        self.equal(Kind::AllReduce, algorithm.name(), &data, &first)
    }

    async fn reduce_scatter(&mut self, shards: &[usize], algorithm: Algorithm) -> Result {
        let (me, len) = (self.group.index(), shards.iter().sum());
        let mut data = values(self.rank(), len);
        self.group.reduce_scatter(&mut data, shards, Reduce::Sum, algorithm).await?;
        self.sent(Kind::ReduceScatter, algorithm.name(), formula::reduce_scatter(algorithm, me, &in_bytes(shards)))?;
        let own = start(shards, me)..start(shards, me + 1);
        let expected = reduced(self.group.members(), len, Reduce::Sum);
        self.equal(Kind::ReduceScatter, algorithm.name(), &data[own.clone()], &expected[own])
    }

    async fn all_gather(&mut self, shards: &[usize], algorithm: Algorithm) -> Result {
        let (me, len) = (self.group.index(), shards.iter().sum());
        let owners = self.group.members().iter().zip(shards).flat_map(|(&rank, &shard)| std::iter::repeat_n(rank, shard));
        let expected: Vec<f32> = owners.enumerate().map(|(index, rank)| value(rank, index)).collect();
        let mut data = vec![f32::NAN; len];
        let own = start(shards, me)..start(shards, me + 1);
        data[own.clone()].copy_from_slice(&expected[own]);
        self.group.all_gather(&mut data, shards, algorithm).await?;
        self.sent(Kind::AllGather, algorithm.name(), formula::all_gather(algorithm, me, &in_bytes(shards)))?;
        self.equal(Kind::AllGather, algorithm.name(), &data, &expected)
    }

    async fn broadcast(&mut self, len: usize, root: usize, algorithm: Algorithm) -> Result {
        let (n, me, rank) = (self.group.size(), self.group.index(), self.group.members()[root]);
        let mut data = values(self.rank(), len);
        self.group.broadcast(&mut data, root, algorithm).await?;
        self.sent(Kind::Broadcast, algorithm.name(), formula::broadcast(algorithm, n, me, root, size_of_val(&data[..])))?;
        self.equal(Kind::Broadcast, algorithm.name(), &data, &values(rank, len))
    }

    /// Member `i` sends member `j` `len / (1 + i + 2 j)` values.
    async fn all_to_all(&mut self, len: usize) -> Result {
        let (n, me) = (self.group.size(), self.group.index());
        let part = |from: usize, to: usize| len / (1 + from + 2 * to);
        let (send_lens, recv_lens): (Vec<usize>, Vec<usize>) =
            ((0..n).map(|to| part(me, to)).collect(), (0..n).map(|from| part(from, me)).collect());
        let send: Vec<f32> = (0..n).flat_map(|to| values(me + 3 * to, part(me, to))).collect();
        let expected: Vec<f32> = (0..n).flat_map(|from| values(from + 3 * me, part(from, me))).collect();
        let mut received = vec![f32::NAN; expected.len()];
        self.group.all_to_all(&send, &send_lens, &mut received, &recv_lens).await?;
        self.sent(Kind::AllToAll, "parts", formula::all_to_all(me, &in_bytes(&send_lens)))?;
        self.equal(Kind::AllToAll, "parts", &received, &expected)
    }

    async fn scatter_and_gather(&mut self, shards: &[usize], root: usize) -> Result {
        let me = self.group.index();
        let all = values(7, shards.iter().sum());
        let (is_root, own) = (me == root, start(shards, me)..start(shards, me + 1));
        let mut part = vec![f32::NAN; shards[me]];
        self.group.scatter(root, if is_root { &all } else { &[] }, shards, &mut part).await?;
        let traffic = if is_root { formula::all_to_all(me, &in_bytes(shards)) } else { Traffic::default() };
        self.sent(Kind::Scatter, "parts", traffic)?;
        self.equal(Kind::Scatter, "parts", &part, &all[own])?;
        let mut gathered = vec![f32::NAN; if is_root { all.len() } else { 0 }];
        self.group.gather(root, &part, shards, &mut gathered).await?;
        self.sent(Kind::Gather, "parts", formula::gather(me, root, &in_bytes(shards)))?;
        self.equal(Kind::Gather, "parts", &gathered, if is_root { &all } else { &[] })
    }

    async fn barrier(&mut self) -> Result {
        self.group.barrier().await?;
        self.sent(Kind::Barrier, "rounds", formula::barrier(self.group.size()))
    }
}

/// Messages are received by tag, whatever came before; itself included, each rank sends to all.
async fn tags_out_of_order(world: &Group) -> Result {
    const TAGS: u32 = 20;
    for to in 0..world.size() {
        (0..TAGS).try_for_each(|tag| world.send(to, tag, &vec![tag as u8; tag as usize]))?;
    }
    for tag in (0..TAGS).rev() {
        for from in (0..world.size()).rev() {
            let message = world.recv_message(from, tag).await?;
            if message.bytes() != vec![tag as u8; tag as usize] {
                let what = format!("{} bytes came from {from} with tag {tag}", message.bytes().len());
                return Err(CheckError::Wrong { rank: world.index(), what });
            }
        }
    }
    Ok(())
}

/// Messages larger than the rings, to all at once, before anybody receives.
async fn large_messages_both_ways(world: &Group) -> Result {
    let large: Vec<u8> = (0..LARGE).map(|index| (index * 31 + index / 251) as u8).collect();
    for to in 0..world.size() {
        world.send(to, 1, &large)?;
        world.send(to, 0, &[to as u32])?;
    }
    for from in 0..world.size() {
        let mut me = [0u32];
        world.recv(from, 0, &mut me).await?;
        if me != [world.index() as u32] || world.recv_message(from, 1).await?.bytes() != large {
            return Err(CheckError::Wrong { rank: world.index(), what: format!("a message of {LARGE} bytes from {from}") });
        }
    }
    Ok(())
}

/// Two groups of one rank, and two collectives of one group, under way at the same time.
async fn groups_at_the_same_time(comm: &Rc<Comm>) -> Result {
    let (world, again) = (Group::world(comm), Group::new(comm, (0..comm.transport().ranks()).rev().collect(), FIRST_FREE_SPACE));
    let mut sums = [values(world.index(), 5000), values(world.index(), 5000), values(world.index(), 5000)];
    let [a, b, c] = &mut sums;
    both(
        world.all_reduce(a, Reduce::Sum, Algorithm::Tree),
        both(again.all_reduce(b, Reduce::Sum, Algorithm::Ring), world.all_reduce(c, Reduce::Sum, Algorithm::Ring)),
    )
    .await?;
    let expected = reduced(world.members(), 5000, Reduce::Sum);
    match sums.iter().all(|sum| *sum == expected) {
        true => Ok(()),
        false => Err(CheckError::Wrong { rank: world.index(), what: "all_reduces at the same time mixed".to_owned() }),
    }
}

/// Runs two futures by turns until both have succeeded, or one has not.
async fn both(
    a: impl Future<Output = std::result::Result<(), Lost>>,
    b: impl Future<Output = std::result::Result<(), Lost>>,
) -> std::result::Result<(), Lost> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let mut ready = [false; 2];
    std::future::poll_fn(move |cx| {
        if !ready[0]
            && let Poll::Ready(result) = a.as_mut().poll(cx)
        {
            result?;
            ready[0] = true;
        }
        if !ready[1]
            && let Poll::Ready(result) = b.as_mut().poll(cx)
        {
            result?;
            ready[1] = true;
        }
        if ready == [true; 2] { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}
