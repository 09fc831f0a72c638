// Servers that speak before their client does. They are what protocol detection waits for in vain: a proxy that looks at the first
// bytes of the client sees none. Known by their port as IANA registers it, or by the image that is run.
// Not listed: Redis, MongoDB, PostgreSQL, Kafka, AMQP, Cassandra, memcached, ZooKeeper: there the client speaks first.

interface ServerFirst {
  /** The words of the greeting, as the trace shows them. */
  readonly greeting: string;
  readonly ports: readonly number[];
  /** The name of an image that is such a server. */
  readonly image: RegExp | undefined;
}

const serversFirst: readonly ServerFirst[] = [
  {
    greeting: 'mysql greeting',
    ports: [3306, 33_060],
    image: /(^|\/)(mysql|mysql-server|mariadb|percona|percona-server)([:@]|$)/,
  },
  { greeting: 'smtp greeting', ports: [25, 587, 1025, 2525], image: undefined },
  { greeting: 'ssh greeting', ports: [22], image: undefined },
  { greeting: 'ftp greeting', ports: [21], image: undefined },
  { greeting: 'pop3 greeting', ports: [110], image: undefined },
  { greeting: 'imap greeting', ports: [143], image: undefined },
  // Source: nats-io/nats-server:server/client.go, which sends INFO first.
  { greeting: 'nats info', ports: [4222], image: undefined },
];

/**
 * What a server says as soon as it is connected to; undefined when it waits for its client. `image` '' when unknown.
 * An image decides for all ports of its container:
 * a database serves nothing else (an exporter for one is another image).
 */
export function greetingOf(port: number, image: string): string | undefined {
  return serversFirst.find((server) => server.ports.includes(port) || server.image?.test(image))?.greeting;
}
