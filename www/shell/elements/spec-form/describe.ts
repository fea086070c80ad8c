/** A lab's form in the words of the page's language, as the kit draws it. */
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { size } from '../../i18n/format';
import { localized, messages } from '../../i18n/locale';
import type { FieldDescription, FormGroup } from '../../kit/form/description';
import { plainText, renderReferences } from '../../kit/notice/references';
import type { Field } from '../../spec/schema';
import type { Text } from '../../types/generated/Text';
import type { FormModel } from '../../workbench/form-model';

/** What a lab adds to a field: how its value stands to others. */
export interface Standing {
  marked?: boolean;
  note?: TemplateResult;
}

/** The groups of a form with the fields that matter. */
export function describeGroups(bench: FormModel, standing: (field: Field) => Standing = () => ({})): FormGroup[] {
  return bench.groups.flatMap(({ path, fields }) => {
    const visible = fields.filter((field) => bench.applies(field));
    if (visible.length === 0) return [];
    return [{ path, label: bench.groupName(path), fields: visible.map((field) => describe(bench, field, standing(field))) }];
  });
}

/** Refers a message to the fields of a form. */
export const references = (bench: Pick<FormModel, 'fieldText' | 'optionText'>) => ({
  labelOf: (path: string) => bench.fieldText(path)?.label,
  optionOf: (path: string, option: string) => (bench.fieldText(path) ? bench.optionText(path, option) : undefined),
});

/** A message with the fields it names called by their labels. */
export function messageText(bench: Pick<FormModel, 'fieldText' | 'optionText'>, message: Text): string {
  const { labelOf, optionOf } = references(bench);
  return plainText(renderReferences(localized(message), labelOf, optionOf));
}

function describe(bench: FormModel, field: Field, { marked, note }: Standing): FieldDescription {
  const { path, kind, schema, advanced } = field;
  const names = bench.fieldText(path);
  const { units } = messages();
  const unit = schema['x-unit'];
  const value = bench.fieldValue(path);
  return {
    path,
    kind,
    schema,
    advanced,
    label: names?.label ?? path,
    help: names?.help ?? schema.description ?? '',
    ...(unit ? { unit: units[unit] ?? unit } : {}),
    options: options(bench, field, value),
    value,
    problems: bench.fieldProblems(path).map(({ message }) => messageText(bench, message)),
    marked: marked ?? false,
    ...files(bench, field, String(value), note),
  };
}

function options(bench: FormModel, { path, kind, options }: Field, value: unknown) {
  const { sources } = messages();
  if (kind !== 'source') {
    return options.map((option) => ({ value: option, label: bench.optionText(path, option), ...(kind === 'chips' ? { short: option.replace('_proj', '') } : {}) }));
  }
  const listed = options.map((option) => ({ value: option, label: sources[option] ?? option }));
  const current = String(value);
  return options.includes(current) ? listed : [...listed, { value: current, label: current.replace(/^file:/, '') }];
}

/** How files are taken in, and what there is of the visitor's own. */
function files(bench: FormModel, { path, kind }: Field, value: string, note: TemplateResult | undefined): Pick<FieldDescription, 'files' | 'note'> {
  const plain = note ? { note } : {};
  if (kind !== 'source' || !bench.takeFiles) return plain;
  const texts = messages().form;
  const model = path.startsWith('model.');
  const name = value.replace(/^file:/, '');
  const bytes = value.startsWith('file:') ? bench.files.get(name) : undefined;
  const kept = bytes === undefined ? note : html`<p class="note">${texts.fileKept(name, size(bytes))}</p>${note}`;
  return {
    files: {
      multiple: model,
      folder: model,
      hint: model ? texts.ownModelHint : texts.ownTextHint,
      take: (given, context) => bench.takeFiles!(path, given, context),
    },
    ...(kept ? { note: kept } : {}),
  };
}
