// ProxyConfig as one pod sees it: the mesh's default, overridden by the annotation proxy.istio.io/config (YAML or JSON text).
// Only the fields that are simulated are read; they are flat, so a line each is all there is to parse.
import type { MeshConfig } from '../config/index.ts';

export interface PodProxyConfig {
  readonly holdApplicationUntilProxyStarts: boolean;
  /** Text like `5s`; undefined: the default. */
  readonly terminationDrainDuration: string | undefined;
}

export function proxyConfigOf(annotations: Readonly<Record<string, string>>, mesh: MeshConfig): PodProxyConfig {
  const text = annotations['proxy.istio.io/config'] ?? '';
  const hold = /["']?holdApplicationUntilProxyStarts["']?\s*:\s*["']?(true|false)/.exec(text)?.[1];
  return {
    holdApplicationUntilProxyStarts: hold === undefined ? mesh.holdApplicationUntilProxyStarts : hold === 'true',
    terminationDrainDuration: /["']?terminationDrainDuration["']?\s*:\s*["']?([0-9.]+(?:ms|s|m|h))/.exec(text)?.[1],
  };
}
