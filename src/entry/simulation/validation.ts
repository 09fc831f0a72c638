// What the API server and istioctl's analyzers would say of manifests that nobody has applied. The rules of CRDs and the analyzers are
// code that loads when manifests are validated for the first time.
import { nodeCountOf, parseScenario, readManifests } from '../../scenario/index.ts';
import type { ToPage, ToWorker } from '../../scenario/port.ts';
import { readInSlices } from './reading.ts';

type Validated = Extract<ToPage, { type: 'validated' }>;

/** The last question; what was asked before is no longer answered. */
let latest = 0;

/**
 * Undefined where something else has been asked meanwhile. What is validated is read after what runs, once `loading` is done: one has
 * rules of CRDs to evaluate, the other only makes somebody wait.
 */
export async function validate(
  { request, scenario: text, manifests, mesh }: Extract<ToWorker, { type: 'validate' }>,
  loading: Promise<void>,
): Promise<Validated | undefined> {
  latest = request;
  // Without a network nothing can be loaded late: then everything but these is still checked.
  const [rules, cautions, analysis] = await Promise.all([
    import('../../manifests/cel/index.ts').catch(() => ({})),
    import('../../manifests/cautions/index.ts').catch(() => ({})),
    import('../../scenario/analysis.ts').catch(() => ({})),
  ]);
  const withRules = {
    ...('evaluateRule' in rules ? { evaluateRule: rules.evaluateRule } : {}),
    ...('cautionsOf' in cautions ? { cautionsOf: cautions.cautionsOf } : {}),
  };
  const isWanted = (): boolean => request === latest;
  await loading;
  await readInSlices(manifests, withRules, { isWanted, isTold: true });
  // The analyzers also look at what the API server would refuse.
  if ('analyzeManifests' in analysis)
    await readInSlices(manifests, { keepsInvalid: true }, { isWanted, isTold: false });
  if (!isWanted()) return undefined;
  const scenario = parseScenario({ path: 'scenario.yaml', text });
  const { diagnostics } = readManifests(manifests, { nodes: nodeCountOf(scenario.spec), ...withRules });
  const options = {
    diagnostics,
    now: Date.now(),
    ...(mesh === undefined ? {} : { mesh }),
    ...(scenario.spec.mesh === undefined ? {} : { installed: scenario.spec.mesh }),
  };
  const findings = 'analyzeManifests' in analysis ? analysis.analyzeManifests(manifests, options) : [];
  return { type: 'validated', request, diagnostics: [...scenario.diagnostics, ...diagnostics], findings };
}
