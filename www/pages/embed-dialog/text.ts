import type { Language } from '../../shell/text/language';

export interface EmbedText {
  /** Of the button that opens the dialog. */
  open: string;
  heading: string;
  way: string;
  frame: string;
  frameHint: string;
  element: string;
  elementHint: string;
  language: string;
  languages: Record<Language | 'reader', string>;
  figures: string;
  lock: string;
  lockAll: string;
  height: string;
  follow: string;
  snippet: string;
  copy: string;
  preview: string;
  ownFile: string;
  examples: string;
}

export const EMBED_TEXT: Record<Language, EmbedText> = {
  en: {
    open: 'Embed',
    heading: 'Embed this lab in a page',
    way: 'As',
    frame: 'a frame',
    frameHint: 'Works wherever a page takes an <iframe>: learning platforms, wikis, slides.',
    element: 'an element',
    elementHint: 'For pages that may load scripts: all labs of a page share one engine, and grow with what they show.',
    language: 'Language',
    languages: { reader: 'the reader’s', zh: '中文', en: 'English' },
    figures: 'Figures',
    lock: 'Settings that readers cannot change',
    lockAll: 'All',
    height: 'Height in pixels',
    follow: 'As high as what is in it, by a short script',
    snippet: 'To put into the page',
    copy: 'Copy',
    preview: 'Preview',
    ownFile: 'This experiment uses a file of yours, which never leaves this tab: readers will be told that it is missing.',
    examples: 'Example pages',
  },
  zh: {
    open: '嵌入',
    heading: '将此实验嵌入网页',
    way: '方式',
    frame: '框架',
    frameHint: '适用于任何可以放置 <iframe> 的页面：教学平台、维基、幻灯片。',
    element: '页面元素',
    elementHint: '适用于可以加载脚本的页面：同一页上的所有实验共用一个引擎，高度随内容变化。',
    language: '语言',
    languages: { reader: '随读者', zh: '中文', en: 'English' },
    figures: '图表',
    lock: '读者不能更改的设置',
    lockAll: '全部',
    height: '高度（像素）',
    follow: '用一小段脚本使高度随内容变化',
    snippet: '放入网页的代码',
    copy: '复制',
    preview: '预览',
    ownFile: '此实验使用了你自己的文件，它不会离开这个标签页：读者会看到文件缺失的提示。',
    examples: '示例页面',
  },
};
