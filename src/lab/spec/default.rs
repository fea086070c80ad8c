//! The spec that the fine-tuning lab begins with.

use serde_json::{Map, Value, json};

use super::{ExperimentKind, RunPatch, RunSpec, Spec, VERSION};

/// The first lab: a model of Tang poems learns Song ci, once with every weight and once with LoRA.
pub fn default_spec() -> Spec {
    // LoRA starts from a zero update and has few parameters: it bears, and needs, a larger learning rate.
    let lora = json!({ "fine_tuning": { "method": "lora" }, "training": { "learning_rate": 0.003 } });
    let Value::Object(lora) = lora else { unreachable!("an object literal") };
    Spec {
        experiment: ExperimentKind::Train,
        version: VERSION,
        base: RunSpec::default(),
        runs: vec![
            RunPatch { name: "full".into(), patch: Map::new(), fork: None },
            RunPatch { name: "lora".into(), patch: lora, fork: None },
        ],
    }
}
