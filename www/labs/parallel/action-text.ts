/** Actions of a rank's list in words. */
import type { Action } from '../../types/generated/Action';
import type { ParallelMessages } from './text/messages';

/** Chunks of a rank are lettered, as in drawings of interleaved schedules; with one chunk there is nothing to tell. */
export const chunkLetter = (virtualStage: number, stages: number, chunks: number): string =>
  chunks > 1 ? String.fromCharCode(97 + Math.floor(virtualStage / stages)) : '';

/** What a rank does; null: it waits for the end of the step. */
export function actionText(text: ParallelMessages, action: Action | null, stages: number, chunks: number): string {
  if (!action) return text.waitsForEnd;
  switch (action.type) {
    case 'reduce_gradients':
    case 'optimizer_step':
      return text.actions[action.type];
    case 'send_activation':
    case 'recv_activation':
    case 'send_gradient':
    case 'recv_gradient':
      return text.actions[action.type](action.micro_batch, action.peer);
    default: {
      const letter = chunkLetter(action.virtual_stage, stages, chunks);
      return text.actions[action.type](action.micro_batch, letter && text.steps.chunk(letter));
    }
  }
}
