//! `wasm-bindgen --target web --out-name NAME --out-dir FOLDER INPUT`: the part of wasm-bindgen's command line that the build uses.

use std::env;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work() -> Result<(), String> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ["--target", "web", "--out-name", name, "--out-dir", folder, input] = args[..] else {
        return Err(format!("usage: wasm-bindgen --target web --out-name NAME --out-dir FOLDER INPUT, not: {}", args.join(" ")));
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.input_path(input).out_name(name).typescript(true).omit_default_module_path(false).generate(folder))
        .map_err(|error| format!("{error:#}"))
}
