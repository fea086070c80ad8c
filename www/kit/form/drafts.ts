import type { FormGroup } from './description';
import type { Refusal } from './events';

/** What is typed in a form and is no value, by what the form was for and by field: it survives a look at another run's settings. */
export class Drafts {
  private readonly kept = new Map<string, Refusal>();
  /** Those whose fields the form last left out, since nothing comes of them. */
  private readonly hidden = new Set<string>();

  typed(scope: string, path: string): string | null {
    return this.kept.get(key(scope, path))?.typed ?? null;
  }

  put(scope: string, path: string, refusal: Refusal | null): void {
    if (refusal) this.kept.set(key(scope, path), refusal);
    else this.kept.delete(key(scope, path));
  }

  /** Forgets what is in no such scope. */
  keep(scopes: readonly string[]): void {
    for (const [at, { scope }] of this.kept) if (!scopes.includes(scope)) this.kept.delete(at);
  }

  /** What stands in the way: what was left in fields that showed when the form was for their scope last. */
  refusals(scope: string, groups: readonly FormGroup[]): Refusal[] {
    const shown = new Set(groups.flatMap(({ fields }) => fields.map(({ path }) => path)));
    const own = [...this.kept].filter(([, refusal]) => refusal.scope === scope);
    for (const [at, { path }] of own) this.hidden[shown.has(path) ? 'delete' : 'add'](at);
    return [...this.kept].flatMap(([at, refusal]) => (this.hidden.has(at) ? [] : [refusal]));
  }
}

const key = (scope: string, path: string): string => `${scope}\n${path}`;
