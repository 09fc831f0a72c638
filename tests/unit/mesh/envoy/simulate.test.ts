// Imagined calls through small configurations. The meaning of each error is that of istio/istio:pilot/pkg/simulation/traffic.go.
import { describe, expect, it } from 'vitest';
import { decideChain } from '../../../../src/mesh/envoy/chain-decision.ts';
import type { Opening } from '../../../../src/mesh/envoy/chain-decision.ts';
import type { FilterChainMatch, Listener } from '../../../../src/mesh/envoy/configuration.ts';
import type { SimulatedCall, SimulatedResult } from '../../../../src/mesh/envoy/simulate.ts';
import { simulate } from '../../../../src/mesh/envoy/simulate.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import {
  chainOf,
  configurationOf,
  hostOf,
  httpBy,
  istioMutual,
  listenerOf,
  simpleTls,
  tcpTo,
} from './configurations.ts';

describe('the sieve of filter chains', () => {
  const plain: Opening = { kind: 'raw', http: '' };
  const http: Opening = { kind: 'raw', http: 'http/1.1' };
  const tls = (sni: string, ...alpn: string[]): Opening => ({ kind: 'tls', sni, alpn });
  const rows: readonly [
    sentence: string,
    chains: Readonly<Record<string, FilterChainMatch>>,
    opening: Opening,
    taken: string,
  ][] = [
    ['takes the only chain, whatever comes', { any: {} }, plain, 'any'],
    ['prefers the port', { any: {}, port: { destinationPort: 80 } }, plain, 'port'],
    ['falls back to chains without a port', { any: {}, port: { destinationPort: 81 } }, plain, 'any'],
    ['has nothing when every chain names another port', { port: { destinationPort: 81 } }, plain, 'no-chain'],
    [
      'prefers the longest prefix',
      { wide: { prefixRanges: ['10.0.0.0/8'] }, near: { prefixRanges: ['10.1.0.0/16', '192.168.0.0/24'] } },
      plain,
      'near',
    ],
    ['takes a prefix of length 0 before none', { any: {}, all: { prefixRanges: ['0.0.0.0/0'] } }, plain, 'all'],
    [
      'prefers an exact SNI to a suffix',
      { suffix: { serverNames: ['*.example.com'] }, exact: { serverNames: ['a.example.com'] } },
      tls('a.example.com'),
      'exact',
    ],
    [
      'prefers the longest suffix',
      { short: { serverNames: ['*.com'] }, long: { serverNames: ['*.example.com'] } },
      tls('a.example.com'),
      'long',
    ],
    ['knows no SNI of plaintext', { named: { serverNames: ['a.example.com'] }, any: {} }, plain, 'any'],
    [
      'tells TLS from plaintext',
      { tls: { transportProtocol: 'tls' }, raw: { transportProtocol: 'raw_buffer' } },
      tls(''),
      'tls',
    ],
    [
      'takes the first protocol of the client that a chain names',
      { istio: { applicationProtocols: ['istio'] }, h2: { applicationProtocols: ['h2'] } },
      tls('', 'other', 'h2', 'istio'),
      'h2',
    ],
    [
      'tells HTTP by what the inspector found',
      { http: { applicationProtocols: ['http/1.0', 'http/1.1', 'h2c'] }, any: {} },
      http,
      'http',
    ],
    [
      'does not go back: a chain lost by its port stays lost',
      {
        'port, TLS': { destinationPort: 80, transportProtocol: 'tls' },
        'any port, plaintext': { transportProtocol: 'raw_buffer' },
      },
      plain,
      'no-chain',
    ],
    [
      'cannot choose between equals',
      { one: { destinationPort: 80 }, other: { destinationPort: 80 } },
      plain,
      'ambiguous',
    ],
  ];
  it.each(rows)('%s', (_sentence, matches, opening, taken) => {
    const chains = Object.entries(matches).map(([name, match]) => chainOf(name, match));
    const listener = listenerOf('0.0.0.0_80', chains);
    const decision = decideChain(listener, { ip: '10.1.2.3', port: 80 }, opening);
    expect(decision.kind === 'chain' ? decision.chain.name : decision.kind).toBe(taken);
    const trail = new Trail();
    expect(decideChain(listener, { ip: '10.1.2.3', port: 80 }, opening, trail)).toEqual(decision);
    expect(trail.because).toHaveLength(1);
    // Chains of other ports are no alternatives, unless there is nothing else.
    const isTold = !chains.some(({ match }) => match.destinationPort !== undefined);
    if (isTold) expect(trail.rejected).toHaveLength(chains.length - (decision.kind === 'chain' ? 1 : 0));
  });

  it('waits for the first bytes where an inspector looks, and not on ports for which it is off', () => {
    const listener: Listener = listenerOf('virtualInbound', [chainOf('any', {})], {
      inspectors: { tls: 'off', http: { offForPorts: [3306] } },
    });
    const none: Opening = { kind: 'none' };
    expect(decideChain(listener, { ip: '10.1.2.3', port: 80 }, none).kind).toBe('inspect');
    expect(decideChain(listener, { ip: '10.1.2.3', port: 3306 }, none).kind).toBe('chain');
  });

  it('takes TLS for plain bytes where nobody looks for it', () => {
    const listener = listenerOf(
      '0.0.0.0_80',
      [chainOf('tls', { transportProtocol: 'tls' }), chainOf('raw', { transportProtocol: 'raw_buffer' })],
      { inspectors: { tls: 'off', http: 'on' } },
    );
    const decision = decideChain(listener, { ip: '10.1.2.3', port: 80 }, tls('a', 'h2'));
    expect(decision.kind === 'chain' && decision.chain.name).toBe('raw');
  });
});

