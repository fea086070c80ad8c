//! Numbers that JSON does not have: what is no finite number is written as null, and read as one that is not a number.

use serde_json::Value;

use crate::json::{Error, FromJson};

/// A number, or null.
pub fn or_nan(value: Value) -> Result<f64, Error> {
    Ok(Option::from_json(value)?.unwrap_or(f64::NAN))
}

/// Numbers, each of which may be null.
pub fn or_nans(value: Value) -> Result<Vec<f32>, Error> {
    let numbers: Vec<Option<f32>> = Vec::from_json(value)?;
    Ok(numbers.into_iter().map(|number| number.unwrap_or(f32::NAN)).collect())
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::json::FromJson;
    use crate::lab::rank::Reply;

    #[test]
    fn a_loss_that_is_no_number_stays_one_through_json() {
        let read = |reply: &Reply| Reply::from_json(serde_json::to_value(reply).unwrap()).unwrap();
        let evaluated = |nll| Reply::Evaluated { nll, memory: BTreeMap::new() };
        for nll in [f64::NAN, f64::INFINITY, 0.5] {
            let Reply::Evaluated { nll: read, .. } = read(&evaluated(nll)) else { panic!("another reply") };
            assert_eq!(read.is_finite(), nll.is_finite());
        }
        let Reply::Logits { logits, .. } = read(&Reply::Logits { logits: vec![1.5, f32::NAN], memory: BTreeMap::new() }) else {
            panic!("another reply")
        };
        assert!(logits[0] == 1.5 && logits[1].is_nan());
        assert_eq!(serde_json::to_value(evaluated(f64::NAN)).unwrap(), json!({ "evaluated": { "nll": Value::Null, "memory": {} } }));
    }
}
