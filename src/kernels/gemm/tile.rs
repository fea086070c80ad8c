//! The micro-kernel: one register tile of C from a panel of A and a panel of B.

use crate::kernels::simd::Simd;

/// The widest tile of any backend.
const MAX_COLS: usize = 16;

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
    let depth = a.len() / ROWS;
    assert!(b.len() >= depth * width);
    let mut acc = [[isa.splat(0.0); VECTORS]; ROWS];
    let (mut a, mut b) = (a.as_ptr(), b.as_ptr());
    for _ in 0..depth {
        let mut b_row = [isa.splat(0.0); VECTORS];
        for (v, b_vec) in b_row.iter_mut().enumerate() {
            // SAFETY: `b` has `depth` rows of `width`, as asserted.
            *b_vec = unsafe { isa.load_ptr(b.add(v * S::LANES)) };
        }
        for (i, acc) in acc.iter_mut().enumerate() {
            // SAFETY: `a` has `depth` columns of `ROWS`.
            let a = isa.splat(unsafe { *a.add(i) });
            for (acc, b) in acc.iter_mut().zip(b_row) {
                *acc = isa.mul_add(a, b, *acc);
            }
        }
        // SAFETY: at most one past the end of the panels.
        unsafe { (a, b) = (a.add(ROWS), b.add(width)) };
    }
    for (i, acc) in acc.iter().enumerate().take(rows) {
        // SAFETY: row `i` is one of the `rows`, `cols` wide, that the caller owns; a partial row goes through a
        // buffer as wide as the tile.
        unsafe {
            let row = c.at(i, 0).origin;
            if cols == width {
                combine(isa, acc, scaling, row);
            } else {
                let mut buffer = [0.0f32; MAX_COLS];
                std::ptr::copy_nonoverlapping(row, buffer.as_mut_ptr(), cols);
                combine(isa, acc, scaling, buffer.as_mut_ptr());
                std::ptr::copy_nonoverlapping(buffer.as_ptr(), row, cols);
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
            let mut value = isa.mul(*acc, isa.splat(s.alpha));
            if s.beta != 0.0 {
                value = isa.mul_add(isa.load_ptr(out), isa.splat(s.beta), value);
            }
            isa.store_ptr(value, out);
        }
    }
}
