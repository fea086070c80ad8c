//! Windows of a strided evaluation.

/// One window of an evaluation: the model reads tokens `begin..end`, and the predictions of `scored_from..end` count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First token of the window.
    pub begin: usize,
    /// End of the window, exclusive.
    pub end: usize,
    /// First token whose prediction counts: no earlier window covered it, and it has at least one token before it in
    /// the window.
    pub scored_from: usize,
}

impl Window {
    /// Number of tokens whose prediction counts.
    pub fn scored(&self) -> usize {
        self.end - self.scored_from
    }
}

/// The windows in which a stream of `len` tokens is evaluated, as in the Hugging Face guide to the perplexity of
/// fixed-length models: they begin at 0, `stride`, 2 `stride`, …, hold `window` tokens (the last one fewer), and end
/// with the one that reaches the end. `stride` is taken into `1..=window`, so that no token is left out.
pub fn strided_windows(len: usize, window: usize, stride: usize) -> Vec<Window> {
    let window = window.max(1);
    let stride = stride.clamp(1, window);
    let mut windows = Vec::new();
    let mut covered = 0;
    while covered < len {
        let begin = windows.len() * stride;
        let end = begin.saturating_add(window).min(len);
        windows.push(Window { begin, end, scored_from: covered.max(begin + 1).min(end) });
        covered = end;
    }
    windows
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn the_windows_of_the_golden_case() {
        let case: Value = serde_json::from_str(include_str!("../../tests/goldens/clm-eval/case.json")).unwrap();
        let number = |value: &Value| value.as_u64().unwrap() as usize;
        let len = number(&case["tensors"]["io.safetensors"]["input_ids"]["shape"][1]);
        let runs = case["expected"]["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 3);
        for run in runs {
            let expected: Vec<_> =
                run["windows"].as_array().unwrap().iter().map(|w| ["begin", "end", "scored"].map(|key| number(&w[key]))).collect();
            let windows = strided_windows(len, number(&run["window"]), number(&run["stride"]));
            assert_eq!(windows.iter().map(|w| [w.begin, w.end, w.scored()]).collect::<Vec<_>>(), expected, "stride {}", run["stride"]);
            assert_eq!(windows.iter().map(Window::scored).sum::<usize>(), number(&run["scored_tokens"]));
        }
    }

    #[test]
    fn edges() {
        assert_eq!(strided_windows(0, 8, 4), []);
        assert_eq!(strided_windows(1, 8, 4), [Window { begin: 0, end: 1, scored_from: 1 }]);
        assert_eq!(strided_windows(3, 2, 0).len(), 2);
        assert_eq!(strided_windows(3, 0, 9).len(), 3);
    }

    proptest! {
        #[test]
        fn each_token_is_scored_at_most_once(len in 0usize..300, window in 0usize..40, stride in 0usize..50) {
            let mut next = 0;
            for w in strided_windows(len, window, stride) {
                prop_assert!(w.begin < w.end && w.end <= len && w.begin < w.scored_from && w.scored_from >= next);
                next = w.end;
            }
            prop_assert_eq!(next, len);
        }

        /// With overlapping windows only the very first token has no context.
        #[test]
        fn overlapping_windows_score_all_but_the_first(len in 1usize..300, window in 2usize..40, stride in 1usize..40) {
            prop_assume!(stride < window);
            prop_assert_eq!(strided_windows(len, window, stride).iter().map(Window::scored).sum::<usize>(), len - 1);
        }
    }
}
