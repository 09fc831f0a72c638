// Sends a call through all filters that istiod compiles from manifests for one proxy, as the proxy does.
import type {
  AuthCall,
  AuthFilter,
  AuthParts,
  CheckAnswer,
  Ask,
  PolicyHost,
  RegistryHost,
} from '../../../../src/mesh/authz/index.ts';
import { compileAuthFilters, evaluateAuth, normalisePath, readCheckAnswer } from '../../../../src/mesh/authz/index.ts';
import type { MeshConfiguration } from '../../../../src/mesh/config/index.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import type { HttpRequestHead } from '../../../../src/trace/index.ts';
import { storedOf } from '../stored.ts';

export interface Scene {
  /** Objects; each gets `apiVersion`, and namespace `shop` unless it has one. */
  readonly manifests: readonly Manifest[];
  readonly host?: PolicyHost;
  readonly meshConfig?: Partial<MeshConfiguration['meshConfig']>;
  readonly istiod?: Partial<MeshConfiguration['istiod']>;
  readonly documents?: MeshConfiguration['documents'];
  readonly hosts?: readonly RegistryHost[];
  readonly answer?: (ask: Ask) => CheckAnswer;
}

export interface Manifest {
  readonly kind: 'AuthorizationPolicy' | 'RequestAuthentication';
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

export interface Call {
  readonly principal?: string;
  readonly sourceIp?: string;
  readonly remoteIp?: string;
  readonly destinationIp?: string;
  readonly port?: number;
  readonly sni?: string;
  /** Seconds since 1970. */
  readonly now?: number;
  /** Undefined: bytes. */
  readonly request?: Partial<HttpRequestHead> | undefined;
}

export interface Outcome {
  /** `allowed`, or the status (0 for a closed connection) with its details. */
  readonly verdict: string;
  readonly body: string;
  readonly flags: string;
  readonly policy: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  /** The request as it leaves the last filter. */
  readonly request: HttpRequestHead | undefined;
  readonly asked: readonly Ask[];
  readonly trail: Trail;
}

export function filtersOf(scene: Scene): ReturnType<typeof compileAuthFilters> {
  const text = scene.manifests
    .map(({ kind, metadata, spec }) =>
      JSON.stringify({
        apiVersion: 'security.istio.io/v1',
        kind,
        metadata: { namespace: 'shop', ...metadata },
        spec,
      }),
    )
    .join('\n---\n');
  const parts: AuthParts = {
    authorizationPolicies: storedOf('AuthorizationPolicy', text),
    requestAuthentications: storedOf('RequestAuthentication', text),
    hosts: scene.hosts ?? [{ hostname: 'gate.ops.svc.cluster.local', namespace: 'ops' }],
  };
  const base = defaultMeshConfiguration;
  return compileAuthFilters(parts, scene.host ?? { namespace: 'shop', labels: { app: 'orders' } }, {
    ...base,
    meshConfig: { ...base.meshConfig, ...scene.meshConfig },
    istiod: { ...base.istiod, ...scene.istiod },
    documents: scene.documents ?? {},
  });
}

export function send(scene: Scene, call: Call): Outcome {
  const { http, network } = filtersOf(scene);
  const { request: written, port = 8080, now = 1_767_225_600, ...rest } = call;
  const request =
    'request' in call && written === undefined
      ? undefined
      : { method: 'GET', path: '/', authority: 'orders', headers: [], ...written };
  const connection = {
    principal: 'spiffe://cluster.local/ns/shop/sa/web',
    sourceIp: '10.0.0.1',
    remoteIp: rest.sourceIp ?? '10.0.0.1',
    destinationIp: '10.0.0.2',
    destinationPort: port,
    sni: '',
    ...rest,
  };
  const normal = request === undefined ? undefined : { ...request, path: normalisePath(request.path) ?? request.path };
  return run(request === undefined ? network : http, { connection, request: normal, metadata: {}, now }, scene);
}

function run(filters: readonly AuthFilter[], start: AuthCall, scene: Scene): Outcome {
  let call = start;
  const asked: Ask[] = [];
  const trail = new Trail();
  for (const filter of filters) {
    let verdict = evaluateAuth(filter, call, trail);
    if (verdict.kind === 'ask' && filter.kind === 'ext-authz') {
      asked.push(verdict);
      verdict = readCheckAnswer(filter, call, scene.answer?.(verdict) ?? { kind: 'failed' }, trail);
    }
    if (verdict.kind === 'deny') {
      const { status, details, body, flags, policy, headers } = verdict;
      return { verdict: `${status} ${details}`, body, flags, policy, headers, request: call.request, asked, trail };
    }
    if (verdict.kind === 'continue') call = { ...call, request: verdict.request, metadata: verdict.metadata };
  }
  return {
    verdict: 'allowed',
    body: '',
    flags: '',
    policy: undefined,
    headers: [],
    request: call.request,
    asked,
    trail,
  };
}
