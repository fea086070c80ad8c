use super::*;
use crate::nn::SlidingLayers;

fn names(config: &ModelConfig, segment: usize) -> Vec<String> {
    Blueprint::new(config).segments[segment].params().map(|param| param.name.clone()).collect()
}

#[test]
fn a_layer_has_the_names_of_hugging_face() {
    let llama = ModelConfig::default();
    let layer = |parts: &[&str]| parts.iter().map(|part| format!("model.layers.0.{part}.weight")).collect::<Vec<_>>();
    let attention = ["input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
    assert_eq!(names(&llama, 1), layer(&attention));
    assert_eq!(names(&llama, 2), layer(&["post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]));
    let gemma = ModelConfig { post_norms: true, qk_norm: true, ..llama };
    let mut attention = attention.to_vec();
    attention.insert(4, "self_attn.k_norm");
    attention.insert(4, "self_attn.q_norm");
    attention.push("post_attention_layernorm");
    assert_eq!(names(&gemma, 1), layer(&attention));
    let feed_forward = ["pre_feedforward_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj", "post_feedforward_layernorm"];
    assert_eq!(names(&gemma, 2), layer(&feed_forward));
}

#[test]
fn layers_that_differ_are_of_other_classes() {
    let alike = Blueprint::new(&ModelConfig::default());
    assert_eq!(alike.segments.iter().map(|segment| segment.class).collect::<Vec<_>>(), [0, 1, 2, 1, 2, 1, 2, 1, 2, 3]);
    assert_eq!(alike.representatives(), [0, 1, 2, 9]);
    let sliding = SlidingLayers { window: 8, layers: vec![true, false, true, false], rope: None };
    let mixed = Blueprint::new(&ModelConfig { sliding: Some(sliding), ..ModelConfig::default() });
    assert_eq!(mixed.segments.iter().map(|segment| segment.class).collect::<Vec<_>>(), [0, 1, 2, 3, 2, 1, 2, 3, 2, 4]);
    assert_eq!(mixed.representatives(), [0, 1, 2, 3, 9]);
}

#[test]
fn a_tied_weight_comes_once_in_a_part_that_has_both_ends() {
    let blueprint = Blueprint::new(&ModelConfig::default());
    let embeddings = |part: &Part| blueprint.params_of(part).filter(|(_, param)| param.name == EMBEDDING_WEIGHT).count();
    assert_eq!(embeddings(&Part::whole(&blueprint)), 1);
    assert_eq!((blueprint.tied_before(9), blueprint.tied_before(8)), (Some(0), None));
    let last = Part { chunks: std::iter::once(7..10).collect(), ..Part::whole(&blueprint) };
    assert_eq!(embeddings(&last), 1);
    assert_eq!(blueprint.layer_starts(), [1, 3, 5, 7]);
}
