/** Starts the lab of parallel training. For those who write code, tests among them, the page has `window.openWorld` and `window.openPlanner`, too. */
import { timelineColours } from '../components/rank-timeline/colours.css';
import { showTheme } from '../components/theme';
import { adoptTokens } from '../kit/tokens.css';
import './parallel-lab';
import { defaultParallelSpec } from './parallel-spec';
import { Planner } from './planner';
import { TrainingSession } from './training-session';
import { World, type WorldOptions } from './world';

const places = { engineBase: '../engine/', assetBase: '..' };
const openWorld = (options: WorldOptions): Promise<World> => World.open({ ...places, ...options });
const openPlanner = (): Planner => new Planner(places);

declare global {
  interface Window {
    openWorld: typeof openWorld;
    openPlanner: typeof openPlanner;
    session: TrainingSession;
  }
}

window.openWorld = openWorld;
window.openPlanner = openPlanner;
window.session = new TrainingSession(structuredClone(defaultParallelSpec), places);

adoptTokens(document, timelineColours);
showTheme();
const lab = document.createElement('parallel-lab');
lab.session = window.session;
document.body.append(lab);
