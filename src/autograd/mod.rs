//! The `autograd` room.
