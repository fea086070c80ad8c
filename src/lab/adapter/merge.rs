//! An adapter put into the weights of its base.

use super::{Loaded, bad_config};
use crate::lab::problem::{Problem, Text};
use crate::lab::reasons;
use crate::nn::{MergeError, Transformer};

/// Puts the effect of a loaded adapter into the weights of its model, which computes the same afterwards without it.
///
/// # Errors
/// Where no weight can take it, by name: learned tokens, keys and values are none; a weight that two layers share cannot have that of one.
pub fn merge(loaded: &Loaded, model: &mut Transformer) -> Result<(), Problem> {
    merge_into(loaded.virtual_tokens, model)
}

/// The same, of whatever a method has put on a model, with so many virtual tokens before each text.
///
/// # Errors
/// As [`merge`].
pub fn merge_into(virtual_tokens: usize, model: &mut Transformer) -> Result<(), Problem> {
    if virtual_tokens > 0 || model.prefix_keys > 0 {
        return Err(bad_config(&Text {
            en: "Learned tokens, keys or values stand before each text, and no weight of the base can take them. Keep the adapter beside the base.".into(),
            zh: "它学到的是放在文本之前的词元、键或值，基座模型中没有可以容纳它们的权重。请把适配器与基座分开保存和使用。".into(),
        }));
    }
    let mut beside = false;
    let looked = model.for_each_site(|_, sites, _| {
        beside |= sites.output.is_some_and(|hook| hook.is_some()) || sites.keys_values.is_some_and(|hook| hook.is_some());
        Ok::<(), std::convert::Infallible>(())
    });
    looked.unwrap_or_else(|never| match never {});
    if beside {
        return Err(bad_config(&Text {
            en: "It is a small network beside each layer, and no weight of the base computes the same. Keep the adapter beside the base."
                .into(),
            zh: "它是各层旁边的小网络，基座模型中没有能做同样计算的权重。请把适配器与基座分开保存和使用。".into(),
        }));
    }
    let merged = model.for_each_site(|_, sites, params| {
        let lookup = sites.lookup.and_then(Option::as_mut).map_or(Ok(()), |hook| hook.merge(params));
        lookup.and_then(|()| sites.linears.into_iter().filter_map(|linear| linear.hook.as_mut()).try_for_each(|hook| hook.merge(params)))
    });
    merged.map_err(|error| refused(&error))
}

fn refused(error: &MergeError) -> Problem {
    let zh = match error {
        MergeError::Memory(refused) => return reasons::out_of_memory(refused),
        MergeError::Shared { module, weight } => {
            format!("{module} 无法合并：它与另一层共用权重 {weight}，而适配器不改变那一层。请把适配器与权重分开保存。")
        }
        MergeError::NoPlace { module, what } => format!("{module} 无法合并：该层没有可以加上 {what} 的参数。请把适配器与该层分开保存。"),
        MergeError::Quantised { module, format } => {
            format!(
                "{module} 无法合并：它的权重以 {format} 格式保存，合并后再取整会丢失大部分更新。请分开保存，或以 float32 载入权重后再合并。"
            )
        }
    };
    bad_config(&Text { en: reasons::sentence(error), zh })
}
