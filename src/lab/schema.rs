//! The JSON Schemas of the labs' specs, from which forms, checks and documentation are made.

#[cfg(not(target_arch = "wasm32"))]
use schemars::generate::SchemaSettings;
use serde_json::Value;

#[cfg(not(target_arch = "wasm32"))]
use super::spec::Spec;

/// JSON Schema (draft 2020-12) of [`Spec`], without any `$ref`: every subschema stands where it is used.
///
/// Doc comments are descriptions, serde's defaults are defaults, and the `x-…` extensions are kept. A run's `patch` carries
/// `"x-patch-of": "base"`: its fields are those of the schema at `properties.base`.
#[cfg(not(target_arch = "wasm32"))]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Spec>().to_value()
}

/// What checks need of it, from the file that the native tests write and compare: a browser need not load what generates it, nor the words
/// of the form, which the site has.
#[cfg(target_arch = "wasm32")]
pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../www/types/generated/checked_schema.json")).expect("the committed schema is JSON")
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use std::collections::BTreeSet;
    use std::{fs, path::Path};

    use serde::Serialize;
    use serde_json::json;
    use ts_rs::{Config, TS, TypeVisitor};

    use super::*;
    use crate::json::FromJson;
    use crate::lab::check::{CHECKED, parse_with};
    use crate::lab::parallel::nearest::NearestMesh;
    use crate::lab::parallel::report::AtGate;
    use crate::lab::rank::{Program, Reply};
    use crate::lab::spec::default_spec;
    use crate::lab::{event::Event, result};

    /// Writes a generated file that is committed; `cargo xtask test` fails where the committed one differs.
    fn write_generated(name: &str, text: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/types/generated");
        let path = folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text).unwrap();
        }
    }

    fn pretty(value: &impl Serialize) -> String {
        serde_json::to_string_pretty(value).unwrap() + "\n"
    }

    /// Calls `visit` with every subschema, the whole one first.
    fn each_subschema(schema: &Value, visit: &mut impl FnMut(&Value)) {
        visit(schema);
        for property in schema["properties"].as_object().into_iter().flatten() {
            each_subschema(property.1, visit);
        }
        if schema["items"].is_object() {
            each_subschema(&schema["items"], visit);
        }
    }

    #[test]
    fn schema_is_walkable_without_refs_and_is_written_for_the_site() {
        let schema = schema();
        assert!(!schema.to_string().contains("$ref"), "a $ref is left");
        each_subschema(&schema, &mut |part| {
            assert!(part["type"].is_string() || part["oneOf"].is_array(), "neither type nor oneOf: {part}");
        });
        write_generated("schema.json", &(schema.to_string() + "\n"));
        write_generated("checked_schema.json", &(checked(schema).to_string() + "\n"));
    }

    /// A schema with the keywords alone by which values are checked.
    fn checked(mut schema: Value) -> Value {
        let Some(keywords) = schema.as_object_mut() else { return schema };
        keywords.retain(|keyword, _| CHECKED.contains(&&**keyword));
        for (keyword, value) in keywords.iter_mut() {
            match (&**keyword, &mut *value) {
                ("properties", Value::Object(properties)) => properties.values_mut().for_each(|part| *part = checked(part.take())),
                ("oneOf", Value::Array(choices)) => choices.iter_mut().for_each(|part| *part = checked(part.take())),
                ("items" | "additionalProperties", part) => *part = checked(part.take()),
                _ => {}
            }
        }
        schema
    }

    /// Without its words a spec is refused in the same words.
    #[test]
    fn checks_need_no_more_of_the_schema() {
        let whole = schema();
        let bare = checked(schema());
        let wrong = [
            json!({}),
            json!({ "runs": [{ "name": "a", "patch": { "training": { "steps": 0, "step": 1 }, "mesh": { "zero": "all" } } }] }),
            json!({ "base": { "fine_tuning": { "lora": { "rank": "x", "target_modules": ["q"] } }, "training": { "seconds": -1 } }, "runs": [] }),
            json!({ "base": { "data": { "context": 1.5 }, "evaluation": [] }, "runs": [{ "patch": 1 }] }),
        ];
        for spec in wrong {
            let problems = parse_with::<Spec>(&spec, &whole).expect_err("the spec is wrong");
            assert_eq!(parse_with::<Spec>(&spec, &bare), Err(problems), "{spec}");
        }
        assert_eq!(parse_with(&serde_json::to_value(default_spec()).unwrap(), &bare), Ok(default_spec()));
    }

    #[test]
    fn fields_have_a_description_a_default_and_their_extensions() {
        let schema = schema();
        let base = &schema["properties"]["base"]["properties"];
        for (group, group_schema) in base.as_object().unwrap() {
            for (field, field_schema) in group_schema["properties"].as_object().unwrap() {
                assert!(field_schema["description"].is_string(), "{group}.{field} has no description");
                assert!(!field_schema["default"].is_null(), "{group}.{field} has no default");
            }
        }
        assert_eq!(base["data"]["properties"]["context"]["x-unit"], "tokens");
        assert_eq!(base["training"]["properties"]["learning_rate"]["default"], 5e-4);
        assert_eq!(base["fine_tuning"]["properties"]["ia3"]["x-visible-if"]["fine_tuning.method"], "ia3");
    }

    #[test]
    fn default_spec_compares_full_fine_tuning_with_lora_and_is_written_for_the_site() {
        let text = pretty(&default_spec());
        assert_eq!(Spec::from_json(serde_json::from_str(&text).unwrap()).unwrap(), default_spec());
        write_generated("default_spec.json", &text);
    }

    /// Collects the names of a type and of all it is made of.
    #[derive(Default)]
    struct Names(BTreeSet<String>);

    impl TypeVisitor for Names {
        fn visit<T: TS + 'static + ?Sized>(&mut self) {
            let config = Config::from_env();
            if T::output_path().is_some() && self.0.insert(T::ident(&config)) {
                T::visit_dependencies(self);
            }
        }
    }

    #[test]
    fn index_of_the_typescript_twins_is_written_for_the_site() {
        let mut names = Names::default();
        names.visit::<Spec>();
        names.visit::<Event>();
        names.visit::<result::ExperimentResult>();
        names.visit::<Program>();
        names.visit::<Reply>();
        names.visit::<NearestMesh>();
        names.visit::<AtGate>();
        assert!(names.0.contains("LoraSpec") && names.0.contains("RunResult"), "{:?}", names.0);
        let lines: String = names.0.iter().map(|name| format!("export type {{ {name} }} from \"./{name}\";\n")).collect();
        write_generated("index.ts", &format!("// Written by `cargo test` (src/lab/schema.rs). Do not edit.\n\n{lines}"));
    }
}
