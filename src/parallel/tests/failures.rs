//! Ranks that fail, end early, are stopped, or run another program.

use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use super::super::collectives::{Algorithm, Reduce};
use super::super::comm::Comm;
use super::super::group::Group;
use super::super::transport::memory::{STOP_WORD, SharedMemory};
use super::super::transport::thread::{run, world};
use super::super::transport::{Lost, Reason, Transport};
use super::{ring_world, run_on_rings};

/// All-reduces for ever; rank 2 panics in the middle of one.
async fn rank_2_panics(transport: Rc<dyn Transport>) -> Result<(), Lost> {
    let world = Group::world(&Comm::new(transport));
    let mut data = vec![1.0; 10_000];
    for round in 0.. {
        if world.index() == 2 && round == 3 {
            // The others have its part of this round, or wait for it.
            world.send(3, 0, &[0u8])?;
            panic!("rank 2 fails on purpose");
        }
        world.all_reduce(&mut data, Reduce::Max, Algorithm::Ring).await?;
    }
    Ok(())
}

fn all_name_rank_2(run: impl FnOnce() -> Vec<thread::Result<Result<(), Lost>>>) {
    let start = Instant::now();
    let results = run();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    for (rank, result) in results.into_iter().enumerate() {
        match rank {
            2 => assert!(result.is_err()),
            _ => assert_eq!(result.unwrap(), Err(Lost { rank: 2, reason: Reason::Died })),
        }
    }
}

#[test]
fn a_panic_ends_all_ranks_and_names_the_one() {
    all_name_rank_2(|| run(5, rank_2_panics));
    all_name_rank_2(|| run_on_rings(&ring_world(5, 1024), rank_2_panics));
}

async fn for_ever(transport: Rc<dyn Transport>) -> Result<(), Lost> {
    let world = Group::world(&Comm::new(transport));
    match world.index() {
        // Waits for what nobody sends.
        0 => world.recv(1, 7, &mut [0u8]).await,
        _ => loop {
            world.send(world.index(), 0, &[0u8])?;
            world.recv(world.index(), 0, &mut [0u8]).await?;
        },
    }
}

fn stopped(results: impl IntoIterator<Item = thread::Result<Result<(), Lost>>>, start: Instant) {
    assert!(start.elapsed() < Duration::from_secs(1));
    for (rank, result) in results.into_iter().enumerate() {
        assert_eq!(result.unwrap(), Err(Lost { rank, reason: Reason::Stopped }));
    }
}

#[test]
fn a_run_can_be_stopped() {
    let (seats, stop) = world(2);
    let ranks: Vec<_> = seats.into_iter().map(|seat| thread::spawn(move || seat.run(for_ever))).collect();
    thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    stop.stop();
    stopped(ranks.into_iter().map(|rank| rank.join()), start);

    let rings = ring_world(2, 64);
    let memory = rings.0.clone();
    let ranks = thread::spawn(move || run_on_rings(&rings, for_ever));
    thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    // As the page does it, which does not know of bells.
    memory.store(STOP_WORD, 1);
    stopped(ranks.join().unwrap(), start);
}

/// Rank 1 ends while rank 0 waits for a second message, or has more for it.
async fn rank_1_ends_early(transport: Rc<dyn Transport>) -> Result<(), Lost> {
    let world = Group::world(&Comm::new(transport));
    match world.index() {
        0 => {
            thread::sleep(Duration::from_millis(10));
            world.recv(1, 0, &mut [0u8; 3]).await?;
            world.recv(1, 0, &mut [0u8]).await
        }
        _ => world.send(0, 0, &[1u8; 3]),
    }
}

#[test]
fn what_was_sent_before_a_rank_ended_is_received() {
    for results in [run(2, rank_1_ends_early), run_on_rings(&ring_world(2, 64), rank_1_ends_early)] {
        let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
        assert_eq!(results, [Err(Lost { rank: 1, reason: Reason::Closed }), Ok(())]);
    }
}

#[test]
fn an_outbox_for_a_rank_that_has_ended_is_an_error() {
    let program = async |transport: Rc<dyn Transport>| match transport.rank() {
        0 => Group::world(&Comm::new(transport)).send(1, 0, &[0u8; 1000]),
        _ => Ok(()),
    };
    let results = run_on_rings(&ring_world(2, 64), program);
    assert_eq!(*results[0].as_ref().unwrap(), Err(Lost { rank: 1, reason: Reason::Closed }));
}

#[test]
fn a_message_of_another_length_names_both() {
    let program = async |transport: Rc<dyn Transport>| {
        let world = Group::world(&Comm::new(transport));
        let mut data = vec![0.0; 8 - 4 * world.index()];
        world.all_reduce(&mut data, Reduce::Sum, Algorithm::Naive).await
    };
    let results = run(2, program);
    let error = results[0].as_ref().unwrap().as_ref().unwrap_err();
    assert_eq!(*error, Lost { rank: 1, reason: Reason::Mismatch { expected: 32, received: 16 } });
    assert!(error.to_string().starts_with("rank 1 sent 16 bytes where 32 were expected"), "{error}");
}
