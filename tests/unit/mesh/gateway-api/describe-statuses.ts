// Statuses as text: one line a condition, under the object, listener, parent or ancestor it is of.
import type { Condition, StatusOf } from '../../../../src/mesh/index.ts';

export function describeStatuses(statuses: readonly StatusOf[]): string {
  return `${statuses.flatMap(linesOf).join('\n')}\n`;
}

function linesOf({ object, value }: StatusOf): readonly string[] {
  const { kind, metadata } = object.resource;
  const name = metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return [`${kind} ${name}`, ...detailsOf(value).map((line) => `  ${line}`)];
}

function detailsOf(value: StatusOf['value']): readonly string[] {
  switch (value.kind) {
    case 'GatewayClass':
      return conditionLines(value.status.conditions);
    case 'route':
      return value.status.parents.flatMap(({ parentRef, controllerName, conditions }) => [
        `parent ${JSON.stringify(parentRef)} of ${controllerName}`,
        ...indented(conditionLines(conditions)),
      ]);
    case 'policy':
      return value.status.ancestors.flatMap(({ ancestorRef, controllerName, conditions }) => [
        `ancestor ${JSON.stringify(ancestorRef)} of ${controllerName}`,
        ...indented(conditionLines(conditions)),
      ]);
    case 'Gateway':
    case 'ListenerSet': {
      const { status } = value;
      const listeners = status.listeners.flatMap(({ name, attachedRoutes, supportedKinds, conditions }) => [
        `listener ${name}: ${attachedRoutes} routes of ${supportedKinds.map(({ kind }) => kind).join(', ')}`,
        ...indented(conditionLines(conditions)),
      ]);
      if (value.kind === 'ListenerSet') return [...conditionLines(status.conditions), ...listeners];
      const { addresses = [], attachedListenerSets } = value.status;
      return [
        ...addresses.map((address) => `address ${address.type} ${address.value}`),
        ...(attachedListenerSets === undefined ? [] : [`${attachedListenerSets} listener sets`]),
        ...conditionLines(status.conditions),
        ...listeners,
      ];
    }
  }
}

function conditionLines(conditions: readonly Condition[]): readonly string[] {
  return conditions.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`);
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
