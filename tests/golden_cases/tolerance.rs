//! The tolerance rule of the goldens, in one place:
//! `|got - want| <= atol + rtol*|want| + rmax*max|want over the tensor|`, elementwise; a missing term is 0.

use serde_json::{Map, Value};

/// How far a value may be from its reference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tolerance {
    atol: f64,
    rtol: f64,
    rmax: f64,
}

impl Tolerance {
    /// Not at all.
    pub const EXACT: Self = Self { atol: 0.0, rtol: 0.0, rmax: 0.0 };

    /// Reads `{"atol": …, "rtol": …, "rmax": …}`.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let terms = value.as_object().ok_or_else(|| format!("{value} is not a tolerance"))?;
        let mut tolerance = Self::EXACT;
        for (name, term) in terms {
            let term = term.as_f64().filter(|term| *term >= 0.0 && term.is_finite());
            let term = term.ok_or_else(|| format!("{name} in tolerance {value} is not a number >= 0"))?;
            match name.as_str() {
                "atol" => tolerance.atol = term,
                "rtol" => tolerance.rtol = term,
                "rmax" => tolerance.rmax = term,
                _ => return Err(format!("unknown term {name} in tolerance {value}")),
            }
        }
        Ok(tolerance)
    }

    /// Compares a tensor with its reference. NaN is expected where the reference is NaN, and only there.
    ///
    /// # Errors
    /// The worst element, and how many are out of tolerance.
    pub fn check(&self, name: &str, got: &[f64], want: &[f64]) -> Result<(), String> {
        if got.len() != want.len() {
            return Err(format!("{name}: got {} values, want {}", got.len(), want.len()));
        }
        let largest = want.iter().filter(|want| want.is_finite()).fold(0.0f64, |max, want| max.max(want.abs()));
        let mut worst: Option<(usize, f64, f64)> = None;
        let mut wrong = 0;
        for (index, (&got, &want)) in got.iter().zip(want).enumerate() {
            let allowed = self.atol + self.rtol * want.abs() + self.rmax * largest;
            let excess = excess(got, want, allowed);
            wrong += usize::from(excess > 1.0);
            if excess > worst.map_or(1.0, |(_, worst, _)| worst) {
                worst = Some((index, excess, allowed));
            }
        }
        let Some((index, _, allowed)) = worst else { return Ok(()) };
        Err(format!(
            "{name}: {wrong} of {} out of tolerance, worst at [{index}]: got {:e}, want {:e}, allowed ±{allowed:.1e}",
            got.len(),
            got[index],
            want[index]
        ))
    }
}

/// The deviation as a multiple of what is allowed: up to 1 is within tolerance.
fn excess(got: f64, want: f64, allowed: f64) -> f64 {
    if got == want || (got.is_nan() && want.is_nan()) {
        return 0.0;
    }
    let deviation = (got - want).abs();
    if deviation <= allowed && want.is_finite() {
        deviation / allowed
    } else if deviation.is_finite() && allowed > 0.0 && want.is_finite() {
        // Rounding must not bring a deviation above `allowed` back to 1.
        (deviation / allowed).max(1.0 + f64::EPSILON)
    } else {
        f64::INFINITY
    }
}

/// The tolerances of a case by key.
pub struct Tolerances(Vec<(String, Tolerance)>);

impl Tolerances {
    /// Reads `tolerances` of a `case.json`.
    pub fn from_json(keys: &Map<String, Value>) -> Result<Self, String> {
        let read = |(key, value): (&String, &Value)| match Tolerance::from_json(value) {
            Ok(tolerance) => Ok((key.clone(), tolerance)),
            Err(error) => Err(format!("tolerances.{key}: {error}")),
        };
        keys.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Key and tolerance for a name: the key is the name, or the name begins or ends with it at a dot. Of several
    /// keys the longest holds.
    pub fn of(&self, name: &str) -> Option<(&str, Tolerance)> {
        let holds = |key: &str| {
            name == key
                || name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'))
                || name.strip_suffix(key).is_some_and(|rest| rest.ends_with('.'))
        };
        let keys = self.0.iter().filter(|(key, _)| holds(key));
        keys.max_by_key(|(key, _)| key.len()).map(|(key, tolerance)| (key.as_str(), *tolerance))
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }
}
