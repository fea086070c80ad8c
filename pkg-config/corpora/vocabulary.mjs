// The character vocabulary that the poems share, and its Hugging Face `tokenizer.json`.

export const SPECIAL = ["<|endoftext|>", "<unk>"];
export const LARGEST = 4000;

function count(documents) {
  const counts = new Map();
  for (const text of documents) for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  return counts;
}

/**
 * Drops documents with rare characters: the least frequency a character must have is raised until all characters of
 * the documents that are left, with the special tokens, fit into the vocabulary.
 */
export function withoutRareCharacters(documents) {
  for (let least = 2; ; least += 1) {
    for (;;) {
      const counts = count(documents);
      const kept = documents.filter((text) => [...text].every((c) => counts.get(c) >= least));
      if (kept.length === documents.length) break;
      documents = kept;
    }
    if (count(documents).size + SPECIAL.length <= LARGEST) return documents;
  }
}

/** `tokenizer.json`: special tokens, then the characters by falling frequency (ties by code point). */
export function tokenizerJson(documents) {
  const counts = [...count(documents)].sort(([a, n], [b, m]) => m - n || a.codePointAt(0) - b.codePointAt(0));
  const tokens = [...SPECIAL, ...counts.map(([c]) => c)];
  const special = (content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map(special),
    normalizer: null,
    pre_tokenizer: { type: "Split", pattern: { Regex: "[\\s\\S]" }, behavior: "Isolated", invert: false },
    post_processor: null,
    decoder: { type: "Fuse" },
    model: { type: "WordLevel", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), unk_token: "<unk>" },
  };
}
