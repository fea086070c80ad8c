//! The configuration of a mix: which modules, of which ranks.

use std::collections::{BTreeMap, BTreeSet};

use crate::formats::peft::{PeftAdapter, PeftConfig, PeftLora, PeftMethod, TargetModules, Targets, TensorName, in_layer};
use crate::linalg::Matrix;

/// The mixed matrices `A` and `B`, by the names of their `A`.
type Mixed = BTreeMap<TensorName, (Matrix, Matrix)>;

/// The configuration of what was mixed: `lora_alpha` is the rank everywhere, so that the scaling is 1; what changes nothing is as the first
/// adapter has it. Where the adapters were on other layers, the mix gets pairs of zeros in between.
///
/// PEFT keeps `use_rslora` and `layers_to_transform` of the first adapter, too, which makes the scaling of its mix √r, and drops the others’
/// layers; here they are what the mix is.
pub(super) fn config(adapters: &[&PeftAdapter], mixed: &mut Mixed) -> PeftConfig {
    let targets = common_targets(adapters).unwrap_or_else(|| by_layers(mixed));
    let ranks = |mixed: &Mixed| mixed.iter().map(|(name, (a, _))| (name.module.clone(), a.rows)).collect::<BTreeMap<_, _>>();
    let ranks = ranks(mixed);
    let mut lora = PeftLora::of(targets);
    lora.r = ranks.values().copied().max().unwrap_or(1);
    lora.lora_alpha = lora.r as f64;
    lora.rank_pattern = pattern(&ranks, lora.r);
    lora.alpha_pattern = lora.rank_pattern.iter().map(|(end, rank)| (end.clone(), *rank as f64)).collect();
    lora.lora_dropout = match &adapters[0].config.method {
        PeftMethod::Lora(lora) => lora.lora_dropout,
        PeftMethod::AdaLora(adalora) => adalora.lora_dropout,
        PeftMethod::Ia3(_) | PeftMethod::Prompt(_) | PeftMethod::Prefix(_) => 0.0,
    };
    let base = adapters.iter().find_map(|adapter| adapter.config.base_model_name_or_path.clone());
    let mut config = PeftConfig::new(PeftMethod::Lora(lora), base.as_deref());
    if let PeftMethod::Lora(_) = &adapters[0].config.method {
        config.rest.clone_from(&adapters[0].config.rest);
    }
    config
}

/// The targets of all, where they differ in the names of modules only.
fn common_targets(adapters: &[&PeftAdapter]) -> Option<Targets> {
    let targets = adapters.iter().filter_map(|adapter| match &adapter.config.method {
        PeftMethod::Lora(lora) => Some(&lora.targets),
        PeftMethod::AdaLora(adalora) => Some(&adalora.targets),
        PeftMethod::Ia3(_) | PeftMethod::Prompt(_) | PeftMethod::Prefix(_) => None,
    });
    let mut common: Option<Targets> = None;
    for targets in targets {
        let Some(common) = &mut common else {
            common = Some(targets.clone());
            continue;
        };
        if (&common.exclude, &common.layers) != (&targets.exclude, &targets.layers) {
            return None;
        }
        match (&mut common.modules, &targets.modules) {
            (TargetModules::AllLinear, TargetModules::AllLinear) => {}
            (TargetModules::Ends(all), TargetModules::Ends(ends)) => {
                let new: Vec<String> = ends.iter().filter(|end| !all.contains(end)).cloned().collect();
                all.extend(new);
            }
            _ => return None,
        }
    }
    common
}

/// The same modules in each of the layers that any adapter has; where none has one, it gets a pair of zeros.
fn by_layers(mixed: &mut Mixed) -> Targets {
    let places: Vec<(TensorName, usize, String)> =
        mixed.keys().filter_map(|name| in_layer(&name.module).map(|(layer, end)| (name.clone(), layer, end.to_owned()))).collect();
    let layers: BTreeSet<usize> = places.iter().map(|(_, layer, _)| *layer).collect();
    for (name, own, end) in &places {
        let [inputs, out] = [mixed[name].0.columns, mixed[name].1.rows];
        let start = &name.module[..name.module.len() - end.len() - own.to_string().len() - 1];
        for layer in &layers {
            let elsewhere = TensorName::new(&format!("{start}{layer}.{end}"), name.part);
            mixed.entry(elsewhere).or_insert_with(|| (Matrix::zeros(1, inputs), Matrix::zeros(out, 1)));
        }
    }
    let mut ends: Vec<String> = places.into_iter().map(|(_, _, end)| end).collect();
    ends.extend(mixed.keys().filter(|name| in_layer(&name.module).is_none()).map(|name| name.module.clone()));
    ends.sort();
    ends.dedup();
    Targets { modules: TargetModules::Ends(ends), exclude: Vec::new(), layers: layers.into_iter().collect() }
}

/// Ranks other than `most`, by the ends of paths that are the same in every layer, or by whole paths.
fn pattern(ranks: &BTreeMap<String, usize>, most: usize) -> Vec<(String, usize)> {
    let end = |module: &str| in_layer(module).map_or(module, |(_, end)| end).to_owned();
    let mut of_ends: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (module, rank) in ranks {
        of_ends.entry(end(module)).or_default().insert(*rank);
    }
    let key = |module: &str| if of_ends[&end(module)].len() == 1 { end(module) } else { module.to_owned() };
    let other: BTreeMap<String, usize> =
        ranks.iter().filter(|(_, rank)| **rank != most).map(|(module, rank)| (key(module), *rank)).collect();
    other.into_iter().collect()
}
