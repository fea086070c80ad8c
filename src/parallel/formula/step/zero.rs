//! What ZeRO sends.
//!
//! In weights of S bytes and over n replicas, with the ring: stages 1 and 2 send (n - 1) / n · S of gradients and as much of weights, in
//! sum what plain data parallelism does; stage 3 sends the weights twice, before the forward and the backward of each segment, which is
//! half as much again (Rajbhandari et al. 2020, section 7). That is for one micro-batch: stage 2 sends the gradients of each, and stage 3
//! everything. Weights that a tied head reads are sent for it, too; for its backward, an embedding needs none.

use super::{StepTraffic, Walk, all_gather, all_reduce, reduce_scatter};
use crate::parallel::comm::Kind;
use crate::parallel::outline::zero::UnitOutline;
use crate::parallel::zero::ZeroStage;

impl Walk<'_> {
    pub(super) fn zero(&self) -> ZeroStage {
        self.plan.settings.zero
    }

    /// Before a segment runs.
    pub(super) fn gather_weights(&self, segment: usize, sent: &mut StepTraffic) {
        if self.zero().shards_parameters() {
            let tied = self.blueprint.tied_before(segment);
            let reads = |unit: &UnitOutline| unit.segment == segment || tied == Some(unit.segment);
            self.gather(reads, sent);
        }
    }

    /// After a segment's backward.
    pub(super) fn reduce_weight_gradients(&self, segment: usize, sent: &mut StepTraffic) {
        if self.zero().shards_gradients() {
            let of_segment = self.params.iter().filter(|param| param.segment == segment && param.trainable);
            let replicated = of_segment.filter(|param| self.gradient_is_partial(param)).map(|param| param.len).sum();
            sent.add(Kind::AllReduce, all_reduce(self.algorithm(), self.tensor.0, self.tensor.1, replicated));
            self.reduce(|unit| unit.segment == segment, sent);
        }
    }

    /// The gradients of all units that learn, each replica getting its shard.
    pub(super) fn reduce_all(&self, sent: &mut StepTraffic) {
        self.reduce(|_| true, sent);
    }

    /// After the update: every replica gets the weights of all.
    pub(super) fn share_weights(&self, sent: &mut StepTraffic) {
        if !self.zero().shards_parameters() {
            self.gather(|_| true, sent);
        }
    }

    fn gather(&self, of: impl Fn(&UnitOutline) -> bool, sent: &mut StepTraffic) {
        for shards in self.units.iter().filter(|unit| of(unit)).map(|unit| unit.shards(self.data.0)) {
            sent.add(Kind::AllGather, all_gather(self.algorithm(), self.data.1, &bytes(shards)));
        }
    }

    fn reduce(&self, of: impl Fn(&UnitOutline) -> bool, sent: &mut StepTraffic) {
        let shards = self.units.iter().filter(|unit| of(unit)).map(|unit| unit.learning(self.data.0));
        for shards in shards.filter(|shards| shards.iter().any(|len| *len > 0)) {
            sent.add(Kind::ReduceScatter, reduce_scatter(self.algorithm(), self.data.1, &bytes(shards)));
        }
    }
}

/// Bytes of so many floats each.
fn bytes(lens: Vec<usize>) -> Vec<usize> {
    lens.into_iter().map(|len| len * size_of::<f32>()).collect()
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use std::rc::Rc;

    use crate::finetune::full::Full;
    use crate::nn::{Blueprint, ModelConfig};
    use crate::parallel::formula::step::step;
    use crate::parallel::outline::Outline;
    use crate::parallel::plan::{Plan, Settings};

    #[test]
    fn the_literature_where_the_replicas_divide_the_weights() {
        let config = ModelConfig { vocab_size: 64, d_model: 32, n_layers: 2, d_ff: 64, tie_embeddings: false, ..ModelConfig::default() };
        let blueprint = Rc::new(Blueprint::new(&config));
        let outline = Outline::new(&blueprint, &Full);
        let params = outline.whole();
        let share = |of: &dyn Fn(usize) -> bool| 3 * params.iter().filter(|param| of(param.segment)).map(|param| param.len).sum::<usize>();
        let (all, embedding) = (share(&|_| true) as u64, share(&|segment| segment == 0) as u64);
        let sent = |zero, micro_batches| {
            let plan = Plan::new(Settings { data: 4, zero, micro_batches, ..Settings::default() }, &blueprint, (8, 8), 8).unwrap();
            let traffic = step(&plan, &outline, 1);
            [Kind::ReduceScatter, Kind::AllGather].map(|kind| traffic.of(kind).bytes)
        };
        assert_eq!(sent(ZeroStage::None, 2), [0, 0]);
        assert_eq!(sent(ZeroStage::Optimizer, 2), [all, all]);
        assert_eq!(sent(ZeroStage::Gradients, 2), [2 * all, all]);
        assert_eq!(sent(ZeroStage::Parameters, 2), [2 * all, 2 * (2 * all - embedding)]);
    }
}
