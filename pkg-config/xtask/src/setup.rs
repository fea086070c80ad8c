//! `cargo xtask setup`: everything the other commands would fetch when they need it.

use crate::toolchain::Toolchain;
use crate::{browser, npm, tools};
use anyhow::Result;

pub fn everything() -> Result<()> {
    Toolchain::find_or_install()?;
    npm::tools()?;
    npm::site()?;
    browser::chrome()?;
    browser::chromedriver();
    tools::wasm_pack()?;
    tools::wasm_bindgen_cli()?;
    Ok(())
}
