/** The language of the page, switched in place. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Text } from '../types/generated/Text';
import { en } from './en';
import type { Messages } from './messages';
import { zh } from './zh';

/** The languages of the site. */
export const LANGUAGES = { zh, en } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = 'tinyai-language';
const changed = new EventTarget();
let current: Language = preferred();

function preferred(): Language {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'zh' || stored === 'en') return stored;
  for (const tag of navigator.languages) {
    if (tag.startsWith('zh')) return 'zh';
    if (tag.startsWith('en')) return 'en';
  }
  return 'en';
}

/** The current language. */
export const language = (): Language => current;

/** The texts of the current language. */
export const messages = (): Messages => LANGUAGES[current];

/** A text that the engine gives in both languages. */
export const localized = (text: Text): string => text[current];

/** Switches the whole page and remembers it. */
export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(STORAGE_KEY, next);
  changed.dispatchEvent(new Event('change'));
}

/** Renders its host again when the language changes. */
export class LanguageController implements ReactiveController {
  private readonly update = (): void => this.host.requestUpdate();

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    changed.addEventListener('change', this.update);
  }

  hostDisconnected(): void {
    changed.removeEventListener('change', this.update);
  }
}
