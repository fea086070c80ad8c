//! The micro-kernel: one register tile of C from a panel of A and a panel of B.

use crate::kernels::simd::{Inlined, Simd, inlined};

/// Elements of the largest tile of any backend.
const MAX_TILE: usize = 96;

/// A row-major window of the output.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Window {
    /// Its first element.
    pub origin: *mut f32,
    /// Distance between rows.
    pub row_stride: usize,
}

impl Window {
    /// The window that starts at (`row`, `col`) of this one.
    ///
    /// # Safety
    /// That element is within the window or one past the end of its allocation.
    #[inline(always)]
    pub unsafe fn at(self, row: usize, col: usize) -> Self {
        // SAFETY: promised by the caller.
        let origin = unsafe { self.origin.add(row * self.row_stride + col) };
        Self { origin, ..self }
    }
}

/// `C = alpha * A·B + beta * C`, where `beta == 0` never reads C.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Scaling {
    pub alpha: f32,
    pub beta: f32,
}

/// Calls `step` with each column of the panel `a` and row of the panel `b`, given with the number of elements of each.
///
/// Four steps a turn, with a way out before each. The ways out cost less than four turns would, and they keep the steps apart:
/// in one block of code LLVM mixes them, so that more values live at once than there are registers.
#[inline(always)]
pub(in crate::kernels) fn for_each_step<T>(
    (a, rows): (&[T], usize),
    (b, width): (&[T], usize),
    mut step: Inlined<impl FnMut(*const T, *const T)>,
) {
    let depth = a.len() / rows;
    assert!(b.len() >= depth * width);
    let (mut a, mut b) = (a.as_ptr(), b.as_ptr());
    // SAFETY: one past the end of the panel.
    let end = unsafe { b.add(depth * width) };
    macro_rules! step {
        ($step:literal) => {
            // SAFETY: this is step `$step` of a turn that began before the end, and no step before it ended the loop: so it lies
            // within the `depth` columns of `rows` of `a` and rows of `width` of `b`, or one past the end of both.
            let (a, b) = unsafe { (a.add($step * rows), b.add($step * width)) };
            if b == end {
                break;
            }
            (step.0)(a, b);
        };
    }
    loop {
        step!(0);
        step!(1);
        step!(2);
        step!(3);
        // SAFETY: four steps were taken, so this is within the panels or one past their end.
        unsafe { (a, b) = (a.add(4 * rows), b.add(4 * width)) };
    }
}

/// Computes the first `rows` × `cols` of the tile `a · b` and combines it with `c`.
///
/// # Safety
/// `rows` × `cols` of `c` may be read and written by this thread alone.
#[inline(always)]
pub(super) unsafe fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
    isa: S,
    a: &[f32],
    b: &[f32],
    scaling: Scaling,
    c: Window,
    (rows, cols): (usize, usize),
) {
    let width = VECTORS * S::LANES;
    let mut acc = [[isa.splat(0.0); VECTORS]; ROWS];
    for_each_step(
        (a, ROWS),
        (b, width),
        // SAFETY: a step has `ROWS` floats of A and `width` of B.
        inlined!(|a, b| unsafe { accumulate(isa, a, b, &mut acc) }),
    );
    if (rows, cols) == (ROWS, width) {
        for (i, acc) in acc.iter().enumerate() {
            // SAFETY: row `i` of the tile, which the caller owns.
            unsafe { combine(isa, acc, scaling, c.at(i, 0).origin) };
        }
    } else {
        // Through memory: an accumulator that is picked by a number that is not known here could not stay in a register.
        let mut whole = [0.0; MAX_TILE];
        for (acc, out) in acc.iter().zip(whole.chunks_exact_mut(width)) {
            for (acc, out) in acc.iter().zip(out.chunks_exact_mut(S::LANES)) {
                isa.store(*acc, out);
            }
        }
        // SAFETY: the part of the tile that is within `c`.
        unsafe { combine_part(&whole, width, scaling, c, (rows, cols)) };
    }
}

/// Adds the product of a column of A and a row of B to the tile.
///
/// # Safety
/// `a` is valid for reading `ROWS` floats and `b` for `VECTORS` vectors.
#[inline(always)]
unsafe fn accumulate<S: Simd, const ROWS: usize, const VECTORS: usize>(
    isa: S,
    a: *const f32,
    b: *const f32,
    acc: &mut [[S::V; VECTORS]; ROWS],
) {
    let mut b_row = [isa.splat(0.0); VECTORS];
    for (v, b_vec) in b_row.iter_mut().enumerate() {
        // SAFETY: promised by the caller.
        *b_vec = unsafe { isa.load_ptr(b.add(v * S::LANES)) };
    }
    for (i, acc) in acc.iter_mut().enumerate() {
        // SAFETY: promised by the caller.
        let a = isa.splat(unsafe { *a.add(i) });
        for (acc, b) in acc.iter_mut().zip(b_row) {
            *acc = isa.mul_add(a, b, *acc);
        }
    }
}

/// Combines the first `rows` × `cols` of a tile, whose rows are `width` apart, with the output.
///
/// # Safety
/// As [`tile`].
#[inline(never)]
unsafe fn combine_part(tile: &[f32], width: usize, s: Scaling, c: Window, (rows, cols): (usize, usize)) {
    for (i, tile) in tile.chunks_exact(width).enumerate().take(rows) {
        for (j, sum) in tile.iter().enumerate().take(cols) {
            // SAFETY: promised by the caller.
            unsafe {
                let out = c.at(i, j).origin;
                *out = if s.beta == 0.0 { s.alpha * sum } else { s.alpha * sum + s.beta * *out };
            }
        }
    }
}

/// Combines one full row of the tile with the output.
///
/// # Safety
/// `row` is valid for reading and writing `VECTORS` vectors.
#[inline(always)]
unsafe fn combine<S: Simd, const VECTORS: usize>(isa: S, acc: &[S::V; VECTORS], s: Scaling, row: *mut f32) {
    for (v, acc) in acc.iter().enumerate() {
        // SAFETY: promised by the caller.
        unsafe {
            let out = row.add(v * S::LANES);
            let mut value = *acc;
            if s.alpha != 1.0 {
                value = isa.mul(value, isa.splat(s.alpha));
            }
            if s.beta != 0.0 {
                value = isa.mul_add(isa.load_ptr(out), isa.splat(s.beta), value);
            }
            isa.store_ptr(value, out);
        }
    }
}
