/** What the page of many adapters is made of. */
import './anatomy/anatomy-figures';
import './mix/mix-figure';
import './panel/panel';
import './serve/serve-figure';
import './shelf/shelf-figure';
