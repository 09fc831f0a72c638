// Reading document after document, for whoever must not be busy for long.
import { describe, expect, test } from 'vitest';

import { parseManifests, readAhead, type RuleEvaluator } from '../../../src/manifests/index.ts';

const service = (name: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec:\n  ports: [{port: 80}]\n`;
const files = [
  { path: 'a.yaml', text: `# nothing\n---\n${service('read-ahead-one')}---\n${service('read-ahead-two')}` },
  { path: 'b.yaml', text: `${service('read-ahead-three')}---\nkind: [unfinished\n` },
];

describe('reading ahead', () => {
  test('stops after each document that is not empty, and says how many there are', () => {
    const steps = [...readAhead(files)];
    expect(steps.map(({ done }) => done)).toEqual([1, 2, 3, 4]);
    expect(new Set(steps.map(({ of }) => of))).toEqual(new Set([4]));
  });

  test('evaluates each rule once: what was read ahead is not read again', () => {
    let evaluated = 0;
    const evaluateRule: RuleEvaluator = () => {
      evaluated += 1;
      return { kind: 'holds' };
    };
    const text = `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: read-ahead}\nspec:\n  rules:\n  - matches: [{path: {type: PathPrefix, value: /}}]\n    backendRefs: [{name: web, port: 80}]\n`;
    const route = [{ path: 'route.yaml', text }];
    const reading = readAhead(route, { evaluateRule });
    expect(evaluated).toBe(0);
    reading.next();
    const ahead = evaluated;
    expect(ahead).toBeGreaterThan(0);
    parseManifests(route, { evaluateRule });
    expect(evaluated).toBe(ahead);
  });

  test('leaves what is beyond a limit to be refused unread', () => {
    expect([...readAhead(files, { limits: { maxDocuments: 3 } })]).toEqual([]);
    expect([...readAhead(files, { limits: { maxCharacters: 100 } })]).toEqual([]);
    const size = files[1]!.text.length;
    expect([...readAhead(files, { limits: { maxFileCharacters: size } })].at(-1)).toEqual({ done: 2, of: 2 });
  });
});
