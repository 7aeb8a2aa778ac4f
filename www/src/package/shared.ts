/** What both entries export beside their `Machine`. */
export { EngineCrash, ErrnoError, ScriptError } from './answers.ts';
export type { CheckList, Json, MachineEvent, Observation, Outcome, Step, Totals } from './answers.ts';
export type { CheckFacts, LineError, LineResult, PageFacts, PageName, TunableFacts } from './facts.ts';
export { LoadedMachine } from './machine.ts';
export type { MachineOptions, Moment, PlayOptions } from './machine.ts';
