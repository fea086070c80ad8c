// Regulated verse of the Tang: quatrains and eight-line poems of five or seven characters a line.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withoutDuplicates } from "./duplicates.mjs";
import { length } from "./order.mjs";
import { simplify } from "./simplify.mjs";

const HAN = /^\p{Script=Han}+$/u;
const NUMBER = "[一二三四五六七八九十百]+";
const LONGEST_TITLE = 12;

/** A title without its number in a series and without the section it stands in; null if it is not plain words. */
function cleanTitle(raw) {
  const parts = raw.trim().split(/[\s　·]+/).filter((part) => !new RegExp(`^(其)?${NUMBER}$`).test(part));
  const title = (parts.at(-1) ?? "").replace(new RegExp(`(?<=.)${NUMBER}[首章篇]$`), "");
  return HAN.test(title) && length(title) <= LONGEST_TITLE ? title : null;
}

/** The clauses of a regulated poem, two a line; null for any other form or any mark of a gap or a note. */
function regulatedClauses(paragraphs) {
  const clauses = paragraphs.join("").split(/(?<=[，。？！；])/);
  const size = length(clauses[0]) - 1;
  const regular = clauses.every((clause) => length(clause) === size + 1 && HAN.test(clause.slice(0, -1)));
  return regular && [5, 7].includes(size) && [4, 8].includes(clauses.length) ? clauses : null;
}

/** Documents `title\nclause，clause。\n…` in simplified characters, in the order of the anthology. */
export function tangPoems(packageFolder) {
  const folder = join(packageFolder, "dist", "quantangshi");
  const files = readdirSync(folder).filter((name) => /^poet\.tang\.\d+\.json$/.test(name));
  files.sort((a, b) => parseInt(a.slice(10), 10) - parseInt(b.slice(10), 10));
  const poems = files.flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  const documents = poems.flatMap(({ title: rawTitle, paragraphs }) => {
    const title = cleanTitle(rawTitle ?? "");
    const clauses = regulatedClauses(paragraphs ?? []);
    if (!title || !clauses) return [];
    const lines = [];
    for (let i = 0; i < clauses.length; i += 2) lines.push(clauses[i] + clauses[i + 1]);
    return [simplify(`${title}\n${lines.join("\n")}`)];
  });
  return withoutDuplicates(documents, (text) => text.split("\n").slice(1).flatMap((line) => line.split(/[，。？！；]/).filter(Boolean)));
}
