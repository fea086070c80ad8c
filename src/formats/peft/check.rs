//! Whether the weights of an adapter and its configuration say the same.

use super::names::{Part, TensorName};
use super::{PeftAdapter, PeftBias, PeftMethod};
use crate::formats::error::FormatError;
use crate::formats::safetensors::TensorRef;

impl PeftAdapter<'_> {
    /// Checks every tensor against the configuration: that it is asked for, whole, of the right rank, and finite.
    pub(super) fn check(&self) -> Result<(), FormatError> {
        if !self.tensors.keys().any(|name| name.part.is_of_method()) {
            let modules = match &self.config.method {
                PeftMethod::Lora(lora) => lora.targets.in_words(),
                PeftMethod::AdaLora(adalora) => adalora.targets.in_words(),
                PeftMethod::Ia3(ia3) => ia3.targets.in_words(),
                PeftMethod::Prompt(_) | PeftMethod::Prefix(_) => "prompt_embeddings".to_owned(),
            };
            return Err(FormatError::EmptyAdapter { modules });
        }
        for (name, tensor) in &self.tensors {
            if !self.config.method.has(name) {
                let accepted = self.config.method.accepted_names();
                return Err(FormatError::UnexpectedTensor { tensor: tensor.name.clone(), accepted });
            }
            self.check_partners(name)?;
            self.check_shape(name, tensor)?;
            tensor.check_finite()?;
        }
        Ok(())
    }

    /// What belongs together is there together.
    fn check_partners(&self, name: &TensorName) -> Result<(), FormatError> {
        let partners: &[Part] = match (name.part, &self.config.method) {
            (Part::LoraA | Part::LoraB | Part::LoraE, PeftMethod::AdaLora(_)) => &[Part::LoraA, Part::LoraB, Part::LoraE],
            (Part::LoraA | Part::LoraB, PeftMethod::Lora(lora)) if lora.use_dora => &[Part::LoraA, Part::LoraB, Part::Magnitude],
            (Part::EmbeddingA | Part::EmbeddingB, PeftMethod::Lora(lora)) if lora.use_dora => {
                &[Part::EmbeddingA, Part::EmbeddingB, Part::Magnitude]
            }
            (Part::LoraA | Part::LoraB, _) => &[Part::LoraA, Part::LoraB],
            (Part::EmbeddingA | Part::EmbeddingB, _) => &[Part::EmbeddingA, Part::EmbeddingB],
            _ => &[],
        };
        partners.iter().try_for_each(|part| self.tensor(&TensorName::new(&name.module, *part)).map(drop))
    }

    fn check_shape(&self, name: &TensorName, tensor: &TensorRef) -> Result<(), FormatError> {
        let wrong = |expected: Vec<usize>| FormatError::WrongShape { tensor: tensor.name.clone(), expected, found: tensor.shape.clone() };
        let size = |dimension: usize| tensor.shape.get(dimension).copied().unwrap_or(0);
        let matrix = |rank_at: usize, rank: usize| {
            if tensor.shape.len() != 2 {
                return Err(wrong(if rank_at == 0 { vec![rank, 0] } else { vec![0, rank] }));
            }
            match size(rank_at) {
                found if found == rank => Ok(()),
                found => Err(FormatError::Rank { tensor: tensor.name.clone(), module: name.module.clone(), expected: rank, found }),
            }
        };
        let rank = match &self.config.method {
            PeftMethod::Lora(lora) => lora.rank_of(&name.module),
            PeftMethod::AdaLora(adalora) => adalora.rank_of(&name.module),
            _ => 0,
        };
        match (name.part, &self.config.method) {
            (Part::LoraA | Part::EmbeddingA, _) => matrix(0, rank),
            (Part::LoraE, _) => matrix(0, rank).and_then(|()| if size(1) == 1 { Ok(()) } else { Err(wrong(vec![rank, 1])) }),
            (Part::LoraB | Part::EmbeddingB, _) => matrix(1, rank),
            (Part::RankNum, PeftMethod::AdaLora(adalora)) => match &tensor.to_f32()?[..] {
                [found] if *found == adalora.init_r as f32 => Ok(()),
                [found] => Err(FormatError::Rank {
                    tensor: tensor.name.clone(),
                    module: name.module.clone(),
                    expected: adalora.init_r,
                    found: *found as usize,
                }),
                _ => Err(wrong(vec![1])),
            },
            (Part::Magnitude | Part::Bias | Part::BaseBias, _) => {
                if tensor.shape.len() == 1 {
                    Ok(())
                } else {
                    Err(wrong(vec![tensor.len()]))
                }
            }
            (Part::Prompt, PeftMethod::Prompt(prompt)) => {
                let expected = vec![prompt.num_virtual_tokens, prompt.token_dim.unwrap_or(size(1))];
                if tensor.shape == expected { Ok(()) } else { Err(wrong(expected)) }
            }
            (Part::Prompt, PeftMethod::Prefix(prefix)) => {
                let width = prefix.token_dim.zip(prefix.num_layers).map_or(size(1), |(width, layers)| 2 * width * layers);
                let expected = vec![prefix.num_virtual_tokens, width];
                if tensor.shape == expected { Ok(()) } else { Err(wrong(expected)) }
            }
            _ => Ok(()),
        }
    }
}

impl PeftMethod {
    /// Whether an adapter of it has such a tensor.
    fn has(&self, name: &TensorName) -> bool {
        let TensorName { module, part } = name;
        let has_bias = |bias: PeftBias, includes: bool| match bias {
            PeftBias::None => false,
            PeftBias::All => true,
            PeftBias::LoraOnly => includes,
        };
        // PEFT saves the table of an embedding that is adapted, and the weight of such a head, along with the adapter.
        let is_table = || module.ends_with("embed_tokens") || module == "lm_head";
        match self {
            Self::Lora(lora) => match part {
                Part::LoraA | Part::LoraB => lora.targets.include(module),
                Part::EmbeddingA | Part::EmbeddingB => lora.targets.include(module),
                Part::Magnitude => lora.use_dora && lora.targets.include(module),
                Part::Bias | Part::BaseBias => has_bias(lora.bias, lora.targets.include(module)),
                Part::BaseWeight => is_table(),
                _ => false,
            },
            Self::AdaLora(adalora) => match part {
                Part::LoraA | Part::LoraB | Part::LoraE | Part::RankNum => adalora.targets.include(module),
                Part::Bias | Part::BaseBias => has_bias(adalora.bias, adalora.targets.include(module)),
                Part::BaseWeight => is_table(),
                _ => false,
            },
            Self::Ia3(ia3) => *part == Part::Ia3 && ia3.targets.include(module),
            Self::Prompt(_) | Self::Prefix(_) => *part == Part::Prompt,
        }
    }
}
