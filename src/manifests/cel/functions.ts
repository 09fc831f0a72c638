// What Kubernetes adds to CEL, as far as the rules of the known CRDs use it; a test proves that they use no more.
// Source: kubernetes/apiserver:pkg/cel/library/{urls,ip,format}.go at v0.34.

import { celFunc, type CelFunc, celMethod, CelScalar, mapType } from '@bufbuild/cel';
import { isIP } from '../ip.ts';
import { parseRequestUri } from '../kinds/url.ts';
import { isDnsLabel } from '../names.ts';

const { BOOL, DYN, STRING } = CelScalar;
/** CEL has no way to add a type here, so a URL is a map of its parts, and a format one of its name. */
const RECORD = mapType(STRING, STRING);

export const kubernetesFunctions: readonly CelFunc[] = [
  celFunc('isURL', [STRING], BOOL, (text) => parseRequestUri(text) !== undefined),
  celFunc('url', [STRING], RECORD, (text) => {
    const url = parseRequestUri(text);
    if (!url) throw new Error(`URL parse error during conversion from string: ${text}`);
    return new Map([['scheme', url.scheme]]);
  }),
  celMethod('getScheme', RECORD, [], STRING, function () {
    return textAt(this.get('scheme'));
  }),
  celFunc('isIP', [STRING], BOOL, isIP),
  celFunc('format.dns1123Label', [], RECORD, () => new Map([['format', 'dns1123Label']])),
  // Kubernetes answers with an optional list of mistakes; the one rule that asks compares it with null, meaning none.
  celMethod('validate', RECORD, [STRING], DYN, (text) => (isDnsLabel(text) ? null : [`not a DNS label: ${text}`])),
];

function textAt(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
