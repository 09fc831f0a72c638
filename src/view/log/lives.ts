// Which sentence says that a life has reached a state: the machines' own names for states are no words for people.

/** By machine, then by state; nested states are joined by dots, and a state stands for those inside it. */
const lives = {
  'kube.pod': {
    sandbox: 'state.pod.sandbox',
    sandboxRetry: 'state.pod.sandbox-retry',
    initializing: 'state.pod.initializing',
    starting: 'state.pod.starting',
    running: 'state.pod.running',
    ending: 'state.pod.ending',
    rebooting: 'state.pod.rebooting',
    crashed: 'state.pod.crashed',
    ended: 'state.pod.ended',
    terminating: 'state.pod.terminating',
    killing: 'state.pod.killing',
    gone: 'state.pod.gone',
  },
  'kube.container': {
    waiting: 'state.container.waiting',
    creating: 'state.container.creating',
    pullFailed: 'state.container.pull-failed',
    pullBackOff: 'state.container.pull-back-off',
    due: 'state.container.due',
    'up.postStart': 'state.container.post-start',
    'up.startup': 'state.container.startup',
    'up.steady': 'state.container.started',
    'stopping.hook': 'state.container.pre-stop',
    'stopping.turn': 'state.container.turn',
    'stopping.term': 'state.container.term',
    killing: 'state.container.killing',
    exited: 'state.container.exited',
    backOff: 'state.container.back-off',
    ended: 'state.container.ended',
  },
  'kube.load-balancer-target': {
    registering: 'state.target.registering',
    initial: 'state.target.initial',
    healthy: 'state.target.healthy',
    unhealthy: 'state.target.unhealthy',
    leaving: 'state.target.leaving',
    draining: 'state.target.draining',
    unused: 'state.target.unused',
  },
  'pilot-agent': {
    boot: 'state.agent.boot',
    'csr.asking': 'state.agent.asking',
    'csr.waiting': 'state.agent.waiting',
    starting: 'state.agent.starting',
    config: 'state.agent.config',
    warming: 'state.agent.warming',
    live: 'state.agent.live',
    draining: 'state.agent.draining',
    exited: 'state.agent.exited',
  },
  'ztunnel.process': {
    starting: 'state.ztunnel.starting',
    awaitingSnapshot: 'state.ztunnel.snapshot',
    awaitingConfiguration: 'state.ztunnel.configuration',
    ready: 'state.ztunnel.ready',
    disconnected: 'state.ztunnel.disconnected',
    draining: 'state.ztunnel.draining',
    exited: 'state.ztunnel.exited',
  },
  'ztunnel.certificate': {
    initializing: 'state.certificate.initializing',
    available: 'state.certificate.available',
    renewing: 'state.certificate.renewing',
    retrying: 'state.certificate.retrying',
    unavailable: 'state.certificate.unavailable',
    refetching: 'state.certificate.refetching',
  },
  'xds.control-connection': {
    connecting: 'state.xds.connecting',
    connected: 'state.xds.connected',
    waiting: 'state.xds.waiting',
  },
  'istiod.push-loop': {
    idle: 'state.push.idle',
    debouncing: 'state.push.debouncing',
    pushing: 'state.push.pushing',
  },
} as const;

type Lives = typeof lives;
type StateKeys = { readonly [M in keyof Lives]: Lives[M][keyof Lives[M]] }[keyof Lives];
export type StateKey = StateKeys | 'state.other';

const tables: Readonly<Record<string, Readonly<Record<string, StateKeys>>>> = lives;

/** The sentence for a state reached; `state.other` for a machine or a state that has none of its own. */
export function stateKeyOf(machine: string, state: string): StateKey {
  const table = tables[machine] ?? {};
  for (let name = state; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const key = table[name];
    if (key !== undefined) return key;
  }
  return 'state.other';
}
