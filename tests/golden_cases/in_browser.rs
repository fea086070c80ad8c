//! The golden cases in a browser, from the copy of `tests/goldens` inside the program: one test per case.

use super::{Files, Outcome, run};
use wasm_bindgen_test::wasm_bindgen_test;

/// The files of the cases that run here.
struct Embedded;

macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        impl Files for Embedded {
            fn read(&self, path: &str) -> Option<Vec<u8>> {
                match path {
                    $($path => Some(include_bytes!(concat!("../goldens/", $path)).to_vec()),)*
                    _ => None,
                }
            }
        }
    };
}

embed![
    "llama-tiny/case.json",
    "llama-tiny/config.json",
    "llama-tiny/io.safetensors",
    "llama-tiny/model.safetensors",
    "llama-train/case.json",
    "llama-train/config.json",
    "llama-train/final_constant.safetensors",
    "llama-train/final_cosine.safetensors",
    "llama-train/io.safetensors",
    "llama-train/model.safetensors",
    "clm-eval/case.json",
    "clm-eval/config.json",
    "clm-eval/io.safetensors",
    "clm-eval/model.safetensors",
    "lora-qv/case.json",
    "lora-qv/config.json",
    "lora-qv/io.safetensors",
    "lora-qv/model.safetensors",
    "lora-qv/adapter_init/adapter_config.json",
    "lora-qv/adapter_init/adapter_model.safetensors",
    "lora-qv/adapter/adapter_config.json",
    "lora-qv/adapter/adapter_model.safetensors",
    "lora-qv/adapter_final/adapter_config.json",
    "lora-qv/adapter_final/adapter_model.safetensors",
    "lora-rslora/case.json",
    "lora-rslora/config.json",
    "lora-rslora/io.safetensors",
    "lora-rslora/model.safetensors",
    "lora-rslora/adapter_init/adapter_config.json",
    "lora-rslora/adapter_init/adapter_model.safetensors",
    "lora-rslora/adapter/adapter_config.json",
    "lora-rslora/adapter/adapter_model.safetensors",
    "lora-rslora/adapter_final/adapter_config.json",
    "lora-rslora/adapter_final/adapter_model.safetensors",
    "qwen2-tiny/case.json",
    "qwen2-tiny/config.json",
    "qwen2-tiny/io.safetensors",
    "qwen2-tiny/model.safetensors",
    "gemma3-tiny/case.json",
    "gemma3-tiny/config.json",
    "gemma3-tiny/io.safetensors",
    "gemma3-tiny/model.safetensors",
    "kvcache-llama/case.json",
    "kvcache-llama/config.json",
    "kvcache-llama/io.safetensors",
    "kvcache-llama/model.safetensors",
    "kvcache-sliding/case.json",
    "kvcache-sliding/config.json",
    "kvcache-sliding/io.safetensors",
    "kvcache-sliding/model.safetensors",
    "packing/case.json",
    "packing/config.json",
    "packing/io.safetensors",
    "packing/model.safetensors",
    "quant-float/case.json",
    "quant-float/io.safetensors",
    "quant-int8/case.json",
    "quant-int8/io.safetensors",
    "lora-dora/case.json",
    "lora-dora/config.json",
    "lora-dora/io.safetensors",
    "lora-dora/model.safetensors",
    "lora-dora/adapter/adapter_config.json",
    "lora-dora/adapter/adapter_model.safetensors",
    "lora-dora/adapter_final/adapter_config.json",
    "lora-dora/adapter_final/adapter_model.safetensors",
    "lora-dora/adapter_init/adapter_config.json",
    "lora-dora/adapter_init/adapter_model.safetensors",
    "ia3/case.json",
    "ia3/config.json",
    "ia3/io.safetensors",
    "ia3/model.safetensors",
    "ia3/adapter/adapter_config.json",
    "ia3/adapter/adapter_model.safetensors",
    "ia3/adapter_final/adapter_config.json",
    "ia3/adapter_final/adapter_model.safetensors",
    "ia3/adapter_init/adapter_config.json",
    "ia3/adapter_init/adapter_model.safetensors",
    "prompt-tuning/case.json",
    "prompt-tuning/config.json",
    "prompt-tuning/io.safetensors",
    "prompt-tuning/model.safetensors",
    "prompt-tuning/adapter/adapter_config.json",
    "prompt-tuning/adapter/adapter_model.safetensors",
    "prompt-tuning/adapter_final/adapter_config.json",
    "prompt-tuning/adapter_final/adapter_model.safetensors",
    "prompt-tuning/adapter_init/adapter_config.json",
    "prompt-tuning/adapter_init/adapter_model.safetensors",
    "prefix-tuning/case.json",
    "prefix-tuning/config.json",
    "prefix-tuning/io.safetensors",
    "prefix-tuning/model.safetensors",
    "prefix-tuning/adapter/adapter_config.json",
    "prefix-tuning/adapter/adapter_model.safetensors",
    "prefix-tuning/adapter_final/adapter_config.json",
    "prefix-tuning/adapter_final/adapter_model.safetensors",
    "prefix-tuning/adapter_init/adapter_config.json",
    "prefix-tuning/adapter_init/adapter_model.safetensors",
    "adapter-bottleneck/adapter_model.safetensors",
    "adapter-bottleneck/case.json",
    "adapter-bottleneck/config.json",
    "adapter-bottleneck/io.safetensors",
    "adapter-bottleneck/model.safetensors",
    "quant-nf4/case.json",
    "quant-nf4/io.safetensors",
];

fn check(name: &str) {
    assert_eq!(run(&Embedded, name), Outcome::Passed, "{name}");
}

#[wasm_bindgen_test]
fn llama_tiny() {
    check("llama-tiny");
}

#[wasm_bindgen_test]
fn llama_train() {
    check("llama-train");
}

#[wasm_bindgen_test]
fn clm_eval() {
    check("clm-eval");
}

#[wasm_bindgen_test]
fn lora_qv() {
    check("lora-qv");
}

#[wasm_bindgen_test]
fn lora_rslora() {
    check("lora-rslora");
}

#[wasm_bindgen_test]
fn quant_float() {
    check("quant-float");
}

#[wasm_bindgen_test]
fn quant_int8() {
    check("quant-int8");
}

#[wasm_bindgen_test]
fn qwen2_tiny() {
    check("qwen2-tiny");
}

#[wasm_bindgen_test]
fn gemma3_tiny() {
    check("gemma3-tiny");
}

#[wasm_bindgen_test]
fn kvcache_llama() {
    check("kvcache-llama");
}

#[wasm_bindgen_test]
fn kvcache_sliding() {
    check("kvcache-sliding");
}

#[wasm_bindgen_test]
fn packing() {
    check("packing");
}

#[wasm_bindgen_test]
fn lora_dora() {
    check("lora-dora");
}

#[wasm_bindgen_test]
fn ia3() {
    check("ia3");
}

#[wasm_bindgen_test]
fn prompt_tuning() {
    check("prompt-tuning");
}

#[wasm_bindgen_test]
fn prefix_tuning() {
    check("prefix-tuning");
}

#[wasm_bindgen_test]
fn adapter_bottleneck() {
    check("adapter-bottleneck");
}

#[wasm_bindgen_test]
fn quant_nf4() {
    check("quant-nf4");
}
