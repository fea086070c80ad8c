//! LoRA as a method: what it adds to a model, and where.

use super::embedding::EmbeddingPair;
use super::pair::LoraPair;
use super::{LoraBias, LoraConfig, LoraInit, embedding, most_rank};
use crate::autograd::{ParamId, Params, Split};
use crate::finetune::{Attached, HooksOnly, Method, MethodError, Refusal, Sharing, dora};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Blueprint, BuildError, Init, Linear, ParamSpec, SiteKind, Slice, Transformer, WeightSource, add_param};

impl LoraConfig {
    /// The parameters of a site: `MODULE.lora_A.weight` and `MODULE.lora_B.weight`, with DoRA its magnitudes, too; of the embedding
    /// `MODULE.lora_embedding_A` and `….lora_embedding_B`.
    fn params(&self, site: &SiteSpec) -> Vec<ParamSpec> {
        let rank = self.rank_of(&site.module);
        if site.kind == SiteKind::Embedding {
            return embedding::params(site, rank).to_vec();
        }
        let magnitude = self.dora.then(|| dora::magnitude(site));
        self.pair(site).into_iter().chain(magnitude).collect()
    }

    fn pair(&self, site: &SiteSpec) -> [ParamSpec; 2] {
        let ([out_features, in_features], rank) = (site.features(), self.rank_of(&site.module));
        let init_a = match self.init {
            LoraInit::Gaussian => Init::Normal(1.0 / rank as f32),
            _ => Init::KaimingUniform,
        };
        // Where the layer's inputs are shared out, so are A's columns; where its outputs are, B's rows.
        let split = |split| if site.weight().split == split { split } else { Split::Replicated };
        let param = |part: &str, shape: [usize; 2], init, split| ParamSpec {
            name: format!("{}.{part}.weight", site.module),
            shape: shape.to_vec(),
            init,
            split,
        };
        [
            param("lora_A", [rank, in_features], init_a, split(Split::Columns)),
            param("lora_B", [out_features, rank], Init::Zeros, split(Split::Rows)),
        ]
    }

    /// Sets how much faster than `A` a parameter learns.
    fn hasten(&self, params: &mut Params, id: ParamId) {
        params.get_mut(id).rate = self.learning_rate_ratio;
    }

    fn linear_pair(
        &self,
        site: &SiteSpec,
        linear: &Linear,
        slice: Slice,
        (params, source): (&mut Params, &mut dyn WeightSource),
    ) -> Result<LoraPair, MethodError> {
        let [a, b] = self.pair(site).map(|param| add_param(params, source, slice, &param));
        let (a, b) = (a?.expect("every rank has some of A"), b?.expect("every rank has some of B"));
        let mut pair = LoraPair::new(self, linear, a, b);
        if let Some(start) = self.start(site, (params, linear.weight), source)? {
            start.fill(params, [a, b], (site, slice), source.starts_anew());
            if self.init.splits_weight() {
                pair.take_out_of_weight(params, start).map_err(BuildError::from)?;
            }
        }
        if self.dora {
            pair.magnitude = Some(dora::add_magnitude(params, source, slice, &dora::magnitude(site), linear.weight)?);
        }
        [Some(b), pair.magnitude].into_iter().flatten().for_each(|id| self.hasten(params, id));
        Ok(pair)
    }
}

impl Method for LoraConfig {
    fn check(&self, blueprint: &Blueprint) -> Result<(), MethodError> {
        Ok(self.refused(blueprint)?)
    }

    fn limits(&self, blueprint: &Blueprint) -> Vec<(&'static str, usize)> {
        let sites = self.sites(blueprint).filter(|(_, site)| !self.has_own_rank(site));
        sites.map(|(_, site)| ("lora.rank", most_rank(site))).min_by_key(|(_, most)| *most).into_iter().collect()
    }

    fn check_sharing(&self, blueprint: &Blueprint, sharing: Sharing) -> Result<(), MethodError> {
        if self.init.splits_weight() && (sharing.tensor > 1 || sharing.weights_away) {
            return Err(self.needs_whole_weights().into());
        }
        if !self.dora {
            return Ok(());
        }
        if sharing.weights_away {
            return Err(dora::needs_whole_weights().into());
        }
        let shared_out = |(_, site): &(usize, &SiteSpec)| site.weight().split == Split::Columns;
        match self.sites(blueprint).find(shared_out) {
            Some((_, site)) if sharing.tensor > 1 => Err(dora::needs_whole_rows(site.role, sharing.tensor).into()),
            _ => Ok(()),
        }
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        self.sites(blueprint).flat_map(|(segment, site)| self.params(site).into_iter().map(move |param| (segment, param))).collect()
    }

    fn learns(&self, blueprint: &Blueprint, segment: usize, param: &ParamSpec) -> bool {
        let Some(module) = param.name.strip_suffix(".bias") else { return false };
        match self.bias {
            LoraBias::None => false,
            LoraBias::All => true,
            LoraBias::LoraOnly => {
                let site = blueprint.segments[segment].sites.iter().find(|site| site.module == module);
                site.is_some_and(|site| self.adapts(blueprint, segment, site))
            }
        }
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        model.for_each_site(|segment, sites, params| {
            let site = |role: &str| blueprint.segments[segment].find(role).filter(|site| self.adapts(&blueprint, segment, site));
            for linear in sites.linears {
                if let Some(site) = site(linear.role) {
                    linear.hook = Some(Box::new(self.linear_pair(site, linear, slice, (params, source))?));
                }
            }
            if let (Some(lookup), Some(site)) = (sites.lookup, site(super::EMBEDDING)) {
                let specs = embedding::params(site, self.rank_of(&site.module));
                let made = specs.iter().map(|spec| Ok(add_param(params, source, slice, spec)?.expect("every rank has some of it")));
                let made = made.collect::<Result<Vec<_>, BuildError>>()?;
                self.hasten(params, made[1]);
                let scaling = self.scaling_of(&site.module) as f32;
                let table = params.find(&site.weight().name).expect("the embedding has its table");
                let tied = blueprint.config.tie_embeddings;
                *lookup = Some(Box::new(EmbeddingPair::new([made[0], made[1]], scaling, table, &site.module, tied)));
            }
            Ok::<(), MethodError>(())
        })?;
        for param in model.params.iter_mut().filter(|param| param.trainable && param.name.ends_with(".bias")) {
            param.rate = self.learning_rate_ratio;
        }
        Ok(Box::new(HooksOnly))
    }
}

impl LoraConfig {
    /// Why a start that splits the weight does not go with weights of which ranks have parts.
    fn needs_whole_weights(&self) -> Refusal {
        let init = self.init.name();
        let messages = [
            format!(
                "{{fine_tuning.lora.init={init}}} is computed from whole weights, of which no rank has one here. Choose {{mesh.tensor}} 1 and a lower stage of {{mesh.zero}}, or {{fine_tuning.lora.init=kaiming_uniform}}."
            ),
            format!(
                "{{fine_tuning.lora.init={init}}}要由完整的权重算出，而这里没有一个进程持有完整的权重。请把{{mesh.tensor}}设为 1 并降低{{mesh.zero}}的级别，或改用{{fine_tuning.lora.init=kaiming_uniform}}。"
            ),
        ];
        Refusal::conflict("lora.init", init, messages)
    }
}
