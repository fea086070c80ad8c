//! The collectives over the transports that there are natively.

mod failures;

use std::rc::Rc;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;

use super::check::{CheckError, self_check};
use super::collectives::{Algorithm, Reduce};
use super::comm::{Comm, Kind};
use super::exchange::{Split, length, split, waits};
use super::formula;
use super::group::{FIRST_FREE_SPACE, Group, even_shards};
use super::mesh::{Axis, Mesh};
use super::transport::block_on::block_on;
use super::transport::memory::Layout;
use super::transport::memory::heap::HeapMemory;
use super::transport::rings::RingTransport;
use super::transport::{Lost, Transport, finish};
use crate::tensor::{Category, Ledger};

/// A world of rings of `capacity` bytes in ordinary memory.
fn ring_world(ranks: usize, capacity: usize) -> (HeapMemory, Layout) {
    let bytes = 64 * (1 + ranks + 2 * ranks * (ranks - 1)) + ranks * (ranks - 1) * capacity;
    let layout = Layout::fit(ranks, bytes).unwrap();
    assert!(ranks == 1 || layout.capacity() == capacity);
    (HeapMemory::new(layout.bytes()), layout)
}

/// As [`super::transport::thread::run`], over rings.
fn run_on_rings<T: Send, E: From<Lost> + Send, F: Future<Output = Result<T, E>>>(
    (memory, layout): &(HeapMemory, Layout),
    program: impl Fn(Rc<dyn Transport>) -> F + Sync,
) -> Vec<thread::Result<Result<T, E>>> {
    let program = &program;
    let rank = |rank| {
        let transport = Rc::new(RingTransport::new(memory.clone(), *layout, rank));
        block_on(&*transport, async {
            let output = program(transport.clone()).await?;
            finish(&*transport).await?;
            assert_eq!(transport.outbox_bytes(), 0);
            Ok(output)
        })
    };
    let rank = &rank;
    thread::scope(|scope| {
        let ranks: Vec<_> = (0..layout.ranks()).map(|index| scope.spawn(move || rank(index))).collect();
        ranks.into_iter().map(|rank| rank.join()).collect()
    })
}

fn all<T, E: std::fmt::Display>(results: Vec<thread::Result<Result<T, E>>>) -> Vec<T> {
    results.into_iter().map(|result| result.expect("no panic").unwrap_or_else(|error| panic!("{error}"))).collect()
}

async fn check(transport: Rc<dyn Transport>) -> Result<usize, CheckError> {
    self_check(&Comm::new(transport)).await
}

#[test]
fn every_collective_over_threads() {
    for ranks in 1..=8 {
        let checks = all(super::transport::thread::run(ranks, check));
        assert!(checks.iter().all(|&checks| checks > 100));
    }
}

/// Sums over two pairs, after one pair has done more collectives than the others in that space of tags.
#[test]
fn other_groups_in_the_same_space_agree_on_numbers_anew() {
    let sums = all(super::transport::thread::run(4, async |transport| {
        let comm = Comm::new(transport);
        let rank = comm.transport().rank();
        if rank.is_multiple_of(3) {
            Group::new(&comm, vec![0, 3], FIRST_FREE_SPACE).all_reduce(&mut [1.0], Reduce::Sum, Algorithm::Ring).await?;
        }
        Group::world(&comm).barrier().await?;
        comm.renumber();
        let mut sum = [rank as f32];
        Group::new(&comm, vec![rank % 2, rank % 2 + 2], FIRST_FREE_SPACE).all_reduce(&mut sum, Reduce::Sum, Algorithm::Ring).await?;
        Ok::<_, Lost>(sum[0])
    }));
    assert_eq!(sums, [2.0, 4.0, 2.0, 4.0]);
}

#[test]
fn every_collective_over_rings() {
    for (ranks, capacity) in [(1, 64), (2, 64), (2, 1 << 20), (3, 1024), (4, 1 << 16), (5, 4096), (8, 1 << 12)] {
        all(run_on_rings(&ring_world(ranks, capacity), check));
    }
}

