use super::*;
use crate::nn::transformer::tests::{build, families};
use crate::nn::{Rows, Tokens, Transformer};
use crate::tensor::Category;

const SEQUENCES: usize = 3;
const LEN: usize = 13;

fn ids(sequence: usize) -> Vec<i32> {
    (0..LEN).map(|i| ((i * i + 7 * sequence * i + sequence) % 23) as i32).collect()
}

/// One cache of each kind, with room for three sequences; the paged ones in pages that are smaller and larger than a text.
fn caches(model: &Transformer) -> Vec<Box<dyn KvStore>> {
    let pages = [1, 3, 16].map(|positions| Box::new(Paged::new(model, SEQUENCES, positions)) as Box<dyn KvStore>);
    let contiguous = Contiguous::new(model, SEQUENCES, LEN).unwrap();
    [Box::new(contiguous) as Box<dyn KvStore>].into_iter().chain(pages).collect()
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5)
}

/// The logits after each token of a text, read without a cache.
fn plain(model: &mut Transformer, ids: &[i32]) -> Vec<Vec<f32>> {
    let vocab_size = model.config.vocab_size;
    let logits = model.logits(&Tokens::new(1, ids.len(), ids)).unwrap();
    logits.data().chunks(vocab_size).map(<[f32]>::to_vec).collect()
}

#[test]
fn chunks_of_any_size_give_the_logits_of_the_whole_text() {
    for mut model in families().map(build) {
        let expected = plain(&mut model, &ids(0));
        let mut by_chunk: Vec<Vec<Vec<f32>>> = Vec::new();
        for mut cache in caches(&model) {
            for chunk in 1..=LEN {
                cache.clear(1);
                let mut after = Vec::new();
                for chunk in ids(0).chunks(chunk) {
                    let logits = model.read(&[(1, chunk)], &mut *cache).unwrap();
                    let at = cache.tokens(1) - 1;
                    assert!(close(logits.data(), &expected[at]), "chunks of {}, token {at}", chunk.len());
                    after.push(logits.data().to_vec());
                }
                match by_chunk.get(chunk - 1) {
                    // However the keys are cut into blocks.
                    Some(before) => assert!(*before == after, "chunks of {chunk} differ between caches"),
                    None => by_chunk.push(after),
                }
            }
        }
    }
}

#[test]
fn sequences_of_unlike_lengths_read_together_give_what_each_gives_alone() {
    for mut model in families().map(build) {
        let expected: Vec<_> = (0..SEQUENCES).map(|sequence| plain(&mut model, &ids(sequence))).collect();
        for mut cache in caches(&model) {
            // Prompts of 1, 4 and 7 tokens, then a token each, until the longest is at its end; then the others alone.
            let texts: Vec<Vec<i32>> = (0..SEQUENCES).map(ids).collect();
            let mut reads: Vec<(usize, &[i32])> = texts.iter().enumerate().map(|(i, text)| (i, &text[..1 + 3 * i])).collect();
            while !reads.is_empty() {
                let logits = model.read(&reads, &mut *cache).unwrap();
                for ((sequence, _), logits) in reads.iter().zip(logits.data().chunks(model.config.vocab_size)) {
                    assert!(close(logits, &expected[*sequence][cache.tokens(*sequence) - 1]), "sequence {sequence}");
                }
                let going_on = texts.iter().enumerate().filter(|(i, text)| cache.tokens(*i) < text.len());
                reads = going_on.map(|(i, text)| (i, &text[cache.tokens(i)..cache.tokens(i) + 1])).collect();
            }
        }
    }
}

#[test]
fn a_decode_step_allocates_no_tensor_and_a_cache_takes_what_it_says() {
    let mut model = build(families()[0].clone());
    let (config, ledger) = (model.config.clone(), model.params.ledger().clone());
    let width = config.n_layers * 2 * config.n_kv_heads * config.d_head * size_of::<f32>();
    let mut cache = Contiguous::new(&model, 1, LEN).unwrap();
    assert_eq!(ledger.report().of(Category::Kv).live, LEN * width);
    let mut text = || {
        cache.clear(0);
        ids(0).into_iter().for_each(|id| drop(model.read(&[(0, &[id])], &mut cache).unwrap()));
        ledger.allocations()
    };
    text();
    let before = text();
    assert_eq!(text(), before);
    drop(cache);
    let mut paged = Paged::new(&model, SEQUENCES, 4);
    model.read(&[(0, &ids(0)[..5]), (2, &ids(2)[..4])], &mut paged).unwrap();
    assert_eq!((paged.pages(), ledger.report().of(Category::Kv).live), ((3, 0), 3 * 4 * width));
    paged.clear(0);
    model.read(&[(1, &ids(1)[..8])], &mut paged).unwrap();
    assert_eq!(paged.pages(), (3, 0), "the pages of a sequence that ended serve another");
}

#[test]
fn a_packed_batch_gives_the_loss_and_the_gradients_of_its_documents() {
    for config in families() {
        let lens = [5, 1, 8, 3];
        let tokens: Vec<i32> = ids(0).into_iter().chain(ids(1)).take(17).collect();
        let targets: Vec<i32> = (0..17).map(|i| (i * 5 + 1) % 23).collect();
        let (mut packed, mut alone) = (build(config.clone()), build(config));
        let loss = packed.forward_backward(&Tokens::of(Rows::packed(&lens), tokens.clone()), &targets, 0.1, None).unwrap();
        let (mut sum, mut start) = (0.0, 0);
        for len in lens {
            let rows = start..start + len;
            let document = Tokens::new(1, len, &tokens[rows.clone()]);
            sum += alone.forward_backward(&document, &targets[rows], 0.1, None).unwrap();
            start += len;
        }
        assert!((loss - sum).abs() < 1e-5, "{loss} and {sum}");
        for (a, b) in packed.params.iter().zip(alone.params.iter()) {
            let (a, b, name) = (a.grad.as_ref().unwrap().data(), b.grad.as_ref().unwrap().data(), &a.name);
            let largest = b.iter().fold(0.0, |largest: f32, x| largest.max(x.abs()));
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5 * largest.max(1.0)), "{name}");
        }
    }
}
