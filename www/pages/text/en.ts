import type { FrameText } from './type';

export const en: FrameText = {
  languageTag: 'en',
  languageName: 'English',
  switchLanguage: 'Language',
  themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
  switchTheme: 'Appearance',
  skipToResults: 'Skip to the results',
  pages: 'Pages',
  title: 'TinyAI Playground',
  engine: {
    title: 'Engine',
    loading: 'loading…',
    failed: 'not loaded',
    threads: (count) => (count === 1 ? '1 thread' : `${count} threads`),
    oneThread: 'without threads',
    isolated: 'isolated page',
    notIsolated: 'page not isolated',
  },
};
