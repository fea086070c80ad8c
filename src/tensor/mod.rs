//! The `tensor` room.
