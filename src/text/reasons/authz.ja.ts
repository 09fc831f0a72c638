// 拒否しうる Envoy のフィルター（RBAC、外部認可、トークン）の理由。
import type { AuthzReasonKey } from './authz.en.ts';

export const authzReasonsJa = {
  'authz.envoy.denied': 'DENY ポリシー {policy} が、ポート {port} への {client} に一致します。',
  'authz.envoy.custom-allowed':
    'CUSTOM ポリシー {policy} がポート {port} への {client} に一致し、プロバイダー {provider} が許可しました。',
  'authz.envoy.custom-denied':
    'CUSTOM ポリシー {policy} がポート {port} への {client} に一致し、プロバイダー {provider} が拒否しました。',
  'authz.envoy.custom-asked':
    'CUSTOM ポリシー {policy} がポート {port} への {client} に一致します。先にプロバイダー {provider} へ問い合わせます。',
  'authz.envoy.custom-without-provider':
    'CUSTOM ポリシー {policy} が、ポート {port} への {client} を拒否します。プロバイダーへ問い合わせられないためです（未定義、設定の誤り、または複数のプロバイダー）。',
  'authz.envoy.http-parts-ignored':
    'ここではプロキシに HTTP が見えないため、{policy} の HTTP の条件は無視され、対象が広がります。',
  'authz.envoy.no-match': '{policy} は、ポート {port} への {client} に一致しません（{condition}）。',
  'authz.envoy.no-allow-policy': 'ALLOW ポリシーがないため、{client} はポート {port} を使えます。',
  'authz.envoy.allowed': 'ALLOW ポリシー {policy} が、ポート {port} への {client} に一致します。',
  'authz.envoy.none-allowed': 'ALLOW ポリシーがありますが、ポート {port} への {client} に一致するものがありません。',
  'authz.envoy.custom-fails-open':
    '{policy} のプロバイダー {provider} に問い合わせられませんでした。failOpen なので、{client} はポート {port} へ進みます。',
  'authz.envoy.custom-fails-closed':
    '{policy} のプロバイダー {provider} に問い合わせられなかったため、ポート {port} への {client} は拒否されます。',
  'authz.envoy.audited':
    'AUDIT ポリシー {policy} が、ポート {port} への {client} をログの対象にします。許可や拒否には関わりません。',
  'authz.envoy.dry-run-denied': '{policy} はドライランです。有効なら、ポート {port} への {client} を拒否します。',
  'authz.envoy.dry-run-allowed': '{policy} はドライランです。有効なら、ポート {port} への {client} を許可します。',

  'authz.jwt.preflight': 'CORS のプリフライトにはトークンが付かないため、検証しません。',
  'authz.jwt.no-token': '探す場所にトークンがありません（{issuers}）。リクエストは身元のないまま進みます。',
  'authz.jwt.accepted': '{policy} が {issuer} のトークンを受け入れます。サブジェクトは {sub} です。',
  'authz.jwt.refused': '{policy} は {issuer} のトークンを検証します。結果は「{status}」です。',
  'authz.jwt.keys-of-nobody':
    'istiod は {uri} の鍵を取得できず、誰も署名できない鍵を送りました。どのトークンも拒否されます。',
  'authz.jwt.keys-unreachable': 'プロキシは {uri} の鍵を取得できないため、どのトークンも拒否されます。',
} as const satisfies Readonly<Record<AuthzReasonKey, string>>;
