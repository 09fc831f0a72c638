// A ztunnel's certificate for one identity: fetched when first wanted, renewed at half of its validity, retried with back-off. A
// renewal that fails keeps the old one until it ends; without a valid one whoever wants it fails at once. A queue a ztunnel decides
// whose fetch is next. The last workload of an identity on the node takes its certificate along.
// Source: istio/ztunnel:src/identity/manager.rs and src/cert_fetcher.rs at 1.31.
import type { AnyEntityId, Context, DelayFact, EntityId, EntityType, Life, Micros } from '../../kernel/index.ts';
import { begin, defineMachine, GONE, micros } from '../../kernel/index.ts';
import type { Credential } from '../../net/index.ts';
import { recordCause, stepLife } from '../../trace/index.ts';
import type { XdsClientId, XdsEvent } from '../xds/index.ts';
import { readDocument } from '../xds/index.ts';
import { certificateBackdated, certificateBackoffs, certificateRefresh, fetchesMax } from './facts.ts';

/** The answer to who wanted a certificate. */
export type CredentialAnswer =
  | { readonly type: 'credential'; readonly credential: Credential }
  | { readonly type: 'no-credential'; readonly reason: string };

/** Why a certificate is fetched; the later goes first. */
const priorities = ['Background', 'Warmup', 'RealTime'] as const;
type Priority = (typeof priorities)[number];

interface Attempts {
  /** Fetches that failed since the last that did not; counted as far as the wait grows. */
  readonly failures: number;
  /** How long the certificate that is held stays valid; 0 without one. */
  readonly left: Micros;
}
type CertificateEvent =
  | { readonly type: 'WANTED' }
  | { readonly type: 'ISSUED'; readonly left: Micros }
  | { readonly type: 'REFUSED'; readonly left: Micros }
  /** The certificate that is held is over before its time. */
  | { readonly type: 'EXPIRED' };
type CertificateCommand = 'request' | 'answer' | 'fail';

const answers = { WANTED: { actions: 'answer' } } as const;

export const certificateLife = defineMachine<Attempts, CertificateEvent, CertificateCommand>({
  id: 'ztunnel.certificate',
  config: {
    initial: 'absent',
    states: {
      absent: { on: { WANTED: 'initializing' } },
      initializing: { entry: 'request', on: { ISSUED: 'available', REFUSED: 'unavailable' } },
      available: { entry: ['hold', 'answer'], on: { ...answers, EXPIRED: 'renewing' }, after: { refresh: 'renewing' } },
      renewing: {
        entry: 'request',
        on: {
          ...answers,
          ISSUED: 'available',
          REFUSED: [{ target: 'retrying', guard: 'isHeld' }, { target: 'unavailable' }],
        },
      },
      retrying: { entry: 'count', on: { ...answers, EXPIRED: 'renewing' }, after: { backoff: 'renewing' } },
      unavailable: { entry: ['count', 'fail'], on: { WANTED: { actions: 'fail' } }, after: { backoff: 'refetching' } },
      refetching: {
        entry: 'request',
        on: { WANTED: { actions: 'fail' }, ISSUED: 'available', REFUSED: 'unavailable' },
      },
    },
  },
  guards: { isHeld: (_, event) => event.type === 'REFUSED' && event.left > 0 },
  updates: {
    hold: (_, event) => ({ failures: 0, left: leftOf(event) }),
    count: ({ failures }, event) => ({
      failures: Math.min(failures + 1, certificateBackoffs.length),
      left: leftOf(event),
    }),
  },
  effects: { request: () => ['request'], answer: () => ['answer'], fail: () => ['fail'] },
  delays: {
    refresh: ({ left }) => lasting(certificateRefresh, Math.max(0, Math.floor((left - certificateBackdated) / 2))),
    backoff: ({ failures, left }) => {
      const wait = certificateBackoffs[failures - 1] ?? certificateRefresh;
      return left > 0 && left < wait.max ? lasting(wait, left) : wait;
    },
  },
});

/** Not by `exactly`, which remembers every span: no two certificates are left the same time. */
function lasting(fact: DelayFact, span: number): DelayFact {
  return { ...fact, min: micros(span), max: micros(span) };
}

function leftOf(event: CertificateEvent): Micros {
  return 'left' in event ? event.left : micros(0);
}

export interface Certificate {
  readonly key: string;
  readonly identity: string;
  readonly ztunnel: AnyEntityId;
  readonly xds: XdsClientId;
  readonly queue: EntityId<QueueMessage>;
  readonly life: Life<Attempts>;
  /** The one that is held, valid or not. */
  readonly credential: Credential | undefined;
  /** Its end is on record. */
  readonly isOver: boolean;
  /** Of the first fetch; later ones are done in the background. */
  readonly priority: Priority;
  readonly reason: string;
  readonly waiting: readonly EntityId<CredentialAnswer>[];
}

