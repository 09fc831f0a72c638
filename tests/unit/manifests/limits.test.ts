import { describe, expect, it } from 'vitest';
import { type Diagnostic, limits, parseManifests } from '../../../src/manifests/index.ts';

const read = (text: string) => parseManifests([{ path: 'paste.yaml', text }]);
const messagesOf = (diagnostics: readonly Diagnostic[]): string[] => diagnostics.map(({ message }) => message);
const account = (name: string | number): string =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a-${name}}\n`;

describe('limits are checked before the text is parsed', () => {
  it('ten megabytes are refused at once, with a place', () => {
    const { diagnostics, resources, documents } = read('key: value\n'.repeat(1_000_000));
    expect(messagesOf(diagnostics)).toEqual(['text-too-large']);
    expect(diagnostics[0]).toMatchObject({ path: 'paste.yaml', range: { start: { line: 1, column: 1, offset: 0 } } });
    expect([resources, documents]).toEqual([[], 0]);
  });

  it('a file that is too large is charged with its own size, and hides nothing of the others', () => {
    const size = limits.maxFileCharacters + 1;
    const { diagnostics, resources } = parseManifests([
      { path: 'a.yaml', text: account('a') },
      { path: 'large.yaml', text: '#'.repeat(size) },
      { path: 'b.yaml', text: `${account('b')}wrong: 1\n` },
    ]);
    expect(diagnostics.map(({ path, message }) => [path, message])).toEqual([
      ['large.yaml', 'text-too-large'],
      ['b.yaml', 'unknown-field'],
    ]);
    expect(diagnostics[0]?.params).toEqual({ size, limit: limits.maxFileCharacters });
    expect(resources.map(({ metadata }) => metadata.name)).toEqual(['a-a']);
  });

  it('counts the characters of all files together, and refuses those that no longer fit', () => {
    const most = '#'.repeat(limits.maxFileCharacters);
    const count = limits.maxCharacters / limits.maxFileCharacters + 1;
    const large = Array.from({ length: count }, (_, index) => ({ path: `${index}.yaml`, text: most }));
    const { diagnostics, resources } = parseManifests([{ path: 'small.yaml', text: account('small') }, ...large]);
    expect(diagnostics.map(({ path, message }) => [path, message])).toEqual([
      [`${count - 2}.yaml`, 'texts-too-large'],
      [`${count - 1}.yaml`, 'texts-too-large'],
    ]);
    expect(resources).toHaveLength(1);
  });

  it('a file with more documents than there is room for leaves the others as they are', () => {
    const many = Array.from({ length: limits.maxDocuments }, (_, index) => account(index)).join('---\n');
    const { diagnostics, resources } = parseManifests([
      { path: 'first.yaml', text: account('first') },
      { path: 'many.yaml', text: many },
      { path: 'last.yaml', text: account('last') },
    ]);
    expect(diagnostics.map(({ path, message }) => [path, message])).toEqual([['many.yaml', 'too-many-documents']]);
    expect(resources.map(({ metadata }) => metadata.name)).toEqual(['a-first', 'a-last']);
  });

  it('5,001 documents are refused, 5,000 are read, empty ones do not count', () => {
    const texts = Array.from({ length: limits.maxDocuments }, (_, index) => account(index));
    expect(read(texts.join('---\n---\n# nothing\n---\n')).resources).toHaveLength(limits.maxDocuments);
    expect(messagesOf(read([...texts, account('more')].join('---\n')).diagnostics)).toEqual(['too-many-documents']);
  });

  it('the items of a List count as documents', () => {
    const items = Array.from({ length: limits.maxDocuments + 1 }, (_, index) => `- {name: "${index}"}\n`);
    const { diagnostics, resources } = read(`apiVersion: v1\nkind: ServiceAccountList\nitems:\n${items.join('')}`);
    expect(messagesOf(diagnostics)).toEqual(['too-many-documents']);
    expect(resources).toEqual([]);
  });

  it.each([
    ['open brackets', '['.repeat(100_000)],
    ['open braces', '{'.repeat(100_000)],
    ['list in list', '- '.repeat(100_000)],
    ['keys on one line', 'a: '.repeat(100_000)],
    ['explicit keys', '? '.repeat(100_000)],
    ['a staircase of keys', Array.from({ length: 1_000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
  ])('%s are refused by their depth', (_name, text) => {
    expect(messagesOf(read(text).diagnostics)).toEqual(['too-deep']);
  });

  it('depth that only aliases give is refused too', () => {
    const chain = Array.from(
      { length: limits.maxDepth },
      (_, index) => `k${index + 1}: &k${index + 1} {a: *k${index}}`,
    );
    const { diagnostics } = read(['k0: &k0 {a: 1}', ...chain].join('\n'));
    expect(messagesOf(diagnostics)).toContain('too-deep');
  });

  it.each([
    ['list items', `[${'1,'.repeat(400_000)}]`],
    ['anchors', '&a '.repeat(400_000)],
    ['bad escapes', `"${'\\q'.repeat(400_000)}"`],
    ['lines', 'a\n'.repeat(400_000)],
  ])('too many %s are refused', (_name, text) => {
    expect(messagesOf(read(text).diagnostics)).toEqual(['too-many-values']);
  });

  it('one document has at most so many diagnostics, and says how many it kept back', () => {
    const fields = Array.from({ length: limits.maxDiagnosticsPerDocument + 10 }, (_, index) => `wrong${index}: 1`);
    const { diagnostics } = read(`${account('many')}${fields.join('\n')}`);
    expect(diagnostics).toHaveLength(limits.maxDiagnosticsPerDocument + 1);
    expect(diagnostics.at(-1)).toMatchObject({ message: 'more-diagnostics', severity: 'error', params: { count: 10 } });
  });
});

describe('text that is no manifest', () => {
  it.each([
    ['a NUL', 'abc\0def'],
    ['an image', '\uFFFDPNG\r\n\u001A\n'.repeat(20) + '\uFFFD'.repeat(200)],
  ])('a binary file is told by %s', (_name, text) => {
    expect(messagesOf(read(text).diagnostics)).toEqual(['binary-file']);
  });

  it.each(['', '\n\n', '# only a comment\n', '---\n---\n', '\uFEFF', '...\n', '%YAML 1.2\n---\n', 'null\n'])(
    'an empty text is fine: %j',
    (text) => {
      expect(read(text)).toEqual({ resources: [], diagnostics: [], documents: 0 });
    },
  );
});

describe('positions', () => {
  const wrong = ['apiVersion: v1', 'kind: ServiceAccount', 'metadata:', '  name: a', 'wrong: 1', ''];

  it('a carriage return ends no line by itself and belongs to none', () => {
    const text = `${account('first').replaceAll('\n', '\r\n')}---\r\n${wrong.join('\r\n')}`;
    const { diagnostics } = read(text);
    expect(diagnostics.map(({ message, range }) => [message, range.start.line, range.start.column])).toEqual([
      ['unknown-field', 9, 1],
    ]);
    const { start, end } = diagnostics[0]?.range ?? { start: { offset: 0 }, end: { offset: 0 } };
    expect(text.slice(start.offset, end.offset)).toBe('wrong');
  });

  it('a carriage return alone is named as what it is', () => {
    expect(read('a: 1\rb: 2').diagnostics[0]).toMatchObject({
      message: 'control-character',
      params: { character: 'U+000D' },
    });
  });

  it('a byte order mark takes an offset but no column', () => {
    const { diagnostics } = read(`\uFEFF${wrong.slice(4).concat(wrong.slice(0, 4)).join('\n')}`);
    expect(diagnostics[0]).toMatchObject({
      message: 'unknown-field',
      range: { start: { line: 1, column: 1, offset: 1 } },
    });
  });

  it('count UTF-16 units, as editors do', () => {
    const { diagnostics } = read('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {"👍": x, "k k": z}\n');
    expect(diagnostics.map(({ message, range }) => [message, range.start.column])).toEqual([
      ['not-config-key', 8],
      ['not-config-key', 17],
    ]);
  });
});

describe('keys that mean something to JavaScript', () => {
  it('are ordinary keys and pollute nothing', () => {
    const { resources, diagnostics } = read(
      [
        'apiVersion: example.com/v1',
        'kind: Thing',
        'metadata: {name: a, annotations: {constructor: c, toString: t}}',
        'spec:',
        '  __proto__: {polluted: true}',
        '  constructor: {prototype: {polluted: true}}',
        '  <<: {__proto__: {polluted: twice}}',
      ].join('\n'),
    );
    expect(messagesOf(diagnostics)).toEqual(['unknown-kind']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const spec = resources[0]?.object['spec'] ?? {};
    expect(Object.getPrototypeOf(spec)).toBe(Object.prototype);
    expect(JSON.stringify(spec)).toBe('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(resources[0]?.metadata.annotations).toEqual({ constructor: 'c', toString: 't' });
  });
});

describe('a file that was read before', () => {
  const file = (path: string, text: string) => ({ path, text });

  it('gives the very same resources, under its own name', () => {
    const text = `${account('a')}---\n${account('B_')}`;
    const [first, again] = [1, 2].map(() => parseManifests([file('a.yaml', text)]));
    expect(again).toEqual(first);
    expect(again?.resources[0]).toBe(first?.resources[0]);
    const other = parseManifests([file('b.yaml', text)]);
    expect(other.resources[0]?.source.path).toBe('b.yaml');
    expect(other.diagnostics.map(({ path }) => path)).toEqual(['b.yaml']);
  });

  it('is refused all the same where it goes beyond what the files before it left', () => {
    const known = file('known.yaml', `${account('a')}---\n${account('b')}`);
    const before = file('before.yaml', account('c'));
    const fits = (maxValues: number) => parseManifests([known], { limits: { maxValues } }).resources.length === 2;
    const least = Array.from({ length: 100 }, (_, index) => index).find(fits) ?? 0;
    for (const narrow of [{ maxDocuments: 2 }, { maxValues: least }]) {
      expect(parseManifests([known], { limits: narrow }).resources).toHaveLength(2);
      const { resources, diagnostics } = parseManifests([before, known], { limits: narrow });
      expect(resources.map(({ metadata }) => metadata.name)).toEqual(['a-c']);
      expect(diagnostics.map(({ path, severity }) => `${path} ${severity}`)).toEqual(['known.yaml error']);
    }
    expect(parseManifests([before, known]).documents).toBe(3);
  });
});
