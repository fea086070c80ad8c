import type { Verdict } from '../lesson';

/** What all lessons say alike. */
export interface LessonMessages {
  nav: {
    lessons: string;
    freePlay: string;
    /** Of a lesson in the list, for those who cannot see its mark. */
    stage: { new: string; begun: string; ran: string; done: string };
    section(section: string): string;
    minutes(count: number): string;
    unknown(name: string): string;
  };
  predict: {
    heading: string;
    /** Under the heading, while nothing is said yet. */
    lead: string;
    sure: string;
    sureness: Record<'guess' | 'likely' | 'certain', string>;
    /** How sure somebody was, with the chance that it stands for. */
    withChance(sureness: string, chance: string): string;
    keep: string;
    /** Said of a scale on which nothing is chosen yet. */
    unset: string;
    /** Said to whoever would note down nothing. */
    chooseFirst: string;
    drawFirst: string;
    change: string;
    kept(answer: string): string;
    keptSure(sureness: string): string;
    /** Of what was foretold in a lesson that was run already. */
    over: string;
    again: string;
    moveUp(name: string): string;
    moveDown(name: string): string;
    place(place: number, of: number): string;
    drawHint: string;
    clear: string;
    /** A number with the unit of its question. */
    units: { percent(value: string): string; times(value: string): string; steps(value: string): string; nats(value: string): string; ms(value: string): string; MiB(value: string): string };
  };
  run: {
    heading: string;
    settings: string;
    hint: string;
    changed: string;
    restore: string;
    /** Of an experiment with the model and text of another language. */
    ofOther(what: string): string;
    beginInOwn: string;
    /** How far a run is that shows nothing yet. */
    step(step: string, steps: string): string;
  };
  verdict: {
    youSaid(answer: string): string;
    itWas(answer: string): string;
    grades: Record<'hit' | 'near' | 'far', string>;
    /** How far off: the factor in words. */
    more(times: string): string;
    less(times: string): string;
    pairs(right: number, all: number): string;
    curve: string;
    /** Of a prediction that what ran does not answer. */
    unanswered: string;
    /** On the pencil mark in a figure. */
    you: string;
    /** Of a number that was computed rather than measured. */
    modelled: string;
  };
  explain: {
    heading: string;
    happened: string;
    why: string;
    change: string;
    misleads: string;
    waiting: string;
    other: string;
    /** Before an explanation of runs with other settings. */
    changed: string;
    /** Of runs of which one did not come to its end. */
    stopped: string;
    /** Before, in, and after the term for the unit of losses. */
    unit: readonly [string, string, string];
    book(section: string): string;
    /** Above what the chapter says beside what was measured. */
    claims: string;
    verdicts: Record<Verdict, string>;
  };
  vary: {
    heading: string;
    lead: string;
    runAll: string;
    added: string;
    full(most: number): string;
    strip: string;
    stripCaption: string;
  };
  check: { heading: string; right: string; wrong: string };
  /** While it is presented. */
  present: string;
  next: { heading: string; takeaway: string; lesson(title: string): string; freePlay: string; home: string; done: string; section(title: string): string };
  drawer: { settings: string; measurements: string };
}
