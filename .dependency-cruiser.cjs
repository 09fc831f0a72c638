// The rooms of src/ and what each may import: the layer table of src/README.md as rules. A rule is cheapest in an
// empty house. Exceptions are known violations in .dependency-cruiser-debt.json, and that list may only shrink.

/**
 * Room -> the rooms it may import beside itself, and the packages. A room's `types` may be imported as types only.
 * @type {Record<string, { rooms: string[], types?: string[], doors?: string[], packages: string[] }>}
 */
const ROOMS = {
  kernel: { rooms: [], packages: ['xstate'] },
  manifests: { rooms: [], packages: ['yaml', '@bufbuild/cel'] },
  text: { rooms: [], packages: [] },
  trace: { rooms: ['kernel'], packages: [] },
  net: { rooms: ['kernel', 'trace'], packages: [] },
  host: { rooms: ['kernel', 'trace', 'net'], packages: ['xstate'] },
  kube: { rooms: ['kernel', 'trace', 'net', 'host', 'manifests'], packages: ['xstate'] },
  mesh: { rooms: ['kernel', 'trace', 'net', 'host', 'kube', 'manifests'], packages: ['xstate'] },
  scenario: { rooms: ['kernel', 'trace', 'manifests', 'net', 'host', 'kube', 'mesh'], packages: ['valibot'] },
  explore: { rooms: ['kernel', 'scenario', 'trace'], packages: [] },
  lesson: { rooms: ['scenario', 'explore', 'trace', 'manifests'], packages: ['valibot'] },
  view: { rooms: ['trace', 'kernel'], types: ['manifests'], packages: ['d3-[a-z]+'] },
  // Of scenario, lesson and explore the ui sees only their doors: message types, and what a lesson is.
  ui: {
    rooms: ['view', 'text', 'manifests', 'trace'],
    doors: ['scenario/port', 'lesson/model', 'explore/port'],
    packages: ['svelte', 'monaco-editor', 'd3-[a-z]+', 'diff', 'valibot'],
  },
};
const ALL_ROOMS = [...Object.keys(ROOMS), 'entry'];

/** Doors beside a room's index.ts, for those who must not pull in the whole room: a file, or a folder with an index. */
const doorPath = (door) => `^src/${door}(/index)?\\.ts$`;
const DOORS = [
  'scenario/port',
  'lesson/model',
  'manifests/decode',
  'manifests/documents',
  'manifests/assist',
  'manifests/cautions',
  'manifests/cel',
  'manifests/crds',
  'manifests/experimental',
  'manifests/imported',
  'mesh/analysis',
  'kube/late',
  'mesh/envoys',
  'mesh/dumps',
  'scenario/analysis',
  'scenario/dumps',
  'scenario/printed',
  'view/access',
  'view/breakpoint',
  'view/certificates',
  'view/divergence',
  'view/export',
  'view/ledger',
  'view/lifelines',
  'view/metrics',
  'view/tap',
  'view/worlds',
  'explore/port',
  'explore/schedule',
  'ui/lesson/poster',
  'ui/route',
  'ui/storage',
].map(doorPath);

/** Pure decisions and the contract of mesh/: every system may use them, they know no system. */
const MESH_SHARED = [
  'analysis',
  'routing',
  'authz',
  'envoy',
  'hbone',
  'identity',
  'injection',
  'gateway-api',
  'config',
  'registry',
  'push',
  'clusters',
  'cni',
  'waypoint',
  'xds',
  'istiod',
];

const anyOf = (names) => `(${names.join('|')})`;
const roomRules = Object.entries(ROOMS).flatMap(([room, { rooms, types = [], doors = [], packages }]) => [
  {
    name: `${room}-imports-only-its-rooms`,
    comment: `src/${room} may import only: ${[room, ...rooms, ...types].join(', ')}. See the layer table in src/README.md.`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: {
      path: '^src/',
      pathNot: [`^src/${anyOf([room, ...rooms, ...types])}/`, ...doors.map(doorPath)],
    },
  },
  {
    name: `${room}-imports-only-its-packages`,
    comment: `src/${room} may use only these packages: ${packages.join(', ') || 'none'}; no built-in of Node.`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: {
      path: '.',
      pathNot: ['^src/', ...packages.map((name) => `(^|/)node_modules/(@types/)?${name}/`)],
    },
  },
  ...types.map((other) => ({
    name: `${room}-imports-${other}-as-types`,
    comment: `src/${room} knows the types of ${other}, not its code.`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: `^src/${other}/`, dependencyTypesNot: ['type-only'] },
  })),
]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'rooms-by-their-door',
      comment:
        'Another room is entered through its index.ts (or a door: scenario/port, lesson/model, manifests/assist, ui/storage), so that its inside stays free to change.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', ...DOORS] },
    },
    {
      name: 'entry-is-the-roof',
      comment: 'entry wires the rooms together; nothing imports it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/entry/' },
      to: { path: '^src/entry/' },
    },
    {
      name: 'every-file-in-a-room',
      comment: 'A file of src/ lives in one of the rooms of the table; a new room is a decision, and gets a row.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${anyOf(ALL_ROOMS)}/` },
      to: {},
    },
    {
      name: 'lesson-model-without-engine',
      comment: 'lesson/model is types, texts and progress: the ui loads it without the engine.',
      severity: 'error',
      from: { path: '^src/lesson/model[./]' },
      to: { path: '^src/', pathNot: '^src/lesson/model[./]' },
    },
    {
      name: 'monaco-in-the-editor-only',
      severity: 'error',
      from: { path: '^src/ui/', pathNot: '^src/ui/editor/' },
      to: { path: 'node_modules/monaco-editor/' },
    },
    {
      name: 'd3-in-the-scene-only',
      comment:
        'In ui/ only the stage and the statechart draw with d3; every other panel paints a model that view/ has computed.',
      severity: 'error',
      from: { path: '^src/ui/', pathNot: '^src/ui/(scene/|inspector/StateChart)' },
      to: { path: 'node_modules/d3-[a-z]+/' },
    },
    {
      name: 'cel-behind-its-door',
      comment:
        'The evaluator of CEL is large and loads when it is asked for: nothing else of manifests/ may pull it in.',
      severity: 'error',
      from: { path: '^src/manifests/', pathNot: '^src/manifests/cel/' },
      to: { path: ['^src/manifests/cel/', 'node_modules/@bufbuild/'] },
    },
    {
      name: 'mesh-systems-apart',
      comment: 'A mesh system sees the contract and the pure decisions, never another system.',
      severity: 'error',
      from: { path: '^src/mesh/([^/]+)/', pathNot: `^src/mesh/${anyOf(MESH_SHARED)}/` },
      to: { path: '^src/mesh/[^/]+/', pathNot: ['^src/mesh/$1/', `^src/mesh/${anyOf(MESH_SHARED)}/`] },
    },
    {
      name: 'mesh-decisions-know-no-system',
      comment: 'Routing, authorization, identity and injection are pure functions; they do not know who calls them.',
      severity: 'error',
      from: { path: `^src/mesh/${anyOf(MESH_SHARED)}/` },
      to: {
        path: '^src/mesh/',
        pathNot: [
          `^src/mesh/${anyOf(MESH_SHARED)}/`,
          '^src/mesh/(age|api|by-kind|facts|origin|remembered|trail)\\.ts$',
        ],
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^virtual:', '\\?(worker|raw|url|inline)'] },
    },
    {
      name: 'no-development-packages',
      comment: 'What the page or the command line needs at run time is a dependency, not a development dependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'default'],
      extensions: ['.ts', '.svelte', '.js', '.json'],
    },
  },
};
