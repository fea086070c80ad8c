//! Why a rank cannot be made, or cannot go on. `rank` is the one to name; none is where there is but one.

use super::method::method;
use super::plan::zero;
use super::{conflict, internal};
use crate::finetune::MethodError;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::reasons;
use crate::nn::BuildError;
use crate::parallel::rank::{RankError, StartError};
use crate::parallel::transport::{Lost, Reason};
use crate::tensor::OutOfMemory;

/// A rank whose part cannot be built.
pub fn build(rank: Option<usize>, error: &BuildError) -> Problem {
    match error {
        BuildError::Memory(refused) => out_of_memory(rank, refused),
        other => Problem { message: reasons::build(other), ..of_rank(rank, conflict("model.base", Text::default())) },
    }
}

/// A rank that cannot be made.
pub fn start(rank: Option<usize>, error: &StartError) -> Problem {
    match error {
        StartError::Attach(error) => attach(rank, error),
        StartError::Zero(error) => conflict("mesh.zero", zero(error)),
    }
}

/// A rank whose part cannot be made, or prepared for training.
pub fn attach(rank: Option<usize>, error: &MethodError) -> Problem {
    match error {
        MethodError::Build(error) => build(rank, error),
        other => method(other),
    }
}

/// A rank that cannot go on.
pub fn rank(rank: Option<usize>, error: &RankError) -> Problem {
    match error {
        RankError::Memory(refused) => out_of_memory(rank, refused),
        RankError::Lost(error) => lost(error),
        RankError::Malformed(error) => internal(&error.to_string()),
    }
}

/// A message that cannot come any more.
pub fn lost(error: &Lost) -> Problem {
    let who = error.rank;
    let zh = match &error.reason {
        Reason::Closed => format!("进程 {who} 已经结束，而其他进程还在与它通信。"),
        Reason::Died => format!("进程 {who} 出错或被关闭，其他进程无法继续。"),
        Reason::Stopped => format!("训练在进程 {who} 运行时被停止；重新开始即可。"),
        Reason::OutOfMemory(refused) => return out_of_memory(Some(who), refused),
        Reason::Mismatch { expected, received } => format!("进程 {who} 发来 {received} 字节，而应为 {expected} 字节；这是程序错误。"),
    };
    let message = Text { en: reasons::sentence(error), zh };
    Problem { code: ProblemCode::RankLost, run: None, field: None, value: Some(who.to_string()), message }
}

/// A rank whose memory is full.
fn out_of_memory(rank: Option<usize>, refused: &OutOfMemory) -> Problem {
    of_rank(rank, reasons::out_of_memory(refused))
}

/// Names the rank that a problem is about.
fn of_rank(rank: Option<usize>, problem: Problem) -> Problem {
    let Some(rank) = rank else { return problem };
    let Text { en, zh } = problem.message;
    let message = Text { en: format!("Rank {rank}: {en}"), zh: format!("rank {rank}：{zh}") };
    Problem { message, ..problem }
}
