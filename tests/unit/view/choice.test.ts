// What was chosen at a point of decision is told in the reader's language where the engine has a phrase of its own.

import { expect, test } from 'vitest';
import { loadTexts } from '../../../src/text/index.ts';
import { tellChoice } from '../../../src/ui/sentences.ts';

const [en, ja] = await Promise.all([loadTexts('en'), loadTexts('ja')]);

test.each([
  ['waits for the first bytes', '最初のバイト列を待つ'],
  ['0.0.0.0_8080: waits for the first bytes', '0.0.0.0_8080: 最初のバイト列を待つ'],
  ['no filter chain: reset', '一致するフィルターチェーンがないため、リセット'],
  ['virtualInbound: several filter chains: reset', 'virtualInbound: 複数のフィルターチェーンが一致するため、リセット'],
  ['0.0.0.0_8080: HTTP by route configuration 8080', '0.0.0.0_8080: ルート設定 8080 による HTTP'],
  ['10.0.0.1_3306: TCP to outbound|3306||mysql.shop.svc', '10.0.0.1_3306: outbound|3306||mysql.shop.svc への TCP'],
  ['virtualInbound: TCP to inbound|3306|| in mTLS', 'virtualInbound: inbound|3306|| への TCP (mTLS)'],
  ['no virtual host', '一致する仮想ホストなし'],
  ['not predictable', '予測できない'],
  ['orders.shop.svc:8080: no route', 'orders.shop.svc:8080: 一致するルートなし'],
  ['outbound|8080||orders.shop.svc: no healthy endpoint', 'outbound|8080||orders.shop.svc: 正常なエンドポイントなし'],
  ['10.244.1.5:8080 plaintext', '10.244.1.5:8080 平文'],
  ['plaintext', '平文'],
  ['allow', '許可'],
  ['allow: no ALLOW policy', '許可 (ALLOW ポリシーなし)'],
  ['allow: shop/let-web', '許可: shop/let-web'],
  ['deny: rbac_access_denied_matched_policy[none]', '拒否: rbac_access_denied_matched_policy[none]'],
  ['delay 2 s, abort 503', '2 秒の遅延、503 で中断'],
])('“%s” is “%s”, and in English what the engine wrote', (chosen, japanese) => {
  expect(tellChoice(ja, chosen)).toBe(japanese);
  expect(tellChoice(en, chosen)).toBe(chosen);
});

test.each([
  'HBONE 10.244.1.5:15008 CONNECT 10.244.1.5:8080',
  '10.244.1.5:8080 mTLS',
  'orders.shop.svc.cluster.local:8080 / default: outbound|8080||orders.shop.svc.cluster.local',
  '401 connection closed due to policy rejection: explicitly denied by: shop/deny-web',
])('“%s” is what a real proxy knows it by, and stays', (chosen) => {
  expect(tellChoice(ja, chosen)).toBe(chosen);
});
