//! Rows of a table by index, and the reverse.

/// `out[i] = table[ids[i]]`; `table`: `[vocab, d]`, `out`: `[ids.len(), d]`.
pub fn gather(d: usize, table: &[f32], ids: &[i32], out: &mut [f32]) {
    assert_eq!(out.len(), ids.len() * d);
    for (i, &id) in ids.iter().enumerate() {
        out[i * d..][..d].copy_from_slice(&table[id as usize * d..][..d]);
    }
}

/// `d_table[ids[i]] += d_out[i]`.
pub fn scatter_add(d: usize, d_out: &[f32], ids: &[i32], d_table: &mut [f32]) {
    assert_eq!(d_out.len(), ids.len() * d);
    for (i, &id) in ids.iter().enumerate() {
        for (t, g) in d_table[id as usize * d..][..d]
            .iter_mut()
            .zip(&d_out[i * d..][..d])
        {
            *t += g;
        }
    }
}
