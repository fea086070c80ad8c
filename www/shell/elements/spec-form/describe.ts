/** The form of an experiment in the words of a language, as the kit draws it. */
import { html } from 'lit';
import type { FieldDescription, FormGroup } from '../../../kit/form/description';
import { forkMayChange } from '../../../engine/spec/fork';
import { FIELDS, GROUPS, type Field, type Group } from '../../../engine/spec/schema';
import type { LabStore } from '../../store/lab-store';
import type { Words } from '../../text/words';
import { standing } from './standing';

/** The groups of the form with the fields that matter: those of the lab first; without those that are locked. */
export function describeGroups(store: LabStore, words: Words, lock: readonly string[] = []): FormGroup[] {
  const { groups: first, drawn = [] } = store.definition;
  const place = ({ path }: Group): number => (first.includes(path) ? first.indexOf(path) : first.length);
  return [...GROUPS]
    .sort((a, b) => place(a) - place(b))
    .flatMap(({ path, fields }) => {
      const shown = fields.filter((field) => !drawn.includes(field.path) && !lock.some((locked) => field.path === locked || field.path.startsWith(`${locked}.`)) && matters(store, field));
      return shown.length === 0 ? [] : [{ path, label: words.group(path), fields: shown.map((field) => describe(store, words, field)) }];
    });
}

/** Whether a field is to be seen: one that does not apply may still stand in the way, where it can be corrected. */
const matters = (store: LabStore, field: Field): boolean =>
  store.editor.applies(field) || store.editor.problemsAt(store.editor.selected, field.path, store.runProblems).length > 0;

/** The range that a field has beside the others. */
function limited(schema: Field['schema'], most: number | undefined): Field['schema'] {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  return most === undefined || most < minimum || most >= maximum ? schema : { ...schema, maximum: most };
}

/** Some fields by their paths, in this order, as far as they matter. */
export function describeFields(store: LabStore, words: Words, paths: readonly string[]): FieldDescription[] {
  return paths.flatMap((path) => {
    const field = FIELDS.get(path);
    return field && matters(store, field) ? [{ ...describe(store, words, field), advanced: false }] : [];
  });
}

function describe(store: LabStore, words: Words, field: Field): FieldDescription {
  const { path, kind, schema, advanced } = field;
  const { editor } = store;
  const names = words.field(path);
  const unit = schema['x-unit'];
  const value = editor.value(editor.selected, path);
  const { marked, note } = standing(editor, words, field);
  const fixed = editor.forked !== null && !forkMayChange(path, editor.config(editor.selected)) && marked !== true;
  return {
    path,
    kind,
    schema: limited(schema, editor.limit(path)),
    advanced,
    label: names?.label ?? path,
    help: names?.help ?? schema.description ?? '',
    ...(unit ? { unit: words.messages.units[unit] ?? unit } : {}),
    options: options(words, field, value),
    value,
    problems: editor.problemsAt(editor.selected, path, store.runProblems).map(({ message }) => words.message(message)),
    marked: marked ?? false,
    fixed,
    ...(fixed ? note && { note } : files(store, words, field, String(value), note)),
  };
}

function options(words: Words, { path, kind, options, schema }: Field, value: unknown): { value: string; label: string; short?: string }[] {
  const { form, sources } = words.messages;
  if (kind !== 'source') {
    const label = (option: string): string => words.option(path, option) ?? option;
    return options.map((option) => ({ value: option, label: label(option), ...(kind === 'chips' ? { short: option.replace('_proj', '') } : {}) }));
  }
  const none = schema.minLength === undefined ? [{ value: '', label: form.noSource }] : [];
  const listed = [...none, ...options.map((option) => ({ value: option, label: sources[option] ?? option }))];
  const current = String(value);
  return listed.some((option) => option.value === current) ? listed : [...listed, { value: current, label: current.replace(/^file:/, '') }];
}

/** How files are taken in, and what there is of the visitor's own. */
function files(store: LabStore, words: Words, { path, kind }: Field, value: string, note: FieldDescription['note']): Pick<FieldDescription, 'files' | 'note'> {
  const said = note ? { note } : {};
  if (kind !== 'source') return said;
  const texts = words.messages.form;
  const model = path === 'model.base';
  const asset = store.ownAsset(value);
  const kept = asset ? html`<p class="note">${texts.fileKept(asset.name.replace(/^file:/, ''), words.format.size(asset.bytes))}</p>${note}` : note;
  return {
    files: {
      multiple: model,
      folder: model,
      hint: model ? texts.ownModelHint : texts.ownTextHint,
      taking: store.files.at(path),
      take: (given) => void store.files.take(path, given),
      stop: () => store.files.stop(path),
      ...(store.editor.refusedFiles(path) && { forget: () => store.editor.setFileProblems(store.editor.scope, path, []) }),
    },
    ...(kept ? { note: kept } : {}),
  };
}
