//! The blueprint of a model: its segments, their sites and parameters, before any of them is made.
//!
//! This is the only place that knows which modules a segment has. The builder, the outline of what a rank will hold, memory bounds,
//! traffic, the division among ranks, the checks, the names in files and the targets of fine-tuning methods are folds over it.

pub(super) mod rows;

use serde::Serialize;

use super::config::{FeedForwardKind, ModelConfig};
use super::param::ParamSpec;
use super::part::Part;
use super::segment::Exchange;
use crate::json::FromJson;

/// Name of the weight that the embedding and, where the two are tied, the head share.
pub const EMBEDDING_WEIGHT: &str = "model.embed_tokens.weight";

/// The roles of the linear sites that a block can have, in its order: what fine-tuning may name.
pub fn linear_roles() -> Vec<&'static str> {
    let block = Blueprint::new(&ModelConfig { n_layers: 1, feed_forward: FeedForwardKind::SwiGlu, ..ModelConfig::default() });
    let sites = block.segments.iter().flat_map(|segment| &segment.sites);
    sites.filter(|site| site.kind == SiteKind::Linear).map(|site| site.role).collect()
}

/// What a segment of the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Token embedding, with learned positions.
    Embedding,
    /// Attention half-block.
    Attention,
    /// Feed-forward half-block.
    FeedForward,
    /// Final norm and logits.
    Head,
}

/// What a site is, and so what a fine-tuning method can attach to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteKind {
    /// A table of rows, one for each token.
    Embedding,
    /// A linear layer of a block.
    Linear,
    /// A norm.
    Norm,
    /// The linear layer that gives the logits.
    Head,
}

/// A place in a segment that has parameters and that a fine-tuning method may attach to.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteSpec {
    /// The last part of the module's path, e.g. `q_proj`.
    pub role: &'static str,
    /// Path of the module, e.g. `model.layers.0.self_attn.q_proj`.
    pub module: String,
    /// What it is.
    pub kind: SiteKind,
    /// The phase of the segment that uses it, from 0.
    pub phase: usize,
    /// Its parameters; the weight comes first.
    pub params: Vec<ParamSpec>,
}

/// Values that a segment keeps of each token for its backward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Floats a token.
    pub width: usize,
    /// Kept only where the weight of one of these sites learns; empty: wherever a gradient passes.
    pub for_weights_of: &'static [&'static str],
}

/// A segment of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentSpec {
    /// What it is.
    pub kind: SegmentKind,
    /// The layer that it belongs to.
    pub layer: Option<usize>,
    /// Its sites, in the order of the forward pass.
    pub sites: Vec<SiteSpec>,
    /// What tensor-parallel ranks exchange after each of its phases.
    pub exchanges: &'static [Exchange],
    /// What it keeps of each token at the least.
    pub kept: Vec<Kept>,
    /// Segments of one class differ in their names only: they cost the same.
    pub class: usize,
}

/// A model before it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Blueprint {
    /// Its sizes.
    pub config: ModelConfig,
    /// Its segments, in the order of the forward pass.
    pub segments: Vec<SegmentSpec>,
}

impl SiteSpec {
    /// The weight.
    pub fn weight(&self) -> &ParamSpec {
        &self.params[0]
    }

    /// `[out_features, in_features]` of a weight that is a matrix.
    ///
    /// # Panics
    /// Of a norm.
    pub fn features(&self) -> [usize; 2] {
        match self.weight().shape[..] {
            [rows, columns] => [rows, columns],
            _ => panic!("{} is no matrix", self.module),
        }
    }
}

impl SegmentSpec {
    /// The site of that role.
    pub fn find(&self, role: &str) -> Option<&SiteSpec> {
        self.sites.iter().find(|site| site.role == role)
    }

    /// The site of that role.
    ///
    /// # Panics
    /// If there is none: who asks has read the blueprint.
    pub fn site(&self, role: &str) -> &SiteSpec {
        self.find(role).unwrap_or_else(|| panic!("{:?} has no {role}", self.kind))
    }

    /// Its parameters, in the order in which they are made.
    pub fn params(&self) -> impl Iterator<Item = &ParamSpec> {
        self.sites.iter().flat_map(|site| &site.params)
    }
}

impl Blueprint {
    /// The blueprint of a model of that configuration, which has been [validated](ModelConfig::validate).
    pub fn new(config: &ModelConfig) -> Self {
        let mut segments = vec![rows::embedding(config)];
        for layer in 0..config.n_layers {
            segments.push(rows::attention(config, layer));
            segments.push(rows::feed_forward(config, layer));
        }
        segments.push(rows::head(config));
        let mut blueprint = Self { config: config.clone(), segments };
        blueprint.classify();
        blueprint
    }

