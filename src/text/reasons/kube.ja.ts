// Why Kubernetes' own parts decided as they did, in Japanese.
import type { KubeReasonKey } from './kube.en.ts';

export const kubeReasonsJa = {
  'load-balancer.target':
    '{service} のロードバランサーが、新しい接続を受けるターゲット {count} 個から 1 つを選びました。',
  'load-balancer.no-target': '{service} のロードバランサーには接続を受けるターゲットがありません。',
  'kube-proxy.random': 'kube-proxy が {service} の Ready なエンドポイント {count} 個から無作為に選びました。',
  'kube-proxy.no-endpoints': '{service} に Ready なエンドポイントがないため、ノードが接続を拒否します。',
  'scheduler.turn':
    '{owner} の Pod はノードに順番に置かれ、この Pod の番は {node} です。条件に合うのは {count} ノードです（実際のスケジューラーは同点のノードから無作為に選びます）。',
  'scheduler.other-turn': '条件には合いますが、ほかの Pod の番です。',
  'scheduler.spread': '条件に合う {count} ノードのうち、{owner} の Pod が最も少ない {node} が選ばれました。',
  'scheduler.more-of-owner': '条件には合いますが、{owner} の Pod がより多いか、名前の順で後でした。',
  'scheduler.no-node-fits': 'この Pod を置けるノードがありません。',
  'admission.webhook': 'API サーバーが {object} について {webhook} を呼び出しました。',
} as const satisfies Readonly<Record<KubeReasonKey, string>>;
