//! A process group: ranks that communicate with each other, and the collectives among them.
//!
//! All members call the same collectives in the same order, with the same sizes. Every method is an error if a message cannot come
//! ([`Lost`]), and panics if its arguments do not fit each other, which is a bug of the program that every rank runs.

use std::ops::Range;
use std::rc::Rc;

use bytemuck::Pod;

use super::clock;
use super::collectives::{Algorithm, Call, Reduce, naive, ring, tree};
use super::comm::{Comm, Kind};
use super::exchange::{ExchangeId, ExchangePart};
use super::mesh::{Axis, Mesh};
use super::transport::{Lost, Message, Reason, Tag};
use super::{WORLD_OF_ONE, among_others};

/// A rank's membership in a group.
pub struct Group {
    comm: Rc<Comm>,
    members: Vec<usize>,
    me: usize,
    space: u32,
}

/// Tag spaces below are those of meshes: a bit for each axis.
pub const FIRST_FREE_SPACE: u32 = 1 << Axis::ALL.len();

/// `len` elements in `parts` shards that differ by one element at most, the longer ones first.
pub fn even_shards(len: usize, parts: usize) -> Vec<usize> {
    (0..parts).map(|part| len / parts + usize::from(part < len % parts)).collect()
}

/// Where shards of these lengths are, one behind the other.
fn ranges(shards: &[usize]) -> Vec<Range<usize>> {
    let mut end = 0;
    let next = |&len: &usize| {
        let start = end;
        end += len;
        start..end
    };
    shards.iter().map(next).collect()
}

impl Group {
    /// The group of these ranks, of which this rank is one. Messages of groups with different spaces never mix; spaces from
    /// [`FIRST_FREE_SPACE`] on are free to use. All members give the same members, in the same order, and the same space.
    ///
    /// # Panics
    /// If this rank is not a member.
    pub fn new(comm: &Rc<Comm>, members: Vec<usize>, space: u32) -> Self {
        let rank = comm.transport().rank();
        let me = members.iter().position(|&member| member == rank).unwrap_or_else(|| panic!("rank {rank} is not in {members:?}"));
        Self { comm: comm.clone(), members, me, space }
    }

    /// All ranks.
    pub fn world(comm: &Rc<Comm>) -> Self {
        Self::new(comm, (0..comm.transport().ranks()).collect(), 0)
    }

    /// The ranks of `mesh` that differ from this one in these axes only. A world has one mesh.
    ///
    /// # Panics
    /// If this rank is not in the mesh.
    pub fn over(comm: &Rc<Comm>, mesh: &Mesh, axes: &[Axis]) -> Self {
        let space = axes.iter().fold(0, |space, &axis| space | 1 << axis as u32);
        Self::new(comm, mesh.group(comm.transport().rank(), axes), space)
    }

    /// The ranks of its members, in their order.
    pub fn members(&self) -> &[usize] {
        &self.members
    }

    /// Number of members.
    pub fn size(&self) -> usize {
        if WORLD_OF_ONE { 1 } else { self.members.len() }
    }

    /// This rank's place among the members.
    pub fn index(&self) -> usize {
        if WORLD_OF_ONE { 0 } else { self.me }
    }

    /// The communication that it is part of.
    pub fn comm(&self) -> &Rc<Comm> {
        &self.comm
    }

    /// Replaces `data`, of the same length at every member, by the sum or maximum over all members: bitwise the same at each.
    pub async fn all_reduce(&self, data: &mut [f32], reduce: Reduce, algorithm: Algorithm) -> Result<(), Lost> {
        let call = self.call(Kind::AllReduce);
        if self.size() == 1 {
            return Ok(());
        }
        among_others! {
            return match algorithm {
                Algorithm::Ring => {
                    let shards = even_shards(data.len(), self.size());
                    ring::reduce_scatter(&call, data, &ranges(&shards), reduce).await?;
                    let shards = in_bytes::<f32>(&shards);
                    ring::all_gather(&call, bytemuck::cast_slice_mut(data), &ranges(&shards)).await
                }
                Algorithm::Tree => tree::all_reduce(&call, data, reduce).await,
                Algorithm::Naive => naive::all_reduce(&call, data, reduce).await,
            };
        }
        #[allow(unreachable_code)]
        Ok(())
    }

