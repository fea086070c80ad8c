//! The half-block: `x + after(branch(before(x)))`, where `before` is a norm and `after` is one too, or nothing.

use super::blueprint::SegmentSpec;
use super::builder::Builder;
use super::hooks::OutputHook;
use super::norm::Norm;
use super::pass::Pass;
use super::segment::Values;
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Tape, Var};

/// What surrounds a branch: the norm before it, and the residual around it.
#[derive(Debug)]
pub(super) struct Residual {
    before: Norm,
    after: Option<Norm>,
    /// What a fine-tuning method does with the branch's output.
    pub hook: Option<Box<dyn OutputHook>>,
}

impl Residual {
    /// With the norm of that role before the branch.
    pub fn build(b: &mut Builder, spec: &SegmentSpec, before: &str) -> std::result::Result<Self, BuildError> {
        Ok(Self { before: Norm::build(b, spec.site(before))?, after: None, hook: None })
    }

    /// With the norm of that role after the branch, if there is one.
    pub fn and_after(self, b: &mut Builder, spec: &SegmentSpec, after: &str) -> std::result::Result<Self, BuildError> {
        Ok(Self { after: spec.find(after).map(|site| Norm::build(b, site)).transpose()?, ..self })
    }

    /// Its parameters, those of `branch` between its own.
    pub fn params(&self, branch: impl IntoIterator<Item = ParamId>) -> Vec<ParamId> {
        let after = self.after.iter().flat_map(Norm::params);
        let hook = self.hook.iter().flat_map(|hook| hook.params());
        self.before.params().into_iter().chain(branch).chain(after).chain(hook).collect()
    }

    /// Runs a phase of the half-block; `branch` is the second one.
    pub fn run(
        &self,
        phase: usize,
        tape: &mut Tape,
        pass: &Pass,
        mut input: Values,
        branch: impl FnOnce(&mut Tape, Var) -> Result<Var>,
    ) -> Result<Values> {
        let hidden = input.hidden.take().expect("a half-block takes hidden states");
        match phase {
            0 => Ok(Values::carrying(self.before.forward(tape, pass, &hidden)?, hidden)),
            1 => Ok(Values { hidden: Some(branch(tape, hidden)?), ..input }),
            _ => {
                let y = match &self.hook {
                    Some(hook) => hook.forward(tape, pass, &input.carried[0], hidden)?,
                    None => hidden,
                };
                let y = match &self.after {
                    Some(after) => after.forward(tape, pass, &y)?,
                    None => y,
                };
                Ok(Values::of(tape.add(y, &input.carried[0])?))
            }
        }
    }
}
