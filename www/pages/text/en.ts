import type { FrameText } from './type';

export const en: FrameText = {
  languageTag: 'en',
  languageName: 'English',
  switchLanguage: 'Language',
  themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
  switchTheme: 'Appearance',
  present: 'Present',
  presentHint: 'Present (P): large text, no form; arrow keys go on and back, Escape ends',
  skipToContent: 'Skip to the content',
  pages: 'Pages',
  more: 'More pages',
  private: 'Nothing leaves this tab: models, texts and results stay on your machine.',
  title: 'TinyAI Playground',
  incomplete: (detail) => `A part of this page could not be loaded (${detail}). Check the connection and reload the page.`,
  reload: 'Reload',
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
