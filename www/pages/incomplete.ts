/** What a page says when a part of it did not arrive. */
import '../kit/notice/notice';
import type { Notice } from '../kit/notice/notice';
import type { FrameText } from './text/type';

/** A part of the page did not arrive: it is loaded again as a whole. */
export function incompleteNotice(text: FrameText, error: unknown): Notice {
  const notice = document.createElement('tinyai-notice') as Notice;
  notice.items = [{ message: text.incomplete(error instanceof Error ? error.message : String(error)) }];
  notice.actions = [{ label: text.reload, take: () => window.location.reload(), primary: true }];
  return notice;
}
