// The formats a text may have to have. A format this file does not know holds for everything, as in the API server.

import { isIP, isIPv4, isIPv6 } from '../ip.ts';

/** Source: kubernetes/apimachinery:pkg/api/resource/quantity.go. */
const quantity = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;
const time = /^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function formatHolds(format: string, value: string): boolean {
  switch (format) {
    case 'quantity':
      return quantity.test(value);
    case 'time':
    case 'date-time':
      return time.test(value);
    case 'base64':
    case 'byte':
      // Go's decoder skips line breaks, which block scalars bring.
      return base64.test(value.replace(/[\r\n]/g, ''));
    case 'ip':
      return isIP(value);
    case 'ipv4':
      return isIPv4(value);
    case 'ipv6':
      return isIPv6(value);
    default:
      return true;
  }
}
