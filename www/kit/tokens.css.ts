import { unsafeCSS } from 'lit';
import text from './tokens.css?inline';

/** Colours, type and spacing as custom properties of a component's host: a component on somebody else's page has its own look. */
export const tokens = unsafeCSS(text);
