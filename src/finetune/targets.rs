//! The linear layers that a method acts on.

use super::MethodError;
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Blueprint, SiteKind};

/// The linear layers, the head included, whose role is one of `roles`, with the numbers of their segments.
pub fn sites<'a>(blueprint: &'a Blueprint, roles: &'a [String]) -> impl Iterator<Item = (usize, &'a SiteSpec)> {
    let linear = |site: &SiteSpec| matches!(site.kind, SiteKind::Linear | SiteKind::Head);
    blueprint.sites().filter(move |(_, site)| linear(site) && roles.iter().any(|role| role == site.role))
}

/// Refuses roles of which the model has none.
pub fn check(blueprint: &Blueprint, roles: &[String]) -> Result<(), MethodError> {
    match sites(blueprint, roles).next() {
        Some(_) => Ok(()),
        None => {
            let available = blueprint.roles(SiteKind::Linear).into_iter().map(str::to_owned).collect();
            Err(MethodError::NoTarget { targets: roles.to_vec(), available })
        }
    }
}
