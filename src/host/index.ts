// The host's door: machines, network namespaces, sockets and the process contract. It knows neither Kubernetes nor meshes.
export { dial } from './dial.ts';
export type { Dial } from './dial.ts';
export { machineType } from './machine.ts';
export type { Machine, MachineId, MachineMessage, Translation, TranslationTable } from './machine.ts';
export type { Listener, NetnsId, NetnsMessage, SocketId, SocketMessage } from './messages.ts';
export { createNetns, listen, netnsType, unlisten } from './netns.ts';
export type { Netns } from './netns.ts';
export type { FailureReason, NameQuery, ProcessEvent, ProcessExited, ProcessInfo, SocketEvent } from './process.ts';
export { evaluateRules, formatAddress, inBlock } from './redirect.ts';
export type { Address, ConnectionAttempt, RedirectMatch, RedirectOutcome, RedirectRule } from './redirect.ts';
export { acceptTlsOn, adoptSocket, closeSocket, closeSocketsOf, refuseTlsOn, resetSocket, send, socketType } from './socket.ts';
export type { Socket } from './socket.ts';