/// A rank at all four axes of a mesh, with groups over each of them and over two together.
#[test]
fn groups_of_a_mesh() {
    let mesh = Mesh::new([2, 1, 2, 2], 8).unwrap();
    let program = async |transport: Rc<dyn Transport>| {
        let rank = transport.rank();
        let comm = Comm::new(transport);
        let choices = [&[Axis::Tensor][..], &[Axis::Expert], &[Axis::Pipeline], &[Axis::Data], &[Axis::Data, Axis::Expert]];
        for axes in choices {
            let group = Group::over(&comm, &mesh, axes);
            assert_eq!(group.members(), mesh.group(rank, axes));
            let mut sum = [rank as f32];
            group.all_reduce(&mut sum, Reduce::Sum, Algorithm::Ring).await?;
            assert_eq!(sum, [group.members().iter().sum::<usize>() as f32]);
        }
        Ok::<_, Lost>(())
    };
    all(super::transport::thread::run(8, program));
}

#[test]
fn the_maximum_shows_a_nan() {
    let program = async |transport: Rc<dyn Transport>| {
        let mut data = [transport.rank() as f32, if transport.rank() == 1 { f32::NAN } else { 1.0 }];
        Group::world(&Comm::new(transport)).all_reduce(&mut data, Reduce::Max, Algorithm::Tree).await?;
        Ok::<_, Lost>(data)
    };
    for [max, nan] in all(super::transport::thread::run(3, program)) {
        assert!(max == 2.0 && nan.is_nan());
    }
}

/// What waits in an outbox is live memory of communication, and gone once it is received.
#[test]
fn an_outbox_is_in_the_ledger() {
    let program = async |transport: Rc<dyn Transport>| {
        let ledger = Ledger::new(None);
        transport.buffers().charge_to(&ledger);
        let live = || ledger.report().of(Category::Communication).live;
        let world = Group::world(&Comm::new(transport.clone()));
        world.send(1 - world.index(), 0, &[1u8; 100_000])?;
        assert!((90_000..=100_000).contains(&transport.outbox_bytes()), "{}", transport.outbox_bytes());
        assert!(live() >= transport.outbox_bytes() && live() == transport.buffers().bytes());
        assert_eq!(world.recv_message(1 - world.index(), 0).await?.bytes(), [1u8; 100_000]);
        world.barrier().await?;
        assert_eq!(transport.outbox_bytes(), 0);
        transport.buffers().charge_to(&ledger);
        assert_eq!(live(), 0);
        Ok::<_, Lost>(())
    };
    all(run_on_rings(&ring_world(2, 1024), program));
}

/// A limit refuses a message that does not fit, as an error of this rank.
#[test]
fn a_message_beyond_the_limit_is_refused() {
    let program = async |transport: Rc<dyn Transport>| {
        transport.buffers().charge_to(&Ledger::new(Some(1000)));
        Group::world(&Comm::new(transport)).send(0, 0, &[0u8; 2000])
    };
    let results = super::transport::thread::run(1, program);
    let error = results[0].as_ref().unwrap().as_ref().unwrap_err();
    assert!(error.to_string().starts_with("rank 0 has no memory for a message"), "{error}");
}

/// What each of these ranks, of which the first is 60 ms late, has at the end, and how it spent its exchanges.
fn late<T: Send>(ranks: usize, exchange: impl AsyncFn(Group) -> Result<T, Lost> + Sync) -> (Vec<T>, Vec<Vec<Split>>) {
    let program = async |transport: Rc<dyn Transport>| {
        let comm = Comm::new(transport);
        let world = Group::world(&comm);
        world.barrier().await?;
        comm.take_trace();
        if world.index() == 0 {
            thread::sleep(Duration::from_millis(60));
        }
        let got = exchange(world).await?;
        Ok::<_, Lost>((got, comm.take_trace()))
    };
    let (got, exchanges): (Vec<T>, Vec<_>) = all(super::transport::thread::run(ranks, program)).into_iter().unzip();
    (got, split(&exchanges))
}

