// `validate`: would the API server and istiod take everything that was applied, and with warnings? With layer `schema` the CRDs alone are asked.
import * as v from 'valibot';
import { evaluateRule } from '../../../../manifests/cel/index.ts';
import { parseManifests } from '../../../../manifests/index.ts';
import { question } from '../step-kind.ts';

export const validateStep = question(
  'validate',
  v.object({ layer: v.optional(v.string()) }),
  ({ layer }, { cluster }) => {
    const files = cluster.changes.flatMap((change) => (change.kind === 'apply' ? change.files : []));
    const { diagnostics } = parseManifests(files, { evaluateRule, layer: layer === 'schema' ? 'schema' : 'all' });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const warning = diagnostics.some(({ severity }) => severity === 'warning');
    return { valid: errors.length === 0, warning, errors: errors.map(({ code }) => code) };
  },
);
