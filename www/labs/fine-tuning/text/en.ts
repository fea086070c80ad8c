import type { LabText } from '../../../shell/text/lab-text';
import { en as adapters } from './adapters/en';
import type { FineTuningText } from './type';

const own: FineTuningText = {
  adapters,
  tournament: {
    methods: 'Methods',
    fitted: (value) => `fitted: ${value}`,
    allTheRoom: ', as many as the context leaves room for',
    full: (most, seeds) => `There is room for ${most} methods with ${seeds === 1 ? '1 seed' : `${seeds} seeds`}.`,
    atLeastOne: 'Choose at least one method.',
    rule: 'What is equal',
    rules: {
      steps: {
        name: 'Steps',
        means: 'Every method makes the same number of optimizer steps.',
        hides: 'It hides that a step takes some methods longer than others.',
      },
      time: {
        name: 'Time',
        means: 'Every method trains for the same number of seconds, not counting its search for a rate.',
        hides: 'It hides that elsewhere, other numbers of steps would fit.',
      },
      parameters: {
        name: 'Trainable parameters',
        means: 'All methods that have a size get the one with which they train about as many parameters as the first of them.',
        hides: 'It hides that a parameter does more in one place than in another.',
      },
      memory: {
        name: 'Bytes of memory',
        means: 'Every method but the first gets the largest batch with which it takes no more bytes at its peak than the first, up to 64 sequences.',
        hides: 'It hides that part of a gain is the larger batch’s, not the method’s.',
      },
    },
    steps: 'Steps',
    seconds: 'Seconds',
    seeds: 'Seeds',
    seed: (count) => (count === 1 ? '1 seed' : `${count} seeds`),
    seedsHint: {
      one: 'One run of each method: small differences may be luck.',
      several: 'Each method runs again with other seeds; the whiskers go from the least to the greatest.',
      noRoom: 'There is no room for more seeds with so many methods.',
    },
    search: 'Search for the learning rate',
    searchHint: 'Each method tries these rates, evenly spread on a logarithmic scale. After each round the worse half is dropped, and the others train twice as long. Then it begins anew with the best.',
    scaled: (methods, times) => `${new Intl.ListFormat('en').format(methods)}: ${times} times these rates.`,
    noSearch: 'Without a search all methods have one rate, which suits some of them better than others.',
    candidates: 'Rates',
    lowest: 'Lowest',
    highest: 'Highest',
    searchSteps: 'Steps of the first round',
    summary: (runs, methods, seeds) => `${methods === 1 ? '1 method' : `${methods} methods`} × ${seeds === 1 ? '1 seed' : `${seeds} seeds`} = ${runs === 1 ? '1 run' : `${runs} runs`}.`,
    equalising: 'Finding sizes that make the methods equal…',
    unequal: (why) => `The methods could not be made equal: ${why}`,
  },
  tradeoffs: {
    heading: 'What it costs',
    caption: 'Each point is a method. The lower and the further left, the better.',
    several: 'Points are medians over the seeds; whiskers go from the least to the greatest.',
    empty: 'A point appears as each method finishes.',
    across: 'Across',
    up: 'Upwards',
  },
  equal: {
    says: {
      steps: (length) => `Equal: ${length} steps.`,
      time: (length) => `Equal: ${length} of training.`,
      parameters: (length) => `Equal: trainable parameters, over ${length} steps.`,
      memory: (length) => `Equal: bytes of memory, over ${length} steps.`,
    },
    earlier: 'From an earlier set-up.',
  },
  verdict: {
    heading: 'What can be said',
    open: 'It can be said once all methods have finished.',
    says: (beaten, unbeaten, measures) => {
      const trade = 'what one of them saves in one column, it pays for in another';
      if (beaten.length === 0) return `No method is beaten: over all ${measures} columns, ${trade}.`;
      const list = new Intl.ListFormat('en');
      const said = beaten.map(
        ({ names, by, what, better, theirs }, i) =>
          `${list.format(names)} ${names.length === 1 ? 'is' : 'are'} beaten by ${by}, which is clearly worse in none of ${i === 0 ? `the ${measures}` : 'these'} columns and better in ${what.toLowerCase()}: ${better} against ${list.format(theirs)}.`,
      );
      const rest = unbeaten.length === 1 ? `Nothing beats ${unbeaten[0]}.` : unbeaten.length > 1 ? `Nothing beats ${list.format(unbeaten)}: ${trade}.` : '';
      return [...said, rest].join(' ').trim();
    },
    from: (measure, margin) => `${margin} in ${measure.toLowerCase()}`,
    chance: (from, own, seeds) =>
      own
        ? `A difference counts from ${new Intl.ListFormat('en').format(from)} on: three standard errors of what the ${seeds} seeds of these runs changed.`
        : `One run of each method: small differences may be luck. One counts from ${new Intl.ListFormat('en').format(from)} on: three standard errors of what other seeds changed when the tournament that this page begins with was run with three. Choose 3 seeds, and fewer methods to have room for them, to measure it here.`,
  },
  sweep: {
    heading: 'What was tried',
    caption: 'Validation loss at each rate, a line for each round. Crosses were dropped; the ring is the rate that was taken.',
    name: 'Method',
    rate: 'learning rate',
    loss: 'validation loss (nats per token)',
    after: (steps) => `after ${steps} steps`,
    fate: 'Outcome',
    chosen: 'taken',
    droppedAfter: (steps) => `dropped after ${steps} steps`,
    stillIn: 'still in',
    diverged: 'diverged',
    waiting: 'not yet',
    tried: (name, rates, low, high) => `${name}: ${rates === 1 ? '1 rate' : `${rates} rates`}, from ${low} to ${high}.`,
    dropped: (rates, steps) => `Dropped after ${steps} steps: ${rates.join('; ')}.`,
    found: (rate, loss) => `Taken: ${rate}, with a loss of ${loss}.`,
    budget: (name, seconds, steps, step) => `${name}: ${steps} steps of ${step} fit in ${seconds}.`,
    edge: (which, names) => `${new Intl.ListFormat('en').format(names)} took the ${which} rate of those tried, so a ${which === 'highest' ? 'higher' : 'lower'} one may suit better. ${which === 'highest' ? 'Raise the highest' : 'Lower the lowest'} rate above.`,
    key: { rounds: 'first to last round', dropped: 'dropped', chosen: 'taken', beyond: 'above the picture, or diverged' },
  },
  standings: {
    heading: 'All methods',
    caption: 'Less is better in each column but the last two; a star marks the best and what cannot be told from it. The total time includes the search for a rate. Choose a column to sort by it. An adapter’s file is as PEFT has it; where PEFT has no such method, it is the trained parameters in float32.',
    several: 'Medians over the seeds; small figures: the least and the greatest.',
    method: 'Method',
    steps: 'Steps',
    best: 'best',
    gained: (margin) => `Forgetting below 0: the loss on the base’s own text fell. Up to ${margin} either way, that may be chance.`,
    sort: (column) => `Sort by ${column}`,
    range: (low, high) => `${low}–${high}`,
    status: (done, all) => `${done} of ${all} seeds`,
  },
};

export const en: LabText = {
  name: 'Fine-tuning',
  question: 'One model, many ways to teach it',
  lead: 'It learns a new kind of verse here in your browser. What does LoRA save, at what cost?',
  presets: { poems: 'Tang poems → Song lyrics', plays: 'Shakespeare: plays → sonnets', ranks: 'The chapter’s ranks: 4/8, 16/32, 64/128' },
  own,
  figures: { tradeoffs: own.tradeoffs.heading, sweep: own.sweep.heading, standings: own.standings.heading, conclusion: own.verdict.heading },
};
