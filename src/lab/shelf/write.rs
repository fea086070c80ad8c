//! Texts that adapters continue at the same time: one pass through the base for all that can share it.

use serde::Serialize;

use super::{Shelf, no_entry};
use crate::data::Tokenizer;
use crate::json::FromJson;
use crate::lab::problem::{Problem, ProblemCode, Text, in_words};
use crate::lab::rank::Reader;
use crate::lab::sample::{Sampler, SamplingConfig};
use crate::lab::{problems, reasons, unknown};
use crate::nn::{Contiguous, Transformer};
use crate::parallel::clock;
use crate::tensor::Tensor;

/// A text to be continued.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct TextRequest {
    /// Who continues it; none: the base.
    pub entry: Option<usize>,
    /// The text.
    pub prompt: String,
}

/// How it is continued.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct TextSampling {
    /// Logits are divided by it; 0: always the likeliest token.
    pub temperature: f64,
    /// Only the K likeliest tokens can be drawn; 0: all.
    pub top_k: usize,
    /// Seed of the draws: each text has the same.
    pub seed: u32,
    /// Tokens of each continuation, at most.
    pub max_tokens: usize,
}

/// How far the texts are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Written {
    /// The continuations, in the order of the requests.
    pub texts: Vec<String>,
    /// Whether all have ended.
    pub finished: bool,
    /// Tokens drawn, of all texts.
    pub tokens: usize,
    /// Seconds of reading and drawing.
    pub seconds: f64,
    /// Of each text, whether it went through the base in one pass with others.
    pub batched: Vec<bool>,
}

/// Texts under way.
#[derive(Debug)]
pub(super) struct Writing {
    lines: Vec<Line>,
    /// Of the lines that share their passes, a sequence each, until all have ended.
    cache: Option<Contiguous>,
    tokens: usize,
    seconds: f64,
}

#[derive(Debug)]
struct Line {
    entry: Option<usize>,
    sampler: Sampler,
    /// Its sequence in the cache, and the tokens that are there.
    sequence: usize,
    read: usize,
    /// Tokens that it will have in the end, at most.
    capacity: usize,
    /// For one that is read by itself.
    reader: Option<Reader>,
    ended: bool,
}

impl Writing {
    /// Whether an adapter is at it.
    pub fn reads(&self, entry: usize) -> bool {
        self.lines.iter().any(|line| line.entry == Some(entry))
    }
}

impl Shelf {
    /// Begins texts; each [`Shelf::go_on`] continues them by a token of each.
    ///
    /// # Errors
    /// If a prompt has characters that the model does not know, or is too long for it; or memory runs out.
    pub fn write(&mut self, requests: &[TextRequest], sampling: TextSampling) -> Result<Written, Problem> {
        (self.writing, self.trained) = (None, None);
        let mut lines = Vec::with_capacity(requests.len());
        for request in requests {
            unknown::check_prompt(&self.run.model.base, &request.prompt, &self.tokenizer).map_err(as_typed)?;
            let (alone, positions) = match request.entry {
                None => (false, 0),
                Some(number) => {
                    let entry = self.entry(number)?;
                    (entry.shown.alone.is_some(), entry.virtual_tokens + entry.model.prefix_keys)
                }
            };
            let mut prompt = vec![self.tokenizer.document_separator()];
            prompt.extend(self.tokenizer.encode(&request.prompt));
            let room = self.base.config.max_positions.saturating_sub(positions);
            if prompt.len() >= room {
                return Err(too_long(prompt.len(), room));
            }
            let max_tokens = sampling.max_tokens.min(room - prompt.len());
            let config = SamplingConfig { temperature: sampling.temperature, top_k: sampling.top_k, seed: u64::from(sampling.seed) };
            let sequence = lines.iter().filter(|line: &&Line| line.reader.is_none()).count();
            lines.push(Line {
                entry: request.entry,
                sequence,
                capacity: prompt.len() + max_tokens,
                ended: max_tokens == 0,
                sampler: Sampler::new(config, prompt, max_tokens),
                read: 0,
                reader: alone.then(Reader::default),
            });
        }
        let together: Vec<usize> = lines.iter().filter(|line| line.reader.is_none()).map(|line| line.capacity).collect();
        let longest = together.iter().copied().max().unwrap_or(0);
        let cache = Contiguous::new(&self.base, together.len(), longest).map_err(|error| reasons::out_of_memory(&error))?;
        self.writing = Some(Writing { lines, cache: Some(cache), tokens: 0, seconds: 0.0 });
        Ok(self.written())
    }

