/** Answers in words. */
import type { Words } from '../../text/words';
import { SURENESS, SURENESS_NAMES, type Answer, type NumberUnit, type Question } from './question';

/** Whether numbers of a unit are shown without decimals. */
export const showsWhole = (unit: NumberUnit): boolean => unit === 'steps' || unit === 'percent';

/** A number of a question with its unit. */
export function numberText({ messages, format }: Words, value: number, unit: NumberUnit): string {
  const shown = unit === 'nats' ? format.loss(value) : showsWhole(unit) ? format.count(value) : format.short(value);
  return messages.lesson.predict.units[unit](shown);
}

export function answerText(words: Words, question: Question, answer: Answer): string {
  const { language, messages } = words;
  switch (answer.kind) {
    case 'number':
      return question.kind === 'number' ? numberText(words, answer.value, question.unit) : '';
    case 'order': {
      const names = question.kind === 'order' ? answer.order.map((id) => question.items.find((item) => item.id === id)?.name[language] ?? id) : [];
      // A name may have a comma of its own.
      return names.map((name, place) => `${place + 1}. ${name}`).join(language === 'zh' ? '；' : '; ');
    }
    case 'choice':
      return question.kind === 'choice' ? (question.options.find(({ id }) => id === answer.option)?.text[language] ?? '') : '';
    case 'curve':
      return messages.lesson.verdict.curve;
  }
}

/** How sure somebody was, in the words that they chose. */
export function surenessText({ messages, format }: Words, chance: number): string {
  const { sureness, withChance } = messages.lesson.predict;
  const name = SURENESS_NAMES[SURENESS.findIndex((each) => each === chance)];
  return name ? withChance(sureness[name], format.wholePercent(chance)) : format.wholePercent(chance);
}