    /// Replaces this member's shard of `data` by the sum or maximum of that shard over all members. The other shards hold anything
    /// afterwards. `shards` are the lengths in the order of members; `data` is as long as all of them.
    pub async fn reduce_scatter(&self, data: &mut [f32], shards: &[usize], reduce: Reduce, algorithm: Algorithm) -> Result<(), Lost> {
        let (call, shards) = (self.call(Kind::ReduceScatter), self.ranges_of(shards, data.len()));
        if self.size() == 1 {
            return Ok(());
        }
        among_others! {
            return match algorithm {
                Algorithm::Ring => ring::reduce_scatter(&call, data, &shards, reduce).await,
                Algorithm::Tree => tree::reduce_scatter(&call, data, &shards, reduce).await,
                Algorithm::Naive => naive::reduce_scatter(&call, data, &shards, reduce).await,
            };
        }
        #[allow(unreachable_code)]
        Ok(())
    }

    /// Replaces the other members' shards of `data` by what they have there. `shards` as in [`reduce_scatter`](Self::reduce_scatter).
    pub async fn all_gather<T: Pod>(&self, data: &mut [T], shards: &[usize], algorithm: Algorithm) -> Result<(), Lost> {
        let call = self.call(Kind::AllGather);
        let data: &mut [u8] = bytemuck::cast_slice_mut(data);
        let shards = self.ranges_of(&in_bytes::<T>(shards), data.len());
        if self.size() == 1 {
            return Ok(());
        }
        among_others! {
            return match algorithm {
                Algorithm::Ring => ring::all_gather(&call, data, &shards).await,
                Algorithm::Tree => tree::all_gather(&call, data, &shards).await,
                Algorithm::Naive => naive::all_gather(&call, data, &shards).await,
            };
        }
        #[allow(unreachable_code)]
        Ok(())
    }

    /// Replaces `data` by what member `root` has there.
    pub async fn broadcast<T: Pod>(&self, data: &mut [T], root: usize, algorithm: Algorithm) -> Result<(), Lost> {
        let call = self.call(Kind::Broadcast);
        assert!(root < self.size(), "member {root} of {}", self.size());
        if self.size() == 1 {
            return Ok(());
        }
        let data: &mut [u8] = bytemuck::cast_slice_mut(data);
        among_others! {
            return match algorithm {
                Algorithm::Ring => ring::broadcast(&call, data, root).await,
                Algorithm::Tree => tree::broadcast(&call, data, root).await,
                Algorithm::Naive => naive::broadcast(&call, data, root).await,
            };
        }
        #[allow(unreachable_code)]
        Ok(())
    }

    /// Part `i` of `send` goes to member `i`; part `i` of `received` comes from member `i`. The lengths of the parts are in the order
    /// of members: `send_lens[i]` here is `recv_lens[me]` there. Each part goes straight to where it is wanted.
    pub async fn all_to_all<T: Pod>(&self, send: &[T], send_lens: &[usize], received: &mut [T], recv_lens: &[usize]) -> Result<(), Lost> {
        let call = self.call(Kind::AllToAll);
        let (to, from) = (self.ranges_of(send_lens, send.len()), self.ranges_of(recv_lens, received.len()));
        for member in call.others() {
            call.send_block(member, bytemuck::cast_slice(&send[to[member].clone()]))?;
        }
        received[from[self.me].clone()].copy_from_slice(&send[to[self.me].clone()]);
        for member in call.others() {
            call.recv_block(member, bytemuck::cast_slice_mut(&mut received[from[member].clone()])).await?;
        }
        Ok(())
    }

