//! What ranks hold after a step, as bytes that may lie outside this program's memory.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use super::parallel::setup::Stages;

/// Bytes, wherever they are.
pub trait Blob {
    /// How many.
    fn len(&self) -> usize;
    /// A copy.
    fn read(&self) -> Vec<u8>;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Itself, for whoever knows where the bytes are.
    fn as_any(&self) -> &dyn Any;
}

impl Blob for Vec<u8> {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn read(&self) -> Vec<u8> {
        self.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What one rank held.
#[derive(Clone)]
pub struct Bytes(pub Rc<dyn Blob>);

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Rc::new(bytes))
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What all ranks of a run held after some optimizer steps: the run can go on from there, and others can begin there.
#[derive(Clone, Debug)]
pub struct State {
    /// Optimizer steps done.
    pub step: u32,
    /// How the layers are divided among the ranks, where that was measured.
    pub stages: Option<Stages>,
    /// What each rank held, in their order.
    pub ranks: Vec<Bytes>,
}

impl State {
    /// Bytes of all ranks.
    pub fn len(&self) -> usize {
        self.ranks.iter().map(|rank| rank.0.len()).sum()
    }

    /// Whether no rank held anything.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
