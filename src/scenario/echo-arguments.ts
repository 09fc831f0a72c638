// The echo servers that upstream's own tests and samples use, as far as their arguments say what a port does.
// Source: istio/istio:pkg/test/echo/cmd/server/main.go; kubernetes-sigs/gateway-api:conformance/echo-basic.
import type { Listen } from '../host/index.ts';
import type { Container } from '../manifests/index.ts';

/** What an argument changes about the port it names. */
const flags: Readonly<Record<string, Partial<Listen>>> = {
  '--tls': { protocol: 'https' },
  '--server-first': { protocol: 'tcp', greeting: 'hello from the server' },
  '--bind-ip': { bind: 'pod' },
  '--bind-localhost': { bind: '127.0.0.1' },
};

/** A port as the arguments of its container want it; unchanged if the container runs something else. */
export function withEchoArguments(listen: Listen, { image = '', args = [] }: Container): Listen {
  if (!/(?:^|\/)(?:echo|echo-basic|echo-advanced|app)(?:[:@]|$)/.test(image)) return listen;
  return args
    .flatMap((argument) => (argument.split(/[=\s]+/, 2).length === 2 ? [argument.split(/[=\s]+/, 2)] : []))
    .filter(([, port]) => Number(port) === listen.port)
    .reduce<Listen>((changed, [flag = '']) => ({ ...changed, ...flags[flag] }), listen);
}

/** Ports that the Gateway API's echo server opens without being told: plain, HTTP/2 without TLS, and TLS if it has a certificate. */
export function ownEchoPorts({ image = '', env = [] }: Container): readonly number[] {
  if (!/(?:^|\/)echo-(?:basic|advanced)(?:[:@]|$)/.test(image)) return [];
  const hasCertificate = env.some(({ name }) => name === 'TLS_SERVER_CERT');
  return hasCertificate ? [3000, 3001, 8443] : [3000, 3001];
}

/** Istio's sample of an external authorizer (samples/extauthz) answers checks; whatever else runs echoes. */
export function answersOf({ image = '' }: Container): Listen['answers'] {
  return /(?:^|\/)ext-authz(?:[:@]|$)/.test(image) ? 'ext-authz' : 'echo';
}