    /// Part `i` of member `root`'s `parts` goes to member `i`, straight; `lens` are the parts' lengths. Only the root's `parts` are
    /// looked at.
    pub async fn scatter<T: Pod>(&self, root: usize, parts: &[T], lens: &[usize], out: &mut [T]) -> Result<(), Lost> {
        let call = self.call(Kind::Scatter);
        if self.me != root {
            return call.recv_block(root, bytemuck::cast_slice_mut(out)).await;
        }
        let ranges = self.ranges_of(lens, parts.len());
        call.others().try_for_each(|to| call.send_block(to, bytemuck::cast_slice(&parts[ranges[to].clone()])))?;
        out.copy_from_slice(&parts[ranges[root].clone()]);
        Ok(())
    }

    /// Every member's `part` goes straight to member `root`, where part `i` of `out` comes from member `i`; `lens` are the parts'
    /// lengths. Only the root's `out` is written.
    pub async fn gather<T: Pod>(&self, root: usize, part: &[T], lens: &[usize], out: &mut [T]) -> Result<(), Lost> {
        let call = self.call(Kind::Gather);
        if self.me != root {
            return call.send_block(root, bytemuck::cast_slice(part));
        }
        let ranges = self.ranges_of(lens, out.len());
        out[ranges[root].clone()].copy_from_slice(part);
        for from in call.others() {
            call.recv_block(from, bytemuck::cast_slice_mut(&mut out[ranges[from].clone()])).await?;
        }
        Ok(())
    }

    /// Goes on when all members have come here. In round `k`, each tells the one 2^k places ahead (Hensgen, Finkel & Manber 1988).
    pub async fn barrier(&self) -> Result<(), Lost> {
        let call = self.call(Kind::Barrier);
        let mut distance = 1;
        while distance < self.size() {
            call.send(call.ahead(distance), &[])?;
            call.recv(call.back(distance), 0).await?;
            distance *= 2;
        }
        Ok(())
    }

    /// Sends `data` to member `to` as one message. Never waits. `tag` is below 2^31.
    pub fn send<T: Pod>(&self, to: usize, tag: u32, data: &[T]) -> Result<(), Lost> {
        let (start, to, tag) = (clock::now(), self.members[to], Comm::point_to_point_tag(self.space, tag));
        self.comm.send(Kind::PointToPoint, to, tag, bytemuck::cast_slice(data))?;
        self.record(ExchangePart::Sender, [self.members[self.me], to], tag, start);
        Ok(())
    }

    /// The next message of member `from` with `tag`, of any length.
    pub async fn recv_message(&self, from: usize, tag: u32) -> Result<Message, Lost> {
        let (start, from, tag) = (clock::now(), self.members[from], Comm::point_to_point_tag(self.space, tag));
        let message = self.comm.recv(from, tag).await?;
        self.record(ExchangePart::Receiver, [from, self.members[self.me]], tag, start);
        Ok(message)
    }

    /// Fills `out` with the next message of member `from` with `tag`.
    pub async fn recv<T: Pod>(&self, from: usize, tag: u32, out: &mut [T]) -> Result<(), Lost> {
        let message = self.recv_message(from, tag).await?;
        let (expected, received) = (size_of_val(out), message.bytes().len());
        if expected != received {
            return Err(Lost { rank: self.members[from], reason: Reason::Mismatch { expected, received } });
        }
        bytemuck::cast_slice_mut(out).copy_from_slice(message.bytes());
        Ok(())
    }

    fn record(&self, part: ExchangePart, [first, second]: [usize; 2], tag: Tag, start: f64) {
        self.comm.record(Kind::PointToPoint, part, ExchangeId { first, second, tag: tag.0 }, start);
    }

    /// A collective begins: also one that sends nothing takes its number, or the members would no longer agree.
    fn call(&self, kind: Kind) -> Call<'_> {
        Call::new(&self.comm, &self.members, self.me, kind, self.comm.next_tag(self.space))
    }

    fn ranges_of(&self, shards: &[usize], len: usize) -> Vec<Range<usize>> {
        let total: usize = shards.iter().sum();
        assert_eq!((shards.len(), total), (self.size(), len), "shards {shards:?} of {len} elements or bytes for {} members", self.size());
        ranges(shards)
    }
}

fn in_bytes<T>(lens: &[usize]) -> Vec<usize> {
    lens.iter().map(|len| len * size_of::<T>()).collect()
}
