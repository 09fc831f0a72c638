// Who is accepted in a handshake, and which names a certificate proves (RFC 6125, RFC 8446 4.4).
import { describe, expect, test } from 'vitest';
import type { TlsServer } from '../../../src/net/index.ts';
import { provesName, refuseClient, refuseServer } from '../../../src/net/index.ts';

const later = 1_000;

describe('names in certificates', () => {
  test.each([
    ['example.com', 'example.com', true],
    ['EXAMPLE.com', 'example.COM', true],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', 'example.com', false],
    ['example.com', 'a.example.com', false],
    ['spiffe://cluster.local/ns/a/sa/b', 'spiffe://cluster.local/ns/a/sa/b', true],
  ])('%s proves %s: %s', (san, name, proves) => {
    expect(provesName(san, name)).toBe(proves);
  });
});

describe('a client', () => {
  const certificate = { san: ['*.example.com'], root: 'ours', notAfter: later };

  test.each([
    ['trusts the root and finds the name', { roots: ['ours'], expect: ['a.example.com'] }, undefined],
    ['does not find the name', { roots: ['ours'], expect: ['example.org'] }, /bad_certificate/],
    ['does not know the root', { roots: ['theirs'] }, /unknown_ca/],
    ['verifies nothing', { roots: 'any', expect: ['example.org'] }, undefined],
  ] as const)('%s', (_, client, refusal) => {
    const reason = refuseServer({ alpn: [], ...client }, certificate, 0);
    if (refusal === undefined) expect(reason).toBeUndefined();
    else expect(reason).toMatch(refusal);
  });
});

describe('a server', () => {
  const own = { san: ['server'], root: 'ours', notAfter: later };
  const ask = (client: TlsServer['client'], roots: TlsServer['roots'] = ['ours']): TlsServer => ({
    alpn: [],
    credential: own,
    client,
    roots,
  });
  const known = { san: ['client'], root: 'ours', notAfter: later };
  const foreign = { ...known, root: 'theirs' };
  const inNew = { ...known, san: ['spiffe://new/ns/a/sa/b'] };

  test.each([
    ['that demands a certificate refuses a client without', ask('required'), undefined, /certificate_required/],
    ['that demands a certificate takes a good one', ask('required'), known, undefined],
    ['that asks for one takes a client without', ask('optional'), undefined, undefined],
    ['that asks for one refuses a wrong one', ask('optional'), foreign, /unknown_ca/],
    ['that verifies nothing takes any', ask('required', 'any'), foreign, undefined],
    ['takes one of its trust domains', { ...ask('required'), trustDomains: ['old', 'new'] }, inNew, undefined],
    ['refuses another trust domain', { ...ask('required'), trustDomains: ['old'] }, inNew, /not of trust domain old/],
    ['takes a name it expects', { ...ask('required'), expect: ['client', 'other'] }, known, undefined],
    ['refuses a name it does not expect', { ...ask('required'), expect: ['other'] }, known, /expected other/],
  ] as const)('%s', (_, server, client, refusal) => {
    const reason = refuseClient(server, client, 0);
    if (refusal === undefined) expect(reason).toBeUndefined();
    else expect(reason).toMatch(refusal);
  });
});
