//! Causal attention with grouped heads.

/// Sizes of one attention call; query head `h` reads key/value head `h / (n_heads / n_kv_heads)`.
#[derive(Clone, Copy, Debug)]
pub struct AttentionShape {
    /// Independent sequences.
    pub batch_size: usize,
    /// Positions per sequence.
    pub seq_len: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key/value heads; divides `n_heads`.
    pub n_kv_heads: usize,
    /// Width of a head.
    pub d_head: usize,
}

impl AttentionShape {
    fn q_len(&self) -> usize {
        self.batch_size * self.seq_len * self.n_heads * self.d_head
    }
    fn kv_len(&self) -> usize {
        self.batch_size * self.seq_len * self.n_kv_heads * self.d_head
    }
    fn q_at(&self, b: usize, t: usize, h: usize) -> usize {
        ((b * self.seq_len + t) * self.n_heads + h) * self.d_head
    }
    fn kv_at(&self, b: usize, t: usize, h: usize) -> usize {
        let kv = h / (self.n_heads / self.n_kv_heads);
        ((b * self.seq_len + t) * self.n_kv_heads + kv) * self.d_head
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `q`, `out`: `[batch, seq, n_heads, d_head]`; `k`, `v`: `[batch, seq, n_kv_heads, d_head]`;
/// `lse`: `[batch, n_heads, seq]`, the log-sum-exp of the scaled scores. `scale` multiplies `q·k`.
#[allow(clippy::too_many_arguments)]
pub fn attention_forward(
    s: AttentionShape,
    scale: f32,
    q: &[f32],
    k: &[f32],
    v: &[f32],
    out: &mut [f32],
    lse: &mut [f32],
) {
    assert!(
        q.len() == s.q_len()
            && out.len() == s.q_len()
            && k.len() == s.kv_len()
            && v.len() == s.kv_len()
    );
    assert_eq!(lse.len(), s.batch_size * s.n_heads * s.seq_len);
    let d = s.d_head;
    let mut p = vec![0.0; s.seq_len];
    for b in 0..s.batch_size {
        for h in 0..s.n_heads {
            for t in 0..s.seq_len {
                let q_row = &q[s.q_at(b, t, h)..][..d];
                for (u, p) in p[..=t].iter_mut().enumerate() {
                    *p = scale * dot(q_row, &k[s.kv_at(b, u, h)..][..d]);
                }
                let max = p[..=t].iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let sum: f32 = p[..=t].iter().map(|x| (x - max).exp()).sum();
                let row_lse = max + sum.ln();
                lse[(b * s.n_heads + h) * s.seq_len + t] = row_lse;
                let out_row = &mut out[s.q_at(b, t, h)..][..d];
                out_row.fill(0.0);
                for (u, p) in p[..=t].iter().enumerate() {
                    let w = (p - row_lse).exp();
                    for (o, v) in out_row.iter_mut().zip(&v[s.kv_at(b, u, h)..][..d]) {
                        *o += w * v;
                    }
                }
            }
        }
    }
}

/// The gradients of [`attention_forward`]; overwrites `d_q`, `d_k`, `d_v`.
#[allow(clippy::too_many_arguments)]
pub fn attention_backward(
    s: AttentionShape,
    scale: f32,
    q: &[f32],
    k: &[f32],
    v: &[f32],
    out: &[f32],
    lse: &[f32],
    d_out: &[f32],
    d_q: &mut [f32],
    d_k: &mut [f32],
    d_v: &mut [f32],
) {
    assert!(
        q.len() == s.q_len()
            && out.len() == s.q_len()
            && d_out.len() == s.q_len()
            && d_q.len() == s.q_len()
    );
    assert!(
        k.len() == s.kv_len()
            && v.len() == s.kv_len()
            && d_k.len() == s.kv_len()
            && d_v.len() == s.kv_len()
    );
    assert_eq!(lse.len(), s.batch_size * s.n_heads * s.seq_len);
    let d = s.d_head;
    d_q.fill(0.0);
    d_k.fill(0.0);
    d_v.fill(0.0);
    for b in 0..s.batch_size {
        for h in 0..s.n_heads {
            for t in 0..s.seq_len {
                let qi = s.q_at(b, t, h);
                let delta = dot(&d_out[qi..][..d], &out[qi..][..d]);
                let row_lse = lse[(b * s.n_heads + h) * s.seq_len + t];
                for u in 0..=t {
                    let ki = s.kv_at(b, u, h);
                    let p = (scale * dot(&q[qi..][..d], &k[ki..][..d]) - row_lse).exp();
                    let d_s = scale * p * (dot(&d_out[qi..][..d], &v[ki..][..d]) - delta);
                    for j in 0..d {
                        d_q[qi + j] += d_s * k[ki + j];
                        d_k[ki + j] += d_s * q[qi + j];
                        d_v[ki + j] += p * d_out[qi + j];
                    }
                }
            }
        }
    }
}
