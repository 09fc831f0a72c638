// A ztunnel's certificate for one identity: fetched when first wanted, renewed at half its life, retried with back-off.
// Source: istio/ztunnel:src/identity/manager.rs at 1.31. Priorities and the limit of 8 CSRs at a time are not modelled.
import type { AnyEntityId, Context, EntityId, EntityType, Life } from '../../kernel/index.ts';
import { begin, defineMachine, exactly, micros } from '../../kernel/index.ts';
import type { Credential } from '../../net/index.ts';
import { stepLife } from '../../trace/index.ts';
import type { XdsClientId, XdsEvent } from '../xds/index.ts';
import { readDocument } from '../xds/index.ts';
import { certificateBackoff, certificateRefresh } from './facts.ts';

/** The answer to who wanted a certificate. */
export type CredentialAnswer =
  | { readonly type: 'credential'; readonly credential: Credential }
  | { readonly type: 'no-credential'; readonly reason: string };

interface Attempts {
  readonly failures: number;
}
type CertificateEvent = { readonly type: 'WANTED' } | { readonly type: 'ISSUED' } | { readonly type: 'REFUSED' };
type CertificateCommand = 'request' | 'answer' | 'fail';

export const certificateLife = defineMachine<Attempts, CertificateEvent, CertificateCommand>({
  id: 'ztunnel.certificate',
  config: {
    initial: 'absent',
    states: {
      absent: { on: { WANTED: 'initializing' } },
      initializing: { entry: 'request', on: { ISSUED: 'available', REFUSED: 'unavailable' } },
      available: {
        entry: ['succeed', 'answer'],
        on: { WANTED: { actions: 'answer' } },
        after: { refresh: 'renewing' },
      },
      renewing: { entry: 'request', on: { WANTED: { actions: 'answer' }, ISSUED: 'available', REFUSED: 'retrying' } },
      retrying: { entry: 'count', on: { WANTED: { actions: 'answer' } }, after: { backoff: 'renewing' } },
      unavailable: {
        entry: ['count', 'fail'],
        on: { WANTED: { actions: 'fail' } },
        after: { backoff: 'initializing' },
      },
    },
  },
  updates: { succeed: () => ({ failures: 0 }), count: (context) => ({ failures: context.failures + 1 }) },
  effects: { request: () => ['request'], answer: () => ['answer'], fail: () => ['fail'] },
  delays: {
    refresh: certificateRefresh,
    backoff: (context) => exactly(certificateBackoff, micros(backoffMicros(context.failures))),
  },
});

/** About 1 s, doubled with each failure, at most 150 s. */
function backoffMicros(failures: number): number {
  let wait = 1_000_000;
  for (let index = 1; index < failures && wait < 150_000_000; index += 1) wait *= 2;
  return Math.min(wait, 150_000_000);
}

export interface Certificate {
  readonly key: string;
  readonly identity: string;
  readonly xds: XdsClientId;
  readonly life: Life<Attempts>;
  readonly credential: Credential | undefined;
  readonly reason: string;
  readonly waiting: readonly EntityId<CredentialAnswer>[];
}

export type CertificateMessage =
  | CertificateEvent
  | { readonly type: 'want'; readonly asker: EntityId<CredentialAnswer> }
  | Exclude<XdsEvent, { type: 'xds-configuration' }>;

export const certificateType: EntityType<Certificate, CertificateMessage> = {
  name: 'ztunnel.certificate',
  keys: (certificate) => [certificate.key],
  handle(certificate, message, ctx) {
    switch (message.type) {
      case 'want':
        return step(ctx, { ...certificate, waiting: [...certificate.waiting, message.asker] }, { type: 'WANTED' });
      case 'xds-certificate': {
        const { credential } = readDocument(ctx, message.document, 'certificate');
        return step(ctx, { ...certificate, credential }, { type: 'ISSUED' });
      }
      case 'xds-refusal':
        return step(ctx, { ...certificate, reason: message.reason }, { type: 'REFUSED' });
      default:
        return step(ctx, certificate, message);
    }
  },
};

/** What names a ztunnel's certificate entity. */
export function certificateKey(ztunnel: AnyEntityId, identity: string): string {
  return `${ztunnel}/${identity}`;
}

/** Asks for the certificate of an identity; the answer is told to `asker`, at once if there is one. Undefined asker: a prefetch. */
export function wantCredential(
  ctx: Context,
  ztunnel: AnyEntityId,
  xds: XdsClientId,
  identity: string,
  asker: EntityId<CredentialAnswer> | undefined,
): void {
  const key = certificateKey(ztunnel, identity);
  let certificate = ctx.find(certificateType, key);
  if (certificate === undefined) {
    const { snapshot } = begin(certificateLife, { failures: 0 });
    const fresh: Certificate = {
      key,
      identity,
      xds,
      life: { snapshot, timers: {} },
      credential: undefined,
      reason: '',
      waiting: [],
    };
    certificate = ctx.create(certificateType, `${ctx.pathOf(ztunnel)}/certificate/${identity}`, fresh);
  }
  ctx.tell(certificate, asker === undefined ? { type: 'WANTED' } : { type: 'want', asker });
}

function step(ctx: Context, certificate: Certificate, event: CertificateEvent): Certificate {
  return stepLife(ctx, certificateLife, certificate, event, (value, command) => {
    if (command !== 'request') return answer(ctx, value);
    ctx.tell(value.xds, { type: 'request-certificate', identity: value.identity });
    return value;
  });
}

function answer(ctx: Context, certificate: Certificate): Certificate {
  const { credential, reason } = certificate;
  for (const asker of certificate.waiting)
    ctx.tell(asker, credential === undefined ? { type: 'no-credential', reason } : { type: 'credential', credential });
  return { ...certificate, waiting: [] };
}
