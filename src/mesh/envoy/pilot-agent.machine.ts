// The life of an istio-proxy container: pilot-agent boots, asks for a certificate, starts Envoy, waits for configuration, serves, drains.
// Three ways out: SIGTERM drains for a fixed time, or until no connection is left (EXIT_ON_ZERO_ACTIVE_CONNECTIONS); after POST /drain
// SIGTERM ends at once, and so do POST /quitquitquit and the end of Envoy. A drain that SIGTERM began stops listening after 45 s.
// Source: istio/istio:pkg/envoy/agent.go, pkg/istio-agent at 1.31.
import type { DelayFact } from '../../kernel/index.ts';
import { defineMachine } from '../../kernel/index.ts';
import { activeLook, agentBoot, certificateRetry, envoyBoot, workersStart } from './facts.ts';

export interface AgentFacts {
  readonly isConfigured: boolean;
  /** POST /drain was asked: SIGTERM then ends at once (native sidecars). */
  readonly skipsDrain: boolean;
  /** SIGTERM waits until no connection is left, at least for `minimumDrain`. */
  readonly exitsOnZero: boolean;
  readonly drain: DelayFact;
  readonly minimumDrain: DelayFact;
  /** When a drain that SIGTERM began takes no more connections. */
  readonly listenersStop: DelayFact;
}

export type AgentEvent =
  | { readonly type: 'CERTIFICATE' }
  | { readonly type: 'REFUSED' }
  | { readonly type: 'CONFIGURED' }
  | { readonly type: 'DRAIN' }
  /** POST /quitquitquit of the agent: no drain. */
  | { readonly type: 'QUIT' }
  /** Envoy ended: POST /quitquitquit of its admin port. */
  | { readonly type: 'ENVOY_EXIT' }
  /** Connections that are left. */
  | { readonly type: 'COUNTED'; readonly active: number }
  | { readonly type: 'TERM' };
export type AgentCommand = 'connect' | 'request' | 'admin' | 'serve' | 'drain' | 'stopListening' | 'count' | 'exit';

const ends = { QUIT: '#pilot-agent.exited' } as const;
const terminates = [
  { target: '#pilot-agent.exited', guard: 'skipsDrain' },
  { target: '#pilot-agent.emptying', guard: 'exitsOnZero' },
  { target: '#pilot-agent.draining' },
];

export const pilotAgentLife = defineMachine<AgentFacts, AgentEvent, AgentCommand>({
  id: 'pilot-agent',
  config: {
    initial: 'boot',
    on: {
      CONFIGURED: { actions: 'configured' },
      DRAIN: { actions: 'skipDrain' },
      ENVOY_EXIT: '#pilot-agent.exited',
    },
    states: {
      boot: { after: { boot: 'csr' }, on: { TERM: 'exited', ...ends } },
      csr: {
        entry: 'connect',
        initial: 'asking',
        on: { CERTIFICATE: 'starting', TERM: 'exited', ...ends },
        states: { asking: { entry: 'request', on: { REFUSED: 'waiting' } }, waiting: { after: { retry: 'asking' } } },
      },
      starting: { after: { envoy: 'config' }, on: { TERM: terminates, ...ends } },
      config: {
        entry: 'admin',
        always: { target: 'warming', guard: 'isConfigured' },
        on: { TERM: terminates, ...ends },
      },
      warming: { after: { workers: 'live' }, on: { TERM: terminates, ...ends } },
      live: { entry: 'serve', on: { TERM: terminates, DRAIN: { actions: ['skipDrain', 'drain'] }, ...ends } },
      draining: { entry: 'drain', after: { drain: 'exited', listenersStop: { actions: 'stopListening' } } },
      emptying: {
        entry: 'drain',
        initial: 'least',
        after: { listenersStop: { actions: 'stopListening' } },
        states: {
          least: { after: { minimumDrain: 'between' } },
          between: { after: { look: 'counting' } },
          counting: {
            entry: 'count',
            on: { COUNTED: [{ target: '#pilot-agent.exited', guard: 'isNoneLeft' }, { target: 'between' }] },
          },
        },
      },
      exited: { entry: 'exit', type: 'final' },
    },
  },
  guards: {
    isConfigured: (facts) => facts.isConfigured,
    skipsDrain: (facts) => facts.skipsDrain,
    exitsOnZero: (facts) => facts.exitsOnZero,
    isNoneLeft: (_facts, event) => event.type === 'COUNTED' && event.active === 0,
  },
  updates: { configured: () => ({ isConfigured: true }), skipDrain: () => ({ skipsDrain: true }) },
  effects: {
    connect: () => ['connect'],
    request: () => ['request'],
    admin: () => ['admin'],
    serve: () => ['serve'],
    drain: () => ['drain'],
    stopListening: () => ['stopListening'],
    count: () => ['count'],
    exit: () => ['exit'],
  },
  delays: {
    boot: agentBoot,
    retry: certificateRetry,
    envoy: envoyBoot,
    workers: workersStart,
    drain: (facts) => facts.drain,
    minimumDrain: (facts) => facts.minimumDrain,
    listenersStop: (facts) => facts.listenersStop,
    look: activeLook,
  },
});