export type CertificateMessage =
  | Extract<CertificateEvent, { type: 'WANTED' }>
  | { readonly type: 'want'; readonly asker: EntityId<CredentialAnswer>; readonly priority: Priority }
  /** Its turn in the queue. */
  | { readonly type: 'fetch' }
  /** As if its time were over now. */
  | { readonly type: 'expire' }
  /** Nobody on the node has this identity any more. */
  | { readonly type: 'forget' }
  | Exclude<XdsEvent, { type: 'xds-configuration' }>;
type CertificateId = EntityId<CertificateMessage>;

export const certificateType: EntityType<Certificate, CertificateMessage> = {
  name: 'ztunnel.certificate',
  keys: (certificate) => [certificate.key],
  group: ({ ztunnel }) => ztunnel,
  handle(certificate, message, ctx) {
    const { queue, xds, identity, waiting } = certificate;
    switch (message.type) {
      case 'want': {
        const next = { ...certificate, waiting: [...waiting, message.asker] };
        const isSooner = priorities.indexOf(message.priority) > priorities.indexOf(certificate.priority);
        if (!isSooner || certificate.life.snapshot.value !== 'initializing') return step(ctx, next, { type: 'WANTED' });
        ctx.tell(queue, { type: 'enqueue', certificate: ctx.self as CertificateId, priority: message.priority });
        return { ...next, priority: message.priority };
      }
      case 'fetch':
        ctx.tell(xds, { type: 'request-certificate', identity });
        return certificate;
      case 'xds-certificate': {
        ctx.tell(queue, { type: 'fetched', certificate: ctx.self as CertificateId });
        const { credential } = readDocument(ctx, message.document, 'certificate');
        const issued = { ...certificate, credential, isOver: false };
        return step(ctx, issued, { type: 'ISSUED', left: leftNow(ctx, credential) });
      }
      case 'xds-refusal': {
        ctx.tell(queue, { type: 'fetched', certificate: ctx.self as CertificateId });
        const left = leftNow(ctx, certificate.credential);
        const refused = { ...certificate, reason: message.reason };
        return step(ctx, left > 0 ? refused : recordEnd(ctx, refused), { type: 'REFUSED', left });
      }
      case 'expire': {
        const { credential } = certificate;
        if (credential === undefined) return certificate;
        const over = { ...credential, notAfter: Math.min(credential.notAfter, ctx.now - 1) };
        return step(ctx, recordEnd(ctx, { ...certificate, credential: over }), { type: 'EXPIRED' });
      }
      case 'forget':
        for (const timer of Object.values(certificate.life.timers)) ctx.cancel(timer);
        ctx.tell(queue, { type: 'fetched', certificate: ctx.self as CertificateId });
        if (certificate.credential !== undefined)
          recordCause(ctx, 'certificate', { process: certificate.ztunnel, identity, event: 'forgotten', detail: '' });
        for (const asker of waiting)
          ctx.tell(asker, { type: 'no-credential', reason: 'the identity is no longer needed' });
        return GONE;
      default:
        return step(ctx, certificate, message);
    }
  },
};

function recordEnd(ctx: Context, certificate: Certificate): Certificate {
  const { ztunnel, identity, credential, isOver } = certificate;
  if (isOver || credential === undefined) return certificate;
  recordCause(ctx, 'certificate', { process: ztunnel, identity, event: 'expired', detail: '' });
  return { ...certificate, isOver: true };
}

function leftNow(ctx: Context, credential: Credential | undefined): Micros {
  return micros(Math.max(0, (credential?.notAfter ?? ctx.now) - ctx.now));
}

/** What names a ztunnel's certificate entity. */
export function certificateKey(ztunnel: AnyEntityId, identity: string): string {
  return `${ztunnel}/${identity}`;
}

/** Of whom a certificate is wanted. */
export interface Wanted {
  readonly ztunnel: AnyEntityId;
  readonly xds: XdsClientId;
  readonly identity: string;
}

/** Asks for the certificate of an identity; the answer is told to `asker`, at once if there is one. */
export function wantCredential(
  ctx: Context,
  wanted: Wanted,
  asker: EntityId<CredentialAnswer>,
  priority: Priority = 'RealTime',
): void {
  const { ztunnel, xds, identity } = wanted;
  const key = certificateKey(ztunnel, identity);
  let certificate = ctx.find(certificateType, key);
  if (certificate === undefined) {
    const { snapshot } = begin(certificateLife, { failures: 0, left: micros(0) });
    const fresh: Certificate = {
      key,
      identity,
      ztunnel,
      xds,
      queue: queueOf(ctx, ztunnel),
      life: { snapshot, timers: {} },
      credential: undefined,
      isOver: false,
      priority,
      reason: '',
      waiting: [],
    };
    certificate = ctx.create(certificateType, `${ctx.pathOf(ztunnel)}/certificate/${identity}`, fresh);
  }
  ctx.tell(certificate, { type: 'want', asker, priority });
}

