// The life of a target of a load balancer. It is registered, checked until it is healthy, and takes connections while it is. One that is
// deregistered takes new ones until the whole load balancer knows, keeps those it has for the deregistration delay, and is no target then.
// Source: AWS, Network Load Balancers: target health states; the states `leaving` and `draining` are both called draining there.
import type { DelayFact } from '../../kernel/index.ts';
import { defineMachine } from '../../kernel/index.ts';
import { balancerDeregistration, balancerRegistration } from './facts.ts';

export interface TargetFacts {
  /** Checks in a row that came out like the last. */
  readonly passes: number;
  readonly failures: number;
  readonly healthyAfter: number;
  readonly unhealthyAfter: number;
  readonly resetsUnhealthy: boolean;
  readonly resetsLeaving: boolean;
  readonly deregistrationDelay: DelayFact;
}

export type TargetEvent =
  | { readonly type: 'PASSED' }
  | { readonly type: 'FAILED' }
  | { readonly type: 'REGISTER' }
  | { readonly type: 'DEREGISTER' };
/** check: begin to look at it; reset: end its connections. */
export type TargetCommand = 'check' | 'reset';

export const targetMachine = defineMachine<TargetFacts, TargetEvent, TargetCommand>({
  id: 'kube.load-balancer-target',
  config: {
    initial: 'registering',
    states: {
      registering: { after: { registration: 'initial' }, on: { DEREGISTER: 'unused' } },
      initial: {
        entry: 'check',
        on: {
          PASSED: [{ target: 'healthy', guard: 'isWell' }, { actions: 'passed' }],
          FAILED: [{ target: 'unhealthy', guard: 'isIll' }, { actions: 'failed' }],
          DEREGISTER: 'leaving',
        },
      },
      healthy: {
        entry: 'forget',
        on: {
          PASSED: { actions: 'forget' },
          FAILED: [{ target: 'unhealthy', guard: 'isIll' }, { actions: 'failed' }],
          DEREGISTER: 'leaving',
        },
      },
      unhealthy: {
        entry: ['forget', 'resetUnhealthy'],
        on: {
          PASSED: [{ target: 'healthy', guard: 'isWell' }, { actions: 'passed' }],
          FAILED: { actions: 'forget' },
          DEREGISTER: 'leaving',
        },
      },
      leaving: { after: { deregistration: 'draining' }, on: { REGISTER: 'registering' } },
      draining: { after: { delay: 'unused' }, on: { REGISTER: 'registering' } },
      unused: { entry: 'resetLeaving', type: 'final' },
    },
  },
  guards: {
    isWell: ({ passes, healthyAfter }) => passes + 1 >= healthyAfter,
    isIll: ({ failures, unhealthyAfter }) => failures + 1 >= unhealthyAfter,
  },
  updates: {
    passed: ({ passes }) => ({ passes: passes + 1, failures: 0 }),
    failed: ({ failures }) => ({ passes: 0, failures: failures + 1 }),
    forget: () => ({ passes: 0, failures: 0 }),
  },
  effects: {
    check: () => ['check'],
    resetUnhealthy: ({ resetsUnhealthy }) => (resetsUnhealthy ? ['reset'] : []),
    resetLeaving: ({ resetsLeaving }) => (resetsLeaving ? ['reset'] : []),
  },
  delays: {
    registration: balancerRegistration,
    deregistration: balancerDeregistration,
    delay: ({ deregistrationDelay }) => deregistrationDelay,
  },
});
