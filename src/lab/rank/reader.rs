//! The logits after a text that grows, on a rank without others: what was read of it is kept.

use crate::autograd::Result;
use crate::finetune::prompt::virtual_ids;
use crate::nn::{Contiguous, Tokens, Transformer};
use crate::tensor::Tensor;

/// What the model sees of a text: the virtual tokens, and as many of the last ids as it reads beside them.
pub fn window(model: &Transformer, ids: &[i32], virtual_tokens: usize) -> Vec<i32> {
    let most = model.config.max_positions.saturating_sub(virtual_tokens + model.prefix_keys).max(1);
    virtual_ids(virtual_tokens).chain(ids[ids.len().saturating_sub(most)..].iter().copied()).collect()
}

/// A text that is read token by token.
#[derive(Debug, Default)]
pub struct Reader {
    read: Vec<i32>,
    cache: Option<Contiguous>,
}

impl Reader {
    /// The logits `[vocab_size]` after `ids`, at least one token, which will grow to `capacity` at most, with so many virtual tokens before
    /// them; the model sees [the last of them](window).
    ///
    /// # Errors
    /// If memory runs out.
    pub fn logits(&mut self, model: &mut Transformer, ids: &[i32], capacity: usize, virtual_tokens: usize) -> Result<Tensor> {
        let window = window(model, ids, virtual_tokens);
        if window.len() < virtual_tokens + ids.len() {
            // The window moves on, and with it every position: what was kept is of no use.
            self.forget();
            return model.last_logits(&Tokens::new(1, window.len(), window));
        }
        let new = match (&self.cache, window.strip_prefix(&self.read[..])) {
            (Some(_), Some(new)) if !new.is_empty() => new,
            _ => {
                self.forget();
                // The last token that is drawn is never read.
                let most = virtual_tokens + capacity.saturating_sub(1).max(ids.len());
                self.cache = Some(Contiguous::new(model, 1, most)?);
                &window[..]
            }
        };
        let logits = model.read(&[(0, new)], self.cache.as_mut().expect("there is a cache"))?;
        self.read.extend_from_slice(new);
        Ok(logits)
    }

    /// Frees what was kept.
    pub fn forget(&mut self) {
        self.cache = None;
        self.read.clear();
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::finetune::full::Full;
    use crate::finetune::prefix::PrefixConfig;
    use crate::finetune::prompt::PromptConfig;
    use crate::finetune::{Method, attach};
    use crate::nn::{ModelConfig, RandomWeights};
    use crate::tensor::Ledger;

    #[test]
    fn the_text_may_outgrow_the_models_window_or_begin_anew() {
        let methods: [Box<dyn Method>; 3] = [
            Box::new(Full),
            Box::new(PromptConfig { virtual_tokens: 2, init_std: 1.0 }),
            Box::new(PrefixConfig { virtual_tokens: 2, init_std: 1.0 }),
        ];
        methods.iter().for_each(|method| outgrow(&**method));
    }

    fn outgrow(method: &dyn Method) {
        let config = ModelConfig { vocab_size: 23, d_model: 16, n_layers: 2, d_ff: 24, max_positions: 6, ..ModelConfig::default() };
        let mut model = Transformer::build(config, &Ledger::new(None), &mut RandomWeights { seed: 9 }).unwrap();
        attach(method, &mut model, &mut RandomWeights { seed: 9 }).unwrap();
        let (most, virtual_tokens) = (6 - method.positions(), method.virtual_tokens());
        let mut reader = Reader::default();
        for prompt in [1, 4, 6, 9] {
            let mut text: Vec<i32> = (0..prompt).map(|i| (5 * i + 1) % 23).collect();
            let capacity = text.len() + 10;
            while text.len() < capacity {
                let seen = &text[text.len().saturating_sub(most)..];
                let window: Vec<i32> = virtual_ids(virtual_tokens).chain(seen.iter().copied()).collect();
                let expected = model.last_logits(&Tokens::new(1, window.len(), window)).unwrap();
                let logits = reader.logits(&mut model, &text, capacity, virtual_tokens).unwrap();
                for (logit, expected) in logits.data().iter().zip(expected.data()) {
                    assert!((logit - expected).abs() < 1e-5, "after {text:?}");
                }
                let likeliest = (0..23).max_by(|a, b| logits.data()[*a].total_cmp(&logits.data()[*b])).unwrap();
                text.push(likeliest as i32);
            }
        }
    }
}
