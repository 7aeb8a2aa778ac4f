/** Numbers and times as the page shows them: short, fixed in width where they change under the eye. */

const NS_PER_MS = 1e6;
/** Narrow no-break space: groups digits without being mistaken for a decimal sign in either language. */
const GROUP = '\u202f';

/** `612 M`, `1.96 G`, `64 K`; three significant digits, powers of 1024. */
export function kib(kilobytes: number): string {
  const units = ['K', 'M', 'G', 'T'];
  let value = kilobytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toFixed(digits);
  return `${digits > 0 ? text.replace(/\.?0+$/, '') : text}${GROUP}${units[unit]}`;
}

/** `3 412` */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, GROUP);
}

/** `00:04:20.000`, hours grow beyond two digits. */
export function clock(ns: number): string {
  const ms = Math.floor(ns / NS_PER_MS);
  const two = (n: number): string => String(n).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  return `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

/** `4:20.000`; with hours `1:04:20.000`. For the event log. */
export function shortClock(ns: number): string {
  return clock(ns).replace(/^00:0?/, '').replace(/^0(?=\d:)/, '');
}

/** `4:20`, `1:04:20`. For chart axes. */
export function axisClock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A stretch of time to come: `4.2 s`, `20 ms`, `12 min`. */
export function duration(ns: number): string {
  const ms = ns / NS_PER_MS;
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** Page number as an address: `0x7f3000c23000`. */
export function pageAddress(page: number): string {
  return `0x${(page * 4096).toString(16)}`;
}

/** `0x1a2f3` */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `heap[3107]` */
export function pageName(page: { region: string; index: number }): string {
  return `${page.region}[${page.index}]`;
}
