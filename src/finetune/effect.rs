//! Whether what a method does at a layer is done, and whether the layer's weight has it already.

use crate::autograd::{ParamId, Params, Result};
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

    /// Has `change` put the effect into the parameters `layer` of `module`, which it may write to.
    ///
    /// # Errors
    /// If one of them is not in float32 or belongs to another layer, too, or memory runs out; all are as before then.
    pub fn merge(
        &mut self,
        params: &mut Params,
        module: &str,
        layer: &[ParamId],
        change: impl FnOnce(&mut Params) -> Result<()>,
    ) -> std::result::Result<(), MergeError> {
        if !self.is_beside() {
            return Ok(());
        }
        for param in layer.iter().map(|id| params.get(*id)) {
            if !param.name.starts_with(module) {
                return Err(MergeError::Shared { module: module.to_owned(), weight: param.name.clone() });
            }
            if let Some(format) = param.value.format() {
                return Err(MergeError::Quantised { module: module.to_owned(), format });
            }
        }
        self.change(params, layer, change)
    }

    /// Has `change` write to the parameters `layer`, until the effect is unmerged.
    ///
    /// # Errors
    /// If memory runs out; all are as before then.
    pub fn change(
        &mut self,
        params: &mut Params,
        layer: &[ParamId],
        change: impl FnOnce(&mut Params) -> Result<()>,
    ) -> std::result::Result<(), MergeError> {
        self.originals = layer.iter().map(|id| (*id, params.get(*id).value.clone())).collect();
        let own = |params: &mut Params| {
            layer.iter().try_for_each(|id| {
                let ledger = params.ledger().clone();
                params.get_mut(*id).value.make_own(&ledger)
            })
        };
        own(params).and_then(|()| change(params)).map_err(|error| {
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
