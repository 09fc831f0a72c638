// 判断の結果のうち、エンジン自身の言い回し。名前と、実物のプロキシが書く文言はそのまま残す。
import type { choices as english } from './choices.en.ts';

export const choices = {
  'decision.choice.waits': '[{listener}: ]最初のバイト列を待つ',
  'decision.choice.no-chain': '[{listener}: ]一致するフィルターチェーンがないため、リセット',
  'decision.choice.several-chains': '{listener}: 複数のフィルターチェーンが一致するため、リセット',
  'decision.choice.http': '{listener}: ルート設定 {routes} による HTTP[ ({tls})]',
  'decision.choice.tcp': '{listener}: {cluster} への TCP[ ({tls})]',
  'decision.choice.no-virtual-host': '一致する仮想ホストなし',
  'decision.choice.undefined': '予測できない',
  'decision.choice.no-routes': 'ルート設定なし',
  'decision.choice.no-route': '{host}: 一致するルートなし',
  'decision.choice.no-cluster': '{route}: クラスターなし',
  'decision.choice.tls-redirect': '{host}: https へ 301',
  'decision.choice.no-endpoint': '{cluster}: 正常なエンドポイントなし',
  'decision.choice.plaintext': '[{what} ]平文',
  'decision.choice.allow': '許可',
  'decision.choice.allow-without': '許可 (ALLOW ポリシーなし)',
  'decision.choice.allow-by': '許可: {policy}',
  'decision.choice.deny': '拒否: {detail}',
  'decision.choice.asks': '{cluster} に問い合わせる',
  'decision.choice.no-fault': '障害の注入なし',
  'decision.choice.uncounted': '数えない',
  'decision.choice.within-limit': '制限の範囲内',
  'decision.choice.tolerated': '制限を超えたが通す',
  'decision.choice.over-limit': '制限を超過: {status}',
  'decision.choice.delay': '{span} 秒の遅延[、{status} で中断]',
} satisfies typeof english;
