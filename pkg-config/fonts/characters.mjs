// The Chinese characters of the site's texts.
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Ideographs and the punctuation that is set with them. */
const CHINESE = /[\u2e80-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]/gu;
/** No texts of the site's pages: dependencies, what is built, tests, this list itself. */
const LEFT_OUT = /(^|\/)(node_modules|dist|dist-lib|test-results|public|build|types\/generated|kit\/fonts)(\/|$)|\.test\.ts$|(^|\/)testing/;
/** What the headings of the first page are made of. */
const FIRST = [/^pages\/text\//, /^pages\/home\//, /^pages\/site-pages\.ts$/, /^labs\/catalogue\.ts$/];

/** All characters of all scripts, in the order of their code points. */
export const charactersOf = (www) => characters(scripts(www));

export const firstPageCharacters = (www) => characters(scripts(www).filter((path) => FIRST.some((first) => first.test(relative(www, path).split(sep).join("/")))));

function scripts(www) {
  return readdirSync(www, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .filter(({ entry, path }) => entry.isFile() && path.endsWith(".ts") && !LEFT_OUT.test(relative(www, path).split(sep).join("/")))
    .map(({ path }) => path);
}

function characters(paths) {
  const found = new Set(paths.flatMap((path) => readFileSync(path, "utf8").match(CHINESE) ?? []));
  return [...found].sort((one, other) => one.codePointAt(0) - other.codePointAt(0));
}
