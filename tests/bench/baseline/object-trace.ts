// Frozen yardstick: a trace as one writes it in plain JavaScript, an array of objects. Do not improve it.

interface ObjectRecord {
  readonly id: number;
  readonly at: number;
  readonly duration: number;
  readonly kind: string;
  readonly cause: number;
  readonly connection: number;
  readonly toServer: boolean;
  readonly message: object;
  readonly request: number;
  readonly stream: number;
  readonly encrypted: boolean;
}

export class ObjectTrace {
  readonly records: ObjectRecord[] = [];

  append(record: Omit<ObjectRecord, 'id'>): number {
    return this.records.push({ id: this.records.length, ...record }) - 1;
  }
}
