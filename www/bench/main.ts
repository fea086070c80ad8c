/** The page of the benchmark. */
import { probe } from '../engine/variants';
import { api } from '../pages/api';
import { PageFrame } from '../pages/frame';
import { browserClock } from '../shell/browser-ports';
import { Benchmark } from './benchmark';
import './bench-page';
import { browserName } from './browser-name';
import { framesIn } from './frames';
import { browserQuery, drawnIn } from './ports';
import { BENCH_WORDS } from './text/words';

/** Bytes of the peers on this site; 0: they are not part of it. Known when the site is built. */
declare const BENCH_PEER_BYTES: number;

window.tinyai = api(new URL('../', document.baseURI));
const frame = new PageFrame({ window, page: 'bench', root: '../' });
const bench = new Benchmark({
  machine: {
    cores: navigator.hardwareConcurrency || 1,
    browser: browserName(navigator.userAgent),
    isolated: window.crossOriginIsolated,
    peerBytes: BENCH_PEER_BYTES,
  },
  query: browserQuery(window),
  clock: browserClock,
  probe,
  open: framesIn({ document, text: () => BENCH_WORDS[frame.language.current].bench }),
  drawn: drawnIn(window),
});

document.body.append(Object.assign(document.createElement('tinyai-bench-page'), { frame, bench }));
void bench.start();
