// The fields of a Scenario in the schema language of schemas/*.json, for the editor's help. What a scenario must be is decided by
// scenario/format.ts alone; a test holds the two against each other.

import type { SchemaObject } from '../structural/schema.ts';

const window: SchemaObject = { type: 'any', properties: { min: 'string', max: 'string' } };
const headers: SchemaObject = { values: 'string' };
const httpVersion: SchemaObject = { type: 'string', enum: ['HTTP/1.0', 'HTTP/1.1'], default: 'HTTP/1.1' };
const port: SchemaObject = { type: 'integer', minimum: 1, maximum: 65_535 };

export const scenarioSchema: SchemaObject = {
  properties: {
    spec: {
      properties: {
        seed: { type: 'integer', default: 7 },
        duration: { type: 'string', default: '30s' },
        mesh: { type: 'string', enum: ['none', 'sidecar', 'ambient'] },
        versions: { properties: { istio: 'string', kubernetes: 'string' } },
        meshConfig: {
          properties: {
            trustDomain: { type: 'string', default: 'cluster.local' },
            enableAutoMtls: { type: 'boolean', default: true },
            outboundTrafficPolicy: { type: 'string', enum: ['ALLOW_ANY', 'REGISTRY_ONLY'], default: 'ALLOW_ANY' },
            holdApplicationUntilProxyStarts: { type: 'boolean', default: false },
          },
        },
        istiod: {
          properties: {
            ENABLE_NATIVE_SIDECARS: { type: 'string', enum: ['auto', 'enabled', 'disabled'], default: 'auto' },
            PILOT_HTTP10: { type: 'boolean', default: false },
          },
        },
        nodes: {
          items: {
            properties: {
              name: 'string',
              zone: 'string',
              region: 'string',
              kubelet: 'string',
              allocatable: { values: 'string' },
            },
            required: ['name'],
          },
        },
        manifests: { items: 'string' },
        programs: {
          items: {
            properties: {
              workload: 'string',
              container: 'string',
              boot: window,
              listens: {
                items: {
                  properties: {
                    port,
                    protocol: { type: 'string', enum: ['http', 'grpc', 'tcp', 'https', 'any'] },
                    greeting: 'string',
                    latency: window,
                    keepAliveTimeout: 'string',
                    bind: 'string',
                    status: { type: 'integer', minimum: 100, maximum: 599, default: 200 },
                  },
                  required: ['port'],
                },
              },
              calls: {
                items: {
                  type: 'any',
                  properties: {
                    url: 'string',
                    every: 'string',
                    count: 'integer',
                    method: { type: 'string', default: 'GET' },
                    headers,
                    keepAlive: { type: 'boolean', default: true },
                    awaitsGreeting: { type: 'boolean', default: false },
                    version: httpVersion,
                    stream: { type: 'string', enum: ['client', 'server', 'bidi'] },
                  },
                  required: ['url'],
                },
              },
              exit: { properties: { after: window, code: { type: 'integer', default: 0 } }, required: ['after'] },
              onTerm: window,
            },
            required: ['workload'],
          },
        },
        interventions: {
          items: {
            properties: {
              at: 'string',
              apply: 'string',
              delete: 'string',
              kill: 'string',
              restart: 'string',
              pause: 'string',
              slow: 'string',
              container: 'string',
              cordon: 'string',
              uncordon: 'string',
              drain: 'string',
              reboot: 'string',
              lose: 'string',
              skew: 'string',
              delay: { items: 'string' },
              drop: { items: 'string' },
              duplicate: { items: 'string' },
              partition: { items: 'string' },
              cut: 'string',
              expire: 'string',
              heal: 'string',
              scale: 'string',
              roll: 'string',
              upgrade: 'string',
              by: 'string',
              percent: 'integer',
              replicas: 'integer',
              to: 'string',
              for: 'string',
              request: {
                properties: {
                  from: 'string',
                  to: 'string',
                  count: { type: 'integer', default: 1 },
                  method: { type: 'string', default: 'GET' },
                  headers,
                  version: httpVersion,
                },
                required: ['from', 'to'],
              },
            },
            required: ['at'],
          },
        },
        markers: { items: { properties: { at: 'string', name: 'string' }, required: ['at', 'name'] } },
        pins: { values: { items: 'integer' } },
      },
    },
  },
};
