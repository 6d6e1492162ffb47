export function main(_args: string[]): Promise<number> {
  return Promise.resolve(1);
}
