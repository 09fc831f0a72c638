// Every file of cases/ is a test: <name>.yaml beside the statuses istiod gives its objects, <name>.expected.txt.
// A new case is a new file; `npx vitest run --project unit tests/unit/mesh/gateway-api -u` writes or renews expectations.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultGatewayApiSettings, readGatewayApi, statusesOf } from '../../../../src/mesh/index.ts';
import { stored } from '../stored.ts';
import { describeStatuses } from './describe-statuses.ts';

const folder = new URL('cases/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .sort();

describe('the status istiod writes', () => {
  it.each(names)('%s', async (name) => {
    const text = readFileSync(new URL(`${name}.yaml`, folder), 'utf8');
    const own = {
      ...defaultGatewayApiSettings,
      alphaApis: name.startsWith('alpha-'),
      udpRoutes: name.startsWith('udp-'),
    };
    const statuses = statusesOf(readGatewayApi(stored(text), own));
    const expected = new URL(`${name}.expected.txt`, folder);
    await expect(describeStatuses(statuses)).toMatchFileSnapshot(expected.pathname);
  });

  it('is the same when it is written on top of itself', () => {
    const text = readFileSync(new URL('attachment.yaml', folder), 'utf8');
    const objects = stored(text);
    const first = statusesOf(readGatewayApi(objects, defaultGatewayApiSettings));
    const written = objects.map((object) => {
      const status = first.find((known) => known.object === object)?.value.status;
      // A status is JSON, as the store keeps it.
      const json = status === undefined ? {} : { status: JSON.parse(JSON.stringify(status)) as object };
      return { ...object, resource: { ...object.resource, object: { ...object.resource.object, ...json } } };
    });
    const again = statusesOf(readGatewayApi(written as typeof objects, defaultGatewayApiSettings));
    expect(again.map(({ value }) => value)).toEqual(first.map(({ value }) => value));
  });
});