#[test]
fn who_comes_early_to_a_collective_waits_and_then_transfers() {
    for algorithm in Algorithm::ALL {
        let (sums, exchanges) = late(3, async |world: Group| {
            let mut data = vec![1.0 + world.index() as f32; 8];
            world.all_reduce(&mut data, Reduce::Sum, algorithm).await?;
            Ok(data)
        });
        assert_eq!(sums, vec![vec![6.0; 8]; 3]);
        let waited: Vec<f64> = exchanges.iter().map(|own| length(&waits(own))).collect();
        assert!(waited[0] == 0.0 && waited[1] > 0.05 && waited[2] > 0.05, "{algorithm:?}: {waited:?}");
        let last = exchanges[0][0].start;
        assert!(
            exchanges.iter().all(|own| own.len() == 1 && own[0].ready == last),
            "{algorithm:?}: transfer begins with the last: {exchanges:?}"
        );
    }
}

#[test]
fn who_receives_waits_for_the_sender_to_come() {
    let (got, exchanges) = late(2, async |world: Group| {
        let mut data = [world.index() as u8; 1000];
        if world.index() == 0 {
            world.send(1, 7, &[5u8; 1000])?;
        } else {
            world.recv(0, 7, &mut data).await?;
        }
        Ok(data)
    });
    assert_eq!((got[0], got[1]), ([0; 1000], [5; 1000]));
    assert!(waits(&exchanges[0]).is_empty() && length(&waits(&exchanges[1])) > 0.05, "{exchanges:?}");
    assert_eq!(exchanges[1][0].ready, exchanges[0][0].start, "transfer begins when the sender has come: {exchanges:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// What ranks count is what the formulas say, and sums have the same bits at all ranks.
    #[test]
    fn counts_are_the_formula(ranks in 1usize..=8, len in 0usize..50_000, shards in prop::collection::vec(0usize..5000, 8), algorithm in 0usize..3) {
        let (algorithm, shards) = (Algorithm::ALL[algorithm], &shards[..ranks]);
        let bytes: Vec<usize> = shards.iter().map(|len| 4 * len).collect();
        let program = async |transport: Rc<dyn Transport>| {
            let comm = Comm::new(transport);
            let world = Group::world(&comm);
            let mut data: Vec<f32> = (0..len).map(|index| 1.0 / (1 + index + 7 * world.index()) as f32).collect();
            world.all_reduce(&mut data, Reduce::Sum, algorithm).await?;
            let mut sharded = vec![1.0; shards.iter().sum()];
            world.reduce_scatter(&mut sharded, shards, Reduce::Sum, algorithm).await?;
            world.all_gather(&mut sharded, shards, algorithm).await?;
            let bits: Vec<u32> = data.iter().map(|x| x.to_bits()).collect();
            Ok::<_, Lost>((comm.counts(), bits, sharded))
        };
        let ran = all(super::transport::thread::run(ranks, program));
        for (me, (counts, bits, sharded)) in ran.iter().enumerate() {
            let sent = |kind| formula::Traffic { bytes: counts.of(kind).bytes, messages: counts.of(kind).messages };
            prop_assert_eq!(sent(Kind::AllReduce), formula::all_reduce(algorithm, ranks, me, len));
            prop_assert_eq!(sent(Kind::ReduceScatter), formula::reduce_scatter(algorithm, me, &bytes));
            prop_assert_eq!(sent(Kind::AllGather), formula::all_gather(algorithm, me, &bytes));
            prop_assert_eq!(bits, &ran[0].1);
            prop_assert!(sharded.iter().all(|&sum| sum == ranks as f32));
        }
    }

    #[test]
    fn even_shards_are_even(len in 0usize..10_000, parts in 1usize..20) {
        let shards = even_shards(len, parts);
        prop_assert_eq!(shards.iter().sum::<usize>(), len);
        prop_assert!(shards[0] - shards[parts - 1] <= 1 && shards.is_sorted_by(|a, b| a >= b));
    }
}
