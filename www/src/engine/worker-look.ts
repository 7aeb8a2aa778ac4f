/** Questions that only look at the machine, and their answers with what is handed over. */
import type { Playground } from '../wasm/mm_wasm.js';
import type { Reply, Request } from './protocol.ts';

export type Look = Extract<Request, { op: 'walk' | 'pools' | 'cells' }>;

export function look(playground: Playground, request: Look): [Reply, Transferable[]] {
  const { id } = request;
  switch (request.op) {
    case 'walk': {
      const { process, region, index } = request.page;
      const rows = playground.walk(process, region, index);
      return [{ op: 'walk', id, rows }, [rows.buffer]];
    }
    case 'pools': {
      const rows = playground.hugetlbPools();
      return [{ op: 'pools', id, rows }, [rows.buffer]];
    }
    case 'cells': {
      const letters = request.regions.map(({ process, region, first, count }) => playground.cells(process, region, first, count));
      return [{ op: 'cells', id, letters }, letters.map(({ buffer }) => buffer)];
    }
  }
}
