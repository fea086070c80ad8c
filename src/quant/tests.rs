//! What holds for every format.

use super::*;
use crate::kernels::gemm::{Operand, gemm};
use crate::tensor::Category;
use rand::{RngExt, SeedableRng};

fn random(len: usize, seed: u64) -> Vec<f32> {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    (0..len).map(|_| rng.random_range(-1.0..1.0)).collect()
}

/// Random rows, one of them of zeros.
fn weights([rows, columns]: [usize; 2]) -> Vec<f32> {
    let mut weights = random(rows * columns, 1);
    weights[columns..2 * columns].fill(0.0);
    weights
}

/// Some columns of these rows.
fn kept(format: &dyn BlockFormat, ledger: &Ledger, weights: &[f32], width: usize, columns: Range<usize>) -> Rc<dyn BlockWeight> {
    let mut writer = format.allocate(ledger, [weights.len() / width, columns.len()], columns.start).unwrap();
    weights.chunks(width).for_each(|row| writer.write(row, columns.clone()));
    writer.finish()
}

fn decoded(weight: &dyn BlockWeight) -> Vec<f32> {
    let [rows, columns] = weight.shape();
    let mut all = vec![f32::NAN; rows * columns];
    all.chunks_mut(columns).enumerate().for_each(|(row, out)| weight.dequantize_row(row, out));
    all
}

/// Rows of more than one block of NF4, the last of them shorter.
const SHAPE: [usize; 2] = [37, 145];

#[test]
fn a_weight_is_near_what_it_was_and_zeros_stay_zeros() {
    let weights = weights(SHAPE);
    for format in FORMATS {
        let weight = kept(format, &Ledger::new(None), &weights, SHAPE[1], 0..SHAPE[1]);
        assert_eq!((weight.shape(), weight.format()), (SHAPE, format.name()));
        let decoded = decoded(&*weight);
        // Half of the largest step between two codes, of weights up to 1; of NF4, half a step of the scale, too.
        let most = match format.name() {
            "int8" => 0.5 / 127.0,
            _ => 0.5 * (1.0 - 0.6961928) + 0.5 / 255.0,
        };
        assert!(weights.iter().zip(&decoded).all(|(w, back)| (w - back).abs() < most + 1e-6), "{}", format.name());
        assert!(decoded[SHAPE[1]..2 * SHAPE[1]].iter().all(|w| *w == 0.0));
    }
}

#[test]
fn products_are_those_of_what_it_decodes_to() {
    let [outputs, inputs] = SHAPE;
    for format in FORMATS {
        let weight = kept(format, &Ledger::new(None), &weights(SHAPE), inputs, 0..inputs);
        let decoded = decoded(&*weight);
        for rows in [1, 4, 50] {
            let (x, d_y) = (random(rows * inputs, 2), random(rows * outputs, 3));
            let product = |alpha: f32, beta: f32| {
                let (mut y, mut expected) = (random(rows * outputs, 4), random(rows * outputs, 4));
                weight.multiply(alpha, &x, beta, &mut y);
                let (x, w) = (Operand::row_major(&x, inputs), Operand::transposed(&decoded, inputs));
                gemm(rows, inputs, outputs, alpha, x, w, beta, &mut expected);
                (y, expected)
            };
            let transposed = |alpha: f32, beta: f32| {
                let (mut d_x, mut expected) = (random(rows * inputs, 5), random(rows * inputs, 5));
                weight.multiply_transposed(alpha, &d_y, beta, &mut d_x);
                let (d_y, w) = (Operand::row_major(&d_y, outputs), Operand::row_major(&decoded, inputs));
                gemm(rows, outputs, inputs, alpha, d_y, w, beta, &mut expected);
                (d_x, expected)
            };
            for (got, expected) in [product(1.0, 0.0), product(-0.5, 2.0), transposed(1.0, 0.0), transposed(3.0, 1.0)] {
                let close = got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5);
                assert!(close, "{}, {rows} rows: {got:?} against {expected:?}", format.name());
            }
        }
    }
}

#[test]
fn reading_rounds_inputs_by_little_and_each_row_by_itself() {
    let [outputs, inputs] = SHAPE;
    for format in FORMATS {
        let weight = kept(format, &Ledger::new(None), &weights(SHAPE), inputs, 0..inputs);
        let x = random(5 * inputs, 2);
        let (mut read, mut exact) = (vec![0.0; 5 * outputs], vec![0.0; 5 * outputs]);
        weight.multiply_rounded(&x, &mut read);
        weight.multiply(1.0, &x, 0.0, &mut exact);
        // Inputs up to 1 are off by up to 1/127, at random: about 1/127 / sqrt(3) * sqrt(145) * sqrt(1/3) a standard deviation.
        let worst = read.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 0.15, "{}: {worst}", format.name());
        for (x, read) in x.chunks(inputs).zip(read.chunks(outputs)) {
            let mut alone = vec![0.0; outputs];
            weight.multiply_rounded(x, &mut alone);
            assert_eq!(alone, read, "{}", format.name());
        }
    }
}

#[test]
fn a_part_of_the_columns_decodes_to_a_part_of_the_whole() {
    let (weights, width) = (weights(SHAPE), SHAPE[1]);
    for format in FORMATS {
        let ledger = Ledger::new(None);
        let whole = decoded(&*kept(format, &ledger, &weights, width, 0..width));
        for columns in [0..71, 71..145] {
            let part = decoded(&*kept(format, &ledger, &weights, width, columns.clone()));
            let expected: Vec<f32> = whole.chunks(width).flat_map(|row| &row[columns.clone()]).copied().collect();
            assert_eq!(part, expected, "{}", format.name());
        }
    }
}

#[test]
fn its_bytes_are_parameters_in_the_ledger_for_as_long_as_it_lives() {
    for format in FORMATS {
        let ledger = Ledger::new(None);
        let weight = kept(format, &ledger, &weights(SHAPE), SHAPE[1], 0..SHAPE[1]);
        assert_eq!(ledger.report().of(Category::Parameters).live, weight.bytes());
        assert_eq!(ledger.report().total.peak, weight.bytes(), "{}: nothing beside it while it was read", format.name());
        drop(weight);
        assert_eq!(ledger.report().total.live, 0);
        let refused = format.allocate(&Ledger::new(Some(100)), SHAPE, 0).err().expect("no memory");
        assert_eq!((refused.category, refused.limit), (Category::Parameters, Some(100)));
        assert!(format.allocate(&Ledger::new(None), [usize::MAX / 2, 4], 0).is_err(), "{}: more than any machine has", format.name());
    }
}

#[test]
fn formats_are_found_by_name() {
    for format in FORMATS {
        assert_eq!(super::format(format.name()).map(BlockFormat::name), Some(format.name()));
    }
    assert!(super::format("int9").is_none());
}
