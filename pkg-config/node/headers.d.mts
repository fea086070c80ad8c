/** A pattern of paths and the headers of what it names. */
export interface ParsedRule {
  pattern: string;
  headers: [name: string, value: string][];
}

export function parseHeaders(text: string): ParsedRule[];
export function headersFor(rules: ParsedRule[], path: string): [name: string, value: string][];
