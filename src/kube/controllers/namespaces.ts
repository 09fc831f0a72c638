// What every namespace has from the start: the service account `default` and the cluster's root certificate as a ConfigMap.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/serviceaccount/serviceaccounts_controller.go, pkg/controller/certificates/rootcacertpublisher.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { ApiServerId, WatchEvent } from '../api.ts';
import { controllerSync } from '../facts.ts';
import { builtIn, makeResource, metadata } from '../objects/made-resource.ts';

/** Namespaces of every cluster. */
export const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;

interface NamespaceController {
  readonly apiServer: ApiServerId;
}

const namespaceControllerType: EntityType<NamespaceController, WatchEvent> = {
  name: 'kube.namespace-controller',
  handle(controller, { event, object }, ctx) {
    if (event === 'ADDED' && isKind(object.resource, 'Namespace'))
      furnish(ctx, controller.apiServer, object.resource.metadata.name);
    return controller;
  },
};

/** Makes the controller; subscribe it to Namespace. */
export function createNamespaceController(ctx: Context, apiServer: ApiServerId): EntityId<WatchEvent> {
  return ctx.create(namespaceControllerType, 'controller/namespaces', { apiServer });
}

function furnish(ctx: Context, apiServer: ApiServerId, namespace: string): void {
  const account = makeResource('ServiceAccount', metadata(namespace, 'default'), {}, builtIn);
  ctx.schedule(controllerSync, apiServer, {
    type: 'create',
    resource: account,
    owner: undefined,
    actor: 'service-account-controller',
    revision: 0,
  });
  const root = makeResource(
    'ConfigMap',
    metadata(namespace, 'kube-root-ca.crt'),
    { data: { 'ca.crt': '' }, binaryData: {} },
    builtIn,
  );
  ctx.schedule(controllerSync, apiServer, {
    type: 'create',
    resource: root,
    owner: undefined,
    actor: 'root-ca-cert-publisher',
    revision: 0,
  });
}
