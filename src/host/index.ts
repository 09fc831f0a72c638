// The host's door: machines, network namespaces, sockets and the process contract. It knows neither Kubernetes nor meshes.
export { appType } from './app.ts';
export type { App, AppMessage, Ask } from './app.ts';
export { endProcess } from './end-process.ts';
export { appBoot, appService, taskRun, termExit } from './facts.ts';
export { parseTarget } from './program.ts';
export type { Call, CallProtocol, Listen, PortProtocol, Program, StreamKind, Target } from './program.ts';
export { dial } from './dial.ts';
export type { Dial } from './dial.ts';
export { machineType } from './machine.ts';
export type { Machine, MachineId, MachineMessage, Translation, TranslationTable } from './machine.ts';
export type { Listener, NetnsId, NetnsMessage, SocketId, SocketMessage } from './messages.ts';
export { createNetns, listen, netnsType, unlisten } from './netns.ts';
export type { Netns } from './netns.ts';
export type { FailureReason, NameQuery, ProcessEvent, ProcessExited, ProcessInfo, SocketEvent } from './process.ts';
export { evaluateRules, formatAddress } from './redirect.ts';
export type { Address, ConnectionAttempt, RedirectMatch, RedirectOutcome, RedirectRule } from './redirect.ts';
export { acceptTlsOn, adoptSocket, closeSocket, NO_ENTITY, resetSocket, send, socketType } from './socket.ts';
export type { SendOptions, Socket } from './socket.ts';
