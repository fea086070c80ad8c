/** A rank: one wasm instance with a memory of its own. Over shared memory it sleeps while it waits for other ranks. */
import type { AtGate } from '../../types/generated/AtGate';
import { TinyaiError, problem } from '../error';
import type { RankEvents, RankMethods } from '../methods';
import { instantiate } from '../module';
import { Moved, type Handlers, type RpcServer } from '../rpc';
import type { WasmEngine, WasmRank } from '../wasm';

/** Milliseconds between two beats of a rank, at the least. */
const BEAT_MILLISECONDS = 100;

/** Handlers for one worker; `server` is who serves them. */
export function rankHandlers(server: () => RpcServer<RankEvents>): Handlers<RankMethods> {
  let engine: WasmEngine | undefined;
  let rank: WasmRank | undefined;
  /** The run is stopped, or a rank is lost: nobody waits at a gate any more. */
  let over = false;
  /** Lets the rank do the action that it waits before. */
  let pass: (() => void) | undefined;
  let lastBeat = 0;

  const beat = (): void => {
    const now = performance.now();
    if (now - lastBeat < BEAT_MILLISECONDS) return;
    lastBeat = now;
    server().emit('beat', null);
  };
  const joined = (): WasmRank => {
    if (!rank) throw new TinyaiError([problem('internal', 'A rank was asked before it joined its world.', '进程尚未加入就收到了请求。')]);
    return rank;
  };
  const gate = (at: AtGate): Promise<void> => {
    server().emit('gate', at);
    return over ? Promise.resolve() : new Promise((resolve) => (pass = resolve));
  };
  const end = (): void => {
    over = true;
    pass?.();
  };

  return {
    load: async ({ base, folder, module }) => {
      engine = await instantiate(base, folder, module);
      setInterval(beat, BEAT_MILLISECONDS);
    },
    join: ({ rank: number, ranks, wire }) => {
      const { Rank } = engine!;
      rank = wire.kind === 'shared' ? Rank!.shared(wire.memory, number, ranks) : Rank!.ports(wire.ports, number);
      rank.on_heartbeat(beat);
    },
    takeFiles: (files) => joined().take_files(files),
    obey: async ({ program, state }) => {
      const answer = await joined().obey(program, state);
      // A state moves: it is as large as the model and its optimizer.
      return new Moved(answer, answer.state ? [answer.state.buffer as ArrayBuffer] : []);
    },
    selfCheck: () => joined().self_check(),
    allReduce: ({ floats, algorithm, rounds }) => joined().measure_all_reduce(floats, algorithm, rounds),
    gate: (on) => joined().set_gate(on ? gate : null),
    pass: () => pass?.(),
    stop: () => {
      end();
      rank?.stop();
    },
    lose: (lost) => {
      end();
      rank?.lose(lost);
    },
    hang: () => {
      for (;;);
    },
    close: () => rank?.close(),
  };
}
