//! The sites that a method acts on.

use super::Refusal;
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Blueprint, SiteKind};

/// Among the targets: every linear layer of every block, as PEFT has it.
pub const ALL_LINEAR: &str = "all-linear";

/// The role of the token embedding.
pub const EMBEDDING: &str = "embed_tokens";

/// Whether `roles` name a site.
pub fn named(roles: &[String], site: &SiteSpec) -> bool {
    roles.iter().any(|role| role == site.role || role == ALL_LINEAR && site.kind == SiteKind::Linear)
}

/// The sites of these kinds that `roles` name, with the numbers of their segments; of the embeddings, that of tokens.
pub fn sites<'a>(blueprint: &'a Blueprint, roles: &'a [String], kinds: &'a [SiteKind]) -> impl Iterator<Item = (usize, &'a SiteSpec)> {
    let may = |site: &SiteSpec| kinds.contains(&site.kind) && (site.kind != SiteKind::Embedding || site.role == EMBEDDING);
    blueprint.sites().filter(move |(_, site)| may(site) && named(roles, site))
}

/// Refuses roles of which one names no site of these kinds; `setting` is where they come from.
pub fn check(blueprint: &Blueprint, roles: &[String], kinds: &[SiteKind], setting: &'static str) -> Result<(), Refusal> {
    let of_none = |role: &String| sites(blueprint, std::slice::from_ref(role), kinds).next().is_none();
    // A block without a gate is asked for one by whoever names all projections there are: one that there is will do.
    let some = sites(blueprint, roles, kinds).next().is_some();
    let known = |role: &String| role == ALL_LINEAR || crate::nn::blueprint::linear_roles().contains(&role.as_str());
    let missing: Vec<String> = roles.iter().filter(|role| of_none(role) && !(some && known(role))).cloned().collect();
    if some && missing.is_empty() {
        return Ok(());
    }
    let mut available: Vec<&str> = kinds.iter().flat_map(|kind| blueprint.roles(*kind)).filter(|role| *role != "embed_positions").collect();
    available.dedup();
    let (targets, available) = (if missing.is_empty() { roles.join(", ") } else { missing.join(", ") }, available.join(", "));
    let messages = [
        format!("This model has no {targets} to adapt. Choose among {available}."),
        format!("该模型没有可适配的 {targets}。可选的有：{available}。"),
    ];
    Err(Refusal::conflict(setting, targets, messages))
}
