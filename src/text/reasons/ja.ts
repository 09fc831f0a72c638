// 規則が当てはまった理由、または選択肢が退けられた理由。規則の ID ごとに一文、波括弧には規則の値が入る。
import { ambientReasonsJa } from './ambient.ja.ts';
import { authzReasonsJa } from './authz.ja.ts';
import { envoyReasonsJa } from './envoy.ja.ts';
import { kubeReasonsJa } from './kube.ja.ts';
import { sidecarReasonsJa } from './sidecar.ja.ts';

export const reasons: Readonly<Record<string, string>> = {
  ...kubeReasonsJa,
  ...authzReasonsJa,
  ...ambientReasonsJa,
  ...envoyReasonsJa,
  ...sidecarReasonsJa,
};
