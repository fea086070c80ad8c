//! The golden cases in a browser, from the copy of `tests/goldens` inside the program: one test per case.
#![cfg(target_arch = "wasm32")]

mod golden_cases;

use golden_cases::{Files, Outcome, run};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// The files of the cases that run here.
struct Embedded;

macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        impl Files for Embedded {
            fn read(&self, path: &str) -> Option<Vec<u8>> {
                match path {
                    $($path => Some(include_bytes!(concat!("goldens/", $path)).to_vec()),)*
                    _ => None,
                }
            }
        }
    };
}

embed!["quant-float/case.json", "quant-float/io.safetensors",];

fn check(name: &str) {
    assert_eq!(run(&Embedded, name), Outcome::Passed, "{name}");
}

#[wasm_bindgen_test]
fn quant_float() {
    check("quant-float");
}
