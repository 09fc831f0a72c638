// A route's match in istioctl's words; headers are left out, as istioctl does.
// Source: istio/istio:istioctl/pkg/writer/envoy/configdump/listener.go describeMatch at 1.31.
import type { RouteMatch } from '../../routing/index.ts';

export function describeMatch({ path: { kind, value } }: Pick<RouteMatch, 'path'>): string {
  switch (kind) {
    case 'prefix':
      return `${value}*`;
    case 'segments':
      return `PathPrefix:${value}`;
    case 'exact':
      return value;
    case 'regex':
      return `regex ${value}`;
  }
}
