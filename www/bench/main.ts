/** The page of the benchmark. */
import { showTheme } from '../components/theme';
import { adoptTokens } from '../kit/tokens.css';
import './bench-page';

adoptTokens(document);
showTheme();
