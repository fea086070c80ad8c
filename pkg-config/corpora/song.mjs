// Song ci: poems to fixed tunes, lines of unequal length.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withoutDuplicates } from "./duplicates.mjs";
import { length } from "./order.mjs";
import { simplify } from "./simplify.mjs";

const BODY = /^[\p{Script=Han}，。、？！；]+$/u;
const SHORTEST = 24;
const LONGEST = 120;
// A pattern of line lengths that this many poems of one tune share is the tune's own; others are damaged or rare forms.
const COMMON = 5;

/** Line lengths and marks, as in `7，7。`: the form that a tune prescribes. */
const patternOf = (lines) => lines.join("").replace(/[^，。、？！；]+/gu, (clause) => length(clause)).replace(/[、，]/g, "，");

/** Documents `tune\nsentence。\n…` in simplified characters, in the order of the anthology. */
export function songCi(packageFolder) {
  const folder = join(packageFolder, "dist", "songci");
  const files = readdirSync(folder).filter((name) => /^ci\.song\.\d+\.json$/.test(name));
  files.sort((a, b) => parseInt(a.slice(8), 10) - parseInt(b.slice(8), 10));
  const candidates = files
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))
    .map(({ rhythmic, paragraphs }) => ({ tune: simplify(rhythmic).split(/[・·（(]/)[0].trim(), lines: (paragraphs ?? []).map(simplify) }))
    .filter(({ tune, lines }) => {
      const body = lines.join("");
      return /^\p{Script=Han}{2,6}$/u.test(tune) && tune !== "失调名" && BODY.test(body) && length(body) >= SHORTEST && length(body) <= LONGEST;
    });
  const frequency = new Map();
  const keyOf = ({ tune, lines }) => `${tune} ${patternOf(lines)}`;
  for (const poem of candidates) frequency.set(keyOf(poem), (frequency.get(keyOf(poem)) ?? 0) + 1);
  const documents = candidates
    .filter((poem) => frequency.get(keyOf(poem)) >= COMMON)
    .map(({ tune, lines }) => `${tune}\n${lines.join("\n")}`);
  return withoutDuplicates(documents, (text) => text.split("\n").slice(1));
}
