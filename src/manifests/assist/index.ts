// What helps a person write manifests: what can stand at the cursor, what a field means, known names, formatting, forms. Pure; the page
// loads it together with the editor, so it has a door of its own. Sentences live in text/fields, under the keys given here.

export { completionsAt, type Completion } from './completion.ts';
export { enumKey, fieldKey } from './field-key.ts';
export { formatYaml } from './format.ts';
export { fieldAt, type FieldFacts, type FieldPlace } from './hover.ts';
export { knownNamesOf, type KnownNames } from './known-names.ts';
export {
  fieldOf,
  type Parameter,
  type ParameterGroup,
  type ParameterValue,
  parametersOf,
  withParameter,
} from './parameters.ts';
export { snippetsFor, type Snippet, type SnippetId } from './snippets.ts';
