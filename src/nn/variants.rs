//! One batch whose sequences are read by different variants of a model: the same base, with an adapter each.
//!
//! The base's products are made once, over the rows of all; what an adapter does to them is done to its own rows alone (Chen et al. 2023,
//! arXiv:2310.18547; Sheng et al. 2023, arXiv:2311.03285).

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::linear::Linear;
use super::pass::Pass;
use super::rows::Rows;
use super::transformer::Transformer;
use crate::autograd::{ParamId, Params, Result, Tape, Var};
use crate::tensor::{Category, Tensor};

/// Which variant reads which rows of a pass.
#[derive(Debug)]
pub struct Variants<'a> {
    /// Rows of one variant, those of the first sequence first, as the number of the variant; `None`: the base.
    rows: Vec<(Range<usize>, Option<usize>)>,
    params: Vec<&'a Params>,
    /// By module, where some variant differs: the layer of each.
    linears: HashMap<&'a str, Vec<Own<'a>>>,
}

/// A linear layer of a variant.
#[derive(Clone, Copy, Debug)]
struct Own<'a> {
    linear: &'a Linear,
    /// Whether its weight is the base's.
    shares_weight: bool,
}

/// Whether a parameter of two models is one value that both hold.
fn same(a: (&Params, ParamId), b: (&Params, ParamId)) -> bool {
    a.0.get(a.1).value.is_same(&b.0.get(b.1).value)
}

/// Whether `variant` differs from `base` in the weights, biases and hooks of linear layers alone, so that its sequences can be read with
/// those of others.
pub fn is_variant(base: &Transformer, variant: &mut Transformer) -> bool {
    let mut hooked = false;
    let none = variant.for_each_site(|_, sites, _| {
        hooked |= sites.output.is_some_and(|hook| hook.is_some())
            || sites.keys_values.is_some_and(|hook| hook.is_some())
            || sites.lookup.is_some_and(|hook| hook.is_some())
            || sites.embedded.is_some_and(|hook| hook.is_some());
        Ok::<(), std::convert::Infallible>(())
    });
    none.unwrap_or_else(|never| match never {});
    let differs = |name: &str, id: ParamId| match base.params.find(name) {
        Some(own) => !same((&variant.params, id), (&base.params, own)),
        None => false,
    };
    // A tied head's weight is the embedding's, which is no linear layer's.
    let others = variant.segments.iter().flat_map(|segment| {
        let of_linears: HashSet<ParamId> = segment.linears().into_iter().flat_map(|linear| linear.params()).collect();
        segment.params().into_iter().filter(move |id| !of_linears.contains(id))
    });
    let changed = others.into_iter().any(|id| differs(&variant.params.get(id).name, id));
    !hooked && variant.prefix_keys == 0 && variant.config == base.config && !changed
}

