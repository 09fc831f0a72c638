// The one patch of an EnvoyFilter that is acted out: Envoy's local rate limit, put among a proxy's HTTP filters, or set for some of its
// routes. What is written in any other way than is understood here is left out whole: half a patch would be another one.
// Source: istio/istio:pilot/pkg/networking/core/envoyfilter/{listener_patch,rc_patch}.go at 1.31; envoyproxy/envoy:
// source/extensions/filters/http/local_ratelimit/local_ratelimit.cc, api/envoy/extensions/filters/http/local_ratelimit/v3 at 1.37.
// Not acted out: descriptors, shares of a cluster, proxies told apart by version or metadata.

import { get, isArray, isObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { FieldPath } from '../../source.ts';

export interface LocalRateLimit {
  /** Undefined: whatever comes is let through. */
  readonly bucket: TokenBucket | undefined;
  /** Of the requests, in parts per million: how many are counted, and how many of those over the limit are refused. */
  readonly enabled: number;
  readonly enforced: number;
  readonly status: number;
  /** gRPC clients hear RESOURCE_EXHAUSTED; else UNAVAILABLE. */
  readonly asResourceExhausted: boolean;
  /** A bucket for each connection, not one for all of a filter chain. */
  readonly perConnection: boolean;
  /** Answers say what is left (`x-ratelimit-limit`, `-remaining`, `-reset`). */
  readonly tellsClients: boolean;
  readonly responseHeaders: readonly SetHeader[];
  /** For requests over the limit that are let through. */
  readonly requestHeaders: readonly SetHeader[];
}

export interface TokenBucket {
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  /** Microseconds. */
  readonly fillInterval: number;
}

export interface SetHeader {
  readonly name: string;
  readonly value: string;
  /** Takes the place of what there is, instead of being added to it. */
  readonly replaces: boolean;
}

export type PatchContext = (typeof contexts)[number];

export type RateLimitPatch =
  | {
      readonly kind: 'filter';
      readonly context: PatchContext;
      readonly match: ChainMatch;
      /** `first`: before every other filter; `last`: right before the router. */
      readonly place: 'first' | 'last';
      readonly name: string;
      readonly limit: LocalRateLimit;
    }
  | {
      readonly kind: 'route';
      readonly context: PatchContext;
      readonly match: RouteMatch;
      /** Of the filter that reads it. */
      readonly name: string;
      readonly limit: LocalRateLimit;
      /** Whether it is for whole virtual hosts; a route's own comes before it. */
      readonly isForHost: boolean;
    };

/** '' and 0: any. */
export interface ChainMatch {
  readonly listener: string;
  readonly port: number;
  readonly destinationPort: number;
  readonly sni: string;
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
}

/** '' and 0: any. */
export interface RouteMatch {
  readonly name: string;
  readonly port: number;
  readonly host: string;
  readonly domain: string;
  readonly route: string;
  readonly action: (typeof actions)[number];
}

const contexts = ['ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY'] as const;
const actions = ['ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE'] as const;
const manager = 'envoy.filters.network.http_connection_manager';
const router = 'envoy.filters.http.router';
const message = 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';

/** What an item of `configPatches` asks for; or the field, from the item on, for which it is left out. */
export function readRateLimitPatch(item: JsonObject): RateLimitPatch | FieldPath {
  const reading = new Reading();
  const patch = reading.patch(item);
  return reading.left ?? patch ?? [];
}

/** Reads fields by their name in snake case, written so or in camel case, as protobuf's JSON may be. Remembers the first it cannot act on. */
class Reading {
  left: FieldPath | undefined;

  patch(item: JsonObject): RateLimitPatch | undefined {
    const top = this.fields(item, [], ['apply_to', 'match', 'patch']);
    const patch = this.object(top, 'patch', ['operation', 'value']);
    switch (text(top, 'apply_to')) {
      case 'HTTP_FILTER':
        return this.filter(top, patch);
      case 'HTTP_ROUTE':
      case 'VIRTUAL_HOST':
        return this.route(top, patch);
      default:
        this.leave(['applyTo']);
        return undefined;
    }
  }

  filter(top: Fields, patch: Fields): RateLimitPatch | undefined {
    const { context, match } = this.match(top, 'listener', ['name', 'port_number', 'filter_chain']);
    const chain = this.object(match, 'filter_chain', [
      'sni',
      'transport_protocol',
      'application_protocols',
      'destination_port',
      'filter',
    ]);
    const filter = this.object(chain, 'filter', ['name', 'sub_filter']);
    if (!['', manager].includes(text(filter, 'name'))) this.leave([...filter.path, 'name']);
    const before = text(this.object(filter, 'sub_filter', ['name']), 'name');
    const operation = text(patch, 'operation');
    const isFirst = operation === 'INSERT_FIRST' || (operation === 'INSERT_BEFORE' && before === '');
    if (!isFirst && !(operation === 'INSERT_BEFORE' && before === router)) this.leave([...patch.path, 'operation']);
    const value = this.object(patch, 'value', ['name', 'typed_config']);
    const config = this.config(value, 'typed_config');
    if (config === undefined) return undefined;
    return {
      kind: 'filter',
      context,
      match: {
        listener: text(match, 'name'),
        port: number(match, 'port_number') ?? 0,
        destinationPort: number(chain, 'destination_port') ?? 0,
        sni: text(chain, 'sni'),
        transportProtocol: text(chain, 'transport_protocol'),
        applicationProtocols: text(chain, 'application_protocols').split(',').filter(Boolean),
      },
      place: isFirst ? 'first' : 'last',
      name: text(value, 'name'),
      limit: this.limit(config),
    };
  }

  route(top: Fields, patch: Fields): RateLimitPatch | undefined {
    const { context, match } = this.match(top, 'route_configuration', ['name', 'port_number', 'vhost']);
    // A gateway's route configurations are named by ports of Services that lead to its own.
    if (context !== 'SIDECAR_INBOUND' && context !== 'SIDECAR_OUTBOUND' && number(match, 'port_number') !== undefined)
      this.leave([...match.path, 'portNumber']);
    const host = this.object(match, 'vhost', ['name', 'domain_name', 'route']);
    const route = this.object(host, 'route', ['name', 'action']);
    if (text(patch, 'operation') !== 'MERGE') this.leave([...patch.path, 'operation']);
    const value = this.object(patch, 'value', ['typed_per_filter_config']);
    const perFilter = this.object(value, 'typed_per_filter_config', undefined);
    const [name = '', ...others] = Object.keys(perFilter.value);
    if (others.length > 0) this.leave([...perFilter.path, others[0] ?? '']);
    const config = this.config(perFilter, name);
    if (config === undefined) return undefined;
    // Envoy refuses a route's own without a bucket.
    if (field(config, 'token_bucket') === undefined) this.leave(config.path);
    return {
      kind: 'route',
      context,
      match: {
        name: text(match, 'name'),
        port: number(match, 'port_number') ?? 0,
        host: text(host, 'name'),
        domain: text(host, 'domain_name'),
        route: text(route, 'name'),
        action: this.oneOf(route, 'action', actions),
      },
      name,
      limit: this.limit(config),
      isForHost: text(top, 'apply_to') === 'VIRTUAL_HOST',
    };
  }

  match(
    top: Fields,
    kind: string,
    known: readonly string[],
  ): { readonly context: PatchContext; readonly match: Fields } {
    const match = this.object(top, 'match', ['context', kind]);
    return { context: this.oneOf(match, 'context', contexts), match: this.object(match, kind, known) };
  }

  /** A LocalRateLimit, as it is or as a TypedStruct. */
  config(parent: Fields, key: string): Fields | undefined {
    const typed = this.object(parent, key, undefined);
    const type = nameOf(typed, '@type');
    if (type === message) return this.fields(typed.value, typed.path, ['@type', ...configFields]);
    if (/^(udpa|xds)\.type\.v[13]\.TypedStruct$/.test(type) && nameOf(typed, 'type_url') === message)
      return this.object(typed, 'value', configFields);
    this.leave(typed.path);
    return undefined;
  }

  limit(config: Fields): LocalRateLimit {
    const status = number(this.object(config, 'status', ['code']), 'code') ?? 0;
    if (text(config, 'stat_prefix') === '') this.leave(config.path);
    return {
      bucket: this.bucket(config),
      enabled: this.share(config, 'filter_enabled'),
      enforced: this.share(config, 'filter_enforced'),
      // Below 400 nothing is refused by it.
      status: status < 400 ? 429 : status,
      asResourceExhausted: field(config, 'rate_limited_as_resource_exhausted') === true,
      perConnection: field(config, 'local_rate_limit_per_downstream_connection') === true,
      tellsClients: text(config, 'enable_x_ratelimit_headers') === 'DRAFT_VERSION_03',
      responseHeaders: this.headers(config, 'response_headers_to_add'),
      requestHeaders: this.headers(config, 'request_headers_to_add_when_not_enforced'),
    };
  }

  bucket(config: Fields): TokenBucket | undefined {
    if (field(config, 'token_bucket') === undefined) return undefined;
    const bucket = this.object(config, 'token_bucket', ['max_tokens', 'tokens_per_fill', 'fill_interval']);
    const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(text(bucket, 'fill_interval'))?.[1] ?? 0);
    const [maxTokens = 0, tokensPerFill = 1] = [number(bucket, 'max_tokens'), number(bucket, 'tokens_per_fill')];
    // Envoy refuses an interval below 50 ms, a bucket of no size, and one that is never filled.
    if (seconds < 0.05 || maxTokens < 1 || tokensPerFill < 1) this.leave(bucket.path);
    return { maxTokens, tokensPerFill, fillInterval: Math.floor(seconds * 1_000) * 1_000 };
  }

  /** Without one: of no request. */
  share(config: Fields, key: string): number {
    const share = this.object(config, key, ['runtime_key', 'default_value']);
    const value = this.object(share, 'default_value', ['numerator', 'denominator']);
    const denominator = text(value, 'denominator') || 'HUNDRED';
    const per = denominators[denominator];
    if (per === undefined) this.leave([...value.path, 'denominator']);
    return Math.min(1_000_000, ((number(value, 'numerator') ?? 0) * 1_000_000) / (per ?? 100));
  }

  headers(config: Fields, key: string): readonly SetHeader[] {
    const written = field(config, key);
    const items = isArray(written) ? written : [];
    return items.map((item, index) => {
      const path = [...config.path, spelt(config, key), index];
      const option = this.fields(isObject(item) ? item : {}, path, ['header', 'append_action', 'append']);
      const header = this.object(option, 'header', ['key', 'value']);
      const value = text(header, 'value');
      // A value may be put together from what is known of the request.
      if (value.includes('%')) this.leave([...header.path, 'value']);
      const action = text(option, 'append_action') || 'APPEND_IF_EXISTS_OR_ADD';
      if (!headerActions.includes(action)) this.leave([...path, spelt(option, 'append_action')]);
      const replaces = action === 'OVERWRITE_IF_EXISTS_OR_ADD' || field(option, 'append') === false;
      return { name: text(header, 'key').toLowerCase(), value, replaces };
    });
  }

  object(parent: Fields, key: string, known: readonly string[] | undefined): Fields {
    const value = field(parent, key);
    return this.fields(isObject(value) ? value : {}, [...parent.path, spelt(parent, key)], known);
  }

  fields(value: JsonObject, path: FieldPath, known: readonly string[] | undefined): Fields {
    const other = known && Object.keys(value).find((key) => !known.some((name) => key === name || key === camel(name)));
    if (other !== undefined) this.leave([...path, other]);
    return { value, path };
  }

  oneOf<T extends string>(parent: Fields, key: string, known: readonly [T, ...T[]]): T {
    const written = text(parent, key);
    const found = written === '' ? known[0] : known.find((one) => one === written);
    if (found === undefined) this.leave([...parent.path, spelt(parent, key)]);
    return found ?? known[0];
  }

  leave(path: FieldPath): void {
    this.left ??= path;
  }
}

