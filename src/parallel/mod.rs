//! Training on several ranks. Every rank is a Web Worker with its own instance and memory (natively: a thread) and runs the same
//! `async fn`; communication is never inside autograd.

// What only several ranks need is unused where there never are any.
#![cfg_attr(all(target_arch = "wasm32", feature = "threads", not(test)), allow(dead_code, unused))]

pub mod check;
pub mod clock;
pub mod collectives;
pub mod comm;
pub mod compress;
pub mod exchange;
pub mod formula;
pub mod group;
pub mod measure;
pub mod mesh;
pub mod outline;
pub mod partition;
pub mod pilot;
pub mod plan;
pub mod rank;
pub mod schedule;
pub mod transport;
pub mod zero;

/// Code for a rank that has others: none of it is compiled where [`WORLD_OF_ONE`]. (In an `async fn` a condition does not leave it out.)
macro_rules! among_others {
    ($($code:tt)*) => {
        #[cfg(any(not(target_arch = "wasm32"), not(feature = "threads"), test))]
        {
            $($code)*
        }
    };
}
use among_others;

/// Whether no rank of this build ever has others, as in the WebAssembly builds with threads: ranks are threads themselves. What only
/// several ranks do is left out of it.
const WORLD_OF_ONE: bool = cfg!(all(target_arch = "wasm32", feature = "threads", not(test)));

#[cfg(all(test, feature = "native"))]
mod tests;
