// A WebAssembly module in the proxy, and the traffic it sees. Shared by WasmPlugin and TrafficExtension.
// Source: istio/istio:pkg/config/validation/validation.go validateWasmPluginURL and its neighbours at 86c9f01fd735.

import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/wrong-value.ts';
import { checkPortNumber, checkPresent } from './checks.ts';
import { parseRequestUri, parseUrl } from './url.ts';

export interface WasmModule {
  readonly url: string;
  readonly sha256?: string;
  readonly imagePullSecret?: string;
  readonly pluginName?: string;
  readonly vmConfig?: { readonly env?: readonly WasmVariable[] };
}

export interface WasmVariable {
  readonly name: string;
  /** Absent means INLINE; HOST takes the value from the proxy's own environment. */
  readonly valueFrom?: 'INLINE' | 'HOST';
  readonly value?: string;
}

export interface TrafficSelector {
  readonly ports?: readonly { readonly number: number }[];
}

const schemes = ['', 'file', 'http', 'https', 'oci'];
const secretNameMax = 253;
const nameMax = 256;

export function checkWasmModule(module: WasmModule, report: Report, path: FieldPath): void {
  const { url, sha256, imagePullSecret = '', pluginName = '', vmConfig } = module;
  const scheme = schemeOf(url);
  if (scheme === undefined || !schemes.includes(scheme)) {
    report.add('istio-url-scheme', [...path, 'url'], { value: shown(url), allowed: 'oci, http, https, file' });
  }
  if (sha256 && !/^[a-f0-9]{64}$/.test(sha256))
    report.add('istio-sha256', [...path, 'sha256'], { value: shown(sha256) });
  checkLength(imagePullSecret, secretNameMax, report, [...path, 'imagePullSecret']);
  checkLength(pluginName, nameMax, report, [...path, 'pluginName']);
  checkVariables(vmConfig?.env ?? [], report, [...path, 'vmConfig', 'env']);
}

/** `test.com/image` is read as if it began with `http://`. */
function schemeOf(text: string): string | undefined {
  const written = parseRequestUri(text) ? text : `http://${text}`;
  const request = parseRequestUri(written);
  return request && parseUrl(written) ? request.scheme : undefined;
}

function checkLength(text: string, limit: number, report: Report, path: FieldPath): void {
  if (text.length > limit) report.add('too-long', path, { length: text.length, limit });
}

function checkVariables(variables: readonly WasmVariable[], report: Report, path: FieldPath): void {
  const seen = new Set<string>();
  for (const [index, { name, value, valueFrom = 'INLINE' }] of variables.entries()) {
    const at = [...path, index, 'name'];
    checkPresent(report, at, name);
    checkLength(name, nameMax, report, at);
    if (seen.has(name)) report.add('duplicate-value', at, { value: shown(name) });
    seen.add(name);
    if (valueFrom !== 'INLINE' && value) {
      report.add('not-together', [...path, index, 'value'], { other: `valueFrom: ${valueFrom}` }, { aim: 'key' });
    }
  }
}

export function checkTrafficSelectors(
  selectors: readonly TrafficSelector[] | undefined,
  report: Report,
  path: FieldPath,
): void {
  for (const [index, { ports = [] }] of (selectors ?? []).entries()) {
    for (const [place, { number }] of ports.entries())
      checkPortNumber(report, [...path, index, 'ports', place, 'number'], number);
  }
}
