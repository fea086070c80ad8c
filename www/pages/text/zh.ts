import type { FrameText } from './type';

export const zh: FrameText = {
  languageTag: 'zh-CN',
  languageName: '中文',
  switchLanguage: '语言',
  themes: { auto: '自动', light: '浅色', dark: '深色' },
  switchTheme: '外观',
  present: '放映',
  presentHint: '放映（P 键）：大字，不显示设置；左右方向键前后翻，Esc 键退出',
  skipToContent: '跳到正文',
  pages: '页面',
  more: '更多页面',
  private: '一切都在本标签页中：模型、文本和结果都不会离开你的电脑。',
  title: 'TinyAI Playground',
  incomplete: (detail) => `本页的一部分无法加载（${detail}）。请检查网络连接并重新载入页面。`,
  reload: '重新载入',
  engine: {
    title: '引擎',
    loading: '加载中…',
    failed: '未加载',
    threads: (count) => `${count} 个线程`,
    oneThread: '无多线程',
    isolated: '页面已隔离',
    notIsolated: '页面未隔离',
  },
};
