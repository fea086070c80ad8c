//! The `formats` room.
