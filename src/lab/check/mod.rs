//! From what a person wrote to runs that can start: every [`Problem`](super::problem::Problem) is found before a type is
//! read from the JSON, and all of them are told, not only the first.
//!
//! The walk is our own and is driven by our own schema, so that each message can name the field, the value and what would
//! be accepted, in both languages. The `jsonschema` crate would do the validation, not the messages, and would more than
//! double the wasm file (it brings regular expressions, formats, reference resolution and big numbers).

mod conflicts;
mod forks;
mod merge;
mod messages;
mod model;
mod parse;
mod used;
mod walk;

pub(in crate::lab) use conflicts::warmup_problem;
pub(in crate::lab) use messages::{nearest, shorten};

pub use forks::fork_points;
pub(in crate::lab) use merge::merge;
pub use merge::{diff, resolve};
pub use model::{FieldLimit, MemoryBound, check_against_model, check_sizes, limits, memory_bound};
pub use parse::{parse, parse_str, parse_with};
#[cfg(all(test, feature = "native"))]
pub(in crate::lab) use walk::CHECKED;

#[cfg(all(test, feature = "native"))]
mod bad_input_tests;
#[cfg(all(test, feature = "native"))]
mod model_tests;
#[cfg(all(test, feature = "native"))]
mod property_tests;
