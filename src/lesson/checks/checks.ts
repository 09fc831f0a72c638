// The list of checks, by name. A lesson's property names one of them.
import type { Check } from './check.ts';
import { containersPerPod } from './containers-per-pod.ts';
import { containersUnkilled } from './containers-unkilled.ts';
import { encryptedBetweenWorkloads } from './encrypted-between-workloads.ts';
import { handshakesPerPair } from './handshakes-per-pair.ts';
import { jobCompletes } from './job-completes.ts';
import { latencyMean } from './latency-mean.ts';
import { peerIdentity } from './peer-identity.ts';
import { podsUnrestarted } from './pods-unrestarted.ts';
import { proxiesPassed } from './proxies-passed.ts';
import { requestsReach } from './requests-reach.ts';
import { requestsRefused } from './requests-refused.ts';
import { requestsShare } from './requests-share.ts';
import { requestsSucceed } from './requests-succeed.ts';
import { requestsWithin } from './requests-within.ts';
import { rolledOut } from './rolled-out.ts';

export const checks: readonly Check[] = [
  containersPerPod,
  containersUnkilled,
  encryptedBetweenWorkloads,
  handshakesPerPair,
  jobCompletes,
  latencyMean,
  peerIdentity,
  podsUnrestarted,
  proxiesPassed,
  requestsReach,
  requestsRefused,
  requestsShare,
  requestsSucceed,
  requestsWithin,
  rolledOut,
];
