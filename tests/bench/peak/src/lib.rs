//! Arithmetic roof of one WASM thread: register-only loops, no memory traffic.
//!
//! Each runs independent chains, so that no multiply-add waits for the one before. How many it takes to keep a core busy is the
//! number of its multiply-adders times their latency: 8 to 10 on x86-64, 16 on the wide ARM cores. 12 chains fit the 16 vector
//! registers of the former, 24 the 32 of the latter; what counts is the faster of the two.
#![no_std]
use core::arch::wasm32::*;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// `CHAINS` relaxed multiply-adds of four floats a round: 8 operations each.
#[inline(always)]
fn multiply_add<const CHAINS: usize>(rounds: usize) -> f32 {
    let mut acc = [f32x4_splat(0.5); CHAINS];
    let x = f32x4_splat(0.999);
    let y = f32x4_splat(0.001);
    for _ in 0..rounds {
        for a in acc.iter_mut() {
            *a = f32x4_relaxed_madd(*a, x, y);
        }
    }
    acc.iter().map(|a| f32x4_extract_lane::<0>(*a)).sum()
}

/// `CHAINS` relaxed dot products of 16 bytes a round: 32 operations each. `x` changes every round so that no product can be hoisted
/// or shared.
#[inline(always)]
fn dot_i8<const CHAINS: usize>(rounds: usize) -> i32 {
    let mut acc = [i32x4_splat(1); CHAINS];
    let mut x = i8x16_splat(3);
    let (y, step) = (i8x16_splat(5), i8x16_splat(7));
    for _ in 0..rounds {
        for a in acc.iter_mut() {
            *a = i32x4_relaxed_dot_i8x16_i7x16_add(x, y, *a);
        }
        x = i8x16_add(x, step);
    }
    acc.iter().fold(0, |sum, a| sum.wrapping_add(i32x4_extract_lane::<0>(*a)))
}

#[unsafe(no_mangle)]
pub extern "C" fn multiply_add_12(rounds: usize) -> f32 {
    multiply_add::<12>(rounds)
}

#[unsafe(no_mangle)]
pub extern "C" fn multiply_add_24(rounds: usize) -> f32 {
    multiply_add::<24>(rounds)
}

#[unsafe(no_mangle)]
pub extern "C" fn dot_i8_12(rounds: usize) -> i32 {
    dot_i8::<12>(rounds)
}

#[unsafe(no_mangle)]
pub extern "C" fn dot_i8_24(rounds: usize) -> i32 {
    dot_i8::<24>(rounds)
}
