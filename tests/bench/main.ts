// `npm run bench`: ratios and sizes gate, milliseconds are only printed. Exit code 1 when a gate fails.
// Everything that gates runs in this one process and turn by turn, so ratios hold on a busy machine too.
import { mkdirSync, writeFileSync } from 'node:fs';
// Before whatever reads manifests as it is loaded.
import '../unit/provide-envoys.ts';
import { benchActor } from './actor.ts';
import { benchExplore } from './explore.ts';
import { benchKernel } from './kernel.ts';
import { benchProofs } from './lessons.ts';
import { benchManifests } from './manifests.ts';
import { benchPage } from './page.ts';
import { benchPushes } from './pushes.ts';
import { benchQueue } from './queue.ts';
import { Report } from './report.ts';
import { benchScene } from './scene.ts';
import { benchStage } from './stage.ts';
import { benchTrace } from './trace.ts';

const FOLDER = new URL('../../.cache/', import.meta.url);

const report = new Report();
// First, while the memory is still in order: it reaches all over it.
benchScene(report);
benchQueue(report);
benchTrace(report);
benchActor(report);
benchKernel(report);
benchStage(report);
benchExplore(report);
benchPushes(report, benchManifests(report));
benchProofs(report);
await benchPage(report);

console.log(report.text());
mkdirSync(FOLDER, { recursive: true });
writeFileSync(new URL('bench.json', FOLDER), report.json());
console.log(
  `\n${report.failures === 0 ? 'every gate holds' : `${report.failures} gates FAILED`}; figures in .cache/bench.json`,
);
process.exitCode = report.failures === 0 ? 0 : 1;
