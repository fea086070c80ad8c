/** The page of the benchmark. */
import { showTheme } from '../components/theme';
import './bench-page';

showTheme();
