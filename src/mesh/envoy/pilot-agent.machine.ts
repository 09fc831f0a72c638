// The life of an istio-proxy container: pilot-agent boots, asks for a certificate, starts Envoy, waits for configuration, serves, drains.
// Source: istio/istio:pkg/envoy/agent.go, pkg/istio-agent at 1.31. Seams for later: EXIT_ON_ZERO_ACTIVE_CONNECTIONS would be another state
// between draining and exited, POST /quitquitquit another event to exited.
import type { DelayFact } from '../../kernel/index.ts';
import { defineMachine } from '../../kernel/index.ts';
import { agentBoot, certificateRetry, envoyBoot, workersStart } from './facts.ts';

export interface AgentFacts {
  readonly isConfigured: boolean;
  /** POST /drain was asked: SIGTERM then ends at once (native sidecars). */
  readonly skipsDrain: boolean;
  readonly drain: DelayFact;
}

export type AgentEvent =
  | { readonly type: 'CERTIFICATE' }
  | { readonly type: 'REFUSED' }
  | { readonly type: 'CONFIGURED' }
  | { readonly type: 'DRAIN' }
  | { readonly type: 'TERM' };
export type AgentCommand = 'connect' | 'request' | 'serve' | 'drain' | 'exit';

const terminates = [{ target: '#pilot-agent.exited', guard: 'skipsDrain' }, { target: '#pilot-agent.draining' }];

export const pilotAgentLife = defineMachine<AgentFacts, AgentEvent, AgentCommand>({
  id: 'pilot-agent',
  config: {
    initial: 'boot',
    on: { CONFIGURED: { actions: 'configured' }, DRAIN: { actions: 'skipDrain' } },
    states: {
      boot: { after: { boot: 'csr' }, on: { TERM: 'exited' } },
      csr: {
        entry: 'connect',
        initial: 'asking',
        on: { CERTIFICATE: 'starting', TERM: 'exited' },
        states: { asking: { entry: 'request', on: { REFUSED: 'waiting' } }, waiting: { after: { retry: 'asking' } } },
      },
      starting: { after: { envoy: 'config' }, on: { TERM: terminates } },
      config: { always: { target: 'warming', guard: 'isConfigured' }, on: { TERM: terminates } },
      warming: { after: { workers: 'live' }, on: { TERM: terminates } },
      live: { entry: 'serve', on: { TERM: terminates, DRAIN: { actions: ['skipDrain', 'drain'] } } },
      draining: { entry: 'drain', after: { drain: 'exited' } },
      exited: { entry: 'exit', type: 'final' },
    },
  },
  guards: { isConfigured: (facts) => facts.isConfigured, skipsDrain: (facts) => facts.skipsDrain },
  updates: { configured: () => ({ isConfigured: true }), skipDrain: () => ({ skipsDrain: true }) },
  effects: {
    connect: () => ['connect'],
    request: () => ['request'],
    serve: () => ['serve'],
    drain: () => ['drain'],
    exit: () => ['exit'],
  },
  delays: {
    boot: agentBoot,
    retry: certificateRetry,
    envoy: envoyBoot,
    workers: workersStart,
    drain: (facts) => facts.drain,
  },
});
