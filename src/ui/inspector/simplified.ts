// Which row of the fidelity ledger speaks of what an explanation shows. A test holds every row to be one there is.

/** By the point at which something was decided. */
export const rowOfPoint: Readonly<Record<string, string>> = {
  scheduler: 'kube.scheduler',
  'envoy.chain': 'sidecar.filter-chains',
  'envoy.endpoint': 'sidecar.destination-rule',
};

/** Of the delays drawn on a request's way. */
export const rowOfDelays = 'net.delays';

/** Of the look-up of a name. */
export const rowOfLookup = 'kube.dns';
