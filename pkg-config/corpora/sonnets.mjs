// Shakespeare's sonnets: one document each, `Sonnet 18`, then its lines.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plain } from "./plays.mjs";

/** The 154 sonnets. */
export function sonnets(textFolder) {
  const text = plain(readFileSync(join(textFolder, "sonnets_gut.txt"), "latin1"));
  const parts = text.split(/^ *[IVXLC]+\.? *$/m).slice(1);
  return parts.map((part, i) => {
    const lines = part.split("\n").map((line) => line.trim()).filter(Boolean);
    return `Sonnet ${i + 1}\n${lines.join("\n")}`;
  });
}
