/**
 * `npm run build`: the static site in www/dist, and its sizes. It works from any path of any static file server.
 *
 * Fails if a file of the engine is heavier than it may be.
 */
import { mustMeet } from './bootstrap.mjs';
import { FIRST_LOAD_LIMIT_GZ_KB, PAGE_LIMIT_GZ_KB, firstLoad, firstLoadSums } from './budget.mjs';
import { buildEngine } from './engine.mjs';
import { FILE_LIMITS_GZ_KB, SITE, buildSite, mustBeLight, weigh, weighFiles, weightTable } from './site.mjs';
import { Refusal, main, say } from './terminal.mjs';

main(async () => {
  await mustMeet(['npm']);
  await buildEngine();
  await buildSite();
  const [files, weights] = [weighFiles(SITE), weigh()];
  say();
  say(weightTable([...files, ...weights]));
  // No CSS is right: the components' styles are inside the JavaScript.
  for (const { kind, raw } of weights) {
    if (raw === 0 && kind !== 'css') throw new Refusal(`www/dist has no ${kind} file.`);
  }
  mustBeLight(files, FILE_LIMITS_GZ_KB);
  const { page, all } = firstLoadSums(firstLoad(SITE));
  say(`First load: ${all.toFixed(1)} kB gzipped (at most ${FIRST_LOAD_LIMIT_GZ_KB}), ${page.toFixed(1)} of it without the engine (at most ${PAGE_LIMIT_GZ_KB}).`);
  if (page > PAGE_LIMIT_GZ_KB || all > FIRST_LOAD_LIMIT_GZ_KB) throw new Refusal('A first visit downloads more than it may.');
});
