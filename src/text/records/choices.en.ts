// What was chosen at a point of decision, where the engine has a phrase for it.

export const choices = {
  'decision.choice.waits': '[{listener}: ]waits for the first bytes',
  'decision.choice.no-chain': '[{listener}: ]no filter chain: reset',
  'decision.choice.several-chains': '{listener}: several filter chains: reset',
  'decision.choice.http': '{listener}: HTTP by route configuration {routes}[ in {tls}]',
  'decision.choice.tcp': '{listener}: TCP to {cluster}[ in {tls}]',
  'decision.choice.no-virtual-host': 'no virtual host',
  'decision.choice.undefined': 'not predictable',
  'decision.choice.no-routes': 'no route configuration',
  'decision.choice.no-route': '{host}: no route',
  'decision.choice.no-cluster': '{route}: no cluster',
  'decision.choice.tls-redirect': '{host}: 301 to https',
  'decision.choice.no-endpoint': '{cluster}: no healthy endpoint',
  'decision.choice.plaintext': '[{what} ]plaintext',
  'decision.choice.allow': 'allow',
  'decision.choice.allow-without': 'allow: no ALLOW policy',
  'decision.choice.allow-by': 'allow: {policy}',
  'decision.choice.deny': 'deny: {detail}',
  'decision.choice.asks': 'asks {cluster}',
  'decision.choice.no-fault': 'no fault',
  'decision.choice.delay': 'delay {span} s[, abort {status}]',
};
