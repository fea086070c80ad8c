/** The download of one file. */
import type { Problem } from '../../types/generated/Problem';
import { TinyaiError, problem } from '../error';
import { LinkedAbort } from '../linked';
import { Gathered, type Allocate } from './bytes';

/** How far the reading of a file is, in bytes; `total` is null where it is not known. */
export interface Loading {
  asset: string;
  received: number;
  total: number | null;
}

/** What a download needs of the world. */
export interface Network {
  fetch: typeof fetch;
  /** Whether the browser has a network at all, as far as it knows. */
  isOnline: () => boolean;
  /** Milliseconds without a byte after which a download is given up. */
  stallMilliseconds: number;
}

/** What the browser offers. */
export const browserNetwork: Network = {
  fetch: (input, init) => fetch(input, init),
  isOnline: () => globalThis.navigator?.onLine !== false,
  stallMilliseconds: 60_000,
};

/** Fetches a file; fails with a {@link TinyaiError}, or with the reason of the signal. */
export async function download(
  url: URL,
  asset: string,
  { network, allocate, signal, progress }: { network: Network; allocate: Allocate; signal: AbortSignal; progress: (loading: Loading) => void },
): Promise<Uint8Array> {
  const watch = new Watch(signal, asset, network.stallMilliseconds);
  try {
    const response = await network.fetch(url, { signal: watch.signal });
    watch.moved();
    const wrong = answerProblem(asset, response);
    if (wrong) {
      void response.body?.cancel().catch(() => undefined);
      throw new TinyaiError([wrong]);
    }
    const total = lengthOf(response);
    const gathered = new Gathered(total, allocate);
    progress({ asset, received: 0, total });
    const reader = response.body!.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      watch.moved();
      if (!gathered.add(value)) {
        void reader.cancel().catch(() => undefined);
        throw new TinyaiError([wrongLength(asset, gathered.received + value.length, total!)]);
      }
      progress({ asset, received: gathered.received, total });
    }
    if (total !== null && gathered.received !== total) throw new TinyaiError([wrongLength(asset, gathered.received, total)]);
    return gathered.bytes();
  } catch (error) {
    watch.signal.throwIfAborted();
    if (error instanceof TinyaiError) throw error;
    throw new TinyaiError([unreachable(asset, network.isOnline(), error)]);
  } finally {
    watch.end();
  }
}

/** Ends with the signal that is given, or when nothing moves for a while: a connection may break without a word. */
class Watch extends LinkedAbort {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    outer: AbortSignal,
    private readonly asset: string,
    private readonly milliseconds: number,
  ) {
    super(outer);
    this.moved();
  }

  moved(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.abort(new TinyaiError([stalled(this.asset, this.milliseconds)])), this.milliseconds);
  }

  end(): void {
    clearTimeout(this.timer);
    this.unlink();
  }
}

/**
 * Bytes of the body, null where they are not known. With a content encoding the length is that of the compressed body; and
 * another origin does not say whether there is one, as `Content-Encoding` is not among the headers that it shows.
 */
function lengthOf(response: Response): number | null {
  const length = response.headers.get('content-length');
  if (length === null || response.type === 'cors' || response.headers.has('content-encoding')) return null;
  return /^\d+$/.test(length) ? Number(length) : null;
}

/** What is wrong with an answer before its body is read; null if nothing is. */
export function answerProblem(asset: string, response: Response): Problem | null {
  const { ok, status, headers } = response;
  // A server that answers unknown paths with its start page is a miss too.
  const page = ok && headers.get('content-type')?.startsWith('text/html');
  if (page) return missing(asset, 'the server answered with a web page', '服务器返回的是一个网页');
  if (status === 404 || status === 410) return missing(asset, `HTTP ${status}`, `HTTP ${status}`);
  if (ok) return null;
  return problem(
    'not_found',
    `The file ${asset} could not be fetched: the server answered HTTP ${status}. Try again in a while.`,
    `无法取得文件 ${asset}：服务器返回 HTTP ${status}。请稍后重试。`,
    asset,
  );
}

const missing = (asset: string, en: string, zh: string): Problem =>
  problem(
    'not_found',
    `The server has no file ${asset} (${en}). The site may be installed incompletely, or the asset base be wrong.`,
    `服务器上没有文件 ${asset}（${zh}）。网站可能没有完整安装，或者资源地址设置有误。`,
    asset,
  );

const wrongLength = (asset: string, received: number, total: number): Problem =>
  problem(
    'bad_file',
    `The file ${asset} arrived with ${received} bytes instead of ${total}. Try again.`,
    `文件 ${asset} 传输有误：应有 ${total} 字节，实际收到 ${received} 字节。请重试。`,
    asset,
  );

const stalled = (asset: string, milliseconds: number): Problem =>
  problem(
    'not_found',
    `The download of ${asset} stood still for ${milliseconds / 1000} s. Check the connection and try again.`,
    `文件 ${asset} 的下载已停滞 ${milliseconds / 1000} 秒。请检查网络连接后重试。`,
    asset,
  );

/** No answer came, for the reason that was thrown. */
export function unreachable(asset: string, online: boolean, error: unknown): Problem {
  const detail = error instanceof Error ? error.message : String(error);
  if (!online) {
    return problem(
      'not_found',
      `The file ${asset} could not be fetched, as this device is offline. Connect to the network and try again.`,
      `设备未联网，无法取得文件 ${asset}。请连接网络后重试。`,
      asset,
    );
  }
  return problem(
    'not_found',
    `The file ${asset} could not be fetched (${detail}). The server cannot be reached, or does not let this page read it. Check the connection and try again.`,
    `无法取得文件 ${asset}（${detail}）：服务器无法访问，或不允许本页读取。请检查网络连接后重试。`,
    asset,
  );
}
