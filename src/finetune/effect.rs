//! Whether what a method does at a layer is done, and whether the layer's weight has it already.

use crate::autograd::{ParamId, Params};
use crate::nn::MergeError;
use crate::tensor::Weight;

/// The effect of a hook on a linear layer.
#[derive(Debug)]
pub struct Effect {
    enabled: bool,
    /// The layer's parameters as they were, while the effect is in them.
    originals: Vec<(ParamId, Weight)>,
}

impl Default for Effect {
    fn default() -> Self {
        Self { enabled: true, originals: Vec::new() }
    }
}

impl Effect {
    /// Whether a forward pass has to do something beyond the layer's own product.
    pub fn is_beside(&self) -> bool {
        self.enabled && self.originals.is_empty()
    }

    /// See [`LinearHook::set_enabled`](crate::nn::LinearHook::set_enabled).
    pub fn set_enabled(&mut self, params: &mut Params, enabled: bool) {
        self.unmerge(params);
        self.enabled = enabled;
    }

    /// Makes the parameters `layer` of `module` ready for the effect to be written into them: what they hold is kept. `false`: it is in them
    /// already, or not to be done.
    ///
    /// # Errors
    /// If one of them is not in float32 or belongs to another layer, too, or memory runs out; all are as before then.
    pub fn begin_merge(&mut self, params: &mut Params, module: &str, layer: &[ParamId]) -> Result<bool, MergeError> {
        if !self.is_beside() {
            return Ok(false);
        }
        for param in layer.iter().map(|id| params.get(*id)) {
            if !param.name.starts_with(module) {
                return Err(MergeError::Shared { module: module.to_owned(), weight: param.name.clone() });
            }
            if let Some(format) = param.value.format() {
                return Err(MergeError::Quantised { module: module.to_owned(), format });
            }
        }
        self.keep(params, layer)?;
        Ok(true)
    }

    /// Keeps what the parameters `layer` hold until the effect is unmerged, and lets them be written to.
    ///
    /// # Errors
    /// If memory runs out; all are as before then.
    pub fn keep(&mut self, params: &mut Params, layer: &[ParamId]) -> Result<(), MergeError> {
        self.originals = layer.iter().map(|id| (*id, params.get(*id).value.clone())).collect();
        let ledger = params.ledger().clone();
        let owned = layer.iter().try_for_each(|id| params.get_mut(*id).value.make_own(&ledger));
        owned.map_err(|error| {
            self.unmerge(params);
            error.into()
        })
    }

    /// See [`LinearHook::unmerge`](crate::nn::LinearHook::unmerge).
    pub fn unmerge(&mut self, params: &mut Params) {
        for (id, original) in self.originals.drain(..) {
            params.get_mut(id).value = original;
        }
    }
}
