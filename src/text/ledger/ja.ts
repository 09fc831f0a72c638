// 再現度の台帳の、行のまわりの言葉。
import type { LedgerTexts } from './en.ts';

export const ledger: LedgerTexts = {
  lead: 'シミュレーションの部分、規則、遅延を 1 行ずつ示します。何に従い、何によって正しいと言えるかを示します。上流自身のテストケースで検証し、{total} 件中 {passed} 件が一致しています（{date}）。',
  show: '表示',
  differences: '相違点',
  all: 'すべて',
  states: {
    verified: '検証済み',
    modelled: '再現',
    simplified: '簡略化',
    'not-modelled': '対象外',
  },
  statesHint: {
    verified: '上流自身のテストケースがここを通ります。',
    modelled: '出典に従います。このプロジェクトのテストで確かめています。',
    simplified: '再現していますが、上流と同じでない点があります。',
    'not-modelled': '省いています。',
  },
  search: '行を検索',
  source: '出典:',
  kinds: { part: '部分', rule: '判断の規則', delay: '遅延' },
  cases: '上流のケース {total} 件中 {passed} 件',
  noCases: '上流のケースなし',
  nothing: '一致する行がありません。',
};
