//! The spec that the fine-tuning lab begins with.

use serde_json::{Map, Value, json};

use super::spec::{RunPatch, RunSpec, Spec};

/// The first lab: a model of Tang poems learns Song ci, once with every weight and once with LoRA.
pub fn default_spec() -> Spec {
    // LoRA starts from a zero update and has few parameters: it bears, and needs, a larger learning rate.
    let lora = json!({ "fine_tuning": { "method": "lora" }, "training": { "learning_rate": 0.003 } });
    let Value::Object(lora) = lora else { unreachable!("an object literal") };
    Spec {
        version: 1,
        base: RunSpec::default(),
        runs: vec![RunPatch { name: "full".into(), patch: Map::new() }, RunPatch { name: "lora".into(), patch: lora }],
    }
}
