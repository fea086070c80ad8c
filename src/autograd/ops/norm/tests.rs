use super::*;
use crate::autograd::Split;
use crate::tensor::{Category, Ledger, Weight};

const ROWS: usize = 3;
const EPS: f32 = 1e-5;

/// Values without a pattern, from -1 to 1.
fn values(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| (1.7 * (i + 1) as f32 * (seed + 1) as f32).sin()).collect()
}

/// A norm of rows of `width` elements, and the loss `Σ c y` of its output.
struct Case {
    layer: bool,
    width: usize,
    offset: f32,
    /// x, gain, bias.
    inputs: [Vec<f32>; 3],
    /// Whether each of them is to get a gradient.
    learns: [bool; 3],
}

impl Case {
    fn new(layer: bool, (width, d): (usize, usize), offset: f32, learns: [bool; 3]) -> Self {
        Self { layer, width, offset, inputs: [values(ROWS * width, 1), values(d, 2), values(d, 3)], learns }
    }

    /// The loss, in f64, and the gradients that a backward pass gives.
    fn run(&self) -> (f64, [Option<Vec<f32>>; 3]) {
        let ledger = Ledger::new(None);
        let mut params = Params::new(&ledger);
        let [gain, bias] = [("gain", 1), ("bias", 2)].map(|(name, i)| {
            let data = self.inputs[i].clone();
            let id = params.add(name.to_owned(), &[data.len()], Split::Replicated, weight(&ledger, data));
            params.get_mut(id).trainable = self.learns[i];
            id
        });
        let mut tape = Tape::recording(&ledger);
        let tensor = |data| Tensor::from_vec(&ledger, Category::Activations, &[ROWS, self.width], data).unwrap();
        let x = tape.input(tensor(self.inputs[0].clone()), self.learns[0]);
        let y = if self.layer {
            tape.layer_norm(&params, &x, gain, bias, EPS).unwrap()
        } else {
            tape.rms_norm(&params, &x, gain, self.offset, EPS).unwrap()
        };
        let c = values(ROWS * self.width, 4);
        let loss = y.data().iter().zip(&c).map(|(y, c)| f64::from(*y) * f64::from(*c)).sum();
        let d_x = tape.backward(&mut params, [(y.node(), tensor(c))], &[x.node()], None).unwrap().remove(0);
        let grad = |id| params.get(id).grad.as_ref().map(|grad| grad.data().to_vec());
        (loss, [d_x.map(|d_x| d_x.data().to_vec()), grad(gain), grad(bias)])
    }

    /// Checks every gradient against a central difference, and that there is none that was not asked for.
    fn check(mut self, name: &str) {
        let (_, gradients) = self.run();
        for (input, gradient) in gradients.into_iter().enumerate() {
            let asked = self.learns[input] && (self.layer || input < 2);
            assert_eq!(gradient.is_some(), asked, "{name}: gradient of input {input}");
            for (i, gradient) in gradient.into_iter().flatten().enumerate() {
                let value = self.inputs[input][i];
                let mut loss_at = |h: f32| {
                    self.inputs[input][i] = value + h;
                    self.run().0
                };
                let slope = (loss_at(1e-2) - loss_at(-1e-2)) / 2e-2;
                self.inputs[input][i] = value;
                let gradient = f64::from(gradient);
                assert!((gradient - slope).abs() < 2e-3 * slope.abs().max(1.0), "{name}: input {input} [{i}]: {gradient}, not {slope}");
            }
        }
    }
}

fn weight(ledger: &Ledger, data: Vec<f32>) -> Weight {
    Weight::of(Tensor::from_vec(ledger, Category::Parameters, &[data.len()], data).unwrap())
}

/// Each of three may learn or not.
fn choices() -> impl Iterator<Item = [bool; 3]> {
    (0..8).map(|bits| [bits & 1 > 0, bits & 2 > 0, bits & 4 > 0])
}

#[test]
fn gain_and_bias_of_a_layer_norm_learn_each_alone() {
    for learns in choices().filter(|learns| learns.contains(&true)) {
        Case::new(true, (7, 7), 0.0, learns).check(&format!("layer norm {learns:?}"));
    }
}

#[test]
fn rms_norm_has_the_gradients_of_its_offset_and_of_heads() {
    for learns in choices().filter(|[x, gain, bias]| (*x || *gain) && !bias) {
        for offset in [0.0, 1.0] {
            for (width, d) in [(7, 7), (12, 4), (8, 8)] {
                Case::new(false, (width, d), offset, learns).check(&format!("rms norm {width} by {d}, offset {offset}, {learns:?}"));
            }
        }
    }
}

#[test]
fn a_norm_of_heads_is_that_of_each_head_as_a_row() {
    let heads = Case::new(false, (12, 4), 1.0, [true, true, false]);
    let y = |width: usize, rows: usize| {
        let ledger = Ledger::new(None);
        let mut params = Params::new(&ledger);
        let gain = params.add("gain".to_owned(), &[4], Split::Replicated, weight(&ledger, heads.inputs[1].clone()));
        let mut tape = Tape::inference(&ledger);
        let x = Tensor::from_vec(&ledger, Category::Activations, &[rows, width], heads.inputs[0].clone()).unwrap();
        let x = tape.input(x, false);
        tape.rms_norm(&params, &x, gain, 1.0, EPS).unwrap().data().to_vec()
    };
    assert_eq!(y(12, ROWS), y(4, 3 * ROWS));
}
