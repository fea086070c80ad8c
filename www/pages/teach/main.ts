/** The page for teachers. */
import { api } from '../api';
import { PageFrame } from '../frame';
import '../site-footer/site-footer';
import '../site-header/site-header';
import './teach-page';

const frame = new PageFrame({ window, page: 'teach', root: '../' });
window.tinyai = api(new URL('../', document.baseURI));
const page = Object.assign(document.createElement('tinyai-teach-page'), { frame });
const header = Object.assign(document.createElement('tinyai-site-header'), { frame });
header.addEventListener('skip', () => page.skip());
document.body.append(header, page, Object.assign(document.createElement('tinyai-site-footer'), { frame }));
