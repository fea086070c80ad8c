/** What every page says around what it is for. */
export interface FrameText {
  /** For `lang` attributes. */
  languageTag: string;
  languageName: string;
  switchLanguage: string;
  themes: { auto: string; light: string; dark: string };
  switchTheme: string;
  /** Shows the page to a hall; `P` is the key. */
  present: string;
  presentHint: string;
  skipToContent: string;
  pages: string;
  /** The links at the foot of the page. */
  more: string;
  /** What becomes of what one does here. */
  private: string;
  /** Of the site. */
  title: string;
  /** A part of the page did not arrive. */
  incomplete(detail: string): string;
  reload: string;
  engine: {
    title: string;
    loading: string;
    failed: string;
    threads(count: number): string;
    oneThread: string;
    isolated: string;
    notIsolated: string;
  };
}
