//! What all ranks of a run are told to do together, and what each answers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::json::FromJson;
use crate::lab::number;
use crate::lab::parallel::report::{Pilot, RankStep};
use crate::lab::parallel::setup::Stages;
use crate::lab::result::MemoryUse;
use crate::lab::spec::{RunSpec, TransportSpec};
use crate::lab::state::Bytes;
use crate::parallel::exchange::Exchange;

/// A text that is not trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum HeldOut {
    /// The validation part of the text that is trained on.
    Validation,
    /// That of the text on which forgetting is measured.
    Base,
}

/// What all ranks do together.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// Whoever keeps the ranks makes as many as this. Answered with [`Reply::Opened`], once for all.
    Open {
        /// How many.
        ranks: usize,
        /// What messages between them go through.
        transport: TransportSpec,
    },
    /// Measures how fast each is, and the connections between them.
    Pilot {
        /// What is to be trained.
        run: Box<RunSpec>,
    },
    /// Builds each one's part of the model.
    Prepare {
        /// What is to be trained.
        run: Box<RunSpec>,
        /// How the layers are divided; null: as many on each stage.
        stages: Option<Stages>,
    },
    /// Goes on from what the same rank of the same plan held; the bytes come beside the command.
    Restore {
        /// Optimizer steps that were done by then.
        step: u32,
    },
    /// One optimizer step.
    Train,
    /// The loss of some windows of a text.
    Evaluate {
        /// The text.
        text: HeldOut,
        /// The first of them.
        first: usize,
        /// How many.
        count: usize,
        /// Windows that pass the model together, at most.
        group: usize,
    },
    /// The logits after a text.
    Logits {
        /// Its tokens: those of the last such text and one more, or others.
        ids: Vec<i32>,
        /// Tokens that it will grow to, at most.
        capacity: usize,
    },
    /// What each rank holds, to go on from.
    Snapshot,
    /// The ranks end. Answered with [`Reply::Done`], once for all.
    Close,
}

/// What one rank answers.
#[derive(Clone, Debug, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is done.
    Done,
    /// The ranks are there.
    Opened {
        /// What their messages go through: `shared`, `ports`, or natively `threads`.
        transport: String,
    },
    /// What it measured.
    Pilot {
        /// That.
        pilot: Pilot,
    },
    /// It is built.
    Prepared {
        /// Scalars of this rank's part of the model, those of the method included.
        #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
        parameters: u64,
        /// Those of them that learn.
        #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
        trainable_parameters: u64,
        /// Tokens of the validation text.
        validation_tokens: usize,
        /// Tokens of the text on which forgetting is measured; 0: there is none.
        base_tokens: usize,
        /// Share of the text's characters that the vocabulary lacks.
        unknown_share: f64,
        /// Its ledger, by category.
        memory: BTreeMap<String, MemoryUse>,
    },
    /// A step is done.
    Trained {
        /// What it measured. What takes the times of all ranks to know is [filled in](crate::lab::parallel::waiting) by who has them.
        step: Box<RankStep>,
        /// What it exchanged with others, and when.
        exchanges: Vec<Exchange>,
    },
    /// The loss of the windows.
    Evaluated {
        /// Sum of the negative log-likelihoods of all their tokens, in nats; the same at every rank.
        #[serde(deserialize_with = "number::or_nan")]
        nll: f64,
        /// Its ledger, by category.
        memory: BTreeMap<String, MemoryUse>,
    },
    /// The logits, at the one rank that has them.
    Logits {
        /// Of every token of the vocabulary; empty at the other ranks.
        #[serde(deserialize_with = "number::or_nans")]
        logits: Vec<f32>,
        /// Its ledger, by category.
        memory: BTreeMap<String, MemoryUse>,
    },
    /// What it holds: the bytes come beside the answer.
    State,
}

/// What one rank answers, with what it holds where it was asked for that.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The answer.
    pub reply: Reply,
    /// What it holds.
    pub state: Option<Bytes>,
}

impl Answer {
    /// An answer alone.
    pub fn of(reply: Reply) -> Self {
        Self { reply, state: None }
    }
}
