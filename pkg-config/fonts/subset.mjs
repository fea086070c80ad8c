// Makes the Chinese serif of `www/public/fonts/`, and the list of its characters, of a whole font:
//
//   npm ci && node subset.mjs NotoSerifCJK-Bold.ttc
//
// The font is Noto Serif CJK SC Bold (SIL Open Font License 1.1; Debian: package fonts-noto-cjk). Two files hold all Chinese characters of
// the site's texts: one those that the first page's headings are made of, the other the rest. Running it again gives the same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";
import { faceOf } from "./collection.mjs";
import { charactersOf, firstPageCharacters } from "./characters.mjs";

const WWW = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "www");
const OUT = join(WWW, "public", "fonts");
const FACE = /Serif (CJK )?SC/;
/** The first page is to be read within its budget (www/build/budget.ts). */
const MOST_FIRST_BYTES = 60_000;

const [path] = process.argv.slice(2);
if (!path) throw new Error("which font? node subset.mjs FILE, such as NotoSerifCJK-Bold.ttc");
const { name, font } = faceOf(readFileSync(path), FACE);

const first = firstPageCharacters(WWW);
const rest = charactersOf(WWW).filter((character) => !first.includes(character));
mkdirSync(OUT, { recursive: true });
for (const old of readdirSync(OUT)) if (old.endsWith(".woff2")) rmSync(join(OUT, old));
const files = [];
for (const [part, characters] of [["first", first], ["rest", rest]]) {
  const bytes = await subsetFont(font, characters.join(""), { targetFormat: "woff2", noHinting: true, noLayoutClosure: true, keepFeatures: [] });
  if (part === "first" && bytes.length > MOST_FIRST_BYTES) {
    throw new Error(`the ${first.length} characters of the first page take ${bytes.length} bytes, more than ${MOST_FIRST_BYTES}: set less in the serif (characters.mjs)`);
  }
  const file = `serif-${part}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.woff2`;
  writeFileSync(join(OUT, file), bytes);
  files.push({ file, characters: characters.join("") });
  console.log(`${file}: ${characters.length} characters of ${name}, ${bytes.length} bytes`);
}
const written = files.map(({ file, characters }) => `  { file: '${file}', characters: '${characters}' },\n`).join("");
writeFileSync(
  join(WWW, "kit", "fonts", "files.ts"),
  `/** The font files in \`public/fonts/\` and their characters, the first page's first. Written by \`cargo xtask fonts\`. */\nexport const SERIF_FILES = [\n${written}] as const;\n`,
);
