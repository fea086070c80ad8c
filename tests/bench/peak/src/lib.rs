//! Arithmetic roof of one WASM thread: register-only loops, no memory traffic.
//! Each function runs 12 independent dependency chains for `n` rounds.
#![no_std]
use core::arch::wasm32::*;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// f32 FMA roof: 12 x f32x4 relaxed_madd per round = 96 flop per round.
#[unsafe(no_mangle)]
pub extern "C" fn peak(n: usize) -> f32 {
    let mut acc = [f32x4_splat(0.5); 12];
    let x = f32x4_splat(0.999);
    let y = f32x4_splat(0.001);
    for _ in 0..n {
        for a in acc.iter_mut() {
            *a = f32x4_relaxed_madd(*a, x, y);
        }
    }
    let mut s = 0.0;
    for a in acc {
        s += f32x4_extract_lane::<0>(a);
    }
    s
}

/// Roof without relaxed SIMD: separate mul and add, 96 flop per round.
#[unsafe(no_mangle)]
pub extern "C" fn peak_mul_add(n: usize) -> f32 {
    let mut acc = [f32x4_splat(0.5); 12];
    let x = f32x4_splat(0.999);
    let y = f32x4_splat(0.001);
    for _ in 0..n {
        for a in acc.iter_mut() {
            *a = f32x4_add(f32x4_mul(*a, x), y);
        }
    }
    let mut s = 0.0;
    for a in acc {
        s += f32x4_extract_lane::<0>(a);
    }
    s
}

/// int8 roof with relaxed SIMD: 12 x i32x4 dot_i8x16_i7x16_add per round = 12*32 op per round.
/// `x` changes every round so that no product can be hoisted or shared.
#[unsafe(no_mangle)]
pub extern "C" fn peak_i8_dot(n: usize) -> i32 {
    let mut acc = [i32x4_splat(1); 12];
    let mut x = i8x16_splat(3);
    let (y, step) = (i8x16_splat(5), i8x16_splat(7));
    for _ in 0..n {
        for a in acc.iter_mut() {
            *a = i32x4_relaxed_dot_i8x16_i7x16_add(x, y, *a);
        }
        x = i8x16_add(x, step);
    }
    let mut s = 0;
    for a in acc {
        s += i32x4_extract_lane::<0>(a);
    }
    s
}

/// Fixed-SIMD integer roof: 8 x (i32x4 dot_i16x8 + add) per round = 8*16 op per round; 2 x 4 distinct products.
#[unsafe(no_mangle)]
pub extern "C" fn peak_i16_dot(n: usize) -> i32 {
    let mut acc = [i32x4_splat(1); 8];
    let mut x = [i16x8_splat(3), i16x8_splat(11)];
    let y = [i16x8_splat(5), i16x8_splat(6), i16x8_splat(7), i16x8_splat(9)];
    let step = i16x8_splat(2);
    for _ in 0..n {
        for i in 0..2 {
            for j in 0..4 {
                acc[i * 4 + j] = i32x4_add(acc[i * 4 + j], i32x4_dot_i16x8(x[i], y[j]));
            }
            x[i] = i16x8_add(x[i], step);
        }
    }
    let mut s = 0;
    for a in acc {
        s += i32x4_extract_lane::<0>(a);
    }
    s
}
