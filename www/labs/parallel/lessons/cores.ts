/** What is to be said of cores, wherever a lesson speaks of times. */
import { ranksOf } from '../../../engine/spec/patch';
import type { Both } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import { coresOf } from './measured';

/** Whether ranks shared cores here, and what that means for the times above. */
export const coresNote: Both<(view: ExperimentView) => string> = {
  en: (view) => {
    const [ranks, cores] = [most(view), coresOf(view)];
    return ranks > cores
      ? `This machine has ${cores === 1 ? 'one core' : `${cores} cores`} for ${ranks} ranks, so they take turns, and what a clock shows says little. Figures marked “modelled” are computed from what each rank measured by itself before the run, as if each had a core of its own. `
      : ranks === 1
        ? `The rank had a core to itself, but it shares caches and memory bandwidth with whatever else this machine is doing. `
        : `With ${cores} cores, each of the ${ranks} ranks had one to itself, but they share caches and memory bandwidth, and whatever else this machine is doing. `;
  },
  zh: (view) => {
    const [ranks, cores] = [most(view), coresOf(view)];
    return ranks > cores
      ? `这台机器只有 ${cores} 个核心，却要运行 ${ranks} 个进程，它们只能轮流计算，实测的时间说明不了什么。标有“模型推算”的数值，是根据每个进程在运行前单独测得的速度，按“各占一个核心”推算出来的。`
      : ranks === 1
        ? `这个进程独占一个核心，但它与其他程序共用缓存和内存带宽。`
        : `这台机器有 ${cores} 个核心，${ranks} 个进程各占一个，但它们共用缓存和内存带宽，也会受其他程序影响。`;
  },
};

const most = ({ runs }: ExperimentView): number => Math.max(...runs.map(({ spec }) => ranksOf(spec)));