    /// All sites with the numbers of their segments.
    pub fn sites(&self) -> impl Iterator<Item = (usize, &SiteSpec)> {
        self.segments.iter().enumerate().flat_map(|(index, segment)| segment.sites.iter().map(move |site| (index, site)))
    }

    /// Roles of the sites of that kind, each once.
    pub fn roles(&self, kind: SiteKind) -> Vec<&'static str> {
        let mut roles = Vec::new();
        for (_, site) in self.sites().filter(|(_, site)| site.kind == kind) {
            if !roles.contains(&site.role) {
                roles.push(site.role);
            }
        }
        roles
    }

    /// The parameters of `part` with the numbers of their segments, in the order in which they are made; a tied weight comes once.
    pub fn params_of<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = (usize, &'a ParamSpec)> {
        let segments = part.segments();
        let tied = |index: usize| self.tied_before(index).is_some_and(|first| part.chunks.iter().any(|chunk| chunk.contains(&first)));
        segments.flat_map(move |index| {
            let skip = tied(index);
            let params = self.segments[index].params().filter(move |param| !(skip && param.name == EMBEDDING_WEIGHT));
            params.map(move |param| (index, param))
        })
    }

    /// All parameters with the numbers of their segments; a tied weight comes once.
    pub fn params(&self) -> impl Iterator<Item = (usize, &ParamSpec)> {
        let tied = |index: usize| self.tied_before(index).is_some();
        self.segments.iter().enumerate().flat_map(move |(index, segment)| {
            let skip = tied(index);
            segment.params().filter(move |param| !(skip && param.name == EMBEDDING_WEIGHT)).map(move |param| (index, param))
        })
    }

    /// The earlier segment whose weight segment `index` shares.
    pub fn tied_before(&self, index: usize) -> Option<usize> {
        let shares = self.config.tie_embeddings && self.segments[index].kind == SegmentKind::Head;
        shares.then(|| self.segments.iter().position(|segment| segment.kind == SegmentKind::Embedding)).flatten()
    }

    /// The segment that a parameter of segment `index` belongs to: of a tied weight the first that reads it.
    pub fn owner(&self, index: usize, param: &ParamSpec) -> usize {
        self.tied_before(index).filter(|_| param.name == EMBEDDING_WEIGHT).unwrap_or(index)
    }

    /// The segment that gives the logits.
    ///
    /// # Panics
    /// Never: every model has one.
    pub fn head(&self) -> usize {
        self.segments.iter().position(|segment| segment.kind == SegmentKind::Head).expect("a model has a head")
    }

    /// The first segment of each layer, in order.
    pub fn layer_starts(&self) -> Vec<usize> {
        (0..self.config.n_layers).filter_map(|layer| self.segments.iter().position(|segment| segment.layer == Some(layer))).collect()
    }

    /// One segment of each class, ascending.
    pub fn representatives(&self) -> Vec<usize> {
        let classes = self.segments.iter().map(|segment| segment.class).max().map_or(0, |last| last + 1);
        (0..classes).filter_map(|class| self.segments.iter().position(|segment| segment.class == class)).collect()
    }

    /// Numbers the classes in the order of their first segments.
    fn classify(&mut self) {
        let mut first: Vec<usize> = Vec::new();
        for index in 0..self.segments.len() {
            let class = first.iter().position(|&first| self.alike(first, index));
            self.segments[index].class = class.unwrap_or_else(|| {
                first.push(index);
                first.len() - 1
            });
        }
    }

    fn alike(&self, a: usize, b: usize) -> bool {
        let (first, second) = (&self.segments[a], &self.segments[b]);
        let attends = |segment: &SegmentSpec| segment.kind == SegmentKind::Attention;
        let layer = |segment: &SegmentSpec| segment.layer.filter(|_| attends(segment));
        let window = |segment: &SegmentSpec| layer(segment).and_then(|layer| self.config.window(layer));
        let alike = |(a, b): (&SiteSpec, &SiteSpec)| {
            let params = || a.params.iter().zip(&b.params);
            a.role == b.role && a.params.len() == b.params.len() && params().all(|(a, b)| a.shape == b.shape && a.split == b.split)
        };
        first.kind == second.kind
            && window(first) == window(second)
            && first.sites.len() == second.sites.len()
            && first.sites.iter().zip(&second.sites).all(alike)
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
