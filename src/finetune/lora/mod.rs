//! LoRA: low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).
//!
//! The weight `W` `[out, in]` is frozen; `y = W x + scaling * B A x` with `A` `[rank, in]` and `B` `[out, rank]`. `B` starts
//! at zero, so that training starts at the base model; other starts ([`LoraInit`]) have that, too. Names and initial values are PEFT's.

mod embedding;
mod method;
mod pair;
mod start;

use super::Refusal;
use super::targets::{self, EMBEDDING};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Blueprint, SiteKind};

/// How `A` and `B` start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoraInit {
    /// `A` uniform in `±1 / sqrt(in)`: PEFT's default (Kaiming uniform with `a = sqrt(5)`).
    KaimingUniform,
    /// `A` normal with standard deviation `1 / rank`: PEFT's `gaussian`.
    Gaussian,
    /// Both random, in subspaces that are orthogonal to each other, so that `B A` is zero: PEFT's `orthogonal`.
    Orthogonal,
    /// The largest singular values and vectors of the weight, which keeps the rest (Meng et al. 2024, arXiv:2404.02948).
    Pissa,
    /// The first columns of the weight's QR factorisation, which are taken out of it (Büyükakyüz 2024, arXiv:2406.01775).
    Olora,
}

impl LoraInit {
    /// Whether the pair starts as a part of the weight, which keeps the rest.
    pub fn splits_weight(self) -> bool {
        matches!(self, Self::Pissa | Self::Olora)
    }

    /// As PEFT names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::KaimingUniform => "kaiming_uniform",
            Self::Gaussian => "gaussian",
            Self::Orthogonal => "orthogonal",
            Self::Pissa => "pissa",
            Self::Olora => "olora",
        }
    }
}

/// What the update is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoraScaling {
    /// `alpha / rank`.
    Standard,
    /// `alpha / sqrt(rank)`: rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732).
    RankStabilised,
}

/// Which biases of the model learn, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoraBias {
    /// None.
    None,
    /// All there are.
    All,
    /// Those of the layers that have a pair.
    LoraOnly,
}

/// Settings of LoRA.
#[derive(Clone, Debug, PartialEq)]
pub struct LoraConfig {
    /// Rows of `A` and columns of `B`.
    pub rank: usize,
    /// The update is scaled by it and by the rank ([`LoraScaling`]).
    pub alpha: f64,
    /// How.
    pub scaling: LoraScaling,
    /// Ranks of modules whose path ends with these names, e.g. `layers.0.self_attn.q_proj`; the first that fits counts.
    pub rank_pattern: Vec<(String, usize)>,
    /// Their alphas, likewise.
    pub alpha_pattern: Vec<(String, f64)>,
    /// Whether the length of each row of the updated weight is learned by itself: [DoRA](super::dora).
    pub dora: bool,
    /// Probability of dropping an input of `A` in training; below 1.
    pub dropout: f64,
    /// Last parts of the names of the modules that get a pair, e.g. `q_proj`; `embed_tokens` and `lm_head` are among them, and
    /// `all-linear` stands for all of a block.
    pub target_modules: Vec<String>,
    /// The layers whose modules get a pair, from 0; empty: all, and what is in none.
    pub layers: Vec<usize>,
    /// Which biases learn, too.
    pub bias: LoraBias,
    /// How `A` and `B` start.
    pub init: LoraInit,
    /// How many times as fast as `A` `B` learns: LoRA+ (Hayou et al. 2024, arXiv:2402.12354). Like PEFT's, magnitudes and biases, too.
    pub learning_rate_ratio: f64,
}

/// Those of PEFT, on queries and values.
impl Default for LoraConfig {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 8.0,
            scaling: LoraScaling::Standard,
            rank_pattern: Vec::new(),
            alpha_pattern: Vec::new(),
            dora: false,
            dropout: 0.0,
            target_modules: ["q_proj", "v_proj"].map(str::to_owned).to_vec(),
            layers: Vec::new(),
            bias: LoraBias::None,
            init: LoraInit::KaimingUniform,
            learning_rate_ratio: 1.0,
        }
    }
}

/// The sites that may have a pair.
const KINDS: [SiteKind; 3] = [SiteKind::Embedding, SiteKind::Linear, SiteKind::Head];

