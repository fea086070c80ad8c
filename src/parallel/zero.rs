//! The stages of ZeRO: what data-parallel ranks share out instead of each having it whole (Rajbhandari et al. 2020, arXiv:1910.02054).

use thiserror::Error;

use super::compress::Compression;
use super::plan::Settings;

/// What is shared out: each stage shares out what those before it do, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ZeroStage {
    /// Nothing: plain data parallelism.
    #[default]
    None,
    /// The optimizer's state.
    Optimizer,
    /// The gradients: each rank keeps its share of their sum.
    Gradients,
    /// The weights: those of a segment are whole only while it runs.
    Parameters,
}

impl ZeroStage {
    /// All stages; the index is the number.
    pub const ALL: [ZeroStage; 4] = [ZeroStage::None, ZeroStage::Optimizer, ZeroStage::Gradients, ZeroStage::Parameters];

    /// Its number in the paper, from 0.
    pub fn number(self) -> usize {
        self as usize
    }

    /// Name in specs and results.
    pub fn name(self) -> &'static str {
        match self {
            ZeroStage::None => "none",
            ZeroStage::Optimizer => "optimizer",
            ZeroStage::Gradients => "gradients",
            ZeroStage::Parameters => "parameters",
        }
    }

    /// Whether ranks keep only their share of the gradients.
    pub fn shards_gradients(self) -> bool {
        self >= ZeroStage::Gradients
    }

    /// Whether ranks keep only their share of the weights.
    pub fn shards_parameters(self) -> bool {
        self >= ZeroStage::Parameters
    }

    /// Checks that the other settings go with it.
    ///
    /// # Errors
    /// Naming the nearest settings that do.
    pub fn check(self, settings: &Settings) -> Result<(), ZeroError> {
        if self.shards_gradients() && settings.pipeline > 1 {
            return Err(ZeroError::Pipeline { stage: self, pipeline: settings.pipeline });
        }
        if self != ZeroStage::None && settings.compression != Compression::None {
            return Err(ZeroError::Compression { stage: self, compression: settings.compression.name() });
        }
        Ok(())
    }
}

/// Settings that a stage does not go with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ZeroError {
    /// A pipeline sums the gradients of its micro-batches at each rank, and sends its weights through all of them: sharing either out
    /// would cost as many collectives as there are micro-batches, at every stage. DeepSpeed refuses it, too.
    #[error(
        "ZeRO stage {} ({}) does not go with a pipeline of {pipeline} stages, which sums the gradients of its micro-batches first; \
         the nearest are ZeRO stage 1 (optimizer) with pipeline = {pipeline}, and stage {} with pipeline = 1",
        .stage.number(), .stage.name(), .stage.number()
    )]
    Pipeline {
        /// The stage.
        stage: ZeroStage,
        /// Stages of the pipeline.
        pipeline: usize,
    },
    /// Shares of the weights are runs of floats, of which a block of a format is none.
    #[error(
        "ZeRO stage {} ({}) shares out weights as float32, but {name} is kept as {format}; choose ZeRO stage 2 (gradients), or load the \
         weights in float32",
        .stage.number(), .stage.name()
    )]
    Format {
        /// The stage.
        stage: ZeroStage,
        /// The weight.
        name: String,
        /// Its format.
        format: &'static str,
    },
    /// Between two steps a rank has shares of the weights, which a penalty or a change of weights cannot work on.
    #[error(
        "ZeRO stage {} ({}) keeps shares of the weights between two steps, where this fine-tuning method needs them whole; choose ZeRO \
         stage 2 (gradients)",
        .stage.number(), .stage.name()
    )]
    Method {
        /// The stage.
        stage: ZeroStage,
    },
    /// Shares of the gradients are sent as they are.
    #[error(
        "ZeRO stage {} ({}) sends gradients as they are, not as {compression}; the nearest are compression none with ZeRO stage {}, and \
         {compression} with ZeRO stage 0 (none)",
        .stage.number(), .stage.name(), .stage.number()
    )]
    Compression {
        /// The stage.
        stage: ZeroStage,
        /// How gradients were to be sent.
        compression: &'static str,
    },
}