describe('an imagined call', () => {
  const configuration = configurationOf(
    [
      listenerOf(
        '0.0.0.0_80',
        [chainOf('http', { transportProtocol: 'raw_buffer', applicationProtocols: ['http/1.1', 'h2c'] }, httpBy('80'))],
        { defaultFilterChain: chainOf('other', {}, tcpTo('PassthroughCluster')) },
      ),
      listenerOf('10.0.0.1_80', [chainOf('tcp', {}, tcpTo('outbound|80||tcp'))]),
      listenerOf('0.0.0.0_443', [
        chainOf('site', { serverNames: ['site.example.com'] }, httpBy('site', { role: 'gateway' }), simpleTls),
      ]),
      listenerOf('0.0.0.0_444', [chainOf('always-http', {}, httpBy('80'))], {
        inspectors: { tls: 'off', http: 'off' },
      }),
      listenerOf('virtualOutbound', [], {
        bind: { kind: 'socket', address: '0.0.0.0', port: 15_001, originalDestination: true },
        defaultFilterChain: chainOf('virtualOutbound-catchall-tcp', {}, tcpTo('PassthroughCluster')),
      }),
      listenerOf(
        'virtualInbound',
        [
          chainOf(
            'mutual',
            { transportProtocol: 'tls', applicationProtocols: ['istio-http/1.1', 'istio-h2'] },
            httpBy('inbound'),
            istioMutual,
          ),
        ],
        { bind: { kind: 'socket', address: '0.0.0.0', port: 15_006, originalDestination: false } },
      ),
    ],
    [
      {
        name: '80',
        virtualHosts: [
          hostOf('a.example.com', 'outbound|80||a'),
          hostOf('safe.example.com', 'outbound|80||safe', { requiresTls: true }),
          hostOf('empty.example.com', '', { routes: [] }),
        ],
      },
      { name: 'site', virtualHosts: [hostOf('site.example.com', 'outbound|80||site', { requiresTls: true })] },
      { name: 'inbound', virtualHosts: [hostOf('*', 'inbound|80||')] },
    ],
  );
  const plainCall: SimulatedCall = {
    mode: 'outbound',
    address: '1.3.3.7',
    port: 80,
    protocol: 'http',
    tls: 'plaintext',
    alpn: '',
    sni: '',
    host: 'a.example.com',
    path: '',
    headers: [],
    mtlsSecret: '',
  };
  const rows: readonly [sentence: string, call: Partial<SimulatedCall>, result: Partial<SimulatedResult>][] = [
    [
      'is routed by its host',
      {},
      { error: undefined, listener: '0.0.0.0_80', filterChain: 'http', routeConfig: '80', cluster: 'outbound|80||a' },
    ],
    ['meets a host nobody answers to', { host: 'b.example.com' }, { error: 'no-virtual-host', virtualHost: '' }],
    ['meets a host without a route', { host: 'empty.example.com' }, { error: 'no-route' }],
    ['is told to come back with TLS', { host: 'safe.example.com' }, { error: 'tls-redirect' }],
    ['is bytes on a port that is shared', { protocol: 'tcp' }, { filterChain: 'other', cluster: 'PassthroughCluster' }],
    ['finds the listener of its address first', { address: '10.0.0.1' }, { cluster: 'outbound|80||tcp' }],
    ['finds no listener and is caught', { port: 9 }, { filterChain: 'virtualOutbound-catchall-tcp' }],
    [
      'speaks TLS to a chain that ends it',
      { port: 443, tls: 'tls', host: 'site.example.com' },
      { error: undefined, cluster: 'outbound|80||site' },
    ],
    ['asks for another name', { port: 443, tls: 'tls', host: 'a.example.com' }, { error: 'no-filter-chain' }],
    ['speaks no TLS where it must', { port: 443, sni: 'site.example.com' }, { error: 'no-filter-chain' }],
    [
      'brings a certificate nobody asked for',
      { port: 443, tls: 'mtls', sni: 'site.example.com' },
      { error: 'mtls-error' },
    ],
    ['speaks TLS to a parser of HTTP', { port: 444, tls: 'tls' }, { error: 'protocol-error' }],
    ['sends bytes to a parser of HTTP', { port: 444, protocol: 'tcp' }, { error: 'protocol-error' }],
    ['comes in by mutual TLS', { mode: 'inbound', tls: 'mtls' }, { error: undefined, cluster: 'inbound|80||' }],
    [
      'comes in by mutual TLS as HTTP/2',
      { mode: 'inbound', tls: 'mtls', protocol: 'http2' },
      { filterChain: 'mutual' },
    ],
    ['comes in as plaintext', { mode: 'inbound' }, { error: 'no-filter-chain' }],
    [
      'offers the mesh’s protocol without a certificate',
      { mode: 'inbound', tls: 'tls', alpn: 'istio-h2' },
      { error: 'mtls-error' },
    ],
  ];
  it.each(rows)('%s', (_sentence, call, result) => {
    expect(simulate(configuration, { ...plainCall, ...call })).toMatchObject(result);
  });

  it('has no listener where nothing captures', () => {
    const gateway = configurationOf([listenerOf('0.0.0.0_80', [chainOf('http', {}, httpBy('80'))])]);
    expect(simulate(gateway, { ...plainCall, mode: 'gateway', port: 81 }).error).toBe('no-listener');
    expect(simulate(gateway, { ...plainCall, mode: 'gateway' }).error).toBe('no-virtual-host');
  });
});
