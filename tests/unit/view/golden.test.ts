// Standing runs, looked at: what the stage, the sequence, the explanation, the timeline and the log say of them.
// Expected results change only by `npx vitest run --project unit tests/unit/view -u`, and are read before they are kept.

import { describe, expect, test } from 'vitest';
import { loadTexts } from '../../../src/text/index.ts';
import { openingInstant, sequenceOfConnection, sequenceOfRequest, timelineOf, whyOf } from '../../../src/view/index.ts';
import { tell } from '../../../src/ui/sentences.ts';
import { describeScene, describeSequence, describeTimeline, describeWhy } from './describe.ts';
import { indexOf } from './indexed.ts';
import { ambientShop, sidecarPair } from './standing-runs.ts';

const shop = ambientShop();
const shopIndex = indexOf(shop.run.trace);
const pair = sidecarPair();
const pairIndex = indexOf(pair.run.trace);
const texts = await loadTexts('en');

const golden = (name: string): string => `golden/${name}.txt`;

describe('the shop in ambient mode', () => {
  test('opens with the first request half way between two pods', async () => {
    await expect(describeScene(shopIndex, openingInstant(shopIndex))).toMatchFileSnapshot(
      golden('ambient-scene-opening'),
    );
  });

  test('shows a killed pod, its failed container and the tunnels that stayed', async () => {
    const at = shop.run.trace.timeOf(shop.requests.failed) + 40;
    await expect(describeScene(shopIndex, at)).toMatchFileSnapshot(golden('ambient-scene-killed'));
  });

  test('a cold request opens a tunnel: handshake, CONNECT, then the request inside', async () => {
    await expect(
      describeSequence(shopIndex, texts, sequenceOfRequest(shopIndex, shop.requests.cold)),
    ).toMatchFileSnapshot(golden('ambient-sequence-cold'));
  });

  test('a warm request rides on the tunnel that is there', async () => {
    await expect(
      describeSequence(shopIndex, texts, sequenceOfRequest(shopIndex, shop.requests.warm)),
    ).toMatchFileSnapshot(golden('ambient-sequence-warm'));
  });

  test('a failed request is explained place by place, to the socket nobody listened on', async () => {
    await expect(describeWhy(shopIndex, texts, whyOf(shopIndex, shop.requests.failed))).toMatchFileSnapshot(
      golden('ambient-why-failed'),
    );
  });

  test('the timeline holds requests, the kill, the failure and the marker', async () => {
    const model = timelineOf(shopIndex, {
      stretch: { from: 0, to: 3_000_000 },
      width: 900,
      markers: [{ at: 1_000_000, name: 'traffic' }],
    });
    await expect(describeTimeline(model)).toMatchFileSnapshot(golden('ambient-timeline'));
  });

  for (const language of ['en', 'ja'] as const) {
    test(`every record is one sentence (${language})`, async () => {
      const words = await loadTexts(language);
      const lines = Array.from({ length: shop.run.trace.length }, (_, id) => tell(shopIndex, words, id));
      await expect(lines.join('\n')).toMatchFileSnapshot(golden(`ambient-log-${language}`));
    });
  }
});

describe('two pods with sidecars', () => {
  test('show Envoy inside the pod, and a pipe between the pods', async () => {
    await expect(describeScene(pairIndex, openingInstant(pairIndex))).toMatchFileSnapshot(
      golden('sidecar-scene-opening'),
    );
  });

  test('a request goes application, Envoy, Envoy, application', async () => {
    await expect(describeSequence(pairIndex, texts, sequenceOfRequest(pairIndex, pair.request))).toMatchFileSnapshot(
      golden('sidecar-sequence'),
    );
  });

  test('its explanation names the manifest line that chose the route', async () => {
    await expect(describeWhy(pairIndex, texts, whyOf(pairIndex, pair.request))).toMatchFileSnapshot(
      golden('sidecar-why'),
    );
  });

  test('one connection can be looked at alone, from SYN on', () => {
    const first = [...pairIndex.connections.entries.keys()][1];
    const model = sequenceOfConnection(pairIndex, first!);
    const titles = model.rows.flatMap((row) => (row.kind === 'message' ? [row.label.title] : []));
    expect(titles.slice(0, 4)).toEqual(['SYN', 'SYN-ACK', 'ACK', 'ClientHello']);
    expect(model.lanes.map((lane) => lane.program)).toEqual(['envoy', 'envoy']);
  });
});
