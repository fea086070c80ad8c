use super::*;
use crate::formats::hf_config::HfConfig;

/// A small Llama with these fields about its rotary embedding.
fn read(rope: Value) -> Result<HfConfig, FormatError> {
    let mut config = json!({
        "model_type": "llama", "vocab_size": 10, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1,
        "num_attention_heads": 2, "max_position_embeddings": 8192,
    });
    for (field, value) in rope.as_object().unwrap() {
        config[field] = value.clone();
    }
    HfConfig::from_json(config.to_string().as_bytes())
}

#[track_caller]
fn assert_rope(rope: Value, theta: f64, scaling: RopeScaling) {
    assert_eq!(read(rope).unwrap().rope, Rope { theta, scaling });
}

#[track_caller]
fn assert_refused(rope: Value, part: &str) {
    let message = read(rope.clone()).unwrap_err().to_string();
    assert!(message.contains(part), "{rope}: {message}");
}

const LLAMA3: RopeScaling =
    RopeScaling::Llama3 { factor: 8.0, low_freq_factor: 1.0, high_freq_factor: 4.0, original_max_position_embeddings: 2048 };

#[test]
fn every_shape_that_transformers_wrote_is_read() {
    use RopeScaling::{Default, Linear};
    assert_rope(json!({}), 1e4, Default);
    assert_rope(json!({ "rope_theta": 5e5, "rope_scaling": null }), 5e5, Default);
    assert_rope(json!({ "rope_theta": 5e5, "rope_scaling": {} }), 5e5, Default);
    assert_rope(json!({ "rope_scaling": { "type": "linear", "factor": 4 } }), 1e4, Linear { factor: 4.0 });
    assert_rope(json!({ "rope_scaling": { "rope_type": "linear", "type": "linear", "factor": 2.5 } }), 1e4, Linear { factor: 2.5 });
    let llama3 = json!({ "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 2048 });
    assert_rope(json!({ "rope_theta": 5e5, "rope_scaling": llama3 }), 5e5, LLAMA3);
    // transformers 5, flat; the older fields beside it say the same.
    assert_rope(json!({ "rope_parameters": { "rope_theta": 7.0 } }), 7.0, Default);
    assert_rope(json!({ "rope_parameters": { "rope_type": "default" }, "rope_theta": 7.0 }), 7.0, Default);
    let both = json!({ "rope_theta": 7.0, "rope_scaling": { "type": "linear", "factor": 4.0 },
        "rope_parameters": { "rope_theta": 7, "rope_type": "linear", "factor": 4 } });
    assert_rope(both, 7.0, Linear { factor: 4.0 });
    // By kind of layer.
    let layers = json!({ "rope_parameters": { "full_attention": { "rope_theta": 9.0, "rope_type": "linear", "factor": 2.0 },
        "sliding_attention": null } });
    assert_rope(layers, 9.0, Linear { factor: 2.0 });
    // The original length beside the object.
    let outside = json!({ "original_max_position_embeddings": 2048,
        "rope_scaling": { "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0 } });
    assert_rope(outside, 1e4, LLAMA3);
    // Neutral values of what is not supported.
    assert_rope(
        json!({ "rope_parameters": { "rope_type": "default", "factor": 1.0, "attention_factor": 1, "mrope_section": null,
        "partial_rotary_factor": 1.0 } }),
        1e4,
        Default,
    );
}

#[test]
fn dynamic_scaling_changes_nothing_up_to_the_smaller_length() {
    let dynamic = |original| RopeScaling::Dynamic { factor: 2.0, original_max_position_embeddings: original };
    assert_rope(json!({ "rope_scaling": { "type": "dynamic", "factor": 2.0 } }), 1e4, dynamic(8192));
    for (original, want) in [(2048, 2048), (16384, 8192)] {
        let scaling = json!({ "rope_type": "dynamic", "factor": 2.0, "original_max_position_embeddings": original });
        assert_rope(json!({ "rope_scaling": scaling }), 1e4, dynamic(want));
    }
}

#[test]
fn what_is_not_computed_is_refused_by_name() {
    let linear = |field: &str, value: Value| json!({ "rope_scaling": { "rope_type": "linear", "factor": 4.0, field: value } });
    for (rope, part) in [
        (json!({ "rope_scaling": { "factor": 4.0 } }), "`rope_scaling.rope_type` is missing"),
        (json!({ "rope_parameters": { "rope_theta": 7.0, "factor": 4.0 } }), "(rope_parameters.factor = 4.0)"),
        (json!({ "rope_scaling": "linear" }), "rope_scaling = \"linear\" is not supported"),
        (json!({ "rope_parameters": [1] }), "rope_parameters = [1]"),
        (
            json!({ "rope_scaling": { "type": "yarn", "factor": 4.0 } }),
            "rope_scaling.type = \"yarn\" is not supported; accepted: \"default\"",
        ),
        (json!({ "rope_scaling": { "rope_type": "longrope", "factor": 4.0 } }), "rope_scaling.rope_type = \"longrope\""),
        (json!({ "rope_scaling": { "type": "su", "factor": 4.0 } }), "rope_scaling.type = \"su\""),
        (json!({ "rope_scaling": { "type": "linear", "rope_type": "default", "factor": 1.0 } }), "contradicts rope_scaling.type"),
        (json!({ "rope_scaling": { "type": "default", "factor": 4.0 } }), "rope_scaling.factor = 4.0"),
        (json!({ "rope_scaling": { "type": "linear" } }), "`rope_scaling.factor` is missing"),
        (json!({ "rope_scaling": { "type": "linear", "factor": 0.5 } }), "rope_scaling.factor = 0.5 is not supported; accepted: >= 1"),
        (json!({ "rope_scaling": { "type": "linear", "factor": "4" } }), "rope_scaling.factor = \"4\""),
        (linear("mrope_section", json!([1, 1])), "rope_scaling.mrope_section = [1,1]"),
        (linear("attention_factor", json!(0.8)), "rope_scaling.attention_factor = 0.8"),
        (linear("partial_rotary_factor", json!(0.5)), "rope_scaling.partial_rotary_factor = 0.5"),
        (linear("low_freq_factor", json!(1.0)), "rope_scaling.low_freq_factor = 1.0"),
        (linear("beta_fast", json!(32)), "rope_scaling.beta_fast = 32"),
        (json!({ "partial_rotary_factor": 0.25 }), "partial_rotary_factor = 0.25"),
        (json!({ "rope_local_base_freq": 1e4 }), "rope_local_base_freq = 10000.0"),
        (json!({ "rope_theta": 0 }), "rope_theta = 0 is not supported; accepted: > 0"),
        (json!({ "rope_parameters": { "rope_theta": -1 } }), "rope_parameters.rope_theta = -1"),
    ] {
        assert_refused(rope, part);
    }
    let llama3 = |low: f64, high: f64| {
        json!({ "rope_scaling": { "rope_type": "llama3", "factor": 8.0, "low_freq_factor": low,
        "high_freq_factor": high } })
    };
    assert_refused(llama3(4.0, 4.0), "high_freq_factor = 4.0 is not supported; accepted: > low_freq_factor = 4");
    assert_refused(llama3(1.0, 4.0), "`rope_scaling.original_max_position_embeddings` is missing");
}

#[test]
fn contradictions_name_both_fields() {
    let two = json!({ "rope_theta": 1e4, "rope_parameters": { "rope_theta": 5e5 } });
    assert_refused(two, "rope_theta = 10000.0 contradicts rope_parameters.rope_theta = 500000.0");
    let two = json!({ "rope_scaling": { "type": "linear", "factor": 4.0 }, "rope_parameters": { "rope_type": "default" } });
    assert_refused(two, "contradicts rope_parameters");
    let two = json!({ "rope_theta": 1.0, "rope_parameters": { "full_attention": { "rope_theta": 2.0 } } });
    assert_refused(two, "rope_theta = 1.0 contradicts rope_parameters.full_attention.rope_theta = 2.0");
    let mixed = json!({ "rope_parameters": { "rope_theta": 2.0, "full_attention": { "rope_theta": 2.0 } } });
    assert_refused(mixed, "rope_parameters.rope_theta = 2.0 is not supported");
}
