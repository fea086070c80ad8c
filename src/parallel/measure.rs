//! How fast ranks communicate.

use web_time::Instant;

use super::collectives::{Algorithm, Reduce};
use super::group::Group;
use super::transport::Lost;

/// Rounds before the measured ones: buffers are allocated, code is compiled.
const WARM_UP: usize = 3;

/// Median seconds of an all-reduce of `len` floats, over `rounds` rounds between barriers. All members call it.
///
/// # Errors
/// If a message cannot come.
pub async fn all_reduce_seconds(group: &Group, len: usize, algorithm: Algorithm, rounds: usize) -> Result<f64, Lost> {
    // Zeros stay as they are.
    let mut data = vec![0.0; len];
    let mut seconds = vec![];
    for round in 0..WARM_UP + rounds.max(1) {
        group.barrier().await?;
        let start = Instant::now();
        group.all_reduce(&mut data, Reduce::Sum, algorithm).await?;
        if round >= WARM_UP {
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}
