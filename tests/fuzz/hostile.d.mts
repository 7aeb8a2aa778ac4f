export function random(seed: number): () => number;
export function hostileLinks(n: number, seed?: number): Promise<string[]>;
export function hostileMessages(n: number, seed?: number): unknown[];
