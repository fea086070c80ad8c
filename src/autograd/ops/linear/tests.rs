use super::*;
use crate::autograd::Split;
use crate::quant::FORMATS;
use crate::tensor::{Category, Ledger};

const ROWS: usize = 5;
const SHAPE: [usize; 2] = [7, 11];

/// Values without a pattern, from -1 to 1.
fn values(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| (1.7 * (i + 1) as f32 * (seed + 1) as f32).sin()).collect()
}

/// The gradient of the input through a frozen weight in each format, against central differences of `Σ c y`.
#[test]
fn the_gradient_through_a_weight_in_blocks_agrees_with_finite_differences() {
    let [outputs, inputs] = SHAPE;
    for format in FORMATS {
        let ledger = Ledger::new(None);
        let mut writer = format.allocate(&ledger, SHAPE, 0).unwrap();
        values(outputs * inputs, 1).chunks(inputs).for_each(|row| writer.write(row, 0..inputs));
        let mut params = Params::new(&ledger);
        let weight = params.add("w".to_owned(), &SHAPE, Split::Replicated, Weight::Blocks(writer.finish()));
        assert!(!params.is_trainable(weight));
        let (x, c) = (values(ROWS * inputs, 2), values(ROWS * outputs, 3));
        let tensor = |data: &[f32], width| Tensor::from_vec(&ledger, Category::Activations, &[ROWS, width], data.to_vec()).unwrap();
        let mut run = |x: &[f32]| {
            let mut tape = Tape::recording(&ledger);
            let x = tape.input(tensor(x, inputs), true);
            let y = tape.linear(&params, &x, weight, None).unwrap();
            let loss: f64 = y.data().iter().zip(&c).map(|(y, c)| f64::from(*y) * f64::from(*c)).sum();
            let d_x = tape.backward(&mut params, [(y.node(), tensor(&c, outputs))], &[x.node()], None).unwrap().remove(0);
            (loss, d_x.expect("asked for").data().to_vec())
        };
        let (_, d_x) = run(&x);
        for (i, d_x) in d_x.into_iter().enumerate() {
            let step = 0.25;
            let mut at = |shift: f32| {
                let mut x = x.clone();
                x[i] += shift;
                run(&x).0
            };
            // The loss is linear in x: what is left is rounding.
            let numeric = (at(step) - at(-step)) / (2.0 * f64::from(step));
            assert!((numeric - f64::from(d_x)).abs() < 1e-5, "{}: element {i}: {d_x} against {numeric}", format.name());
        }
        assert!(params.get(weight).grad.is_none());
    }
}
