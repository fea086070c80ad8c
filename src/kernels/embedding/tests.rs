use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

kernel_test!(
    fn gather_and_scatter_match_the_reference() {
        let mut report = Report::default();
        for (vocab, d, n) in [(5, 3, 0), (1, 1, 1), (7, 4, 20), (50, 64, 30), (9, 65, 40), (90, 200, 300)] {
            let (table, d_out) = (testing::random(vocab * d, 1), testing::random(n * d, 2));
            let ids: Vec<i32> = (0..n).map(|i| (i * i % vocab) as i32).collect();
            let rows: Vec<f64> = (0..n * d).map(|i| f64::from(table[ids[i / d] as usize * d + i % d])).collect();
            let mut sums: Vec<f64> = table.iter().map(|x| f64::from(*x)).collect();
            (0..n * d).for_each(|i| sums[ids[i / d] as usize * d + i % d] += f64::from(d_out[i]));
            let (mut out, mut d_table) = (vec![f32::NAN; n * d], table.clone());
            gather(d, &table, &ids, &mut out);
            scatter_add(d, &d_out, &ids, &mut d_table);
            report.close(&format!("gather {vocab} {d} {n}"), 0.0, &rows, &out);
            report.close(&format!("scatter_add {vocab} {d} {n}"), 3e-6, &sums, &d_table);
        }
        report.finish();
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let d_out = testing::random(500 * 256, 1);
    let ids: Vec<i32> = (0..500).map(|i| i * 31 % 17).collect();
    testing::same_for_any_threads(|| {
        let mut d_table = vec![0.0; 17 * 256];
        scatter_add(256, &d_out, &ids, &mut d_table);
        vec![d_table]
    });
}
