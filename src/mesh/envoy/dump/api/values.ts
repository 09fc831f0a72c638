// Values as protobuf writes them in JSON.
import type { JsonObject, JsonValue } from '../../../../manifests/index.ts';

/** A Duration, `0.025s`; `micros`: microseconds. */
export function durationText(micros: number): string {
  return `${micros / 1_000_000}s`;
}

/** A list that is empty is not written. */
export function given(name: string, values: readonly JsonValue[]): JsonObject {
  return values.length === 0 ? {} : { [name]: [...values] };
}

export function addressJson(address: string, port: number): JsonObject {
  return { socketAddress: { address, portValue: port } };
}
