// Values that annotations hold, as Go reads them.
// Source: istio/istio:pkg/util/net/ip.go ValidateInterfaceNames; net/netip ParsePrefix; k8s.io/apimachinery:pkg/api/resource ParseQuantity.
import { parseIpBlock } from '../authz/ip-block.ts';

/** A block of addresses, its length written out. */
export function isValidRange(value: string): boolean {
  return value.includes('/') && parseIpBlock(value) !== undefined;
}

/** A name that Linux gives an interface. */
export function isValidInterface(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_.-]{0,14}$/.test(name);
}

/** An amount of a resource: `100m`, `1.5Gi`, `2e3`. */
export function isQuantity(value: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(value);
}
