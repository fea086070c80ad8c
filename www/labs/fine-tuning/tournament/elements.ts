/** What the pages of a tournament are made of. */
import './standings/standings';
import './sweep/sweep-figure';
import './tradeoffs/tradeoffs';
import './verdict/verdict-figure';
