// `dns`: what a ztunnel's name server answers one of its pods; what it forwards is answered by the case's upstream server.
import * as v from 'valibot';
import { answerDns } from '../../../../mesh/index.ts';
import { meshConfigurationOf } from '../environment.ts';
import { recordsOf } from '../records.ts';
import { question } from '../step-kind.ts';

const schema = v.object({ client: v.string(), host: v.string(), type: v.string() });

export const dnsStep = question('dns', schema, ({ client, host, type }, { env }) => {
  const { domain } = meshConfigurationOf(env);
  const settings = { domain, preferredNamespace: env.preferredServiceNamespace ?? '' };
  const decision = answerDns(recordsOf(env), { client, name: host, type }, settings);
  if (decision.kind === 'answer') return { authoritative: true, code: 'NOERROR', answers: decision.records };
  const name = host.toLowerCase().replace(/\.$/, '');
  const addresses = env.upstreamDns?.[name] ?? env.upstreamDns?.[`${name}.`];
  if (addresses === undefined) return { authoritative: false, code: 'NXDOMAIN', answers: [] };
  const answers = addresses
    .filter((value) => type === (value.includes(':') ? 'AAAA' : 'A'))
    .map((value) => ({ name, type, value }));
  return { authoritative: false, code: 'NOERROR', answers };
});
