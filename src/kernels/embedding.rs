//! Rows of a table by index, and the reverse.

use super::parallel::{GRAIN, row_grain};
use super::pool::{self, Rows, SharedOut};

/// `out[i] = table[ids[i]]`, zeros where the id is negative; `table`: `[vocab, d]`, `out`: `[ids.len(), d]`. The caller has checked that
/// no id is above the table.
pub fn gather(d: usize, table: &[f32], ids: &[i32], out: &mut [f32]) {
    assert_eq!(out.len(), ids.len() * d);
    if d == 0 {
        return;
    }
    pool::split(ids.len(), row_grain(d), Rows { data: out, width: d }, |range, out| {
        rows_of(d, &ids[range], out.data, |id, row| row.copy_from_slice(&table[id * d..][..d]));
    });
}

/// As [`gather`], of a table in another form: `row` writes the row of an id.
pub fn gather_with(d: usize, ids: &[i32], out: &mut [f32], row: impl Fn(usize, &mut [f32])) {
    assert_eq!(out.len(), ids.len() * d);
    if d > 0 {
        rows_of(d, ids, out, row);
    }
}

/// `out[i] += table[positions[i]]`; the caller has checked that no position is above the table.
pub fn gather_add(d: usize, table: &[f32], positions: &[u32], out: &mut [f32]) {
    assert_eq!(out.len(), positions.len() * d);
    if d == 0 {
        return;
    }
    pool::split(positions.len(), row_grain(d), Rows { data: out, width: d }, |range, out| {
        for (&position, out) in positions[range].iter().zip(out.data.chunks_exact_mut(d)) {
            let row = &table[position as usize * d..][..d];
            out.iter_mut().zip(row).for_each(|(out, x)| *out += x);
        }
    });
}

/// As [`gather_add`], of a table in another form: `row` writes the row of a position.
pub fn gather_add_with(d: usize, positions: &[u32], out: &mut [f32], row: impl Fn(usize, &mut [f32])) {
    assert_eq!(out.len(), positions.len() * d);
    let mut added = vec![0.0; d];
    for (&position, out) in positions.iter().zip(out.chunks_exact_mut(d.max(1))) {
        row(position as usize, &mut added);
        out.iter_mut().zip(&added).for_each(|(out, x)| *out += x);
    }
}

fn rows_of(d: usize, ids: &[i32], out: &mut [f32], row: impl Fn(usize, &mut [f32])) {
    for (&id, out) in ids.iter().zip(out.chunks_exact_mut(d)) {
        match usize::try_from(id) {
            Ok(id) => row(id, out),
            Err(_) => out.fill(0.0),
        }
    }
}

/// Columns that one piece owns.
const COLS: usize = 64;

/// `d_table[ids[i]] += d_out[i]` where the id is not negative, in the order of the ids: threads own columns. The caller has checked that
/// no id is above the table.
pub fn scatter_add<I: Copy + Sync>(d: usize, d_out: &[f32], ids: &[I], d_table: &mut [f32])
where
    usize: TryFrom<I>,
{
    assert_eq!(d_out.len(), ids.len() * d);
    if d_out.is_empty() {
        return;
    }
    let rows = d_table.len() / d;
    for id in ids.iter().filter_map(|&id| usize::try_from(id).ok()) {
        assert!(id < rows, "scatter_add: id {id} in a table of {rows} rows");
    }
    let table = SharedOut::new(d_table);
    let cols = if d_out.len() < 2 * GRAIN { d } else { COLS };
    pool::run(d.div_ceil(cols), true, |job| {
        let (start, end) = (job * cols, (job * cols + cols).min(d));
        for (&id, d_out) in ids.iter().zip(d_out.chunks_exact(d)) {
            let Ok(id) = usize::try_from(id) else { continue };
            // SAFETY: the row was checked, the columns are within `d`, and no other job writes these columns.
            let out = unsafe { std::slice::from_raw_parts_mut(table.at(id * d + start), end - start) };
            for (out, d_out) in out.iter_mut().zip(&d_out[start..end]) {
                *out += d_out;
            }
        }
    });
}

#[cfg(test)]
mod tests;
