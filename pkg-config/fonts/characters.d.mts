export function charactersOf(www: string): string[];
export function firstPageCharacters(www: string): string[];
