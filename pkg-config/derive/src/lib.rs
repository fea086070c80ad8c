//! `#[derive(FromJson)]`: reads a type from JSON as serde's `Deserialize` would, by the same `#[serde(…)]` attributes, in a quarter of the
//! code. What it does not know of them, it refuses to compile.

mod attributes;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Fields, FieldsNamed, Result, Variant, parse_macro_input};

use attributes::{Container, Default, Named};

/// Implements `crate::json::FromJson` for a struct with named fields or an enum.
#[proc_macro_derive(FromJson, attributes(serde))]
pub fn from_json(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    implementation(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn implementation(input: &DeriveInput) -> Result<TokenStream> {
    let container = Container::of(&input.attrs)?;
    let body = match (&container.try_from, &input.data) {
        (Some(other), _) => quote! {
            let other = <#other as crate::json::FromJson>::from_json(value)?;
            Self::try_from(other).map_err(crate::json::Error::new)
        },
        (None, Data::Struct(data)) => match &data.fields {
            Fields::Named(fields) => whole(fields, &container)?,
            fields => return Err(Error::new_spanned(fields, "FromJson reads structs with named fields")),
        },
        (None, Data::Enum(data)) => variants(&data.variants.iter().collect::<Vec<_>>(), &container)?,
        (None, Data::Union(data)) => return Err(Error::new_spanned(data.union_token, "FromJson reads no unions")),
    };
    let name = &input.ident;
    Ok(quote! {
        impl crate::json::FromJson for #name {
            fn from_json(value: ::serde_json::Value) -> ::core::result::Result<Self, crate::json::Error> {
                #body
            }
        }
    })
}

/// A struct.
fn whole(fields: &FieldsNamed, container: &Container) -> Result<TokenStream> {
    let begin = quote! { let mut fields = crate::json::Fields::of(value)?; };
    let end = match (container.deny_unknown_fields, container.default) {
        (true, _) => quote! { fields.end()?; },
        (false, true) => quote! { fields.done()?; },
        // Only a field of several names may be there twice.
        (false, false) if several_names(fields)? => quote! { fields.done()?; },
        (false, false) => quote! {},
    };
    if !container.default {
        let read = each(fields)?;
        return Ok(quote! {
            #begin
            let this = Self { #(#read),* };
            #end
            Ok(this)
        });
    }
    let mut read = Vec::new();
    for field in &fields.named {
        let named = Named::of(&field.attrs, field_name(field)?, None)?;
        if named.read_by.is_some() || !matches!(named.default, Default::None) {
            return Err(Error::new_spanned(field, "the default of the struct is that of its fields"));
        }
        let (ident, names) = (&field.ident, &named.names);
        read.push(quote! { fields.read(&[#(#names),*], &mut this.#ident); });
    }
    Ok(quote! {
        #begin
        let mut this = Self::default();
        #(#read)*
        #end
        Ok(this)
    })
}

fn several_names(fields: &FieldsNamed) -> Result<bool> {
    let mut several = false;
    for field in &fields.named {
        several |= Named::of(&field.attrs, field_name(field)?, None)?.names.len() > 1;
    }
    Ok(several)
}

/// `field: value` for each, of which any without a default has to be there.
fn each(fields: &FieldsNamed) -> Result<Vec<TokenStream>> {
    let read = |field: &syn::Field| {
        let named = Named::of(&field.attrs, field_name(field)?, None)?;
        let (ident, names) = (&field.ident, &named.names);
        let names = quote! { &[#(#names),*] };
        Ok(match (&named.read_by, &named.default) {
            (None, Default::None) => quote! { #ident: fields.get(#names)? },
            (None, Default::OfType) => quote! { #ident: fields.get_or(#names, ::core::default::Default::default)? },
            (None, Default::Of(path)) => quote! { #ident: fields.get_or(#names, #path)? },
            (Some(path), Default::None) => quote! { #ident: fields.get_by(#names, #path)? },
            (Some(_), _) => return Err(Error::new_spanned(field, "deserialize_with and default do not go together")),
        })
    };
    fields.named.iter().map(read).collect()
}

/// An enum: externally tagged.
fn variants(variants: &[&Variant], container: &Container) -> Result<TokenStream> {
    if let (true, Some(first)) = (container.deny_unknown_fields || container.default, variants.first()) {
        return Err(Error::new_spanned(first, "FromJson knows neither deny_unknown_fields nor default of an enum"));
    }
    let rule = container.rename_all.then_some(snake_case as fn(&str) -> String);
    let mut names = Vec::new();
    let mut arms = Vec::new();
    let all_units = variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
    for variant in variants {
        let ident = &variant.ident;
        let named = Named::of(&variant.attrs, ident.unraw().to_string(), rule)?;
        if named.read_by.is_some() || !matches!(named.default, Default::None) {
            return Err(Error::new_spanned(variant, "FromJson knows neither default nor deserialize_with of a variant"));
        }
        let first = names.len();
        names.extend(named.names);
        let indices = (first..names.len()).map(syn::Index::from);
        let read = match &variant.fields {
            Fields::Unit if all_units => quote! { Self::#ident },
            Fields::Unit => quote! {{ variant.unit()?; Self::#ident }},
            Fields::Named(fields) => {
                let read = each(fields)?;
                quote! {{ let mut fields = variant.fields()?; Self::#ident { #(#read),* } }}
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => quote! { Self::#ident(variant.content()?) },
            Fields::Unnamed(fields) => return Err(Error::new_spanned(fields, "FromJson reads no variants that are tuples")),
        };
        arms.push(quote! { #(#indices)|* => #read });
    }
    Ok(if all_units {
        quote! {
            Ok(match crate::json::unit_variant(value, &[#(#names),*])? {
                #(#arms,)*
                _ => unreachable!(),
            })
        }
    } else {
        quote! {
            let variant = crate::json::Variant::of(value, &[#(#names),*])?;
            Ok(match variant.index() {
                #(#arms,)*
                _ => unreachable!(),
            })
        }
    })
}

fn field_name(field: &syn::Field) -> Result<String> {
    field.ident.as_ref().map(|ident| ident.unraw().to_string()).ok_or_else(|| Error::new_spanned(field, "a field without a name"))
}

/// `PromptTuning` → `prompt_tuning`, as serde does it.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_uppercase() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