impl<'a> Variants<'a> {
    /// Of the sequences of `rows`, each read by one of `models`, given by number; `None`: by `base` itself. All have to be
    /// [variants](is_variant) of it.
    ///
    /// # Panics
    /// If there are not as many readers as sequences.
    pub fn new(base: &Transformer, models: &[&'a Transformer], readers: &[Option<usize>], rows: &Rows) -> Self {
        assert_eq!(readers.len(), rows.spans.len(), "a reader for every sequence");
        let of_base = base.segments.iter().flat_map(|segment| segment.linears());
        let linears = |model: &&'a Transformer| model.segments.iter().flat_map(|segment| segment.linears()).collect::<Vec<_>>();
        let of_models: Vec<Vec<&'a Linear>> = models.iter().map(linears).collect();
        let mut table = HashMap::new();
        for (index, of_base) in of_base.enumerate() {
            let own = |(model, linears): (&&'a Transformer, &Vec<&'a Linear>)| {
                let linear = linears[index];
                let shares = |own: ParamId, of_base: ParamId| same((&model.params, own), (&base.params, of_base));
                let shares_weight = shares(linear.weight, of_base.weight);
                let shares_bias = linear.bias.zip(of_base.bias).is_none_or(|(own, of_base)| shares(own, of_base));
                (Own { linear, shares_weight }, linear.hook.is_some() || !shares_weight || !shares_bias)
            };
            let (own, differ): (Vec<_>, Vec<_>) = models.iter().zip(&of_models).map(own).unzip();
            if let (Some(first), true) = (own.first(), differ.contains(&true)) {
                table.insert(first.linear.name.as_str(), own);
            }
        }
        let mut runs: Vec<(Range<usize>, Option<usize>)> = Vec::new();
        for (span, &reader) in rows.spans.iter().zip(readers) {
            match runs.last_mut() {
                Some((range, last)) if *last == reader => range.end = span.queries.end,
                _ => runs.push((span.queries.clone(), reader)),
            }
        }
        Self { rows: runs, params: models.iter().map(|model| &model.params).collect(), linears: table }
    }

    /// The same for a pass that has only the last row of each of these sequences.
    pub fn of_last(&self, rows: &Rows) -> Self {
        let mut row = 0;
        let last: Vec<usize> = rows.last().collect();
        let of_last = |(range, reader): &(Range<usize>, Option<usize>)| {
            let start = row;
            row += last.iter().filter(|last| range.contains(last)).count();
            (start..row, *reader)
        };
        let rows = self.rows.iter().map(of_last).collect();
        Self { rows, params: self.params.clone(), linears: self.linears.clone() }
    }

    /// The output of `linear`, a layer of the base, for `x` `[rows, in_features]`, each row by its reader; `None`: all have the base's.
    pub(super) fn forward(&self, linear: &Linear, tape: &mut Tape, pass: &Pass, x: &Var) -> Option<Result<Var>> {
        let of_models = self.linears.get(linear.name.as_str())?;
        Some(self.by_reader(linear, of_models, tape, pass, x))
    }

    fn by_reader(&self, linear: &Linear, of_models: &[Own], tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        let of_base = linear.product(pass);
        let wanted = |(_, reader): &(Range<usize>, Option<usize>)| reader.is_none_or(|reader| of_models[reader].shares_weight);
        let base = if self.rows.iter().any(wanted) { Some(of_base.without_bias(tape, x)?) } else { None };
        let width = base.as_ref().map_or(linear.features[1], |base| base.tensor().shape()[1]);
        let mut out = Tensor::for_output(tape.ledger(), Category::Activations, &[x.tensor().shape()[0], width])?;
        for (range, reader) in &self.rows {
            let part = |tape: &mut Tape, of: &Var| some_rows(tape, of, range);
            let y = match reader {
                None => {
                    let base = part(tape, base.as_ref().expect("it is wanted"))?;
                    of_base.add_bias(tape, base)?
                }
                Some(reader) => {
                    let (Own { linear, shares_weight }, params) = (of_models[*reader], self.params[*reader]);
                    let x = part(tape, x)?;
                    let known = match &base {
                        Some(base) if shares_weight => Some(part(tape, base)?),
                        _ => None,
                    };
                    let pass = Pass { params, variants: None, ..*pass };
                    linear.forward_knowing(tape, &pass, &x, known.as_ref())?
                }
            };
            out.data_mut()[range.start * width..range.end * width].copy_from_slice(y.data());
        }
        Ok(tape.input(out, false))
    }
}

/// Some of the rows of a value `[rows, width]`.
fn some_rows(tape: &mut Tape, of: &Var, rows: &Range<usize>) -> Result<Var> {
    let width = of.tensor().shape()[1];
    let mut part = Tensor::for_output(tape.ledger(), Category::Activations, &[rows.len(), width])?;
    part.data_mut().copy_from_slice(&of.data()[rows.start * width..rows.end * width]);
    Ok(tape.input(part, false))
}
