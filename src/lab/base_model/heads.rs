//! Heads that share out a new model's width.

use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::spec::{FamilySpec, ModelSpec};

/// The sizes that the spec takes.
const D_MODEL: std::ops::RangeInclusive<u32> = 8..=2048;
const N_HEADS: std::ops::RangeInclusive<u32> = 1..=64;

/// Checks that heads of a whole width, an even one where positions are rotary, take up `d_model`.
///
/// # Errors
/// Naming the nearest numbers of heads and width that do.
pub fn check(spec: &ModelSpec) -> Result<(), Problem> {
    let ModelSpec { d_model, n_heads, family, .. } = *spec;
    let unit = if family == FamilySpec::Llama { 2 } else { 1 };
    let fits = |d_model: u32, n_heads: u32| d_model.is_multiple_of(n_heads * unit);
    if fits(d_model, n_heads) {
        return Ok(());
    }
    let heads = N_HEADS.filter(|heads| fits(d_model, *heads)).min_by_key(|heads| heads.abs_diff(n_heads));
    let width = D_MODEL.filter(|width| fits(*width, n_heads)).min_by_key(|width| width.abs_diff(d_model));
    let (even_en, even_zh) = if unit == 2 { ("whole, even", "偶数") } else { ("whole", "整数") };
    let both = |join: &str| {
        let named = [heads.map(|heads| format!("{{model.n_heads}} = {heads}")), width.map(|width| format!("{{model.d_model}} = {width}"))];
        named.into_iter().flatten().collect::<Vec<_>>().join(join)
    };
    let message = Text {
        en: format!(
            "{{model.d_model}} = {d_model} cannot be shared out over {{model.n_heads}} = {n_heads} heads: each needs the same {even_en} number of dimensions. The nearest that work: {}.",
            both(", or ")
        ),
        zh: format!(
            "{{model.d_model}} = {d_model} 无法平均分给 {{model.n_heads}} = {n_heads} 个头（每个头的宽度必须是{even_zh}）。最接近的可行值：{}。",
            both("，或 ")
        ),
    };
    let (field, value) = (Some("model.n_heads".into()), Some(n_heads.to_string()));
    Err(Problem { code: ProblemCode::Conflict, run: None, field, value, message })
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    fn spec(family: FamilySpec, d_model: u32, n_heads: u32) -> ModelSpec {
        ModelSpec { family, d_model, n_heads, ..ModelSpec::default() }
    }

    #[test]
    fn heads_that_leave_a_rest_are_refused_with_the_nearest_that_do_not() {
        for (family, d_model, n_heads, heads, width) in [
            (FamilySpec::Gpt, 256, 6, "{model.n_heads} = 4", "{model.d_model} = 258"),
            (FamilySpec::Llama, 256, 6, "{model.n_heads} = 4", "{model.d_model} = 252"),
            (FamilySpec::Gpt, 8, 64, "{model.n_heads} = 8", "{model.d_model} = 64"),
            (FamilySpec::Llama, 10, 10, "{model.n_heads} = 5", "{model.d_model} = 20"),
        ] {
            let problem = check(&spec(family, d_model, n_heads)).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("model.n_heads"));
            for text in [&problem.message.en, &problem.message.zh] {
                let named =
                    [format!("{{model.d_model}} = {d_model}"), format!("{{model.n_heads}} = {n_heads}"), heads.into(), width.into()];
                assert!(named.iter().all(|part| text.contains(part)), "{named:?}: {text}");
            }
        }
        // No number of heads gives an odd width heads of an even one.
        let message = check(&spec(FamilySpec::Llama, 9, 3)).unwrap_err().message.en;
        assert!(message.ends_with("The nearest that work: {model.d_model} = 12."), "{message}");
    }

    /// Whatever is refused, what is proposed passes.
    #[test]
    fn what_is_proposed_passes() {
        for family in [FamilySpec::Gpt, FamilySpec::Llama] {
            for (d_model, n_heads) in (8..200).flat_map(|d_model| (1..=64).map(move |n_heads| (d_model, n_heads))) {
                let Err(problem) = check(&spec(family, d_model, n_heads)) else { continue };
                let proposed = problem.message.en.split("The nearest that work: ").nth(1).unwrap();
                for (index, part) in proposed.trim_end_matches('.').split(", or ").enumerate() {
                    let (name, value) = part.split_once(" = ").unwrap();
                    let value: u32 = value.parse().unwrap();
                    let fixed = if name == "{model.n_heads}" { spec(family, d_model, value) } else { spec(family, value, n_heads) };
                    assert_eq!(check(&fixed), Ok(()), "{index}: {part}");
                }
            }
        }
    }
}
