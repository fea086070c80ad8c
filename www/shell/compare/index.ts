/** Comparing any kept runs. */
export { defaultBaseline } from './baseline';
export { curves, tokensPerStep, type Axis, type Curve, type Curves } from './curves';
export { differences, type Difference } from './differences';
export { differingFields } from './differing-fields';
export { metricTable, type MetricCell, type MetricRow } from './metrics';
export { fieldsOf, type ComparedRun } from './run';
export { warnings, type Warning, type WarningKind } from './warnings';
