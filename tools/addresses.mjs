/**
 * The addresses in the scripts of the custom element, as bundlers know them.
 *
 * Vite has written them for a site whose files stay where they are. Who bundles the package again moves them: bundlers follow
 * `new URL('./file', import.meta.url)`, and take it for a worker inside of `new Worker(…)`, when it is written exactly so.
 */
import { Refusal } from './terminal.mjs';

/** `new URL(new URL('file', import.meta.url).href, '' + import.meta.url)` says the same as the inner one. */
const NESTED = /new URL\(new URL\(`([\w.-]+)`,import\.meta\.url\)\.href,``\+import\.meta\.url\)/g;
/** Where the worker lies, for pages of another origin. */
const WORKER = /new URL\(`(worker-[\w-]+\.js)`,import\.meta\.url\)\.href/g;
/** The address of a still picture, by the name of a scenario. */
const POSTER = /new URL\(`posters\/\$\{(\w+)\}\.svg`,import\.meta\.url\)\.href/g;
/** Of files that are loaded ahead; there are none, and whole addresses anyway. webpack warns of what it cannot know. */
const AHEAD = /new URL\((\w+),import\.meta\.url\)/g;
/** What bundlers follow. */
const FOLLOWED = /^new URL\("\.\//;

/** An address inside of `new Worker`, which gives it back: what a bundler makes of the worker is found by its form alone. */
const workerAddress = (file) =>
  `(()=>{let Worker=function(address){return address};return new Worker(new URL("./${file}",import.meta.url),{type:"module"})})().href`;

/** One of the pictures, each written out. They stay files however small: a policy would have to allow `data:`. */
const posterAddress = (name, posters) =>
  `({__proto__:null,${posters.map((poster) => `"${poster}":()=>new URL("./posters/${poster}.svg?no-inline",import.meta.url).href`)}}[${name}]?.()??null)`;

/** A script of the built site as the package has it, which has pictures of the scenarios `posters`. */
export function followable(name, text, posters) {
  const written = text
    .replace(NESTED, (_, file) => `new URL("./${file}",import.meta.url)`)
    .replace(WORKER, (_, file) => workerAddress(file))
    .replace(POSTER, (_, variable) => posterAddress(variable, posters))
    .replace(AHEAD, (_, variable) => `new URL(${variable})`);
  for (const [address] of written.matchAll(/new URL\([^)]+,[^)]*import\.meta\.url/g)) {
    if (!FOLLOWED.test(address)) throw new Refusal(`${name}: no bundler follows ${address}`);
  }
  return written;
}
