/** The page of the library. */
import { browserClock } from '../../shell/browser-ports';
import { openLibrary } from '../../shell/library';
import { offerFile } from '../../kit/offer-file';
import { api } from '../api';
import { PageFrame } from '../frame';
import '../site-footer/site-footer';
import { Desk } from './desk';
import './library-page';
import { browserQuery } from './query';

const frame = new PageFrame({ window, page: 'library', root: '../' });
window.tinyai = api(new URL('../', document.baseURI));
const desk = new Desk({
  opened: openLibrary(window),
  query: browserQuery(window),
  clock: browserClock,
  offer: (content, name) => offerFile(document, content, name, browserClock),
});

document.body.append(Object.assign(document.createElement('tinyai-library-page'), { frame, desk }), Object.assign(document.createElement('tinyai-site-footer'), { frame }));
void desk.start();
