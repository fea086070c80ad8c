// Old anthologies print the same poem under several titles and authors; a copy in the validation part would leak.

/** Drops each document at least half of whose clauses have been seen in earlier documents. */
export function withoutDuplicates(documents, clausesOf) {
  const seen = new Set();
  return documents.filter((document) => {
    const clauses = clausesOf(document);
    const known = clauses.filter((clause) => seen.has(clause)).length;
    clauses.forEach((clause) => seen.add(clause));
    return known * 2 < clauses.length;
  });
}
