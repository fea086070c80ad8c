//! The `optim` room.
