//! The `finetune` room.
