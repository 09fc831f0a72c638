// istiod's environment, as far as it is simulated, and what of it depends on istiod's version: defaults that changed, and variables
// that were there for a few releases only. Source: istio/istio:pilot/pkg/features/{pilot,experimental,security}.go at 1.22 to 1.31.
import type { Container } from '../../manifests/index.ts';

export interface IstiodEnvironment {
  /** `auto` (since 1.27): native sidecars if every kubelet is at least 1.33 (istio/istio:pkg/kube/inject/webhook.go DetectNativeSidecar). */
  readonly ENABLE_NATIVE_SIDECARS: 'auto' | 'enabled' | 'disabled';
  /** Who fetches key sets of `jwksUri`: istiod (`false`), Envoy for hosts of the registry (`true`), Envoy always. */
  readonly PILOT_JWT_ENABLE_REMOTE_JWKS: 'istiod' | 'hybrid' | 'envoy';
  /** Several external authorizers for one workload; without it such policies deny. */
  readonly PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: boolean;
  /** Policies with a selector, or neither selector nor target, are for gateways of the Gateway API too. */
  readonly ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: boolean;
  /** Envoys take HTTP/1.0; else they answer it with 426. A proxy may say so for itself (ISTIO_META_HTTP10). */
  readonly PILOT_HTTP10: boolean;
  /** TLS settings of a Sidecar's ingress listeners count. */
  readonly ENABLE_TLS_ON_SIDECAR_INGRESS: boolean;
  /** Where nobody says what is tried again, an answer of 503 is not. A server may have carried out what it answered so. */
  readonly EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY: boolean;
  /** Servers' proxies try again what was reset before anything of it was sent to the application. */
  readonly ENABLE_INBOUND_RETRY_POLICY: boolean;
}

/** At the baseline. */
export const defaultIstiodEnvironment: IstiodEnvironment = {
  ENABLE_NATIVE_SIDECARS: 'auto',
  PILOT_JWT_ENABLE_REMOTE_JWKS: 'istiod',
  PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: false,
  ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: true,
  ENABLE_TLS_ON_SIDECAR_INGRESS: false,
  PILOT_HTTP10: false,
  EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY: true,
  ENABLE_INBOUND_RETRY_POLICY: true,
};

/** Minor of Istio 1.x in which each became what it is now; `set`: the first that lets it be set, and the first that does not any more. */
const changes = {
  /** releasenotes/notes/50506.yaml. */
  EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY: { on: 24, set: [24, 27] },
  /** releasenotes/notes/52055.yaml. */
  ENABLE_INBOUND_RETRY_POLICY: { on: 24, set: [23, 27] },
} as const;

/** releasenotes/notes/native-sidecar-default.yaml: before, the default was false, and `auto` was no value. */
const autoNativeSidecars = 27;

/**
 * What an istiod of that version has: `installed` under what its container says (`variable`: the value of a name, undefined where it
 * is not set), where its version knows it. A version that is not written `1.MINOR...` counts as the newest.
 */
export function istiodEnvironmentAt(
  version: string,
  installed: IstiodEnvironment,
  variable: (name: string) => string | undefined,
): IstiodEnvironment {
  const minor = minorOf(version);
  const isOn = (name: keyof typeof changes): boolean => {
    const { on, set } = changes[name];
    const said = minor >= set[0] && minor < set[1] ? variable(name) : undefined;
    return said === undefined ? minor >= on : said === 'true';
  };
  return {
    ...installed,
    ENABLE_NATIVE_SIDECARS: nativeSidecars(minor, variable('ENABLE_NATIVE_SIDECARS') ?? '', installed),
    EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY: isOn('EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY'),
    ENABLE_INBOUND_RETRY_POLICY: isOn('ENABLE_INBOUND_RETRY_POLICY'),
  };
}

function nativeSidecars(
  minor: number,
  said: string,
  installed: IstiodEnvironment,
): IstiodEnvironment['ENABLE_NATIVE_SIDECARS'] {
  const modes = { true: 'enabled', false: 'disabled', auto: 'auto' } as const;
  const mode = said in modes ? modes[said as keyof typeof modes] : installed.ENABLE_NATIVE_SIDECARS; // looked up in the line
  return mode === 'auto' && minor < autoNativeSidecars ? 'disabled' : mode;
}

/** The version that an image names; undefined: none. */
export function imageTag({ image = '' }: Pick<Container, 'image'>): string | undefined {
  return /:v?([^:/@]+)(?:@.*)?$/.exec(image)?.[1];
}

/** The minor of an Istio version 1.x; infinite where it is not written so (a build of somebody's own, an unknown proxy). */
export function minorOf(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Infinity);
}
