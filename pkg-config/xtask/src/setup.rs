//! `cargo xtask setup`: everything the other commands would fetch when they need it.

use crate::run::say;
use crate::toolchain::Toolchain;
use crate::{browser, npm, tools};
use anyhow::Result;

pub fn everything() -> Result<()> {
    Toolchain::find_or_install()?;
    npm::tools()?;
    npm::site()?;
    browser::chrome()?;
    browser::chromedriver();
    for other in &browser::OTHERS {
        match other.ready() {
            Err(error) if !browser::must_be_ready() => {
                say("browser", format_args!("{}: not here ({error:#}); its tests will not run", other.name))
            }
            ready => ready?,
        }
    }
    tools::wasm_pack()?;
    tools::wasm_bindgen_cli()?;
    Ok(())
}
