//! Full fine-tuning: every weight learns.

use crate::nn::Transformer;

/// Makes every parameter of the model trainable.
pub fn attach(model: &mut Transformer) {
    for param in model.params.iter_mut() {
        param.trainable = true;
    }
}
