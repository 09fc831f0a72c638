// `status`: what istiod writes into an object once the cluster has settled: of the Gateway API, and in ambient mode of waypoints and policies.
import * as v from 'valibot';
import type { StoredObject } from '../../../../kube/index.ts';
import type { JsonObject, ResourceRef } from '../../../../manifests/index.ts';
import type { ConditionsOf, GatewayApiSettings, GatewayApiStatus, StatusOf } from '../../../../mesh/index.ts';
import { readGatewayApi, statusesOf, waypointConditions } from '../../../../mesh/index.ts';
import { meshConfigurationOf } from '../environment.ts';
import type { StepResult } from '../protocol.ts';
import { readName } from '../protocol.ts';
import { gatewayApiSettingsOf, settledGateways } from '../settled-gateways.ts';
import { question } from '../step-kind.ts';

const schema = v.object({ object: v.object({ kind: v.string(), name: v.string() }) });

export const statusStep = question('status', schema, ({ object }, { env, cluster }) => {
  const settings = gatewayApiSettingsOf(env, cluster);
  const { rootNamespace } = meshConfigurationOf(env).meshConfig;
  const statuses = statusesIn(settledGateways(cluster, settings).objects(), settings, rootNamespace);
  const ref = { kind: object.kind, ...readName(object.name) };
  const found = statuses.find((status) => isNamed(status, ref));
  // Nobody writes a status into what istiod does not look after.
  return found === undefined ? {} : resultOf(found);
});

type Status = StatusOf | ConditionsOf;

/** Waypoints are found by the addresses that their Gateways' statuses have. */
function statusesIn(
  objects: readonly StoredObject[],
  settings: GatewayApiSettings,
  rootNamespace: string,
): readonly Status[] {
  const statuses = statusesOf(readGatewayApi(objects, settings));
  if (!settings.ambient) return statuses;
  const written = new Map(statuses.map(({ object, value }) => [object, value.status]));
  const after = objects.map((object): StoredObject => {
    const value = written.get(object) as JsonObject | undefined; // a status is plain data
    return value === undefined ? object : { ...object, status: { kind: 'written', value } };
  });
  return [...statuses, ...waypointConditions(readGatewayApi(after, settings).view, rootNamespace)];
}

function isNamed({ object }: Status, { kind, namespace, name }: ResourceRef): boolean {
  const { resource } = object;
  const own = resource.metadata.namespace;
  return resource.kind === kind && resource.metadata.name === name && (own === '' || own === namespace);
}

type Shown = Readonly<Record<string, unknown>>;

function resultOf({ object, value }: Status): StepResult {
  const { namespace } = object.resource.metadata;
  const { status, kind } = value;
  if (kind === 'route') {
    const parents = value.status.parents.map(({ parentRef, controllerName, conditions }) => ({
      parent: referenceOf({ ...parentRef }, namespace, controllerName),
      conditions,
    }));
    return { parents };
  }
  if (kind === 'policy') {
    const ancestors = value.status.ancestors.map(({ ancestorRef, controllerName, conditions }) => ({
      parent: referenceOf(ancestorRef, namespace, controllerName),
      conditions,
    }));
    // An ancestor is what a policy is in force for: cases of the Gateway API's own suite ask for it as a parent.
    return { ancestors, parents: ancestors };
  }
  return { ...status, ...(kind === 'conditions' ? {} : listenersOf(value)) };
}

function listenersOf(value: Extract<GatewayApiStatus, { kind: 'GatewayClass' | 'Gateway' | 'ListenerSet' }>): Shown {
  if (value.kind === 'GatewayClass') return {};
  const listeners = value.status.listeners.map((listener) => ({
    ...listener,
    supportedKinds: listener.supportedKinds.map(({ kind }) => kind),
  }));
  return { listeners };
}

/** A reference without a namespace is to one beside the object. */
function referenceOf(ref: Shown, own: string, controller: string): Shown {
  const { kind, name, namespace = own, sectionName, port } = ref;
  return {
    kind,
    name: `${String(namespace)}/${String(name)}`,
    controller,
    ...(sectionName !== undefined && { sectionName }),
    ...(port !== undefined && { port }),
  };
}
