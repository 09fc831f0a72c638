// What checks and measures say, in English. Placeholders are filled with the violation's parameters.

export const sentencesEn = {
  'plaintext.server-outside': '{client} sent plaintext to {server}: nothing in {server} takes tunnels.',
  'plaintext.client-outside': '{client} sent plaintext to {server}: nothing in {client} makes tunnels.',
  'plaintext.both-outside': '{client} sent plaintext to {server}: neither pod is in the mesh.',
  'plaintext.both-inside': '{client} sent plaintext to {server}, although both pods are in the mesh.',
  'plaintext.one-way-tls': '{client} reached {server} through TLS that did not prove both identities.',
  'identity.unknown': '{server} was called without a certificate; only the address {address} is known.',
  'identity.other': '{server} was called by {seen}, not by {expected}.',
  'identity.nobody': 'No connection from {from} reached {to}.',
  'request.failed': '{client} asked for {url} and got: {result}.',
  'request.late': '{client} asked for {url} and had no answer within {within}.',
  'request.too-few': '{count} requests to {url} were counted, at least {atLeast} are needed to judge.',
  'request.let-in': '{client} asked for {url} and was let in.',
  'request.goes-on': '{client} asked for {url} earlier, and that request goes on.',
  'container.restarted': 'Container {container} of {pod} was restarted ({reason}).',
  'container.killed': 'Container {container} of {pod} was killed at {at}: its grace period was over.',
  'job.held': 'Job {job} is not complete: container {container} of {pod} still runs.',
  'job.unfinished': 'Job {job} is not complete.',
  'rollout.missing': 'On {node}, no new pod of {workload} is ready.',
  'rollout.nothing': 'No pod of {workload} was there to be replaced.',
  'eavesdropper.place': 'Where somebody listens',
  'eavesdropper.readable': 'messages that can be read',
  'eavesdropper.ciphertext': 'messages in ciphertext',
  'eavesdropper.pod-loopback': '(a) inside a pod, on its loopback',
  'eavesdropper.pod-interface': '(b) at a pod’s network interface',
  'eavesdropper.node-interface': '(c) at a node’s network interface',
  'outcomes.request': 'Request',
  'outcomes.well': 'answered well',
  'outcomes.error': 'answered with an error',
  'outcomes.cut': 'no answer, cut',
  'outcomes.url': '{url}',
} as const;

export type SentenceKey = keyof typeof sentencesEn;
export type SentenceTexts = Readonly<Record<SentenceKey, string>>;
