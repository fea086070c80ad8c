//! What a refusal of a method says of the settings of the form, said of the fields of an adapter’s file.

use crate::finetune::Refusal;
use crate::lab::problem::{Text, in_words};

/// A refusal of the method of a file, in the names of PEFT. What is no field of the file, such as how the base is kept, stays a setting.
pub(super) fn of_file(refusal: &Refusal) -> Text {
    let words = |setting: &str, choice: Option<&str>| {
        let field = peft_field(setting)?;
        match choice {
            None => Some(field.to_owned()),
            Some(choice) => peft_value(setting, choice),
        }
    };
    Text { en: in_words(&refusal.en, words), zh: in_words(&refusal.zh, words) }
}

/// The field of `adapter_config.json` that a setting of the form is.
pub(super) fn peft_field(setting: &str) -> Option<&'static str> {
    let setting = setting.strip_prefix("fine_tuning.").unwrap_or(setting);
    Some(match setting {
        "method" => "peft_type",
        "lora.rank" => "r",
        "lora.alpha" => "lora_alpha",
        "lora.scaling" => "use_rslora",
        "lora.dropout" => "lora_dropout",
        "lora.rank_pattern" => "rank_pattern",
        "lora.alpha_pattern" => "alpha_pattern",
        "lora.target_modules" | "ia3.target_modules" => "target_modules",
        "lora.layers" => "layers_to_transform",
        "lora.bias" => "bias",
        "lora.init" => "init_lora_weights",
        "adalora.initial_rank" => "init_r",
        "adalora.target_rank" => "target_r",
        "adalora.first_steps" => "tinit",
        "adalora.last_steps" => "tfinal",
        "adalora.interval" => "deltaT",
        "adalora.beta1" => "beta1",
        "adalora.beta2" => "beta2",
        "adalora.orthogonality" => "orth_reg_weight",
        "training.steps" => "total_step",
        "prompt.virtual_tokens" => "num_virtual_tokens",
        _ => return None,
    })
}

/// A choice of the form, as the file has it: field and value.
fn peft_value(setting: &str, choice: &str) -> Option<String> {
    let quoted = |value: &str| format!("\"{value}\"");
    let (field, value) = match (peft_field(setting)?, choice) {
        ("peft_type", "lora") => ("use_dora", "false".to_owned()),
        ("peft_type", "dora") => ("use_dora", "true".to_owned()),
        ("peft_type", method @ ("adalora" | "ia3" | "prompt_tuning" | "prefix_tuning")) => ("peft_type", quoted(&method.to_uppercase())),
        ("peft_type", _) => return None,
        ("use_rslora", scaling) => ("use_rslora", (scaling == "rank_stabilised").to_string()),
        ("init_lora_weights", "kaiming_uniform") => ("init_lora_weights", "true".to_owned()),
        (field, choice) => (field, quoted(choice)),
    };
    Some(format!("{field} = {value}"))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::lab::spec::RunSpec;

    /// Settings of methods that PEFT’s files have no field for: a refusal of a file that named one would speak of the form.
    const NO_FIELD: [&str; 4] = ["lora.learning_rate_ratio", "prompt.init_std", "prompt.reparametrised", "prompt.hidden"];

    #[test]
    fn every_setting_of_a_method_of_peft_is_a_field_of_its_file() {
        let spec = serde_json::to_value(RunSpec::default().fine_tuning).unwrap();
        for group in ["lora", "adalora", "ia3", "prompt"] {
            for setting in spec[group].as_object().into_iter().flat_map(serde_json::Map::keys) {
                let setting = format!("{group}.{setting}");
                assert_eq!(peft_field(&setting).is_none(), NO_FIELD.contains(&setting.as_str()), "{setting}");
            }
        }
        assert!(matches!(spec["method"], Value::String(_)) && peft_field("method") == Some("peft_type"));
    }

    #[test]
    fn settings_become_fields_and_what_is_in_no_file_stays() {
        let messages = [
            "{fine_tuning.lora.init=pissa} at {fine_tuning.lora.rank}; choose {fine_tuning.quantization=none}, {fine_tuning.lora.init=kaiming_uniform}, {fine_tuning.method=ia3} or {fine_tuning.lora.scaling=standard}.",
            "{fine_tuning.lora.alpha}的值是 0，请改用{fine_tuning.method=lora}。",
        ]
        .map(str::to_owned);
        let text = of_file(&Refusal::conflict("lora.init", "pissa", messages));
        assert_eq!(
            text.en,
            "init_lora_weights = \"pissa\" at r; choose {fine_tuning.quantization=none}, init_lora_weights = true, peft_type = \"IA3\" or use_rslora = false."
        );
        assert_eq!(text.zh, "lora_alpha 的值是 0，请改用 use_dora = false。");
    }
}
