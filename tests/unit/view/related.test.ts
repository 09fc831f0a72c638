import { describe, expect, test } from 'vitest';
import { relatedRecords, sequenceOfRecord, sequenceOfRequest } from '../../../src/view/index.ts';
import { indexOf } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const { run, requests } = ambientShop();
const index = indexOf(run.trace);

describe('the records of one story', () => {
  test('are those of the request, in order, from whichever of them one starts', () => {
    const story = relatedRecords(index, requests.cold);
    expect(story[0]).toBe(requests.cold);
    expect(story).toContain(index.requests.get(requests.cold)!.response);
    expect(story).toEqual(story.toSorted((a, b) => a - b));
    for (const id of story) expect(relatedRecords(index, id)).toEqual(story);
  });

  test('are those of the connection where no request stands behind it', () => {
    const setUp = index.packets.ids.find((id) => index.requests.of(id) < 0)!;
    const connection = index.connections.get(index.connections.of(setUp))!;
    expect(relatedRecords(index, setUp)).toEqual([connection.opened, ...connection.packets]);
  });

  test('are none for a record that is not there, or belongs to nothing', () => {
    expect(relatedRecords(index, -1)).toEqual([]);
    expect(relatedRecords(index, index.trace.length)).toEqual([]);
    expect(relatedRecords(index, index.cluster.nodes.values().next().value!.first)).toEqual([]);
  });
});

describe('the sequence of a record', () => {
  test('is that of its request, and names each phase where it begins', () => {
    const model = sequenceOfRecord(index, index.requests.get(requests.cold)!.packets[0]!)!;
    expect(model).toEqual(sequenceOfRequest(index, requests.cold));
    const messages = model.rows.flatMap((row) => (row.kind === 'message' ? [row] : []));
    const begun = messages.filter((row) => row.startsPhase).map((row) => row.label.phase);
    expect(begun).toEqual(['tcp', 'request', 'tcp', 'tls', 'tunnel', 'request', 'tcp', 'request']);
  });

  test('is none for a record without request and connection', () => {
    expect(sequenceOfRecord(index, -1)).toBeUndefined();
    expect(sequenceOfRecord(index, index.cluster.nodes.values().next().value!.first)).toBeUndefined();
  });
});
