// Every file of cases/ is a test: <topic>.yaml beside what the analyzers say of it, <topic>.expected.txt, a line a message. A new
// case is a new file; `npx vitest run --project unit tests/unit/mesh/analysis -u` writes or renews expectations.
// A document of kind Environment is no object: it says what surrounds them (MeshConfig, MeshNetworks, another cluster).

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { AnalysisInput, AnalysisMessage, AnalysisObject } from '../../../../src/mesh/analysis/index.ts';
import { alphaAnalyzer, analyze, analyzers, fullName } from '../../../../src/mesh/analysis/index.ts';
import { analysisMessages } from '../../../../src/mesh/analysis/messages.ts';
import { isWithin, certificateTimeOf } from '../../../../src/mesh/analysis/certificate.ts';
import { fill } from '../../../../src/text/index.ts';
import { analysisEn } from '../../../../src/text/analysis/en.ts';

const folder = new URL('cases/', import.meta.url);
const topics = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .sort();

/** 2026-06-01, when every certificate of the cases that is to be valid is. */
const now = 1_780_272_000_000;

interface Written {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly meshConfig?: unknown;
  readonly meshNetworks?: unknown;
  readonly otherCluster?: readonly Written[];
}

function objectOf(written: Written): AnalysisObject {
  const { apiVersion = 'v1', kind, metadata } = written;
  const { name, namespace = '', labels = {}, annotations = {} } = metadata;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return { group, kind, metadata: { name, namespace, labels, annotations }, object: written };
}

function inputOf(topic: string): AnalysisInput {
  const text = readFileSync(new URL(`${topic}.yaml`, folder), 'utf8');
  const documents = parseAllDocuments(text)
    .map((document) => document.toJS() as Written | null) // the cases are our own
    .filter((document) => document !== null);
  const environment = documents.find(({ kind }) => kind === 'Environment');
  const others = environment?.otherCluster;
  return {
    objects: documents.filter((document) => document !== environment).map(objectOf),
    mesh: { config: environment?.meshConfig ?? {}, networks: environment?.meshNetworks ?? {} },
    now,
    ...(others === undefined ? {} : { otherClusters: new Map([['east', others.map(objectOf)]]) }),
  };
}

function line({ key, code, level, analyzer, origin, params, place }: AnalysisMessage): string {
  return `${code} ${level} ${origin.kind} ${fullName(origin)} ${place.join('.')} (${analyzer})\n  ${fill(analysisEn[key], params)}\n`;
}

const all = [...analyzers, alphaAnalyzer];
const said = new Map(topics.map((topic) => [topic, analyze(inputOf(topic), all)]));

describe('istioctl analyze', () => {
  it.each(topics)('%s', async (topic) => {
    const expected = new URL(`${topic}.expected.txt`, folder);
    await expect((said.get(topic) ?? []).map(line).join('')).toMatchFileSnapshot(expected.pathname);
  });

  it('says each of its messages in some case', () => {
    const keys = new Set([...said.values()].flat().map(({ key }) => key));
    expect(Object.keys(analysisMessages).filter((key) => !keys.has(key as keyof typeof analysisMessages))).toEqual([]);
  });

  it('is quiet about what an object asks it to be quiet about', () => {
    const object = (suppress: string): AnalysisObject => ({
      group: '',
      kind: 'Namespace',
      metadata: { name: 'a', namespace: '', labels: {}, annotations: { 'galley.istio.io/analyze-suppress': suppress } },
      object: {},
    });
    const codesOf = (suppress: string): readonly string[] =>
      analyze({ objects: [object(suppress)], mesh: { config: {}, networks: {} }, now }).map(({ code }) => code);
    expect(codesOf('IST0103')).toEqual(['IST0102']);
    expect(codesOf('IST0103,IST0102')).toEqual([]);
    expect(codesOf('*')).toEqual([]);
  });

  it('never breaks on fields of any type', () => {
    const junk: readonly unknown[] = [null, 1, 'a', true, [], [null], {}, { a: [] }, [{ a: 1 }], [['x']]];
    for (const topic of topics) {
      const input = inputOf(topic);
      for (const value of junk) {
        const objects = input.objects.map((object) => ({ ...object, object: withEachField(object.object, value) }));
        expect(() => analyze({ ...input, objects }, all)).not.toThrow();
      }
    }
  });
});

/** A copy in which every field of the spec, and each of their fields, is `value`. */
function withEachField(object: unknown, value: unknown): unknown {
  if (typeof object !== 'object' || object === null) return value;
  const fields = Object.entries(object as Record<string, unknown>).map(([name, field]) => [
    name,
    typeof field === 'object' && field !== null && name === 'spec'
      ? Object.fromEntries(Object.entries(field).map(([inner]) => [inner, value]))
      : value,
  ]);
  return Object.fromEntries(fields);
}

describe('the time of a certificate', () => {
  const pem = /-----BEGIN[^]*?-----END CERTIFICATE-----/.exec(
    readFileSync(new URL('certificates.pem', folder), 'utf8'),
  )?.[0];
  const time = certificateTimeOf(pem ?? '');

  it('is what the certificate says', () => {
    expect(time).toEqual({ notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2049, 11, 31, 23, 59, 59) });
  });

  it('counts its own first and last second in', () => {
    const { notBefore = 0, notAfter = 0 } = time ?? {};
    expect(
      [notBefore - 1, notBefore, notAfter, notAfter + 1].map((at) => isWithin({ notBefore, notAfter }, at)),
    ).toEqual([false, true, true, false]);
  });

  it('is none for a text that is no certificate, or only a part of one', () => {
    const body = (pem ?? '').split('\n').slice(1, -1).join('');
    const cut = Buffer.from(body, 'base64').subarray(0, -7).toString('base64');
    for (const text of ['', 'no certificate', `-----BEGIN CERTIFICATE-----\n${cut}\n-----END CERTIFICATE-----`])
      expect(certificateTimeOf(text)).toBeUndefined();
  });
});
