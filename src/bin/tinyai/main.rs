//! The native command line over `tinyai::lab`.

mod adapter;
mod asset_folder;
mod check;
mod cli;
mod language;
mod output;
mod pretrain;
mod print;
mod run;

fn main() -> std::process::ExitCode {
    cli::main()
}
