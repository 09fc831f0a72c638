// The door of the lanes: they are fetched when somebody opens the course of a run, not with the page.
export { lifelinesOf, lifeStateAt, stopsOf } from './lifelines.ts';
export type { Lifeline, LifeMark, LifeSign, LifeSpan, LifeState, LifeSubject } from './lifelines.ts';