/// What a pattern has for a module.
fn of_pattern<T: Copy>(pattern: &[(String, T)], module: &str) -> Option<T> {
    pattern.iter().find(|(name, _)| ends_with(module, name)).map(|(_, value)| *value)
}

/// Whether a path ends with these parts.
fn ends_with(module: &str, name: &str) -> bool {
    module.strip_suffix(name).is_some_and(|start| start.is_empty() || start.ends_with('.'))
}

impl LoraConfig {
    /// The rank of a module.
    pub fn rank_of(&self, module: &str) -> usize {
        of_pattern(&self.rank_pattern, module).unwrap_or(self.rank)
    }

    /// What the update of a module is multiplied by.
    pub fn scaling_of(&self, module: &str) -> f64 {
        let (rank, alpha) = (self.rank_of(module) as f64, of_pattern(&self.alpha_pattern, module).unwrap_or(self.alpha));
        match self.scaling {
            LoraScaling::Standard => alpha / rank,
            LoraScaling::RankStabilised => alpha / rank.sqrt(),
        }
    }

    /// Whether a pattern has the rank of a site.
    fn has_own_rank(&self, site: &SiteSpec) -> bool {
        of_pattern(&self.rank_pattern, &site.module).is_some()
    }

    /// Whether a site of segment `segment` gets a pair.
    fn adapts(&self, blueprint: &Blueprint, segment: usize, site: &SiteSpec) -> bool {
        let among = |layer: usize| self.layers.contains(&layer);
        let embeds = site.kind == SiteKind::Embedding && site.role != EMBEDDING;
        let layer = blueprint.segments[segment].layer;
        KINDS.contains(&site.kind)
            && !embeds
            && targets::named(&self.target_modules, site)
            && (self.layers.is_empty() || layer.is_some_and(among))
    }

