const files = import.meta.glob<Record<string, unknown>>('./*.json', {
  eager: true,
  import: 'default',
})

export const zh: Record<string, Record<string, unknown>> = Object.fromEntries(
  Object.entries(files).map(([path, words]) => [path.slice(2, -5), words]),
)
