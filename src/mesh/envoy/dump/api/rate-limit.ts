// Local rate limits in the form of Envoy's API, as far as they are simulated.
// Source: envoyproxy/envoy:api/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto at 1.37.
import type { JsonObject, LocalRateLimit, SetHeader } from '../../../../manifests/index.ts';
import type { RouteRateLimit } from '../../../routing/index.ts';
import type { RateLimitFilter } from '../../configuration.ts';
import { durationText, given } from './values.ts';

export function rateLimitFilterJson({ name, limit }: RateLimitFilter): JsonObject {
  return { name, typedConfig: limitJson(limit) };
}

/** By the names of their filters. */
export function routeRateLimitsJson(limits: readonly RouteRateLimit[] = []): JsonObject {
  return Object.fromEntries(limits.map(({ name, limit }) => [name, limitJson(limit)]));
}

function limitJson(limit: LocalRateLimit): JsonObject {
  const { bucket, enabled, enforced, status, tellsClients, perConnection, asResourceExhausted } = limit;
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
    status: { code: status },
    ...(bucket === undefined
      ? {}
      : {
          tokenBucket: {
            maxTokens: bucket.maxTokens,
            tokensPerFill: bucket.tokensPerFill,
            fillInterval: durationText(bucket.fillInterval),
          },
        }),
    filterEnabled: shareJson(enabled),
    filterEnforced: shareJson(enforced),
    ...given('responseHeadersToAdd', limit.responseHeaders.map(headerJson)),
    ...given('requestHeadersToAddWhenNotEnforced', limit.requestHeaders.map(headerJson)),
    ...(tellsClients ? { enableXRatelimitHeaders: 'DRAFT_VERSION_03' } : {}),
    ...(perConnection ? { localRateLimitPerDownstreamConnection: true } : {}),
    ...(asResourceExhausted ? { rateLimitedAsResourceExhausted: true } : {}),
  };
}

function shareJson(numerator: number): JsonObject {
  return { defaultValue: { numerator, denominator: 'MILLION' } };
}

function headerJson({ name, value, replaces }: SetHeader): JsonObject {
  return { header: { key: name, value }, ...(replaces ? { appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' } : {}) };
}