    fn sites<'a>(&'a self, blueprint: &'a Blueprint) -> impl Iterator<Item = (usize, &'a SiteSpec)> {
        blueprint.sites().filter(|(segment, site)| self.adapts(blueprint, *segment, site))
    }

    /// What of the settings does not go with the model.
    fn refused(&self, blueprint: &Blueprint) -> std::result::Result<(), Refusal> {
        targets::check(blueprint, &self.target_modules, &KINDS, "lora.target_modules")?;
        self.check_layers(blueprint)?;
        self.check_patterns(blueprint)?;
        check_ranks(self.sites(blueprint).map(|(_, site)| {
            let setting = if self.has_own_rank(site) { "lora.rank_pattern" } else { "lora.rank" };
            (setting, self.rank_of(&site.module), site)
        }))?;
        let alphas = self.sites(blueprint).map(|(_, site)| (self.scaling_of(&site.module), site));
        if let Some((_, site)) = alphas.into_iter().find(|(scaling, _)| !(scaling.is_finite() && *scaling > 0.0)) {
            let (setting, alpha) = match of_pattern(&self.alpha_pattern, &site.module) {
                Some(alpha) => ("lora.alpha_pattern", alpha),
                None => ("lora.alpha", self.alpha),
            };
            let messages = [
                format!(
                    "{{fine_tuning.{setting}}} is {alpha} at {}, which every update would be multiplied by, so that nothing could be learned. Choose a value above 0; the rank, or twice the rank, is usual.",
                    site.module
                ),
                format!(
                    "{{fine_tuning.{setting}}}在 {} 处的值是 {alpha}，更新量都要乘以它，什么也学不到。请选大于 0 的值，常用秩本身或秩的两倍。",
                    site.module
                ),
            ];
            return Err(Refusal::out_of_range(setting, alpha, messages));
        }
        self.check_embedding()?;
        self.check_start(blueprint)
    }

    fn check_layers(&self, blueprint: &Blueprint) -> std::result::Result<(), Refusal> {
        let limit = blueprint.config.n_layers;
        let Some(layer) = self.layers.iter().find(|layer| **layer >= limit) else {
            return match self.sites(blueprint).next() {
                Some(_) => Ok(()),
                None => {
                    let messages = [
                        "None of {fine_tuning.lora.target_modules} is in a layer, and {fine_tuning.lora.layers} names some only. Leave {fine_tuning.lora.layers} empty, or choose a projection of a layer.".to_owned(),
                        "{fine_tuning.lora.target_modules}中没有一个在某一层里，而{fine_tuning.lora.layers}只列出了一些层。请把{fine_tuning.lora.layers}留空，或选一个层内的投影。".to_owned(),
                    ];
                    Err(Refusal::conflict("lora.layers", format!("{:?}", self.layers), messages))
                }
            };
        };
        let last = limit - 1;
        let messages = [
            format!("{{fine_tuning.lora.layers}} names layer {layer}, but this model has the layers 0 to {last}."),
            format!("{{fine_tuning.lora.layers}}中有第 {layer} 层，但该模型只有第 0 到 {last} 层。"),
        ];
        Err(Refusal::out_of_range("lora.layers", layer, messages))
    }

    /// Refuses a pattern that fits no module: its rank or alpha would have no effect.
    fn check_patterns(&self, blueprint: &Blueprint) -> std::result::Result<(), Refusal> {
        let names = self.rank_pattern.iter().map(|(name, _)| ("lora.rank_pattern", name));
        let mut names = names.chain(self.alpha_pattern.iter().map(|(name, _)| ("lora.alpha_pattern", name)));
        let fits = |name: &str| self.sites(blueprint).any(|(_, site)| ends_with(&site.module, name));
        let Some((setting, name)) = names.find(|(_, name)| !fits(name)) else { return Ok(()) };
        let example = self.sites(blueprint).next().map_or(String::new(), |(_, site)| site.module.clone());
        let messages = [
            format!("{{fine_tuning.{setting}}} names {name}, which is the end of no path of a module that is adapted, such as {example}."),
            format!("{{fine_tuning.{setting}}}中的 {name} 不是任何被适配模块路径的结尾；路径例如 {example}。"),
        ];
        Err(Refusal::conflict(setting, name, messages))
    }

    fn check_embedding(&self) -> std::result::Result<(), Refusal> {
        if !(self.dora && self.target_modules.iter().any(|target| target == EMBEDDING)) {
            return Ok(());
        }
        let messages = [
            "DoRA learns the lengths of the rows of linear layers; {fine_tuning.lora.target_modules} has embed_tokens, which is a table. Take it out, or choose {fine_tuning.method=lora}.".to_owned(),
            "DoRA 学习线性层各行的长度；{fine_tuning.lora.target_modules}中的 embed_tokens 是一张表。请去掉它，或改用{fine_tuning.method=lora}。".to_owned(),
        ];
        Err(Refusal::conflict("lora.target_modules", EMBEDDING, messages))
    }
}

/// The highest rank that a site's matrix can have.
pub(super) fn most_rank(site: &SiteSpec) -> usize {
    site.features().into_iter().min().unwrap_or(0)
}

/// Refuses ranks that sites cannot have, each with its setting: of those of one setting, it names the site that allows the least.
pub(super) fn check_ranks<'a>(ranks: impl Iterator<Item = (&'static str, usize, &'a SiteSpec)>) -> std::result::Result<(), Refusal> {
    let refused = ranks.filter(|(_, rank, site)| !(1..=most_rank(site)).contains(rank));
    let Some((setting, rank, site)) = refused.min_by_key(|(setting, _, site)| (*setting != "lora.rank", most_rank(site))) else {
        return Ok(());
    };
    let ([out, inputs], module, limit) = (site.features(), site.role, most_rank(site));
    let messages = [
        format!(
            "{{fine_tuning.{setting}}} is {rank}, but {module} of this model is a {out} × {inputs} matrix, whose rank is at most {limit}: a higher one adds nothing. Choose a rank from 1 to {limit}, or take {module} out of {{fine_tuning.lora.target_modules}}."
        ),
        format!(
            "{{fine_tuning.{setting}}}的值是 {rank}，但该模型的 {module} 是 {out} × {inputs} 的矩阵，秩最多为 {limit}，再高也没有用处。请把秩改为 1 到 {limit}，或从{{fine_tuning.lora.target_modules}}中去掉 {module}。"
        ),
    ];
    Err(Refusal::out_of_range(setting, rank, messages))
}

#[cfg(all(test, feature = "native"))]
mod tests;