    /// Goes on with the texts that [`Shelf::write`] began, by a token of each.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn go_on(&mut self) -> Result<Written, Problem> {
        let Some(mut writing) = self.writing.take() else { return Err(problems::internal("there is no text to go on with")) };
        let went_on = self.advance(&mut writing);
        self.writing = Some(writing);
        went_on.map(|()| self.written())
    }

    fn advance(&mut self, writing: &mut Writing) -> Result<(), Problem> {
        let start = clock::now();
        self.read_together(writing)?;
        for line in writing.lines.iter_mut().filter(|line| !line.ended) {
            let (Some(number), Some(reader)) = (line.entry, &mut line.reader) else { continue };
            let entry = self.entries.get_mut(&number).ok_or_else(|| no_entry(number))?;
            let logits = reader.logits(&mut entry.model, line.sampler.ids(), line.capacity, entry.virtual_tokens);
            let logits = logits.map_err(|error| reasons::out_of_memory(&error))?;
            writing.tokens += draw(line, logits.data(), &self.ends);
        }
        writing.seconds += clock::now() - start;
        if writing.lines.iter().all(|line| line.ended) {
            writing.cache = None;
            writing.lines.iter_mut().filter_map(|line| line.reader.as_mut()).for_each(Reader::forget);
        }
        Ok(())
    }

    /// One pass for all lines that share it.
    fn read_together(&mut self, writing: &mut Writing) -> Result<(), Problem> {
        let mut together: Vec<usize> = (0..writing.lines.len()).collect();
        together.retain(|&index| writing.lines[index].reader.is_none() && !writing.lines[index].ended);
        // Those of one adapter stand together, so that its products are made once.
        together.sort_by_key(|&index| (writing.lines[index].entry, index));
        let Some(cache) = writing.cache.as_mut().filter(|_| !together.is_empty()) else { return Ok(()) };
        let entries: Vec<usize> = {
            let mut entries: Vec<usize> = together.iter().filter_map(|&index| writing.lines[index].entry).collect();
            entries.dedup();
            entries
        };
        let models = entries.iter().map(|entry| self.entries.get(entry).map(|entry| &entry.model).ok_or_else(|| no_entry(*entry)));
        let models = models.collect::<Result<Vec<&Transformer>, Problem>>()?;
        let reader = |entry: Option<usize>| entry.and_then(|entry| entries.iter().position(|other| *other == entry));
        let readers: Vec<Option<usize>> = together.iter().map(|&index| reader(writing.lines[index].entry)).collect();
        let sequences: Vec<(usize, &[i32])> =
            together.iter().map(|&index| &writing.lines[index]).map(|line| (line.sequence, &line.sampler.ids()[line.read..])).collect();
        let logits: Tensor = self.base.read_as(&sequences, cache, &models, &readers).map_err(|error| reasons::out_of_memory(&error))?;
        let vocab_size = logits.shape()[1];
        for (row, &index) in logits.data().chunks_exact(vocab_size).zip(&together) {
            let line = &mut writing.lines[index];
            line.read = line.sampler.ids().len();
            writing.tokens += draw(line, row, &self.ends);
        }
        Ok(())
    }

    fn written(&self) -> Written {
        let Some(Writing { lines, tokens, seconds, .. }) = &self.writing else {
            return Written { texts: Vec::new(), finished: true, tokens: 0, seconds: 0.0, batched: Vec::new() };
        };
        let shared = lines.iter().filter(|line| line.reader.is_none()).count() > 1;
        Written {
            texts: lines.iter().map(|line| text(&self.tokenizer, line.sampler.continuation(), &self.ends)).collect(),
            finished: lines.iter().all(|line| line.ended),
            tokens: *tokens,
            seconds: *seconds,
            batched: lines.iter().map(|line| shared && line.reader.is_none()).collect(),
        }
    }
}

/// Draws the next token of a line; gives how many that were.
fn draw(line: &mut Line, logits: &[f32], ends: &[i32]) -> usize {
    let token = line.sampler.push(logits);
    line.ended = ends.contains(&token) || line.sampler.is_full();
    1
}

fn text(tokenizer: &Tokenizer, ids: &[i32], ends: &[i32]) -> String {
    let ids = ids.strip_suffix(ids.last().filter(|last| ends.contains(last)).map_or(&[][..], std::slice::from_ref)).unwrap_or(ids);
    tokenizer.decode(ids)
}

/// A problem of the prompt of a run, of one that was typed here.
fn as_typed(problem: Problem) -> Problem {
    let words = |here: &'static str| move |field: &str, _: Option<&str>| (field == "evaluation.prompt").then(|| here.to_owned());
    let message =
        Text { en: in_words(&problem.message.en, words("as typed here")), zh: in_words(&problem.message.zh, words("在这里输入的")) };
    Problem { field: None, message, ..problem }
}

fn too_long(tokens: usize, room: usize) -> Problem {
    let most = room.saturating_sub(2);
    let message = Text {
        en: format!(
            "The prompt is {tokens} tokens long with the mark of a text’s start, and the model reads {room} at once, so that nothing can follow. Shorten it to {most} tokens."
        ),
        zh: format!("提示连同文本开始标记共 {tokens} 个词元，而模型一次只能读 {room} 个，后面写不下任何内容。请缩短到 {most} 个词元以内。"),
    };
    Problem { code: ProblemCode::OutOfRange, run: None, field: None, value: None, message }
}
