//! The attributes of serde that matter to reading.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path, Result, Type};

/// Those of a struct or an enum.
#[derive(Default)]
pub struct Container {
    /// Fields that are not there have the values of its default.
    pub default: bool,
    /// Fields that it does not have are errors.
    pub deny_unknown_fields: bool,
    /// Variants are written in snake case.
    pub rename_all: bool,
    /// It is made from another type, which is read instead.
    pub try_from: Option<Type>,
}

/// Those of a field or a variant.
pub struct Named {
    /// What it may be called: what is written first, then what is read as well.
    pub names: Vec<String>,
    /// What a field is that is not there.
    pub default: Default,
    /// A function that reads it.
    pub read_by: Option<Path>,
}

/// What a field is that is not there.
pub enum Default {
    /// An error, unless it is an option.
    None,
    /// The default of its type.
    OfType,
    /// What a function gives.
    Of(Path),
}

impl Container {
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        let mut tag = None;
        each(attributes, |meta| {
            if meta.path.is_ident("default") {
                found.default = true;
            } else if meta.path.is_ident("deny_unknown_fields") {
                found.deny_unknown_fields = true;
            } else if meta.path.is_ident("rename_all") {
                if text(&meta)?.value() != "snake_case" {
                    return Err(meta.error("FromJson knows snake_case only"));
                }
                found.rename_all = true;
            } else if meta.path.is_ident("try_from") {
                found.try_from = Some(text(&meta)?.parse()?);
            } else if meta.path.is_ident("tag") {
                text(&meta)?;
                tag = Some(meta.error("FromJson reads tags by try_from only"));
            } else {
                return Err(meta.error("FromJson does not know this attribute"));
            }
            Ok(())
        })?;
        match tag {
            Some(error) if found.try_from.is_none() => Err(error),
            _ => Ok(found),
        }
    }
}

impl Named {
    /// Of what is called `name` in Rust; `rule` makes of that what is written, unless another name is given.
    pub fn of(attributes: &[Attribute], name: String, rule: Option<fn(&str) -> String>) -> Result<Self> {
        let mut own = None;
        let mut found = Self { names: Vec::new(), default: Default::None, read_by: None };
        each(attributes, |meta| {
            if meta.path.is_ident("rename") {
                own = Some(text(&meta)?.value());
            } else if meta.path.is_ident("alias") {
                found.names.push(text(&meta)?.value());
            } else if meta.path.is_ident("default") {
                found.default = if meta.input.peek(syn::Token![=]) { Default::Of(text(&meta)?.parse()?) } else { Default::OfType };
            } else if meta.path.is_ident("deserialize_with") {
                found.read_by = Some(text(&meta)?.parse()?);
            } else if meta.path.is_ident("skip_serializing_if") {
                text(&meta)?;
            } else {
                return Err(meta.error("FromJson does not know this attribute"));
            }
            Ok(())
        })?;
        found.names.insert(0, own.unwrap_or_else(|| rule.map_or(name.clone(), |rule| rule(&name))));
        Ok(found)
    }
}

fn each(attributes: &[Attribute], mut take: impl FnMut(ParseNestedMeta<'_>) -> Result<()>) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .try_for_each(|attribute| attribute.parse_nested_meta(&mut take))
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    meta.value()?.parse()
}
