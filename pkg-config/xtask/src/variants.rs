//! The WebAssembly builds of the engine. A page loads the best one for its browser; ranks are workers that each load one without threads.

use crate::toolchain::Toolchain;
use std::path::PathBuf;
use std::process::Command;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// One WebAssembly build.
pub struct Variant {
    /// Its folder in `www/public/engine/`, by which the page asks for it.
    pub name: &'static str,
    /// A pool of Web Workers on one shared memory; the page must be cross-origin isolated.
    pub threads: bool,
    /// The relaxed SIMD instructions (fused multiply-add, int8 dot product) beside the 128-bit ones.
    pub relaxed_simd: bool,
}

/// The engine.
pub const VARIANTS: [Variant; 4] = [
    Variant { name: "threads-relaxed", threads: true, relaxed_simd: true },
    Variant { name: "threads-simd128", threads: true, relaxed_simd: false },
    Variant { name: "single-relaxed", threads: false, relaxed_simd: true },
    Variant { name: "single-simd128", threads: false, relaxed_simd: false },
];

impl Variant {
    /// The most bytes that it may have before compression: a visitor waits for it. Those without threads are also a rank's.
    pub fn max_bytes(&self) -> u64 {
        if self.threads { 1_765_000 } else { 1_840_000 }
    }

    /// Its own target folder: other flags would rebuild everything, the standard library included.
    pub fn target_dir(&self) -> PathBuf {
        crate::run::root().join("target").join(format!("wasm-{}", self.name))
    }

    /// The features of this build, as cargo's arguments.
    pub fn features(&self) -> &'static [&'static str] {
        if self.threads { &["--no-default-features", "--features", "threads"] } else { &["--no-default-features"] }
    }

    fn rustflags(&self) -> String {
        let mut features = vec!["+bulk-memory", "+mutable-globals", "+simd128"];
        let mut flags = vec![];
        if self.relaxed_simd {
            features.push("+relaxed-simd");
        }
        if self.threads {
            features.push("+atomics");
            // Shared memory must be imported and have a maximum: 4 GiB, all that wasm32 can address.
            flags.extend(["--shared-memory", "--max-memory=4294967296", "--import-memory"]);
            // wasm-bindgen starts a thread by these.
            flags.extend(["--export=__wasm_init_tls", "--export=__tls_size", "--export=__tls_align", "--export=__tls_base"]);
            flags.push("--export=__heap_base");
        }
        let link: String = flags.iter().map(|flag| format!(" -C link-arg={flag}")).collect();
        // LLVM orders instructions for as few WebAssembly locals as it can, which keeps more values alive than x86-64 has vector
        // registers: the matrix product's tile would spill and run at half its speed. In the order of the source it fits.
        // What has to be inlined, unrolled and done in vectors, the kernels, says so itself; less of it elsewhere makes the file a third
        // smaller.
        let llvm: String = [
            "pre-RA-sched=source",
            "inline-threshold=25",
            "inlinehint-threshold=75",
            "unroll-runtime=false",
            "unroll-allow-peeling=false",
            "unswitch-threshold=0",
        ]
        .map(|option| format!(" -C llvm-args=-{option}"))
        .concat();
        format!(
            "-Z location-detail=none -Z fmt-debug=shallow -C no-vectorize-loops -C no-vectorize-slp{llvm} -C target-feature={}{link}",
            features.join(",")
        )
    }

    /// Makes `command` (cargo, or wasm-pack, which calls cargo) compile this variant, its standard library included: that of
    /// rustup's target was compiled without threads and SIMD, and Debian's Rust has none for wasm at all.
    pub fn configure(&self, rust: &Toolchain, command: &mut Command) {
        rust.configure(command);
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            // Nothing of the standard library is in a hot loop: 50 kB less to wait for.
            .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", self.rustflags());
    }

    /// What `wasm-opt` must accept, and may use.
    pub fn wasm_opt_features(&self) -> Vec<&'static str> {
        let mut features = vec![
            "--enable-bulk-memory",
            "--enable-bulk-memory-opt",
            "--enable-extended-const",
            "--enable-multivalue",
            "--enable-mutable-globals",
            "--enable-nontrapping-float-to-int",
            "--enable-reference-types",
            "--enable-sign-ext",
            "--enable-simd",
        ];
        if self.relaxed_simd {
            features.push("--enable-relaxed-simd");
        }
        if self.threads {
            features.push("--enable-threads");
        }
        features
    }
}