function step(ctx: Context, certificate: Certificate, event: CertificateEvent): Certificate {
  return stepLife(ctx, certificateLife, certificate, event, (value, command) => {
    if (command === 'request') {
      const isFirst = value.life.snapshot.value === 'absent';
      const priority = isFirst ? value.priority : 'Background';
      ctx.tell(value.queue, { type: 'enqueue', certificate: ctx.self as CertificateId, priority });
      return value;
    }
    for (const asker of value.waiting)
      ctx.tell(
        asker,
        command === 'fail' || value.credential === undefined
          ? { type: 'no-credential', reason: value.reason }
          : { type: 'credential', credential: value.credential },
      );
    return { ...value, waiting: [] };
  });
}

// --- the queue of a ztunnel's fetches

interface Queue {
  readonly key: string;
  readonly wanted: Omit<Wanted, 'identity'> | undefined;
  readonly fetching: readonly CertificateId[];
  /** In order of asking. */
  readonly pending: readonly { readonly certificate: CertificateId; readonly priority: Priority }[];
  /** Identities to fetch ahead of their first connection: one after another. */
  readonly ahead: readonly string[];
  readonly isWarming: boolean;
}
type QueueMessage =
  | CredentialAnswer
  | { readonly type: 'enqueue'; readonly certificate: CertificateId; readonly priority: Priority }
  | { readonly type: 'fetched'; readonly certificate: CertificateId }
  | { readonly type: 'stop' }
  | { readonly type: 'prefetch'; readonly wanted: Omit<Wanted, 'identity'>; readonly identities: readonly string[] };

const queueType: EntityType<Queue, QueueMessage> = {
  name: 'ztunnel.certificate-queue',
  keys: (queue) => [queue.key],
  handle(queue, message, ctx) {
    switch (message.type) {
      case 'enqueue': {
        const { certificate, priority } = message;
        if (queue.fetching.includes(certificate)) return queue;
        const others = queue.pending.filter((other) => other.certificate !== certificate);
        return fetchNext(ctx, { ...queue, pending: [...others, { certificate, priority }] });
      }
      case 'fetched': {
        const isOther = (certificate: CertificateId): boolean => certificate !== message.certificate;
        const pending = queue.pending.filter(({ certificate }) => isOther(certificate));
        return fetchNext(ctx, { ...queue, fetching: queue.fetching.filter(isOther), pending });
      }
      case 'prefetch':
        return warmNext(ctx, { ...queue, wanted: message.wanted, ahead: [...queue.ahead, ...message.identities] });
      case 'credential':
      case 'no-credential':
        return warmNext(ctx, { ...queue, isWarming: false });
      case 'stop':
        return GONE;
    }
  },
};

function queueOf(ctx: Context, ztunnel: AnyEntityId): EntityId<QueueMessage> {
  const key = String(ztunnel);
  const queue: Queue = { key, wanted: undefined, fetching: [], pending: [], ahead: [], isWarming: false };
  return ctx.find(queueType, key) ?? ctx.create(queueType, `${ctx.pathOf(ztunnel)}/certificates`, queue);
}

/** Fetches certificates of a ztunnel's own node before a connection needs them. */
export function prefetch(ctx: Context, wanted: Omit<Wanted, 'identity'>, identities: readonly string[]): void {
  ctx.tell(queueOf(ctx, wanted.ztunnel), { type: 'prefetch', wanted, identities });
}

function fetchNext(ctx: Context, queue: Queue): Queue {
  let { fetching, pending } = queue;
  while (fetching.length < fetchesMax && pending.length > 0) {
    const [first] = pending.toSorted((a, b) => priorities.indexOf(b.priority) - priorities.indexOf(a.priority));
    if (first === undefined) break;
    ctx.tell(first.certificate, { type: 'fetch' });
    fetching = [...fetching, first.certificate];
    pending = pending.filter((other) => other !== first);
  }
  return { ...queue, fetching, pending };
}

function warmNext(ctx: Context, queue: Queue): Queue {
  const [identity, ...ahead] = queue.ahead;
  if (queue.isWarming || identity === undefined || queue.wanted === undefined) return queue;
  wantCredential(ctx, { ...queue.wanted, identity }, ctx.self as EntityId<QueueMessage>, 'Warmup');
  return { ...queue, ahead, isWarming: true };
}

/** Ends a certificate's use on its ztunnel. */
export function forgetCertificate(ctx: Context, ztunnel: AnyEntityId, identity: string): void {
  const certificate = ctx.find(certificateType, certificateKey(ztunnel, identity));
  if (certificate !== undefined) ctx.tell(certificate, { type: 'forget' });
}

/** All of a ztunnel's certificates go with its process. */
export function dropCertificates(ctx: Context, ztunnel: AnyEntityId): void {
  for (const [id] of ctx.members(certificateType, ztunnel)) ctx.tell(id, { type: 'forget' });
  ctx.tell(queueOf(ctx, ztunnel), { type: 'stop' });
}