const configFields = [
  'stat_prefix',
  'status',
  'token_bucket',
  'filter_enabled',
  'filter_enforced',
  'response_headers_to_add',
  'request_headers_to_add_when_not_enforced',
  'enable_x_ratelimit_headers',
  'local_rate_limit_per_downstream_connection',
  'rate_limited_as_resource_exhausted',
  // Of descriptors alone, which are left out.
  'stage',
  'always_consume_default_token_bucket',
];

const denominators: Readonly<Record<string, number>> = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };
const headerActions = ['APPEND_IF_EXISTS_OR_ADD', 'OVERWRITE_IF_EXISTS_OR_ADD'];

interface Fields {
  readonly value: JsonObject;
  readonly path: FieldPath;
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The name a field is written by. */
function spelt({ value }: Fields, name: string): string {
  return Object.hasOwn(value, name) ? name : camel(name);
}

function field(fields: Fields, name: string): JsonValue | undefined {
  return get(fields.value, spelt(fields, name));
}

function text(fields: Fields, name: string): string {
  const value = field(fields, name);
  return typeof value === 'string' ? value : '';
}

function number(fields: Fields, name: string): number | undefined {
  const value = field(fields, name);
  return typeof value === 'number' ? value : undefined;
}

/** The name of a message, without where its type is found. */
function nameOf(fields: Fields, name: string): string {
  return text(fields, name).replace(/^.*\//, '');
}
